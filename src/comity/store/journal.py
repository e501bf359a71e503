"""The private log: decisions, notes and officers. It never leaves the node.

Entries are chained by hash, so that a change to an old one shows; they carry ids and numbers.
"""

import json
from hashlib import sha256

from sqlalchemy import Connection, func, select

from comity.core.canonical import canonical
from comity.errors import Code, ComityError
from comity.store.rows.moving import add, many, one
from comity.store.rows.node import JournalEntry
from comity.store.schema.node import journal


def note(tx: Connection, at: int, officer: str, action: str, **detail: str | int) -> None:
    """Append an entry."""
    last = tx.execute(select(func.max(journal.c.n))).scalar_one_or_none()
    previous = b"" if last is None else _get(tx, last).head
    n, text = 0 if last is None else last + 1, canonical(detail).decode()
    add(
        tx,
        JournalEntry(n, at, officer, action, text, _head(previous, n, at, officer, action, text)),
    )


def entries(tx: Connection) -> list[tuple[JournalEntry, dict[str, str | int]]]:
    """Return all entries with their details, checked. Raises RECORD_DIFFERS where one changed."""
    previous, result = b"", []
    for found in many(tx, JournalEntry, order="n"):
        head = _head(previous, found.n, found.at, found.officer, found.action, found.detail)
        if head != found.head:
            raise ComityError(Code.RECORD_DIFFERS, entry=found.n)
        previous = head
        result.append((found, json.loads(found.detail)))
    return result


def _get(tx: Connection, n: int) -> JournalEntry:
    found = one(tx, JournalEntry, n=n)
    if found is None:
        raise ComityError(Code.RECORD_DIFFERS, entry=n)
    return found


def _head(previous: bytes, n: int, at: int, officer: str, action: str, detail: str) -> bytes:
    entry = {"n": n, "at": at, "officer": officer, "action": action, "detail": detail}
    return sha256(previous + canonical(entry)).digest()
