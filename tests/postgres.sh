#!/bin/sh
# Runs the store's tests on a PostgreSQL of their own, in a folder that goes away afterwards.
# With COMITY_TEST_POSTGRES set (a SQLAlchemy URL), that database is used instead.
set -eu

if [ -z "${COMITY_TEST_POSTGRES:-}" ]; then
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$bin" ] || bin=$(dirname "$(command -v initdb)") || {
        echo "needs PostgreSQL's server programs (Debian: apt-get install postgresql)" >&2
        exit 1
    }
    folder=$(mktemp -d)
    run() { "$@"; }
    if [ "$(id -u)" = 0 ]; then
        # PostgreSQL does not run as root.
        chown postgres "$folder"
        run() { su postgres -c "$(printf '%s ' "$@")"; }
    fi
    stop() { run "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
    trap stop EXIT
    run "$bin/initdb" -D "$folder/data" -A trust -U comity >/dev/null
    run "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
        -o "'-c listen_addresses= -c unix_socket_directories=$folder'" start >/dev/null
    export COMITY_TEST_POSTGRES="postgresql+psycopg://comity@/postgres?host=$folder"
    chmod 755 "$folder"
fi

"${BIN:-.venv/bin}/python" -m pytest -m postgres "$@"
