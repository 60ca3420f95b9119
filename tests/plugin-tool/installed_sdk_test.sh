#!/bin/sh
# installed_sdk_test.sh BUILD_DIR ELF_FACTS CASE: a stranger with nothing but an installed tree, which
# was moved since, begins, builds and checks plugins. Exits 4 where a tool is missing.
set -eu
build_dir=$1 elf_facts=$2
# shellcheck source=tests/plugin-tool/installed_tree.sh
. "$(dirname "$0")/installed_tree.sh"

case $3 in
  "plugin new writes every template, and each builds with CMake and passes plugin check")
    echo 'cmake_minimum_required(VERSION 3.25)
      project(all LANGUAGES C CXX)' >CMakeLists.txt
    for flow in api-key pkce device custom; do
      for language in c c++; do
        name=acme-$flow-$(echo $language | tr + p)
        quietly pindus plugin new "$name" --flow $flow --lang $language
        ! grep -r '@[A-Z]*@' "$name" || fail "$name keeps a placeholder"
        echo "add_subdirectory($name)" >>CMakeLists.txt
      done
    done
    quietly cmake -G Ninja -S . -B build -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
      -DCMAKE_C_FLAGS='-Wall -Wextra -pedantic' -DCMAKE_CXX_FLAGS='-Wall -Wextra'
    quietly cmake --build build
    [ "$(find build/plugins-1 -name '*.so' | wc -l)" = 8 ] || fail "not 8 plugins were built"
    "$elf_facts" build/plugins-1/*.so
    for manifest in build/plugins-1/acme-*[a-z].json; do
      case $manifest in *.script.json) continue ;; esac
      passes_check "$manifest"
    done
    ;;
  "one project is built, tested and installed as its README.md says")
    quietly pindus plugin new acme --flow custom
    cd acme
    quietly cmake -S . -B build
    quietly cmake --build build
    passes_check build/plugins-1/acme.json
    quietly ctest --test-dir build
    pindus plugin list --plugin-path build/plugins-1 | grep -q '^acme (Acme)' ||
      fail "plugin list doesn't show it"
    quietly cmake --install build --prefix "$tree"
    pindus plugin show acme | grep -q 'vendor .*/acme.json$' || fail "it was installed elsewhere"
    ;;
  "pkg-config is enough to build a plugin, in C and in C++")
    for variable in plugindir manifestdir abi_major abi_minor versionscript; do
      [ -n "$(pkg-config --variable=$variable pindus-plugin-1)" ] ||
        fail "the pkg-config file has no $variable"
    done
    flags=$(pkg-config --cflags --libs pindus-plugin-1)
    quietly pindus plugin new acme-c --flow pkce --lang c
    quietly pindus plugin new acme-cpp --flow device
    # shellcheck disable=SC2086 # several flags
    quietly cc -std=c11 -Wall -Wextra -Werror -pedantic -shared acme-c/acme-c.c $flags \
      -o acme-c/acme-c.so
    # shellcheck disable=SC2086
    quietly c++ -std=c++20 -Wall -Wextra -Werror -fno-gnu-unique -shared acme-cpp/acme-cpp.cpp \
      $flags -o acme-cpp/acme-cpp.so
    passes_check acme-c/acme-c.json acme-cpp/acme-cpp.json
    ;;
  "the example in Rust builds with rustc alone and passes plugin check")
    rustc --version >/dev/null 2>&1 || skip "rustc isn't installed, or has no toolchain"
    quietly pindus plugin new acme --flow api-key
    # How it is built stands in its first lines.
    command=$(sed -n 's|^//[ !]*\(rustc .*\)|\1|p' "$tree"/share/doc/pindus/sdk/examples/rust/acme.rs)
    cp "$tree"/share/doc/pindus/sdk/examples/rust/acme.rs acme
    cd acme
    quietly sh -c "$command"
    passes_check acme.json
    ;;
  "plugin new refuses what it can't make, and writes nothing then")
    code=0
    pindus plugin new acme --flow kerberos >"$work/log" 2>&1 || code=$?
    [ $code = 2 ] || fail "a wrong --flow ended with $code"
    code=0
    pindus plugin new ../acme --flow pkce >"$work/log" 2>&1 || code=$?
    [ $code = 1 ] || fail "a wrong name ended with $code"
    { [ ! -e acme ] && [ ! -e ../acme ]; } || fail "something was written"
    mkdir acme
    echo mine >acme/acme.cpp
    code=0
    pindus plugin new acme --flow pkce >"$work/log" 2>&1 || code=$?
    [ $code = 1 ] && grep -q 'acme is there already' "$work/log" || fail "an existing folder: $code"
    [ "$(ls acme)$(cat acme/acme.cpp)" = acme.cppmine ] || fail "the existing folder was changed"
    ;;
  *) fail "no such case: $3" ;;
esac
