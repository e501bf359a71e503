#!/bin/sh
# Runs the tests of keys in a token, on a SoftHSM with a token of its own in a folder that goes away
# afterwards. With COMITY_TEST_PKCS11 set (the path of a module), that is used instead: it needs a
# token with the label comity-test and the user PIN 20261126.
set -eu

if [ -z "${COMITY_TEST_PKCS11:-}" ]; then
    module=$(ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -n 1)
    [ -n "$module" ] && command -v softhsm2-util >/dev/null || {
        echo "needs SoftHSM (Debian: apt-get install softhsm2)" >&2
        exit 1
    }
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    mkdir "$folder/tokens"
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' \
        "$folder" >"$folder/softhsm2.conf"
    export SOFTHSM2_CONF="$folder/softhsm2.conf"
    softhsm2-util --init-token --free --label comity-test --so-pin 20261126 --pin 20261126 >/dev/null
    export COMITY_TEST_PKCS11="$module"
fi

"${BIN:-.venv/bin}/python" -m pytest -m pkcs11 "$@"
