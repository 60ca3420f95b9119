#!/bin/sh
# arm64_test.sh BUILD CASE: what a machine of the other kind gets, cross-built here and run in its
# emulator.
. "$(dirname "$0")/support.sh"
[ "$(uname -m)" = x86_64 ] || skip "this is a test of what x86-64 can build for others"
built=$build/arm64

case $case in
  "Debian's packages and the archive are cross-built")
    rm -rf "$built"
    mkdir "$built"
    tree=$("$top/packaging/make-debian-source" "$built")
    # shellcheck disable=SC2016 # the inner shell's
    SHARED=$built quietly "$work/log" in_system bookworm '
      dpkg --add-architecture arm64
      apt-get update -qq
      apt-get install -qq --no-install-recommends build-essential crossbuild-essential-arm64
      cd "/mnt/$1"
      apt-get build-dep -qq --no-install-recommends --host-architecture arm64 -P nocheck ./
      DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" \
        dpkg-buildpackage -us -uc -b -aarm64 -Pnocheck
      cmake -S . -B /tmp/archive -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF \
        -DPINDUS_ARCHIVE=ON -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
        -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
        -DPKG_CONFIG_EXECUTABLE=/usr/bin/aarch64-linux-gnu-pkg-config
      cmake --build /tmp/archive --target package
      cp /tmp/archive/pindus-*-linux-aarch64.tar.gz /mnt' "${tree##*/}"
    ;;
  "the packages differ from this machine's in what is compiled alone")
    triplet='(x86_64|aarch64)-linux-gnu'
    for deb in "$built"/*_arm64.deb; do
      name=${deb##*/}
      name=${name%%_*}
      mkdir "$work/$name"
      dpkg-deb -x "$deb" "$work/$name/there"
      dpkg-deb -x "$build"/debian/first/"${name}"_*_amd64.deb "$work/$name/here"
      for place in here there; do
        find "$work/$name/$place" '(' -name '*.cmake' -o -name '*.pc' ')' \
          -exec sed -Ei "s/$triplet/TRIPLET/g" {} +
        (cd "$work/$name/$place" && find . -type f ! -path '*/lintian/*' -print0 | xargs -0 sha256sum) |
          sed -E -e "s/$triplet/TRIPLET/" \
            -e 's/^[0-9a-f]*(.*(\.so(\.[0-9.]+)?|\/bin\/pindus|\/libexec\/.*))$/compiled\1/' |
          LC_ALL=C sort -k2 >"$work/$name/$place.sums"
      done
      expect_same "$name" "$work/$name/here.sums" "$work/$name/there.sums"
    done
    ;;
  "packages and archive work on a bare Debian")
    needs_system bookworm-arm64
    cp "$built"/*.deb "$built"/*.tar.gz "$work"
    cp -R "$top/packaging/debian/tests" "$work/tests"
    # shellcheck disable=SC2016 # the inner shell's
    SHARED=$work quietly "$work/log" in_system bookworm-arm64 '
      [ "$(uname -m)" = aarch64 ]
      tar -xzf /mnt/pindus-*.tar.gz -C /opt --no-same-owner
      pindus=$(echo /opt/pindus-*/bin/pindus)
      printf %s "$1" | "$pindus" signin openai --api-key
      [ "$("$pindus" auth key openai)" = "$1" ]
      apt-get update -qq
      apt-get install -qq --no-install-recommends /mnt/pindus_*.deb /mnt/pindus-plugin-[!d]*.deb \
        /mnt/pindus-plugin-device_*.deb
      /mnt/tests/all-together' "$key"
    ;;
  *) fail "no such case: $case" ;;
esac
