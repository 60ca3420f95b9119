#!/bin/sh
# header_standards_test.sh INCLUDE_DIR: plugin.h and pindus.h compile, alone and together, without a warning, in each C from C99
# and each C++ from C++11 that the compilers here know.
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/plugin.c" <<'END'
#include <pindus/ext/revoke.h>
int has_digest(const pindus_host_1* host);
int has_digest(const pindus_host_1* host) { return PINDUS_HAS(host, digest); }
END
cp "$work/plugin.c" "$work/plugin.cpp"
echo '#include <pindus/pindus.h>' | tee "$work/embedding.c" >"$work/embedding.cpp"
cat "$work/embedding.c" "$work/plugin.c" | tee "$work/both.c" >"$work/both.cpp"

tried=0
try() {
  compiler=$1 standard=$2 file=$3
  command -v "$compiler" >/dev/null || return 0
  "$compiler" "-std=$standard" -I"$include" -pedantic-errors -Wall -Wextra -Werror -fsyntax-only "$file"
  tried=$((tried + 1))
}
for compiler in gcc gcc-12 clang clang-19; do
  for standard in c99 c11 c17 c2x; do
    for file in plugin embedding both; do try "$compiler" "$standard" "$work/$file.c"; done
  done
done
for compiler in g++ g++-12 clang++ clang++-19; do
  for standard in c++11 c++14 c++17 c++20 c++2b; do
    for file in plugin embedding both; do try "$compiler" "$standard" "$work/$file.cpp"; done
  done
done
[ "$tried" -gt 0 ] || { echo "SKIPPED: there is no gcc and no clang"; exit 4; }
