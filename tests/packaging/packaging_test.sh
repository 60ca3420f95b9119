#!/bin/sh
# packaging_test.sh SOURCE CASE BUILD: what can be asserted of an installed tree without packages.
# Exits 4 where a tool is missing.
set -eu
source=$1
build=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

fail() {
  echo "$*" >&2
  exit 1
}
needs() {
  for tool; do
    command -v "$tool" >/dev/null || { echo "SKIPPED: $tool isn't installed"; exit 4; }
  done
}
expect_same() { # WHAT EXPECTED ACTUAL, files
  diff -u "$2" "$3" || fail "$1 differs: - is expected, + was found"
}

prefix=$work/first
cmake --install "$build" --prefix "$prefix" >/dev/null
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
libdir=$(cached CMAKE_INSTALL_LIBDIR)
lib=$prefix/$libdir/pindus
# Not the tester's own credentials, manifests and agent.
HOME=$work/home
export HOME
unset INDUSAGI_CODING_AGENT_DIR INDUSAGI_HOME PINDUS_PLUGIN_PATH PINDUS_AGENT
mkdir "$HOME"

# The commands and the options that --help names, one a line. Two commands are the SDK's.
commands() {
  printf 'plugin new\nplugin check\n'
  "$prefix/bin/pindus" --help |
    sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\(, [a-z]*\| [a-z]*\)\)   .*/\1/p' | sed 's/,.*//'
}
options_of() {
  # shellcheck disable=SC2086 # a command may be two words
  "$prefix/bin/pindus" ${1-} --help | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u
}
page_of() {
  case ${1-} in
    'auth exec' | 'auth env' | 'auth serve' | 'auth grant' | 'auth revoke' | 'auth runs')
      pages='pindus-exec pindus-broker' ;;
    *) pages=$(echo "pindus${1:+-$1}" | cut -d' ' -f1) ;;
  esac
  for page in $pages; do
    mandoc -T ascii "$prefix/share/man/man1/$page.1" | col -b
  done
}

case $2 in
  "the installed files and their modes are those of the list")
    docdir=$(cached CMAKE_INSTALL_DOCDIR)
    (cd "$prefix" && find . -type f -printf '%m %P\n') |
      sed -e "s| $(cached PINDUS_SYSTEMD_USER_DIR)/| UNITDIR/|" -e "s| $libdir/| LIBDIR/|" -e "s| ${docdir:-share/doc/pindus}/| DOCDIR/|" \
        -e "s| $(cached PINDUS_ZSH_COMPLETION_DIR)/| ZSHDIR/|" \
        -e 's|PindusTargets-[a-z]*|PindusTargets-BUILD|' |
      grep -v share/pindus/sdk/templates/ | LC_ALL=C sort -k2 >"$work/found"
    expect_same "the installed tree" "$source/tests/packaging/installed-files" "$work/found"
    ;;
  "an installed tree works after a move, and from a directory with a blank in its name")
    mv "$prefix" "$work/moved here"
    pindus="$work/moved here/bin/pindus"
    cd /
    printf 'sk-moved-0123456789abcdefghij' | "$pindus" signin openai --api-key >/dev/null
    [ "$("$pindus" auth key openai)" = sk-moved-0123456789abcdefghij ] || fail "another key"
    "$pindus" plugin list | grep -q anthropic || fail "the shipped providers aren't found"
    if strings -a "$work/moved here/bin/pindus" "$work/moved here/libexec/pindus/pindus-host" \
        "$work/moved here/libexec/pindus/pindus-broker" | grep -F "$prefix"; then
      fail "the installed place stands in a program"
    fi
    "$pindus" signout openai >/dev/null
    ;;
  "no program or library has a run path, and each needs only its own libraries")
    needs readelf
    for file in "$prefix/bin/pindus" "$prefix/libexec/pindus/pindus-host" \
        "$prefix/libexec/pindus/pindus-broker" "$lib"/*.so "$lib"/plugins-1/*.so "$lib"/../libpindus.so.1; do
      readelf -dW "$file" >"$work/dynamic"
      ! grep -E 'R(UN)?PATH|TEXTREL' "$work/dynamic" || fail "$file"
      allowed=$(sed -n "s|^${file##*/}: ||p" "$source/tests/packaging/needed-libraries")
      [ -n "$allowed" ] || allowed=$(sed -n 's|^plugins: ||p' "$source/tests/packaging/needed-libraries")
      sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' "$work/dynamic" | while read -r needed; do
        case " $allowed " in
          *" $needed "*) ;;
          *) fail "$file needs $needed" ;;
        esac
      done
    done
    ;;
  "the manifests are installed as they stand in the source, so they are the same everywhere")
    for manifest in "$prefix"/share/pindus/providers.d/*.json; do
      set -- "$source"/plugins/*/"${manifest##*/}" "$source"/providers-more/"${manifest##*/}"
      [ -e "$1" ] || shift
      cmp "$manifest" "$1" || fail "$manifest"
    done
    ;;
  "a packager's file beside ours changes a client id, and drops a provider")
    manifests=$prefix/share/pindus/providers.d
    cat >"$manifests/anthropic.vendor.json" <<'END'
{ "manifest": 1, "id": "anthropic",
  "methods": { "oauth": { "options": { "client_id": "of-the-distribution", "notice": null } } } }
END
    echo '{ "manifest": 1, "id": "groq", "enabled": false }' >"$manifests/groq.vendor.json"
    "$prefix/bin/pindus" signin anthropic --no-browser </dev/null 2>"$work/err" || :
    grep -q 'client_id=of-the-distribution&' "$work/err" || fail "$(cat "$work/err")"
    ! grep -q 'Claude Code' "$work/err" || fail "the notice is still shown"
    ! "$prefix/bin/pindus" signin groq </dev/null 2>"$work/err" || fail "groq isn't dropped"
    ! "$prefix/bin/pindus" signin </dev/null 2>&1 | grep -i groq || fail "groq is in the menu"
    ;;
  "version and ABI are the same wherever they are written")
    version=$(sed -n 's/^project(pindus VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
    abi=$(sed -n 's/^#define PINDUS_ABI_\(MAJOR\|MINOR\) //p' "$source/sdk/include/pindus/plugin.h" |
      paste -sd.)
    [ -n "$version" ] && [ -n "$abi" ] || fail "version '$version', ABI '$abi'"
    grep -qx "Version: *$version" "$source/packaging/rpm/pindus.spec" || fail "pindus.spec"
    grep -qx "%global abi $abi" "$source/packaging/rpm/pindus.spec" || fail "the ABI in pindus.spec"
    head -n 1 "$source/packaging/debian/changelog" | grep -q "^pindus ($version-" || fail "changelog"
    [ "$("$prefix/bin/pindus" --version)" = "pindus $version" ] || fail "--version"
    ;;
  "the RPM packages provide the providers of the manifests that they ship")
    needs rpmspec
    sed -n 's/^  "id": "\(.*\)",*$/pindus(provider-\1)/p' "$source"/plugins/*/*.json \
        "$source"/providers-more/*.json |
      sort -u >"$work/described"
    rpmspec -q --provides "$source/packaging/rpm/pindus.spec" | grep -F 'pindus(provider-' |
      sort -u >"$work/provided"
    expect_same "the list in pindus.spec" "$work/described" "$work/provided"
    ;;
  "the manual pages name every command and option that --help names, and no other")
    needs mandoc col
    page_of "" >"$work/page"
    options_of "" | while read -r option; do
      grep -q -- "$option\\>" "$work/page" || fail "pindus(1) doesn't name $option"
    done
    [ "$(commands | wc -l)" -ge 8 ] || fail "the commands of --help can't be read"
    commands | while read -r command; do
      page_of "$command" >"$work/page"
      grep -q -- "$command" "$work/page" || fail "no page names $command"
      options_of "$command" | while read -r option; do
        grep -q -- "$option\\>" "$work/page" || fail "the page of $command doesn't name $option"
      done
    done
    for word in signin signout auth plugin 'auth exec'; do
      commands | grep "^${word%% *}" | while read -r command; do options_of "$command"; done |
        sort -u >"$work/known"
      page_of "$word" | grep -oE -- '(^|[ [|(])--[a-z][a-z-]*' | tr -d ' [|(' | sort -u >"$work/named"
      [ -z "$(comm -13 "$work/known" "$work/named")" ] ||
        fail "pindus-$word(1) names what --help doesn't: $(comm -13 "$work/known" "$work/named")"
    done
    ;;
  "the completions name every command and option that --help names")
    share=$prefix/share
    for file in "$share/bash-completion/completions/pindus" \
        "$share"/zsh/*/_pindus "$share/fish/vendor_completions.d/pindus.fish"; do
      commands | while read -r command; do
        for word in $command; do
          grep -q -- "\\<$word\\>" "$file" || fail "${file##*/} doesn't name $word"
        done
        options_of "$command" | while read -r option; do
          case $file:$option in
            *:-h) continue ;;
            *.fish:*) option="-l ${option#--}" ;;
          esac
          grep -q -- "$option\\>" "$file" || fail "${file##*/} doesn't name $option"
        done
      done
    done
    ;;
  "bash completes the names of providers and accounts, and loads no plugin for it")
    needs bash strace
    [ -e /usr/share/bash-completion/bash_completion ] ||
      { echo "SKIPPED: bash-completion isn't installed"; exit 4; }
    printf 'sk-0123456789abcdefghijklm' |
      "$prefix/bin/pindus" signin openai --api-key --account work >/dev/null
    cat >"$work/complete" <<'END'
. /usr/share/bash-completion/bash_completion
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
_pindus
printf '%s\n' "${COMPREPLY[@]}"
END
    completes() { # EXPECTED WORD...
      expected=$1
      shift
      found=$(PATH=$prefix/bin:$PATH strace -f -qq -e trace=openat -o "$work/trace" \
        bash "$work/complete" "$prefix/share/bash-completion/completions/pindus" "$@" | xargs)
      ! grep 'plugins-1/.*\.so' "$work/trace" || fail "a plugin was opened"
      [ "$found" = "$expected" ] || fail "'$*': expected '$expected', found '$found'"
    }
    completes 'signin signout' pindus sign
    completes 'openai opencode openrouter' pindus signout open
    completes 'groq' pindus auth key gr
    completes 'work' pindus auth key openai --account ''
    completes '' pindus auth key groq --account ''
    completes '--no-browser --no-qr' pindus signin --no
    ;;
  "zsh and fish complete the names of providers and accounts")
    needs zsh fish
    printf 'sk-0123456789abcdefghijklm' |
      "$prefix/bin/pindus" signin openai --api-key --account work >/dev/null
    PATH=$prefix/bin:$PATH
    zsh_completes() {
      "$source/tests/packaging/zsh_completes" "$prefix"/share/zsh/*/ "$@" || fail "zsh: $1"
    }
    zsh_completes 'pindus signout openr' 'pindus signout openrouter'
    zsh_completes 'pindus auth key openai --account w' 'pindus auth key openai --account work'
    zsh_completes 'pindus signin --no-b' 'pindus signin --no-browser'
    fish_completes() { # LINE EXPECTED
      fish -N -c "source $prefix/share/fish/vendor_completions.d/pindus.fish; complete -C '$1'" |
        grep -q "^$2\>" || fail "fish: $1"
    }
    fish_completes 'pindus signout openr' openrouter
    fish_completes 'pindus auth key openai --account w' work
    fish_completes 'pindus signin --no-b' --no-browser
    ;;
  "mandoc has nothing to say about the manual pages")
    needs mandoc
    mandoc -T lint -W warning "$prefix"/share/man/man?/*
    ;;
  *) fail "no such case: $2" ;;
esac
