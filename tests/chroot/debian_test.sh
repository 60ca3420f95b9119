#!/bin/sh
# debian_test.sh BUILD CASE: Debian's packages.
. "$(dirname "$0")/support.sh"
first=$build/debian/first
second=$build/debian/second/deeper
later=$build/debian/later
needs dpkg-buildpackage

# Every package but those of debug symbols, as a directory of $work.
unpack_all() {
  for deb in "$first"/*.deb; do
    case $deb in *-dbgsym_*) continue ;; esac
    name=${deb##*/}
    dpkg-deb -R "$deb" "$work/${name%%_*}"
  done
}

case $case in
  "two builds in different surroundings give the same bytes")
    # Every test of the package has run outside it.
    export DEB_BUILD_OPTIONS="nocheck ${DEB_BUILD_OPTIONS-}"
    "$top/packaging/build-twice" "$build/debian"
    ;;
  "the source builds, tests and all, with what it asks for alone, by a user without a network")
    tree=$("$top/packaging/make-debian-source" "$work")
    # shellcheck disable=SC2016 # the inner shell's
    SHARED=$work quietly "$work/log" in_system bookworm '
      apt-get install -qq --no-install-recommends build-essential iproute2
      cp -R /mnt /build
      chown -R nobody /build
      cd "/build/$1"
      apt-get build-dep -qq --no-install-recommends ./
      unshare --net sh -euc "
        ip link set lo up
        exec runuser -u nobody -- env HOME=/nonexistent DEB_BUILD_OPTIONS=parallel=2 \
          dpkg-buildpackage -us -uc -b"
    ' "${tree##*/}"
    grep '% tests passed' "$work/log"
    ;;
  "lintian has nothing to say")
    needs lintian
    lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$first"/*.changes
    ;;
  "plugins are stripped and 0644, programs hardened, and nothing runs at installation")
    unpack_all
    find "$work" -path '*/plugins-1/*.so' >"$work/plugins"
    folders=$(find "$top/plugins" -mindepth 1 -maxdepth 1 -type d | wc -l)
    [ "$(wc -l <"$work/plugins")" = "$folders" ] || fail "not $folders plugins"
    find "$work" -type f '(' -path '*/bin/pindus' -o -path '*/libexec/*/pindus-*' -o -name '*.so' ')' \
      >"$work/binaries"
    while read -r file; do
      readelf -SW "$file" | grep -q '\.symtab\|\.debug_info' && fail "$file isn't stripped"
      readelf -lW "$file" >"$work/segments"
      shows GNU_RELRO "$work/segments"
      grep -q 'GNU_STACK.* RW ' "$work/segments" || fail "$file has an executable stack"
      readelf -dW "$file" >"$work/dynamic"
      grep -qE 'BIND_NOW|FLAGS.*NOW' "$work/dynamic" || fail "$file isn't bound at once"
      ! grep -E 'R(UN)?PATH|TEXTREL' "$work/dynamic" || fail "$file"
      case $file in
        *.so) [ "$(stat -c %a "$file")" = 644 ] || fail "the mode of $file" ;;
        *)
          [ "$(stat -c %a "$file")" = 755 ] || fail "the mode of $file"
          readelf -hW "$file" | grep -q 'Type: *DYN' || fail "$file isn't position-independent"
          ;;
      esac
    done <"$work/binaries"
    ! readelf -lW "$work/pindus/usr/bin/pindus" | grep INTERP || fail "the front isn't static"
    # What dpkg itself knows of a library: its users, and that ldconfig has to look again.
    scripts=$(find "$work"/*/DEBIAN -type f ! -name control ! -name md5sums ! -name shlibs \
      ! -name symbols ! -name triggers)
    [ -z "$scripts" ] || fail "runs at installation: $scripts"
    ;;
  "autopkgtest "*)
    needs autopkgtest
    needs_system bookworm
    # Every test has a system to itself, so that it may break it.
    # shellcheck disable=SC2016 # the inner shell's
    TEST=${case#autopkgtest } quietly "$work/log" \
      "$here/in_fresh_system" "$systems/bookworm" sh -c 'exec autopkgtest --test-name="$TEST" \
        --ignore-restrictions=breaks-testbed "$@" -- chroot "$SYSTEM"' \
      sh "$first"/*.deb "$first"/pindus-*/
    shows 'PASS' "$work/log"
    ;;
  "a later host with a longer table is built")
    rm -rf "$later"
    mkdir "$later"
    cd "$second"/pindus-*/ || fail "there is no tree to build in"
    sed -e 's/^#define PINDUS_ABI_MINOR .*/#define PINDUS_ABI_MINOR 1/' \
      -e 's/^} pindus_host_1;/  int32_t (*later)(pindus_session);\n&/' \
      "$top/sdk/include/pindus/plugin.h" >sdk/include/pindus/plugin.h
    sed -i '1s/(.*)/(99.0-1)/' debian/changelog
    rm -f debian/debhelper-build-stamp
    DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" \
      quietly "$work/log" dpkg-buildpackage -us -uc -b -d -nc
    mv ../*_99.0-1_*.deb "$later"
    ;;
  "plugins outlive an upgrade of the host")
    mkdir "$work/repository"
    cp "$first"/*.deb "$later"/*.deb "$work/repository"
    cp -R "$top/packaging/debian/tests" "$work/tests"
    # What needs the later ABI: a package, and a manifest.
    mkdir -p "$work/newer/DEBIAN"
    cat >"$work/newer/DEBIAN/control" <<END
Package: pindus-plugin-newer
Version: 1.0
Architecture: all
Maintainer: Somebody <somebody@example.org>
Depends: pindus-plugin-abi-1 (>= 1.1)
Description: needs what only the later host has
END
    quietly "$work/log" dpkg-deb -b "$work/newer" "$work/repository"
    (cd "$work/repository" && dpkg-scanpackages --multiversion . >Packages 2>/dev/null)
    # shellcheck disable=SC2016 # the inner shell's
    SHARED=$work quietly "$work/log" in_system bookworm '
      echo "deb [trusted=yes] copy:/mnt/repository ./" >/etc/apt/sources.list.d/local.list
      apt-get update -qq
      install() { apt-get install -qq --no-install-recommends "$@"; }
      first=$2 later=99.0-1
      version() { dpkg-query -W -f "\${Version}" "$1"; }
      plugins="api-key client-credentials device github-copilot jwt-bearer pkce"
      first_plugins=$(for plugin in $plugins; do echo pindus-plugin-$plugin=$first; done)

      install pindus=$first $first_plugins
      printf %s "$1" | pindus signin openai --api-key
      mkdir -p "$HOME/.pindusagi/plugins"
      echo "{\"manifest\": 1, \"id\": \"newer\", \"label\": \"Newer\", \"methods\":
        {\"api-key\": {\"library\": \"api-key.so\", \"abi\": \"1.1\"}}}" \
        >"$HOME/.pindusagi/plugins/newer.json"
      if install pindus=$first pindus-plugin-newer; then exit 1; fi
      if printf %s "$1" | pindus signin newer --api-key; then exit 1; fi
      # Else apt upgrades what comes of the same source together.
      for plugin in $plugins; do apt-mark hold pindus-plugin-$plugin; done
      install pindus=$later
      [ "$(version pindus)" = $later ]
      for plugin in $plugins; do
        [ "$(version pindus-plugin-$plugin)" = $first ]
        /mnt/tests/plugin-$plugin
      done
      [ "$(pindus auth key openai)" = "$1" ]
      install pindus-plugin-newer
      printf %s "$1" | pindus signin newer --api-key

      # And later plugins in the host that was there before them.
      apt-mark unhold "pindus-plugin-*"
      apt-get purge -qq "pindus*"
      install pindus=$first pindus-plugin-api-key=$later
      /mnt/tests/plugin-api-key
    ' "$key" "$(dpkg-deb -f "$first"/pindus_*.deb Version)"
    ;;
  *) fail "no such case: $case" ;;
esac
