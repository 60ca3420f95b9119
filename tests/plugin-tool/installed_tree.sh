# Read by the tests of what a stranger has: $build_dir is installed, moved since, and first on PATH;
# $work is a folder that goes in the end, and the current one is $work/projects.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

fail() {
  echo "$*" >&2
  exit 1
}
skip() {
  echo "SKIPPED: $*"
  exit 4
}
quietly() { # COMMAND...
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$* failed"; }
}
passes_check() { # MANIFEST...
  before=$(date +%s)
  quietly pindus plugin check "$@"
  ! grep -E ' (failed|crashed|timeout) ' "$work/log" || fail "$* did not pass"
  grep -q '^  script  *success' "$work/log" || fail "no script was played for $*"
  took=$(($(date +%s) - before))
  [ $took -lt $((10 * $#)) ] || fail "the check of $# plugins took $took s"
}

quietly cmake --install "$build_dir" --prefix "$work/first"
tree="$work/moved"
mv "$work/first" "$tree"
PATH=$tree/bin:$PATH
PKG_CONFIG_PATH=$(dirname "$(find "$tree" -name pindus-plugin-1.pc)")
CMAKE_PREFIX_PATH=$tree
RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} # where rustc is rustup's, it looks here
HOME=$work/home
export RUSTUP_HOME PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH HOME
unset INDUSAGI_CODING_AGENT_DIR INDUSAGI_HOME PINDUS_PLUGIN_PATH
mkdir "$HOME" "$work/projects"
cd "$work/projects"
