#!/bin/sh
# other_versions.sh FILE.s MODULE...: defines every function that these modules, and what they need,
# take from libcurl, OpenSSL, simdjson, fmt, Botan and libqrencode, each as an instruction that ends
# the process. A program that exports these stands for one with other versions of these libraries.
set -eu
exec >"$1"
shift
case $(uname -m) in
  x86_64) trap=ud2 ;;
  *) trap='.inst 0' ;;
esac
{
  for module; do
    echo "$module"
    ldd "$module" | sed -n 's/.* => \(.*\/lib\(curl\|ssl\)\.so[^ ]*\) .*/\1/p'
  done
} | sort -u | xargs nm -D --undefined-only |
  sed -n 's/^ *[Uw] \([A-Za-z0-9_]*\).*/\1/p' |
  grep -E '^(curl_|SSL_|TLS_|ERR_|EVP_|BIO_|X509_|OPENSSL_|CRYPTO_|QRcode_|_ZN?K?8simdjson|_ZN?K?3fmt|_ZN?K?5Botan)' |
  sort -u | while read -r name; do
  printf '.text\n.globl %s\n.type %s, %%function\n%s: %s\n' "$name" "$name" "$name" "$trap"
done
echo '.section .note.GNU-stack,"",%progbits'
