"""Handles of a set that is being made, until they go into the database."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comity.core.canonical import b64url
from comity.core.label import HANDLE_BYTES
from comity.edge.keyfiles import PRIVATE, failures
from comity.limits import HANDLES_AT_ONCE
from comity.store.engine import Store
from comity.store.partitions import Partitions
from comity.store.rows.matching import Handle
from comity.store.rows.moving import add

_PLACE_BYTES: Final = 6
_LENGTH_BYTES: Final = 2
_ROW_BYTES: Final = HANDLE_BYTES + _PLACE_BYTES + _LENGTH_BYTES


class Handles:
    """Handles by their bytes, and the ids of their records in a file beside them.

    The database keeps handles in order. Ten million that come out of order would touch another
    page of it each time.
    """

    def __init__(self, folder: Path) -> None:
        self._rows = Partitions(folder / "handles", _ROW_BYTES)
        self._path = folder / "ids"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with failures(self._path):
            self._ids = open(os.open(self._path, flags, PRIVATE), "wb")  # noqa: SIM115 - `close`
        self._size = 0

    def put(self, handle: bytes, record: str) -> None:
        """Note which record a handle of 12 bytes stands for. Raises DISK_FULL or STORE_FAILED."""
        id = record.encode()
        with failures(self._path):
            self._ids.write(id)
        place = self._size.to_bytes(_PLACE_BYTES, "big")
        length = len(id).to_bytes(_LENGTH_BYTES, "big")
        self._rows.put(handle + place + length)
        self._size += len(id)

    def store(self, store: Store, manifest: str, dataset: str) -> Iterator[int]:
        """Put all of them into the database; gives how many are there, again and again.

        Each time a few, and then whoever else has something to write gets its turn. They mean
        nothing before a manifest of that digest is there. Raises DISK_FULL or STORE_FAILED.
        """
        with failures(self._path):
            self._ids.flush()
        done = 0
        with self._path.open("rb") as ids:
            for number in range(len(self._rows)):
                found = sorted(
                    chunk[at : at + _ROW_BYTES]
                    for chunk in self._rows.take(number)
                    for at in range(0, len(chunk), _ROW_BYTES)
                )
                for start in range(0, len(found), HANDLES_AT_ONCE):
                    some = found[start : start + HANDLES_AT_ONCE]
                    with store.write() as tx:
                        add(tx, *(_handle(ids.fileno(), row, manifest, dataset) for row in some))
                    done += len(some)
                    yield done

    def close(self) -> None:
        """Close the file."""
        self._ids.close()


def _handle(ids: int, row: bytes, manifest: str, dataset: str) -> Handle:
    handle, place = row[:HANDLE_BYTES], row[HANDLE_BYTES:-_LENGTH_BYTES]
    length = int.from_bytes(row[-_LENGTH_BYTES:], "big")
    id = os.pread(ids, length, int.from_bytes(place, "big"))
    return Handle(manifest, b64url(handle), dataset, id.decode())
