#!/bin/sh
# installed_test.sh BUILD_DIR: a stranger with nothing but an installed tree, which was moved since,
# builds the example in C by CMake and by pkg-config, and both find the core behind the library.
# Exits 4 where a tool is missing.
set -eu
build_dir=$1
# shellcheck source=tests/plugin-tool/installed_tree.sh
. "$(dirname "$0")/../plugin-tool/installed_tree.sh"
command -v pkg-config >/dev/null || skip "pkg-config isn't installed"
key=sk-installed-0123456789abcdef
cp "$tree"/share/doc/pindus/sdk/examples/embedding/key.c .
libraries=$(dirname "$(find "$tree" -name libpindus.so.1)")

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(key LANGUAGES C)
find_package(Pindus 1 REQUIRED)
add_executable(key key.c)
target_link_libraries(key PRIVATE pindus::pindus)
END
quietly cmake -G Ninja -S . -B build
quietly cmake --build build
# shellcheck disable=SC2046 # several flags
quietly cc -Wall -Wextra -Werror key.c $(pkg-config --cflags --libs pindus) -o key
[ "$(pkg-config --modversion pindus)" = "$(pindus --version | sed 's/.* //')" ] ||
  fail "pindus.pc is of another version"
LD_LIBRARY_PATH=$libraries
export LD_LIBRARY_PATH
for program in build/key ./key; do
  ! $program openai >"$work/log" 2>&1 || fail "there is a key of nothing"
  grep -q 'No such key: nothing is stored for openai' "$work/log" || fail "$(cat "$work/log")"
done
printf %s "$key" | pindus signin openai --api-key 2>"$work/log" || fail "$(cat "$work/log")"
for program in build/key ./key; do
  [ "$($program openai)" = "$key" ] || fail "$program gives another key"
done
