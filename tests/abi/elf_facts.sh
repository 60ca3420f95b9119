#!/bin/sh
# elf_facts.sh PLUGIN.so...: what rules P1 and P15 want of our own plugins.
set -eu
fail() { echo "$plugin: $*" >&2; exit 1; }
[ $# -gt 0 ] || { echo "no plugin was given" >&2; exit 1; }
for plugin; do
  exported=$(nm -D --defined-only --format=posix "$plugin" | cut -d' ' -f1)
  [ "$exported" = pindus_plugin_entry_1 ] || fail "it exports: $exported"
  dynamic=$(readelf -dW "$plugin")
  case $dynamic in *RPATH* | *RUNPATH*) fail "it has a run path" ;; esac
  case $dynamic in *TEXTREL*) fail "it has text relocations" ;; esac
  case $dynamic in *NOW*) ;; *) fail "it isn't bound at load" ;; esac
  case $dynamic in *libcurl* | *libssl* | *libcrypto* | *libbotan* | *libsimdjson*)
    fail "it needs a library that the host's services stand for" ;;
  esac
  readelf -lW "$plugin" | grep -q GNU_RELRO || fail "it has no relro"
  readelf --dyn-syms -W "$plugin" | grep -q ' UNIQUE ' && fail "it has unique symbols"
  :
done
