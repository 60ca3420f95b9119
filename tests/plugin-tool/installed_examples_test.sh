#!/bin/sh
# installed_examples_test.sh BUILD_DIR ELF_FACTS check|sign-in EXAMPLE: an example of an installed tree
# is built by the commands at its head, and passes plugin check, or signs in and refreshes at a real
# OAuth server. Exits 4 where a tool is missing.
set -eu
build_dir=$1 elf_facts=$2 what=$3 example=$4
# shellcheck source=tests/plugin-tool/installed_tree.sh
. "$(dirname "$0")/installed_tree.sh"

case $example in
  service-account)
    rustc --version >/dev/null 2>&1 || skip "rustc isn't installed, or has no toolchain"
    command -v bindgen >/dev/null || skip "bindgen isn't installed"
    ;;
esac
[ "$what" = check ] || [ -e "$build_dir/peers/installed" ] ||
  skip "the OAuth server is not installed (tests/peers/install.sh)"

cp -R "$tree/share/doc/pindus/sdk/examples/$example" .
cd "$example"
# A command of the first comment begins with a compiler's name; what continues it is indented more.
sed -n -e '\|^#include\|^#\[|q' -e 's|^//!* *||' -e 's|^ \* *||' -e p ./*.cpp ./*.c ./*.rs 2>/dev/null |
  awk '/^(g\+\+|cc|bindgen|rustc) / { if (line) print line; line = $0; next }
       line && /^[-$]/ { line = line " " $0; next }
       { if (line) print line; line = "" }
       END { if (line) print line }' >"$work/commands"
[ -s "$work/commands" ] || fail "$example doesn't say how it is built"
quietly sh -euc "$(cat "$work/commands")"

if [ "$what" = check ]; then
  case $example in
    service-account) ;; # what Rust links has symbols of its own
    *) "$elf_facts" "$example.so" ;;
  esac
  passes_check "$example.json"
  exit
fi

peers=$build_dir/peers
quietly openssl genpkey -algorithm RSA -out "$work/key.pem"
"$peers/node-22" "$peers/oidc-server.mjs" --ready-file "$work/ready" --max-seconds 120 \
  --service-key "$work/key.pem" >"$work/server" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
while [ ! -e "$work/ready" ]; do
  kill -0 $server || { cat "$work/server" >&2; fail "the OAuth server didn't start"; }
  sleep 0.05
done
issuer=$(sed -n 's|.*"issuer":"\([^"]*\)".*|\1|p' "$work/ready")
plugins=$HOME/.pindusagi/plugins
mkdir -p "$plugins"
chmod 700 "$HOME/.pindusagi"
cp "$example.so" "$plugins"
sed 's|https://{host}|http://{host}|' "$example.json" >"$plugins/$example.json"
set -- signin "$example" --set "host=${issuer#http://}"

case $example in
  role-keys)
    pindus "$@" --set roleAccount=123456789012 >"$work/signing-in" 2>&1 &
    signing_in=$!
    while :; do
      code=$(sed -n 's|^and enter this code: ||p' "$work/signing-in")
      [ -z "$code" ] || break
      kill -0 $signing_in || { cat "$work/signing-in" >&2; fail "no code was shown"; }
      sleep 0.05
    done
    quietly "$peers/node-22" "$peers/approve-device.mjs" "$issuer/device" "$code"
    wait $signing_in || { cat "$work/signing-in" >&2; fail "$example didn't sign in"; }
    ;;
  basic-client)
    printf 's3cret+/= &%%' >"$work/secret"
    quietly pindus "$@" --set "client=machine-basic" <"$work/secret"
    ;;
  service-account)
    key=$(sed 's|$|\\n|' "$work/key.pem" | tr -d '\n')
    printf '{"type": "service_account", "client_email": "robot@example.com",
      "private_key_id": "robot-1", "private_key": "%s"}\n' "$key" >"$work/key.json"
    quietly pindus "$@" <"$work/key.json"
    ;;
  *) fail "no such example: $example" ;;
esac
first=$(pindus auth key "$example")
[ -n "$first" ] || fail "$example has no key"
! grep -E 's3cret|PRIVATE KEY' "$work/log" || fail "a secret was shown"
pindus auth key "$example" --json | grep -E 's3cret|PRIVATE KEY' && fail "a secret was printed"

vault=$HOME/.pindusagi/auth.json
sed 's|"expires": [0-9]*|"expires": 1|' "$vault" >"$work/vault"
cat "$work/vault" >"$vault"
second=$(pindus auth key "$example") || fail "$example didn't refresh"
[ "$second" != "$first" ] || fail "$example has the key that it had"
