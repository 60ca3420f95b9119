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
# $spent: the processor time of what was run so far, in seconds; by the clock it would be a busy
# machine's.
count_time() {
  times >"$work/times" # here and not in a subshell, which has run nothing
  spent=$(awk 'NR == 2 { split($1, own, /[ms]/); split($2, kernel, /[ms]/)
                         printf "%d", (own[1] + kernel[1]) * 60 + own[2] + kernel[2] }' "$work/times")
}
passes_check() { # MANIFEST...
  count_time
  before=$spent
  quietly pindus plugin check "$@"
  ! grep -E ' (failed|crashed|timeout) ' "$work/log" || fail "$* did not pass"
  grep -q '^  script  *success' "$work/log" || fail "no script was played for $*"
  count_time
  took=$((spent - before))
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
