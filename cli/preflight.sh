#!/bin/sh
# Names all that the local stack needs and this machine lacks, each with the command that installs it.
# Usage: sh cli/preflight.sh, from the root of the checkout. Exit code 1 when something is missing.
set -eu

RUST_AT_LEAST=1.94
DISK_KB=$((6 * 1024 * 1024))
FOLDER=${COUNTERSIGN_FOLDER:-.local}
missing=0

if command -v apt-get >/dev/null; then package="sudo apt-get install -y"
elif command -v dnf >/dev/null; then package="sudo dnf install -y"
elif command -v pacman >/dev/null; then package="sudo pacman -S --noconfirm"
elif command -v zypper >/dev/null; then package="sudo zypper install -y"
elif command -v apk >/dev/null; then package="sudo apk add"
else package="install with your package manager:"
fi

lacks() {
    missing=$((missing + 1))
    printf '  missing: %s\n           %s\n' "$1" "$2"
}

at_least() { # wanted found
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$1" ]
}

rust=$(cargo --version 2>/dev/null | sed -n 's/^cargo \([0-9]*\.[0-9]*\).*/\1/p' || true)
if [ -z "$rust" ]; then
    lacks "Rust $RUST_AT_LEAST or newer" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
elif ! at_least "$RUST_AT_LEAST" "$rust"; then
    lacks "Rust $RUST_AT_LEAST or newer (there is $rust)" "rustup update stable"
fi

sh cli/python.sh >/dev/null || lacks "Python 3.11 to 3.13 with venv" "$package python3 python3-venv"

command -v cc >/dev/null || command -v gcc >/dev/null || lacks "a C compiler" "$package gcc"
command -v make >/dev/null || lacks "make" "$package make"

free_kb=$(df -Pk . | awk 'NR == 2 {print $4}')
if [ ! -x target/local/countersign ] && [ "$free_kb" -lt "$DISK_KB" ]; then
    lacks "6 GB of free disk here (there are $((free_kb / 1024 / 1024)) GB)" "free some, or move the checkout"
fi

# Ports of a stack that runs from this folder are its own.
runs() { # record
    pid=$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$FOLDER/$1" 2>/dev/null | head -n 1)
    [ -n "$pid" ] && [ -d "/proc/$pid" ]
}

listens() { # port; 0A is LISTEN
    hex=$(printf '%04X' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$hex\$" '$2 ~ p && $4 == "0A" {found = 1} END {exit !found}'
}

needs_port() { # port variable
    if listens "$1"; then lacks "port $1 is taken" "stop what listens there, or choose another: $2=<port> make …"; fi
}

runs engine.json || needs_port "${COUNTERSIGN_PORT_AWS:-4566}" COUNTERSIGN_PORT_AWS
if ! runs simulators.json; then
    needs_port "${COUNTERSIGN_PORT_SLACK:-4570}" COUNTERSIGN_PORT_SLACK
    needs_port "${COUNTERSIGN_PORT_BAMBOOHR:-4571}" COUNTERSIGN_PORT_BAMBOOHR
    needs_port "${COUNTERSIGN_PORT_OKTA:-4572}" COUNTERSIGN_PORT_OKTA
    needs_port "${COUNTERSIGN_PORT_ISSUER:-4573}" COUNTERSIGN_PORT_ISSUER
fi

if [ "$missing" -gt 0 ]; then
    echo "Nothing was started."
    exit 1
fi
if [ -x target/local/countersign ] && [ -f .local/venv-engine/lock.sha256 ]; then
    echo "All that is needed is there. Installed and built before: this takes about a minute and a half."
else
    echo "All that is needed is there. The first time takes 10 to 15 minutes on two cores: LocalStack is installed"
    echo "under .local/ (550 MB) and the product is built under target/ (4 GB). Later it takes a minute and a half."
fi
