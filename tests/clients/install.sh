#!/bin/sh
# Installs the programs that the tests of clients run: tests/clients/install.sh BUILD_DIRECTORY
#
# Puts them into BUILD_DIRECTORY/clients, and nothing anywhere else. No script of a package is run.
# Says nothing and takes no time when everything is there. Exit 1: the reason is on standard error.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../support/npm.sh"
[ $# -eq 1 ] || fail "usage: install.sh BUILD_DIRECTORY"
mkdir -p "$1/clients/bin"
clients=$(CDPATH='' cd -- "$1/clients" && pwd)

wanted=$(cksum < "$here/package-lock.json")

if [ "$(cat "$clients/installed" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing the clients into $clients (1.5 GB)"
  rm -f "$clients/installed"
  cp "$here/package.json" "$here/package-lock.json" "$clients/"
  # Not `npm ci`, which refuses where a registry lacks a package for another system.
  quiet_npm "$clients" install --no-save --prefix "$clients"
  rm -rf "$clients/npm-cache"
  echo "$wanted" > "$clients/installed"
fi

# Scripts find their packages beside themselves.
cmp -s "$here/ask-sdk.mjs" "$clients/ask-sdk.mjs" || cp "$here/ask-sdk.mjs" "$clients/"

# Two of them are programs of the system that a script, which isn't run, would put in their place.
# The links are relative, so that the tree can be moved.
cd "$clients/bin"
rm -f -- *
link() { # NAME PROGRAM
  [ ! -x "../node_modules/$2" ] || ln -sf "../node_modules/$2" "$1"
}
for name in codex copilot gemini pi qwen; do
  link "$name" ".bin/$name"
done
case $(uname -m) in
  x86_64) system=linux-x64 ;;
  *) system=linux-arm64 ;;
esac
link claude "@anthropic-ai/claude-code-$system/claude"
link opencode "opencode-$system/bin/opencode"
