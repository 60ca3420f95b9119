#!/bin/sh
# bootstrap_test.sh BUILD CASE: the README's two commands where there is nothing but git and a clone.
. "$(dirname "$0")/support.sh"

# The authorities of this machine: a company's proxy is trusted inside as it is outside.
cp /etc/ssl/certs/ca-certificates.crt "$work"
git clone --quiet --depth 1 "file://$top" "$work/clone"
in_bare_system() {
  # shellcheck disable=SC2016 # the inner shell's
  SHARED=$work quietly "$work/log" in_system bookworm '
    apt-get install -qq --no-install-recommends git ca-certificates
    cp /mnt/ca-certificates.crt /etc/ssl/certs
    cp -R /mnt/clone /clone
    cd /
    eval "$1"' "$1"
}

case $case in
  "run, without HOME and under umask 002")
    # shellcheck disable=SC2016 # the inner shell's
    in_bare_system '
      unset HOME
      umask 002
      cp -R /clone /copy
      asked=$(printf sk-0123456789abcdefghijklm | /copy/bootstrap run --version)
      [ "$asked" = "$(/copy/build/release/bin/pindus --version)" ]
      [ -z "$(/copy/bootstrap run --version 2>&1 >/dev/null)" ]'
    ;;
  "test, with a HOME that is not there")
    in_bare_system 'HOME=/nonexistent /clone/bootstrap test'
    ;;
  *) fail "no such case: $case" ;;
esac
