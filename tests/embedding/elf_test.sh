#!/bin/sh
# elf_test.sh SOURCE_DIR LIBRARY CORE_MODULE: what the files of libpindus export, need and run at
# load. Exits 4 where a tool is missing.
set -eu
source=$1 library=$2 module=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "$*" >&2
  exit 1
}
command -v readelf >/dev/null && command -v nm >/dev/null || {
  echo "SKIPPED: binutils isn't installed"
  exit 4
}
exported() {
  nm -D --defined-only "$1" | sed -n 's/^[0-9a-f]* [^A] //p' | sort
}

header=$source/sdk/include/pindus/pindus.h
sed -n 's/^PINDUS_API .*[ *]\(pindus_[a-z_]*\)(.*/\1/p' "$header" | sort >"$work/declared"
[ -s "$work/declared" ] || fail "the functions of pindus.h can't be read"
exported "$library" >"$work/exported"
sed 's/@@.*//' "$work/exported" | diff -u "$work/declared" - ||
  fail "what the header declares and what the library exports differ"
! grep -v '@@PINDUS_1\.[0-9]*$' "$work/exported" || fail "a function has no version"
[ "$(exported "$module")" = pindus_core_1 ] || fail "the core exports more than its entry"

readelf -dW "$library" >"$work/dynamic"
grep -q 'SONAME.*\[libpindus.so.1\]' "$work/dynamic" || fail "it has another soname"
! grep -E 'R(UN)?PATH|TEXTREL|STATIC_TLS' "$work/dynamic" || fail "$library"
! sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic" | grep -vE '^(libc\.so\.|ld-linux)' ||
  fail "it needs more than the C library"

# The compiler's own frame_dummy is one pointer; a constructor would be another.
readelf -SW "$library" | sed -n 's/.* \.init_array *INIT_ARRAY *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p' \
  >"$work/constructors"
[ "$((0x$(cat "$work/constructors")))" -le 8 ] || fail "it has a static constructor"
