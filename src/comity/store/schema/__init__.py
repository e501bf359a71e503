"""The tables, by theme; each has its rows in the module of the same name in `comity.store.rows`.

Importing any of them imports all, so that the metadata is whole wherever somebody has it.
`tests/store/test_migrations.py` holds this against what the migrations make.
"""

from comity.store.schema import (
    agreements,
    delivery,
    evidence,
    files,
    holdings,
    matching,
    node,
    peers,
    record,
    requests,
    retention,
    saved_sets,
)

__all__ = [
    "agreements",
    "delivery",
    "evidence",
    "files",
    "holdings",
    "matching",
    "node",
    "peers",
    "record",
    "requests",
    "retention",
    "saved_sets",
]
