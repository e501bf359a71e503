"""What tagging made of each record, kept for as long as the keys that it was made with.

One SQLite file of its own, in no backup. A record is known by a keyed digest of its encoded body,
so one that has changed is another one, and without the keys nobody can find out which it was of.
What is read back is checked: an output that rotted would lose hits in silence.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final, Self

from comity.core.derivation import Presence
from comity.edge.keyfiles import PRIVATE, failures
from comity.errors import Code, ComityError
from comity.limits import OUTPUTS_CACHED_BYTES, OUTPUTS_LET_GO_AT_ONCE
from comity.store.keysets import KeySet

_NAME_BYTES: Final = 16
_CHECK_BYTES: Final = 8
_PRESENCE_BYTES: Final = 2
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_OPENING: Final = f"""
    PRAGMA page_size = 16384;
    PRAGMA journal_mode = TRUNCATE;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -{OUTPUTS_CACHED_BYTES // 1024};
    CREATE TABLE IF NOT EXISTS outputs (
        place INTEGER PRIMARY KEY, name BLOB NOT NULL, made BLOB NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS outputs_name ON outputs (name);
"""
"""Pages hold some twenty records; what is put at the end is not written twice, as in a WAL."""


@dataclass(frozen=True, slots=True)
class Made:
    """What tagging made of one record: what labels say that it has, and its units."""

    presence: Presence
    units: bytes
    """`comity.core.matching.UNIT_BYTES` for each token."""


class Outputs:
    """The outputs of one set of keys, through one pass over the records.

    What was neither found nor put in a pass is of a record that has changed or is not there any
    more, and goes at its end (`let_go`).
    """

    def __init__(self, keys: KeySet) -> None:
        """Open the file, or begin one. Raises DISK_FULL, STORE_FAILED."""
        self._path, self._secret = keys.outputs, keys.secret()
        with failures(self._path):
            # Made by us, so that nobody else can read it, not even before it has anything.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE))
        with _failing(self._path):
            self._db = sqlite3.connect(self._path, isolation_level=None)
            try:
                self._db.executescript(_OPENING)
                (last,) = self._db.execute("SELECT max(place) FROM outputs").fetchone()
            except BaseException:
                self._db.close()
                raise
        self._last: int = last or 0
        self._seen = bytearray(self._last // 8 + 1)
        """A bit for each place: of ten million records, 1.2 MB."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def size(self) -> int:
        """What they take on disk so far."""
        return self._path.stat().st_size

    def get(self, body: bytes) -> Made | None:
        """Return what was made of a record, None where it is not here. Raises STORE_FAILED."""
        name = self._name(body)
        with _failing(self._path):
            row = self._db.execute(_GET, (name,)).fetchone()
        if row is None or row[1][:_CHECK_BYTES] != self._check(name, row[1][_CHECK_BYTES:]):
            return None
        self._see(row[0])
        at = _CHECK_BYTES + _PRESENCE_BYTES
        return Made(Presence(int.from_bytes(row[1][_CHECK_BYTES:at], "big")), row[1][at:])

    def put(self, records: Iterable[tuple[bytes, Made]]) -> None:
        """Keep what was made of records, by their bodies, durably.

        Raises DISK_FULL, STORE_FAILED; then nothing of it is kept.
        """
        rows = []
        for body, made in records:
            self._last += 1
            name = self._name(body)
            data = int(made.presence).to_bytes(_PRESENCE_BYTES, "big") + made.units
            rows.append((self._last, name, self._check(name, data) + data))
            self._see(self._last)
        with self._transaction():
            self._db.executemany(_PUT, rows)

    def let_go(self) -> int:
        """Delete what this pass has not seen; returns of how many records. Raises STORE_FAILED."""
        places = range(1, self._last + 1)
        unseen = ((each,) for each in places if not self._seen[each // 8] >> each % 8 & 1)
        count = 0
        while some := list(islice(unseen, OUTPUTS_LET_GO_AT_ONCE)):
            with self._transaction():
                count += self._db.executemany(_DELETE, some).rowcount
        return count

    def _see(self, place: int) -> None:
        if place // 8 >= len(self._seen):
            self._seen += bytes(len(self._seen))
        self._seen[place // 8] |= 1 << place % 8

    def _name(self, body: bytes) -> bytes:
        return blake2b(body, digest_size=_NAME_BYTES, key=self._secret).digest()

    def _check(self, name: bytes, data: bytes) -> bytes:
        return blake2b(name + data, digest_size=_CHECK_BYTES, key=self._secret).digest()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _failing(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


_GET: Final = "SELECT place, made FROM outputs WHERE name = ?"
_PUT: Final = "INSERT OR REPLACE INTO outputs (place, name, made) VALUES (?, ?, ?)"
_DELETE: Final = "DELETE FROM outputs WHERE place = ?"


@contextmanager
def _failing(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite into ours. A file that is broken goes: it can be made again."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _BROKEN:
            # What a journal says is of this file, and must not be put into the next one.
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        if code == sqlite3.SQLITE_FULL:
            raise ComityError(Code.DISK_FULL, path=str(path)) from None
        reason = getattr(error, "sqlite_errorname", "unknown").lower()
        raise ComityError(Code.STORE_FAILED, path=str(path), reason=reason) from None
