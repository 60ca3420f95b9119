#!/bin/sh
# archive_test.sh BUILD CASE [SUITE]: the relocatable archive, on systems that lack what it needs.
. "$(dirname "$0")/support.sh"
needs cpack
archive=$build/archive

# unpack DIR: what stands in the archive, in DIR.
unpack() {
  mkdir -p "$1"
  tar -xzf "$archive"/pindus-*.tar.gz --strip-components=1 --no-same-owner -C "$1"
}

case $case in
  "it is built")
    rm -rf "$archive"
    cd "$top" || fail "the tree is gone"
    quietly "$work/log" cmake --preset archive -B "$archive"
    quietly "$work/log" cmake --build "$archive" --target package
    [ "$(find "$archive" -maxdepth 1 -name "pindus-*-linux-$(uname -m).tar.gz" | wc -l)" = 1 ] ||
      fail "no archive for this machine"
    unpack "$work/tree"
    for file in "$work"/tree/bin/pindus "$work"/tree/lib/pindus/plugins-1/*.so; do
      ! readelf -dW "$file" | grep -E 'R(UN)?PATH' || fail "$file has a run path"
    done
    for file in "$work"/tree/libexec/pindus/* "$work"/tree/lib/pindus/pindus-*.so; do
      readelf -dW "$file" >"$work/dynamic"
      # shellcheck disable=SC2016 # the loader's word
      grep -q 'RUNPATH.*\[$ORIGIN[a-z./]*\]' "$work/dynamic" || fail "$file has no run path"
    done
    ;;
  "the front needs nothing of the system at all")
    [ "$(id -u)" = 0 ] || skip "chroot needs root"
    unpack "$work/system/opt/pindus"
    mkdir -p "$work/system/home/.pindusagi"
    printf '{"openai": {"default": {"kind": "apiKey", "key": "%s", "isDefault": true}}}\n' "$key" \
      >"$work/system/home/.pindusagi/auth.json"
    [ "$(env -i PATH="$PATH" HOME=/home chroot "$work/system" /opt/pindus/bin/pindus auth key openai)" = "$key" ] ||
      fail "another key"
    ;;
  "what a bare "*" lacks is named, and all works once that is there")
    unpack "$work/pindus"
    # shellcheck disable=SC2016 # the inner shell's
    SHARED=$work quietly "$work/log" in_system "$1" '
      cp -R /mnt/pindus "/opt/a folder"
      PATH="/opt/a folder/bin:$PATH"
      for library in libcurl libbotan libqrencode libfmt libsimdjson; do
        ! ldconfig -p | grep $library || { echo "the system has $library"; exit 1; }
      done
      printf %s "$1" | pindus signin openai --api-key
      [ "$(pindus auth key openai)" = "$1" ]
      pindus signin --list | grep default
      pindus plugin list | grep github-copilot
      pindus signout openai

      ! pindus signin anthropic --no-browser </dev/null 2>error || exit 1
      cat error
      packages=$(sed -n "s/.*apt install \([a-z0-9 -]*\)$/\1/p" error)
      apt-get install -qq --no-install-recommends ca-certificates $packages
      ! pindus signin anthropic --no-browser </dev/null 2>error || exit 1
      cat error
      grep -q code_challenge_method=S256 error
      ! pindus signin github-copilot --set enterpriseUrl=127.0.0.1:9 </dev/null 2>error || exit 1
      cat error
      grep -q 127.0.0.1 error
    ' "$key"
    ;;
  *) fail "no such case: $case" ;;
esac
