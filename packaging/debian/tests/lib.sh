# What the tests share: a profile of their own, and sentences.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
export HOME="$work/home"
mkdir "$HOME"
unset INDUSAGI_CODING_AGENT_DIR INDUSAGI_HOME PINDUS_PLUGIN_PATH PINDUS_AGENT

fail() {
  echo "FAILED: $*"
  [ ! -e "$work/err" ] || cat "$work/err"
  exit 1
}

# shows TEXT FILE
shows() { grep -qF -- "$1" "$2" || { cat "$2"; fail "'$1' isn't shown"; }; }
