#!/bin/sh
# bindgen_test.sh SOURCE_DIR BUILD_DIR: what bindgen makes of plugin.h has the layout of the C
# compiler's, and a plugin that is written against nothing else passes plugin check.
set -eu
source_dir=$1 build=$2
for program in bindgen rustc; do
  "$program" --version >/dev/null 2>&1 || { echo "SKIPPED: there is no $program"; exit 4; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo '#include <pindus/ext/revoke.h>' >"$work/all.h"
bindgen --no-prepend-enum-name "$work/all.h" -o "$work/bindings.rs" -- -I"$source_dir/sdk/include"

# bindgen writes a test for each structure: size, alignment, and the place of each member.
rustc --test --edition 2021 --cap-lints allow "$work/bindings.rs" -o "$work/layout"
"$work/layout" >"$work/out" || { cat "$work/out"; exit 1; }
for structure in str value field prompt choice device_code key_rule http_request http_response \
  option host_1 plugin_1 revoke_1; do
  grep -q "bindgen_test_layout_pindus_$structure .* ok" "$work/out" || {
    cat "$work/out"; echo "pindus_$structure was not seen" >&2; exit 1; }
done

mkdir "$work/plugin"
cp "$source_dir/tests/abi/bindgen/"acme*.json "$work/plugin/"
PINDUS_BINDINGS="$work/bindings.rs" rustc --crate-type cdylib --edition 2021 -C panic=abort \
  -C link-arg=-Wl,-z,now -C link-arg=-Wl,-z,relro "$source_dir/tests/abi/bindgen/acme.rs" \
  -o "$work/plugin/acme.so"
chmod -R go-w "$work"
"$build/bin/pindus" plugin check "$work/plugin/acme.json" >"$work/out" || {
  cat "$work/out"; exit 1; }
for test in script 'refresh without' 'options it reads' times secrets; do
  grep -q "^  $test  *success" "$work/out" || {
    cat "$work/out"; echo "\"$test\" was not tried" >&2; exit 1; }
done
