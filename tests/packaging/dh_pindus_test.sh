#!/bin/sh
# dh_pindus_test.sh SOURCE CASE: dh_pindus on a package tree made here. Exits 4 without debhelper.
set -eu
export PERL5LIB="$1/packaging/debhelper"
dh_pindus=$1/packaging/debhelper/dh_pindus
perl -MDebian::Debhelper::Dh_Lib -MJSON::PP -e 1 2>/dev/null ||
  { echo "SKIPPED: debhelper isn't installed"; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
manifests=debian/acme/usr/share/pindus/providers.d
libraries=debian/acme/usr/lib/x86_64-linux-gnu/pindus/plugins-1
mkdir -p "$manifests" "$libraries"
cat >debian/control <<'END'
Source: acme
Build-Depends: debhelper-compat (= 13)

Package: acme
Architecture: any
END
printf 'acme (1) unstable; urgency=low\n\n  * X.\n\n -- X <x@example.org>  Tue, 24 Nov 2026 12:00:00 +0000\n' \
  >debian/changelog

fail() {
  echo "$*" >&2
  exit 1
}
substvar() { # NAME VALUE
  grep -qxF "pindus:$1=$2" debian/acme.substvars || fail "pindus:$1 isn't '$2': $(cat debian/*.substvars)"
}
refused() { # SENTENCE
  if "$dh_pindus" --no-check 2>err; then fail "not refused"; fi
  grep -qF "$1" err || fail "another sentence: $(cat err)"
}
manifest() { # ID LIBRARY ABI, in FILE
  echo "{\"id\": \"$2\", \"methods\": {\"oauth\": {\"library\": \"$3\", \"abi\": \"$4\"}}}" \
    >"$manifests/$1.json"
}

case $2 in
  "a package depends on the highest minor that its manifests ask for")
    touch "$libraries/acme.so"
    manifest a acme acme.so 1.2
    manifest b acme-eu acme.so 1.10
    "$dh_pindus" --no-check
    substvar Depends 'pindus-plugin-abi-1 (>= 1.10)'
    substvar Provides 'pindus-provider-acme, pindus-provider-acme-eu'
    ;;
  "a package depends on the plugins that it names and doesn't ship")
    manifest a Acme_Corp pkce.so 1.0
    "$dh_pindus" --no-check
    substvar Depends 'pindus-plugin-abi-1 (>= 1.0), pindus-plugin-pkce'
    substvar Provides pindus-provider-acme-corp
    ;;
  "a plugin without a provider depends on the ABI alone")
    touch "$libraries/acme.so"
    "$dh_pindus" --no-check
    substvar Depends 'pindus-plugin-abi-1 (>= 1.0)'
    ! grep Provides debian/acme.substvars || fail "provides something"
    ;;
  "a package without plugins is left alone")
    rm -r debian/acme/usr
    "$dh_pindus"
    [ ! -e debian/acme.substvars ] || fail "$(cat debian/acme.substvars)"
    ;;
  "a manifest that isn't JSON ends the build")
    echo '{' >"$manifests/a.json"
    refused 'a.json is not JSON'
    ;;
  "a library with a directory ends the build")
    manifest a acme ../acme.so 1.0
    refused 'which is not the bare name of a .so file'
    ;;
  "an ABI of another major ends the build")
    manifest a acme acme.so 2.0
    refused '"abi" is "2.0"'
    ;;
  "what pindus plugin check refuses ends the build")
    manifest a acme pkce.so 1.0
    printf '#!/bin/sh\necho "$@" >checked\nexit 1\n' >pindus
    chmod +x pindus
    if "$dh_pindus" --pindus="$work/pindus" 2>err; then fail "not refused"; fi
    grep -q "^plugin check --static .*/a.json" checked || fail "$(cat checked)"
    ;;
  *) fail "no such case: $2" ;;
esac
