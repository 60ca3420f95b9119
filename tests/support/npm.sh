# For scripts that install what tests run from npm; sourced. Nothing is put outside of their folder,
# and no script of a package is run.

fail() {
  echo "$0: $1" >&2
  exit 1
}

# Node trusts a list of its own; npm has to trust what the system does, a company's proxy included.
system_authorities=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS-}" ] && [ -r "$system_authorities" ]; then
  export NODE_EXTRA_CA_CERTS="$system_authorities"
fi

# quiet_npm FOLDER ARGUMENTS: its cache and settings are in FOLDER; what it says is shown only where
# it fails.
quiet_npm() {
  command -v npm > /dev/null || fail "npm is not installed (apt-get install npm)"
  folder=$1
  shift
  npm --cache "$folder/npm-cache" --userconfig "$folder/npmrc" --no-audit --no-fund \
    --no-update-notifier --ignore-scripts --loglevel error "$@" > "$folder/npm.log" 2>&1 || {
    cat "$folder/npm.log" >&2
    fail "npm $1 failed"
  }
}
