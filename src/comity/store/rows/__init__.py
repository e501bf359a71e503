"""Rows as frozen dataclasses, one for each table, and the functions that move them.

`row` is what all rows are, `moving` reads, writes and changes them. The other modules have the rows
themselves, by theme, each like the module of the same name in `comity.store.schema`. Importing any
of them imports all: what is done to all rows (`comity.store.forgetting`) misses none.
"""

from comity.store.rows import (
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
