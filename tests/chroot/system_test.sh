#!/bin/sh
# system_test.sh BUILD CASE SUITE [ARCHITECTURE]: makes a bare Debian, SUITE or SUITE-ARCHITECTURE, for
# the tests that install something. Exits 4 where that can't be done.
. "$(dirname "$0")/support.sh"
suite=$1
architecture=${2-$(dpkg --print-architecture)}
system=$systems/$suite${2:+-$2}
[ "$(id -u)" = 0 ] || skip "making a system needs root"
needs mmdebstrap arch-test
arch-test "$architecture" >/dev/null ||
  skip "this machine can't run $architecture (qemu-user-static and binfmt_misc would)"
unshare --mount --pid --fork true 2>/dev/null || skip "there are no namespaces here"
rm -rf --one-file-system "$system"
mkdir -p "$systems"
mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/lists --architectures="$architecture" \
  "$suite" "$system" >"$work/log" 2>&1 || {
  rm -rf --one-file-system "$system"
  skip "mmdebstrap: $(tail -n 1 "$work/log")"
}
"$here/in_fresh_system" "$system" sh -c 'chroot "$SYSTEM" true' || {
  rm -rf --one-file-system "$system"
  skip "a copy of the system can't be mounted here"
}
