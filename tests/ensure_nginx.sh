#!/bin/sh
# Gives tests/test_nginx.py its nginx: Debian's package, installed when we may. Never fails: what it cannot
# do it says, and the tests then skip themselves.
set -u

PATH=$PATH:/usr/sbin:/sbin
command -v nginx >/dev/null 2>&1 && exit 0

skipped() {
    echo "tests of deploy/nginx.conf will be skipped: no nginx, and $1" >&2
    exit 0
}

[ "$(id -u)" = 0 ] || skipped "only root may install it (apt-get install nginx-light)"
command -v apt-get >/dev/null 2>&1 || skipped "there is no apt-get to install it with"

quietly() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

echo "installing Debian's nginx for the tests of deploy/nginx.conf" >&2
for attempt in 1 2 3; do
    quietly update && quietly install -y --no-install-recommends nginx-light && exit 0
    sleep $((attempt * 5))
done
skipped "apt-get could not install it"
