#!/bin/sh
# Finds a Chromium for the browser tests, or installs Debian's where that can be done, or says it is absent.
# Usage: sh requirements/browser.sh
# CARTULARY_BROWSER=/path/to/chromium chooses one.
set -eu

find_browser() {
    for name in "${CARTULARY_BROWSER:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}

if find_browser >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium found; installing Debian's (some minutes, once)."
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
cat >&2 <<MESSAGE
No Chromium was found and none could be installed, so the browser tests are skipped.
Install chromium (on Debian, as root: apt-get install chromium), or name one with CARTULARY_BROWSER.
MESSAGE
