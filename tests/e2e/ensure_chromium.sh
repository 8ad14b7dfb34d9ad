#!/bin/sh
# Gives the browser tests their Chromium: Debian's package, installed when we may. Never fails: what
# it cannot do it says, and the tests then skip themselves (or fail, where CI=true).
set -u

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done

skipped() {
    echo "browser tests will be skipped: no chromium, and $1" >&2
    exit 0
}

[ "$(id -u)" = 0 ] || skipped "only root may install it (apt-get install chromium)"
command -v apt-get >/dev/null 2>&1 || skipped "there is no apt-get to install it with"

quietly() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

echo "installing Debian's chromium for the browser tests" >&2
for attempt in 1 2 3; do
    # The font has all Vietnamese letters; without one Chromium draws boxes.
    quietly update &&
        quietly install -y --no-install-recommends chromium fonts-dejavu-core &&
        exit 0
    sleep $((attempt * 5))
done
skipped "apt-get could not install it"
