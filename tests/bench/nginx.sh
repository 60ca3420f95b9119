#!/bin/sh
# nginx.sh FOLDER: puts Debian's nginx into FOLDER/nginx, as it is packaged; nothing is installed.
# Where it can't be had, that is said and no failure.
set -eu
folder=$1/nginx
[ -x "$folder/usr/sbin/nginx" ] && exit 0
mkdir -p "$folder"
cd "$folder"
if apt-get download nginx >/dev/null 2>&1 && dpkg-deb -x nginx_*.deb .; then
  exit 0
fi
echo "nginx can't be downloaded, so nothing is measured beside it" >&2
