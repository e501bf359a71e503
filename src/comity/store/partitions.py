"""Rows of one size, put in any order and taken back by their first byte, in bounded memory.

What is equal in its first byte is side by side when it is taken, so what is sorted or grouped by
leading bytes needs one partition in memory at a time. First bytes have to be evenly spread; those
of outputs, indexes and handles are.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comity.edge.keyfiles import PRIVATE, failures
from comity.limits import SET_PARTITIONS, SPOOL_CHUNK_BYTES, SPOOLED_AT_ONCE_BYTES

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


class Partitions:
    """Partitions of rows of `row_bytes`; each grows in memory first, then in a file.

    The files are in `folder`, which is made where it is missing, and are for the owner alone.
    """

    def __init__(self, folder: Path, row_bytes: int, count: int = SET_PARTITIONS) -> None:
        """Make `count` partitions, a power of two up to 256."""
        self.rows = 0
        """Rows that were put so far."""
        self._folder = folder
        self._row = struct.Struct(f"{row_bytes}s")
        self._shift = 9 - count.bit_length()
        self._buffers = [bytearray() for _ in range(count)]

    def __len__(self) -> int:
        return len(self._buffers)

    def put(self, rows: bytes) -> None:
        """Put a buffer of whole rows. Raises DISK_FULL or STORE_FAILED."""
        buffers, shift = self._buffers, self._shift
        for (row,) in self._row.iter_unpack(rows):
            buffer = buffers[row[0] >> shift]
            buffer += row
            if len(buffer) >= SPOOLED_AT_ONCE_BYTES:
                self._write(row[0] >> shift)
        self.rows += len(rows) // self._row.size

    def take(self, number: int) -> Iterator[bytes]:
        """Give the rows of one partition, in the order in which they came, and let them go.

        They come in buffers of whole rows, of SPOOL_CHUNK_BYTES at most. Raises STORE_FAILED.
        """
        path = self._path(number)
        if path.exists():
            size = SPOOL_CHUNK_BYTES - SPOOL_CHUNK_BYTES % self._row.size
            with failures(path), path.open("rb") as file:
                while chunk := file.read(size):
                    yield chunk
            path.unlink()
        last, self._buffers[number] = self._buffers[number], bytearray()
        if last:
            yield bytes(last)

    def _write(self, number: int) -> None:
        path = self._path(number)
        with failures(path):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            # Opened for each write: there are more partitions than files that may be open.
            with open(os.open(path, _FLAGS, PRIVATE), "wb", buffering=0) as file:
                left = memoryview(self._buffers[number])
                while left:
                    left = left[file.write(left) :]
        self._buffers[number] = bytearray()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:02x}"
