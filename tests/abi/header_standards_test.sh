#!/bin/sh
# header_standards_test.sh INCLUDE_DIR: plugin.h compiles alone, without a warning, in each C from C99
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

tried=0
try() {
  compiler=$1 standard=$2 file=$3
  command -v "$compiler" >/dev/null || return 0
  "$compiler" "-std=$standard" -I"$include" -pedantic-errors -Wall -Wextra -Werror -fsyntax-only "$file"
  tried=$((tried + 1))
}
for compiler in gcc gcc-12 clang clang-19; do
  for standard in c99 c11 c17 c2x; do try "$compiler" "$standard" "$work/plugin.c"; done
done
for compiler in g++ g++-12 clang++ clang++-19; do
  for standard in c++11 c++14 c++17 c++20 c++2b; do try "$compiler" "$standard" "$work/plugin.cpp"; done
done
[ "$tried" -gt 0 ] || { echo "SKIPPED: there is no gcc and no clang"; exit 4; }
