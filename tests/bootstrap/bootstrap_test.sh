#!/bin/sh
# bootstrap_test.sh SOURCE CASE: ./bootstrap in a clone of its own, with stand-ins for what it calls.
# The real thing, on a bare Debian 12, is ./bootstrap chroot.
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
clone=$work/clone
mkdir -p "$clone/packaging" "$work/tools"
cp "$source/bootstrap" "$source/CMakePresets.json" "$clone"
cp "$source/packaging/build-dependencies" "$source/packaging/install-build-dependencies" \
  "$clone/packaging"
log=$work/log
: >"$log"
export log

fail() {
  echo "$*" >&2
  sed 's/^/log: /' "$log" >&2
  exit 1
}
expect() { [ "$1" = "$2" ] || fail "expected '$2', got '$1'"; }
logged() { grep -q -- "$1" "$log" || fail "not done: $1"; }
not_logged() { ! grep -q -- "$1" "$log" || fail "done: $1"; }

# stand_in NAME: a program of that name that does what standard input says.
stand_in() {
  { echo '#!/bin/sh'; cat; } >"$work/tools/$1"
  chmod 755 "$work/tools/$1"
}
for tool in sh cat cksum dirname find flock grep mkdir sed sort stat env chmod rm true; do
  ln -s "$(command -v "$tool")" "$work/tools/$tool"
done
# Every step swallows what stands on standard input, if anything does.
stand_in cmake <<'END'
cat >/dev/null
case $1 in --build)
  echo '[0/2] Re-checking globbed directories...'
  [ ! -e "$log.broken" ] || { echo 'error: broken'; exit 1; }
  echo 'ninja: no work to do.'
  exit ;;
esac
echo "cmake $* ccache=$CCACHE_DIR" >>"$log"
echo 'much about the build'
mkdir -p build/release/bin
echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" >build/release/CMakeCache.txt
echo >build/release/build.ninja
printf '#!/bin/sh\necho "pindus in $PWD:"\nfor a; do echo "[$a]"; done\ncat\n' >build/release/bin/pindus
chmod 755 build/release/bin/pindus
END
stand_in dpkg-query <<'END'
echo dpkg-query >>"$log"
shift 3
[ -e "${log}.bare" ] || for package; do echo "$package installed"; done
END
stand_in apt-get <<'END'
cat >/dev/null
echo "apt-get $* frontend=${DEBIAN_FRONTEND-}" >>"$log"
[ ! -e "${log}.offline" ] || exit 100
case $1 in install) rm -f "${log}.bare" ;; esac
END
stand_in id <<'END'
echo 0
END

bootstrap() { PATH=$work/tools "$clone/bootstrap" "$@"; }

case $2 in
  "run hands its arguments and standard input to pindus and prints nothing of its own")
    mkdir "$work/elsewhere"
    cd "$work/elsewhere"
    out=$(printf 'the key' | bootstrap run signin 'two words' '' 2>/dev/null)
    expect "$out" "pindus in $work/elsewhere:
[signin]
[two words]
[]
the key"
    ;;
  "run is silent and asks dpkg nothing when nothing is to do")
    bootstrap run x </dev/null >/dev/null 2>&1
    : >"$log"
    expect "$(bootstrap run x </dev/null 2>&1)" "pindus in $PWD:
[x]"
    expect "$(cat "$log")" ""
    ;;
  "run asks dpkg again when the list has changed")
    bootstrap run x </dev/null >/dev/null 2>&1
    : >"$log"
    echo 'run    libnew-dev' >>"$clone/packaging/build-dependencies"
    bootstrap run x </dev/null >/dev/null 2>&1
    logged dpkg-query
    ;;
  "run as root installs what is missing, unattended, and neither npm nor a browser")
    : >"$log.bare"
    out=$(printf 'the key' | bootstrap run 2>/dev/null)
    expect "${out##*:
}" "the key"
    logged 'apt-get update.*frontend=noninteractive'
    logged 'apt-get install.* musl-dev.*frontend=noninteractive'
    not_logged npm
    not_logged chromium
    ;;
  "without root and sudo, the missing packages' apt-get line is printed and the exit code is 1")
    : >"$log.bare"
    stand_in id <<'END'
echo 1000
END
    status=0
    bootstrap run >"$work/out" 2>"$work/err" </dev/null || status=$?
    expect "$status" 1
    expect "$(cat "$work/out")" ""
    grep -qx '  apt-get install --no-install-recommends -y .*cmake.*musl-dev.*' "$work/err" ||
      fail "$(cat "$work/err")"
    not_logged apt-get
    ;;
  "a user with sudo installs through it")
    : >"$log.bare"
    stand_in id <<'END'
echo 1000
END
    stand_in sudo <<'END'
case $1 in -n) exit ;; esac
echo sudo >>"$log"
exec "$@"
END
    bootstrap run x </dev/null >/dev/null 2>&1
    logged sudo
    logged 'apt-get install.*frontend=noninteractive'
    ;;
  "an installation that failed is tried again, and its line is printed")
    : >"$log.bare"
    : >"$log.offline"
    status=0
    bootstrap run >"$work/out" 2>"$work/err" </dev/null || status=$?
    expect "$status" 1
    grep -q '^  apt-get install ' "$work/err" || fail "$(cat "$work/err")"
    rm "$log.offline"
    bootstrap run x </dev/null >/dev/null 2>&1
    logged 'apt-get install'
    ;;
  "a build that fails is shown, and pindus isn't run")
    bootstrap run x </dev/null >/dev/null 2>&1
    : >"$log.broken"
    status=0
    out=$(bootstrap run x </dev/null 2>"$work/err") || status=$?
    expect "$status" 1
    expect "$out" ""
    expect "$(cat "$work/err")" "error: broken"
    ;;
  "HOME may be missing, empty or a place that isn't there")
    for home in '' /nonexistent; do
      HOME=$home bootstrap run x </dev/null >/dev/null 2>&1 || fail "HOME='$home'"
    done
    (unset HOME && bootstrap run x </dev/null >/dev/null 2>&1) || fail "no HOME"
    logged "ccache=$clone/build/ccache"
    ;;
  "a clone that was moved is configured afresh")
    bootstrap run x </dev/null >/dev/null 2>&1
    mv "$clone" "$work/moved"
    clone=$work/moved
    bootstrap run x </dev/null >/dev/null 2>&1
    logged 'cmake --preset release --fresh'
    ;;
  *) fail "no such case: $2" ;;
esac
