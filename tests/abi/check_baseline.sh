#!/bin/sh
# check_baseline.sh SOURCE_DIR COMPILER [--renew]
#
# Holds three things together: what plugin.h describes, the committed baseline of its minor, and
# that minor's entry in ABI-CHANGES.md, which names the baseline's checksum. So none of them changes
# alone. An older minor's baseline may differ from the newest only by what was added.
# --renew writes the baseline of the header's minor and prints its checksum.
set -eu
source_dir=$(cd "$1" && pwd) compiler=$2 renew=${3:-}
header=$source_dir/sdk/include/pindus/plugin.h
changes=$source_dir/sdk/ABI-CHANGES.md
baselines=$source_dir/tests/abi/baseline

fail() { echo "$*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 4; }
number() { sed -n "s/^#define PINDUS_ABI_$1 //p" "$header"; }

command -v abidw >/dev/null && command -v abidiff >/dev/null ||
  skip "abidw and abidiff (package abigail-tools) are not installed"
[ "$(uname -m)" = x86_64 ] || skip "the baselines are of x86-64, and this is $(uname -m)"

minor=$(number MAJOR).$(number MINOR)
baseline=$baselines/$minor.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$source_dir" && "$compiler" -std=c11 -g -O0 -fPIC -shared -nostdlib -fvisibility=hidden \
  -ffile-prefix-map="$PWD"=. -Isdk/include tests/abi/surface.c -o "$work/surface.so")
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash \
  "$work/surface.so" >"$work/now.abi"

if [ "$renew" = --renew ]; then
  cp "$work/now.abi" "$baseline"
  sha256sum "$baseline"
  exit 0
fi

[ -f "$baseline" ] || fail "there is no baseline for $minor; run $0 SOURCE_DIR COMPILER --renew"
abidiff "$baseline" "$work/now.abi" ||
  fail "plugin.h is no longer what $minor was: raise the minor, write its entry, renew the baseline"

for file in "$baselines"/*.abi; do
  of=$(basename "$file" .abi)
  grep -q "^## $of " "$changes" || fail "ABI-CHANGES.md has no entry for $of"
  grep -q "^Baseline: $(sha256sum "$file" | cut -c1-64)\$" "$changes" ||
    fail "the baseline of $of is not the one that its entry in ABI-CHANGES.md names"
  status=0
  abidiff "$file" "$work/now.abi" >"$work/diff" || status=$?
  [ $((status & 8)) = 0 ] || { cat "$work/diff"; fail "$minor breaks plugins built for $of"; }
done
entries=$(grep -c '^## ' "$changes")
[ "$entries" = "$(ls "$baselines" | wc -l)" ] || fail "ABI-CHANGES.md has an entry without a baseline"
