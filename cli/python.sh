#!/bin/sh
# Prints the name of a Python that the local stack can use; exit code 1 when there is none.
set -eu
right="import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c "$right" >/dev/null 2>&1; then echo "$name"; exit 0; fi
done
exit 1
