#!/bin/sh
# check_baseline_test.sh SOURCE_DIR COMPILER: check_baseline.sh passes on the tree as it is, and
# fails on copies of it in each of which only one of the three things changed.
set -eu
source_dir=$1 compiler=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

copy() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/sdk" "$work/tree/tests"
  cp -r "$source_dir/sdk/include" "$source_dir/sdk/ABI-CHANGES.md" "$work/tree/sdk/"
  cp -r "$source_dir/tests/abi" "$work/tree/tests/"
}
check() { "$work/tree/tests/abi/check_baseline.sh" "$work/tree" "$compiler" >"$work/out" 2>&1; }
must_fail() { # WHAT WORDS
  if check; then echo "$1 was not noticed" >&2; exit 1; fi
  grep -q "$2" "$work/out" || { cat "$work/out" >&2; echo "$1: not for the right reason" >&2; exit 1; }
}
header=$work/tree/sdk/include/pindus/plugin.h
changes=$work/tree/sdk/ABI-CHANGES.md
baseline=$work/tree/tests/abi/baseline/1.0.abi

copy
status=0
check || status=$?
if [ $status != 0 ]; then cat "$work/out"; exit $status; fi

copy
sed -i 's/^} pindus_host_1;/  int32_t (*added)(pindus_session session) PINDUS_NOEXCEPT;\n&/' "$header"
must_fail "a slot more in the same minor" "no longer what"

copy
sed -i 's/uint64_t min_length;/uint32_t min_length;/' "$header"
must_fail "a narrower member" "no longer what"

copy
sed -i 's/^#define PINDUS_ABI_MINOR .*/#define PINDUS_ABI_MINOR 99/' "$header"
must_fail "a minor without a baseline" "no baseline for 1.99"

copy
echo '<!-- -->' >>"$baseline"
must_fail "a baseline renewed alone" "not the one that its entry"

copy
printf '\n## 1.99 (never)\n' >>"$changes"
must_fail "an entry without a baseline" "without a baseline"

# A minor that adds, and changes all three, passes; one that moves a slot doesn't.
copy
sed -i -e 's/^#define PINDUS_ABI_MINOR .*/#define PINDUS_ABI_MINOR 1/' \
  -e 's/^} pindus_host_1;/  int32_t (*added)(pindus_session session) PINDUS_NOEXCEPT;\n&/' "$header"
"$work/tree/tests/abi/check_baseline.sh" "$work/tree" "$compiler" --renew >"$work/sum"
printf '\n## 1.1 (next)\n\nBaseline: %s\n' "$(cut -c1-64 "$work/sum")" >>"$changes"
check || { cat "$work/out" >&2; echo "a minor that only adds was refused" >&2; exit 1; }
