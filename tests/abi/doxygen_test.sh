#!/bin/sh
# doxygen_test.sh SOURCE_DIR: Doxygen has nothing to say about libpindus's headers, and each function
# has a text of its own. Exits 4 where Doxygen is missing.
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v doxygen >/dev/null || {
  echo "SKIPPED: doxygen isn't installed"
  exit 4
}
{ cat sdk/Doxyfile; echo "OUTPUT_DIRECTORY = $work"; } | doxygen - >"$work/said" 2>&1
[ ! -s "$work/said" ] || { cat "$work/said" >&2; exit 1; }
sed -n 's/^PINDUS_API .*[ *]\(pindus_[a-z_]*\)(.*/\1/p' sdk/include/pindus/pindus.h >"$work/functions"
[ -s "$work/functions" ] || { echo "the functions of pindus.h can't be read" >&2; exit 1; }
while read -r name; do
  grep -q "class=\"memname\">.*$name " "$work/html/pindus_8h.html" ||
    { echo "the reference has no $name" >&2; exit 1; }
done <"$work/functions"
