#!/bin/sh
# system_test.sh BUILD CASE SUITE: makes a bare Debian for the tests that install something. Exits 4
# where that can't be done.
. "$(dirname "$0")/support.sh"
suite=$1
[ "$(id -u)" = 0 ] || skip "making a system needs root"
needs mmdebstrap
unshare --mount --pid --fork true 2>/dev/null || skip "there are no namespaces here"
rm -rf --one-file-system "${systems:?}/$suite"
mkdir -p "$systems"
mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/lists "$suite" "$systems/$suite" \
  >"$work/log" 2>&1 || {
  rm -rf --one-file-system "${systems:?}/$suite"
  skip "mmdebstrap: $(tail -n 1 "$work/log")"
}
"$here/in_fresh_system" "$systems/$suite" sh -c 'chroot "$SYSTEM" true' || {
  rm -rf --one-file-system "${systems:?}/$suite"
  skip "a copy of the system can't be mounted here"
}
