#!/bin/sh
# check_baseline.sh SOURCE_DIR COMPILER [--library] [--renew]
#
# Holds three things together: what plugin.h describes, the committed baseline of its minor, and
# that minor's entry in ABI-CHANGES.md, which names the baseline's checksum. So none of them changes
# alone. An older minor's baseline may differ from the newest only by what was added.
# --library does so for pindus.h and LIBRARY-CHANGES.md; --renew writes the baseline of the header's
# minor and prints its checksum.
set -eu
source_dir=$(cd "$1" && pwd) compiler=$2
shift 2
header=plugin.h changes=ABI-CHANGES.md baselines=baseline surface=surface.c
numbers=PINDUS_ABI users='plugins'
if [ "${1-}" = --library ]; then
  header=pindus.h changes=LIBRARY-CHANGES.md baselines=library-baseline surface=library_surface.c
  numbers=PINDUS_LIBRARY_ABI users='programs'
  shift
fi
renew=${1-}
header=$source_dir/sdk/include/pindus/$header
changes=$source_dir/sdk/$changes
baselines=$source_dir/tests/abi/$baselines

fail() { echo "$*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 4; }
number() { sed -n "s/^#define ${numbers}_$1 //p" "$header"; }

command -v abidw >/dev/null && command -v abidiff >/dev/null ||
  skip "abidw and abidiff (package abigail-tools) are not installed"
[ "$(uname -m)" = x86_64 ] || skip "the baselines are of x86-64, and this is $(uname -m)"

minor=$(number MAJOR).$(number MINOR)
baseline=$baselines/$minor.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$source_dir" && "$compiler" -std=c11 -g -O0 -fPIC -shared -nostdlib -fvisibility=hidden \
  -ffile-prefix-map="$PWD"=. -Isdk/include "tests/abi/$surface" -o "$work/surface.so")
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash \
  "$work/surface.so" >"$work/now.abi"

if [ "$renew" = --renew ]; then
  cp "$work/now.abi" "$baseline"
  sha256sum "$baseline"
  exit 0
fi

[ -f "$baseline" ] || fail "there is no baseline for $minor; run $0 SOURCE_DIR COMPILER [--library] --renew"
abidiff "$baseline" "$work/now.abi" ||
  fail "${header##*/} is no longer what $minor was: raise the minor, write its entry, renew the baseline"

for file in "$baselines"/*.abi; do
  of=$(basename "$file" .abi)
  grep -q "^## $of " "$changes" || fail "${changes##*/} has no entry for $of"
  grep -q "^Baseline: $(sha256sum "$file" | cut -c1-64)\$" "$changes" ||
    fail "the baseline of $of is not the one that its entry in ${changes##*/} names"
  status=0
  abidiff "$file" "$work/now.abi" >"$work/diff" || status=$?
  [ $((status & 8)) = 0 ] || { cat "$work/diff"; fail "$minor breaks $users built for $of"; }
done
entries=$(grep -c '^## ' "$changes")
[ "$entries" = "$(ls "$baselines" | wc -l)" ] || fail "${changes##*/} has an entry without a baseline"
