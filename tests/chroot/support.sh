# What the tests of this folder share. Sourced; the test's arguments are BUILD CASE [ARGUMENT...].
set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
top=$(CDPATH='' cd -- "$here/../.." && pwd -P)
build=$1
case=$2
shift 2
systems=$build/systems
key=sk-0123456789abcdefghijklm
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
# Not the tester's own credentials, manifests and agent.
export HOME="$work/home"
mkdir "$HOME"
unset INDUSAGI_CODING_AGENT_DIR INDUSAGI_HOME PINDUS_PLUGIN_PATH PINDUS_AGENT

fail() {
  echo "FAILED: $*"
  exit 1
}
# The reason is shown though the command that finds it writes into a log.
exec 3>&1
skip() {
  echo "SKIPPED: $*" >&3
  exit 4
}
needs() {
  for tool; do
    command -v "$tool" >/dev/null || skip "$tool isn't installed"
  done
}
# shows TEXT FILE
shows() { grep -qF -- "$1" "$2" || { cat "$2"; fail "'$1' isn't shown"; }; }
expect_same() { # WHAT EXPECTED ACTUAL, files
  diff -u "$2" "$3" || fail "$1: - is expected, + was found"
}
# quietly LOG COMMAND...: its output is shown if it fails.
quietly() {
  log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null || { tail -n 60 "$log"; fail "$*"; }
}
# needs_system NAME: a system that was made as NAME.
needs_system() { [ -d "$systems/$1" ] || skip "no system $1 could be made here"; }
# in_system NAME SCRIPT [ARGUMENT...]: SCRIPT in a root shell of a fresh copy of the system that was
# made as NAME.
in_system() {
  needs_system "$1"
  system=$systems/$1
  shift
  # shellcheck disable=SC2016 # the inner shell's
  "$here/in_fresh_system" "$system" sh -c 'exec chroot "$SYSTEM" env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -euc "$0" sh "$@"' "$@"
}
