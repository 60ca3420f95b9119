#!/bin/sh
# rpm_test.sh BUILD CASE: the RPM packages, with Debian's rpm.
. "$(dirname "$0")/support.sh"
needs rpmbuild
packages=$build/rpm/RPMS

package() { echo "$packages"/*/"$1"-[0-9]*.rpm; }
# Debian's rpm keeps no database of the system; this one is of a system that has nothing else.
root=$work/installed
in_root() { rpm --root "$root" --dbpath /var/lib/rpm "$@"; }

case $case in
  "the packages are built")
    rm -rf "$build/rpm"
    quietly "$work/log" "$top/packaging/rpm/build" "$build/rpm"
    ;;
  "they hold the files of Debian's packages")
    # What the two systems name otherwise: the library directory, the place of documentation and
    # of completions, and what helps to build their packages.
    same_names() {
      sed -E -e 's|/lib(64\|/[a-z0-9_]+-linux-gnu[a-z0-9]*)?/|/LIBDIR/|' -e 's|\.gz$||' \
        -e '/\/share\/doc\//d' -e 's|/zsh/[a-z-]*/|/zsh/|' -e '/\/(lintian|perl5|licenses)\//d' \
        -e '/macros\.d\//d' -e '/\.build-id/d' -e '/dh_pindus/d' | LC_ALL=C sort
    }
    for name in pindus pindus-plugin-api-key pindus-plugin-client-credentials \
        pindus-plugin-device pindus-plugin-github-copilot pindus-plugin-jwt-bearer \
        pindus-plugin-pkce pindus-plugin-dev pindus-providers-more libpindus1 libpindus-dev; do
      rpm=$(package "$(echo "$name" | sed 's/-dev$/-devel/')")
      rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" | sed -n 's/^-[^ ]* //p' |
        same_names >"$work/rpm"
      dpkg-deb --fsys-tarfile "$build"/debian/first/"${name}"_*.deb | tar -t | grep -v '/$' |
        sed 's/^\.//' | same_names >"$work/deb"
      [ -s "$work/deb" ] || fail "$name is empty"
      expect_same "$name" "$work/deb" "$work/rpm"
    done
    ;;
  "a plugin needs the ABI, and only the program provides it")
    in_root --initdb
    for part in plugin-api-key plugin-client-credentials plugin-device plugin-github-copilot \
        plugin-jwt-bearer plugin-pkce providers-more; do
      ! in_root --test -i "$(package pindus-$part)" 2>"$work/err" || fail "needs nothing"
      shows 'pindus(abi-1) >= 1.0' "$work/err"
    done
    shows pindus-plugin-api-key "$work/err" # of providers-more, the last
    rpm -qp --provides "$packages"/*/*.rpm | grep -c 'pindus(abi-1) = 1.0$' >"$work/count"
    [ "$(cat "$work/count")" = 1 ] || fail "not one package provides the ABI"
    ! rpm -qp --provides "$packages"/*/*.rpm | grep '\.so' || fail "a plugin is offered as a library"
    ! rpm -qp --scripts --triggers "$packages"/*/*.rpm | grep . || fail "something runs at installation"
    ;;
  "what is installed works, outlives a plugin, and leaves nothing")
    in_root --initdb
    # Of this system, which is Debian's, rpm knows nothing: not the libraries either.
    in_root -i --nodeps "$(package pindus)" "$(package pindus-plugin-api-key)"
    pindus=$root/usr/bin/pindus
    printf %s "$key" | "$pindus" signin openai --api-key 2>"$work/err"
    in_root -e --nodeps pindus-plugin-api-key
    "$pindus" signin --list >"$work/out"
    shows openai: "$work/out"
    [ "$("$pindus" auth key openai)" = "$key" ] || fail "another key"
    "$pindus" signout openai 2>"$work/err"
    in_root -e --nodeps pindus
    left=$(find "$root" -path "$root/var" -prune -o -name '*pindus*' -print)
    [ -z "$left" ] || fail "left: $left"
    ;;
  "the macros are enough for a stranger's package")
    in_root --initdb
    in_root -i --nodeps "$(package pindus-plugin-devel)"
    mkdir -p "$work/build/SOURCES"
    echo '{"manifest": 1, "id": "acme", "methods": {}}' >"$work/build/SOURCES/acme.acme.json"
    cat >"$work/acme.spec" <<'SPEC'
Name: pindus-plugin-acme
Version: 1
Release: 1
Summary: Acme for pindus
License: MIT
BuildArch: noarch
Source0: acme.acme.json
%pindus_abi 1.0
%pindus_provider acme
%description
A manifest.
%install
install -D -m 644 %{SOURCE0} %{buildroot}%{_pindus_manifestdir}/acme.acme.json
%files
%{_pindus_manifestdir}/acme.acme.json
SPEC
    quietly "$work/log" rpmbuild -bb --nodeps --define "_topdir $work/build" \
      --load "$root"/usr/lib/rpm/macros.d/macros.pindus "$work/acme.spec"
    acme=$work/build/RPMS/noarch/pindus-plugin-acme-1-1.noarch.rpm
    rpm -qp --requires "$acme" >"$work/out"
    shows 'pindus(abi-1) >= 1.0' "$work/out"
    rpm -qp --provides "$acme" >"$work/out"
    shows 'pindus(provider-acme)' "$work/out"
    rpm -qp --list "$acme" >"$work/out"
    shows /usr/share/pindus/providers.d/acme.acme.json "$work/out"
    ;;
  *) fail "no such case: $case" ;;
esac
