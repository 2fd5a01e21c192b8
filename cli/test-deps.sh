#!/usr/bin/env bash
# Installs Chromium for the tests of the Slack page, where there is none. They say so when they do not run.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
        echo "$name is there"
        exit 0
    fi
done
if ! command -v apt-get >/dev/null; then
    echo "No Chromium is here, and no apt-get. Install Chromium with your package manager;" >&2
    echo "without it the tests of the Slack page do not run, and say so." >&2
    exit 1
fi
run=()
[ "$(id -u)" = 0 ] || run=(sudo)
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
