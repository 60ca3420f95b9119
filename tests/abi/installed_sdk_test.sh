#!/bin/sh
# installed_sdk_test.sh BUILD_DIR ABI_TEST_DIR: a stranger with nothing but the installed SDK builds
# each template, in C++ and in C, with pkg-config and with CMake.
set -eu
build_dir=$1 abi_tests=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build_dir" --component sdk --prefix "$work/prefix" >"$work/log" ||
  { cat "$work/log" >&2; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name pindus-plugin-1.pc)")
export PKG_CONFIG_PATH

fill_in() { # FROM TO
  mkdir -p "$2"
  for file in "$1"/*; do
    name=$(basename "$file" | sed 's/@NAME@/acme/')
    sed -e 's/@NAME@/acme/g' -e 's/@IDENTIFIER@/acme/g' -e 's/@UPPER@/ACME/g' \
      -e 's/@LABEL@/Acme/g' "$file" >"$2/$name"
    if grep -q '@[A-Z]*@' "$2/$name"; then echo "$file keeps a placeholder" >&2; exit 1; fi
  done
}

flags=$(pkg-config --cflags --libs pindus-plugin-1)
count=0
for template in "$work"/prefix/share/pindus/sdk/templates/*-*; do
  project=$work/$(basename "$template")
  fill_in "$template" "$project"
  # shellcheck disable=SC2086 # several flags
  case $template in
    *-c) cc -std=c11 -Wall -Wextra -Werror -pedantic -shared "$project/acme.c" $flags \
      -o "$project/acme.so" ;;
    *) c++ -std=c++20 -Wall -Wextra -Werror -fno-gnu-unique -shared "$project/acme.cpp" $flags \
      -o "$project/acme.so" ;;
  esac
  "$abi_tests/elf_facts.sh" "$project/acme.so"
  count=$((count + 1))
done
[ $count = 8 ] || { echo "$count templates are installed, and not 8" >&2; exit 1; }

for project in custom-c++ pkce-c; do
  cmake -S "$work/$project" -B "$work/$project/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" &&
    cmake --build "$work/$project/build" >>"$work/log" || { cat "$work/log" >&2; exit 1; }
  "$abi_tests/elf_facts.sh" "$work/$project/build/plugins-1/acme.so"
  for file in acme.json acme.script.json; do
    cmp "$work/$project/$file" "$work/$project/build/plugins-1/$file"
  done
  cmake --install "$work/$project/build" --prefix "$work/there" >"$work/log"
  [ -f "$work/there/$(cd "$work/prefix" && pkg-config --variable=plugindir pindus-plugin-1 |
    sed 's|.*/\.\./\.\./||')/acme.so" ] || { echo "the plugin was installed elsewhere" >&2; exit 1; }
  rm -r "$work/there"
done
for variable in plugindir manifestdir abi_major abi_minor versionscript; do
  [ -n "$(pkg-config --variable=$variable pindus-plugin-1)" ] ||
    { echo "the pkg-config file has no $variable" >&2; exit 1; }
done
