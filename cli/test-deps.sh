#!/usr/bin/env bash
# Installs Chromium and its driver for the tests of the Slack page, where they are missing. The tests say so when they
# do not run.
set -euo pipefail

browser=""
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then browser=$name; break; fi
done
if [ -n "$browser" ] && command -v chromedriver >/dev/null; then
    echo "$browser and chromedriver are there"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "Chromium or chromedriver is missing, and apt-get too. Install both with your package manager;" >&2
    echo "without them the tests of the Slack page do not run, and say so." >&2
    exit 1
fi
run=()
[ "$(id -u)" = 0 ] || run=(sudo)
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    chromium chromium-driver fonts-dejavu-core
