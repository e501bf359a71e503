"""The tag set: every sealed label of a dataset, sorted, padded, immutable.

The file (integers big-endian):

    16 bytes   "comity-tag-set" NUL NUL
     2 bytes   version, 1
     2 bytes   bytes of an entry, 58
     4 bytes   zero
     8 bytes   number of entries
    58 bytes   for each entry, sorted: index (10), sealed label (48)

The number of entries is that of a size bucket; random bytes fill it up, which nobody can tell
from real entries without the token. The digest in the manifest is the SHA-256 of the whole file.

How likely is a false hit? A look-up has to hit a stored index by chance, and the label there has
to open under a key it was not sealed with. With N entries, a look-up's 80-bit index is stored
with probability N / 2^80, at most 2^-54 for the 5 * 10^7 entries of SET_ENTRIES; what stands
there then passes Poly1305 under a key it was not sealed with with probability at most
8 * 4 / 2^106 = 2^-101 (four blocks: index, label, lengths). So a billion look-ups (2^30) expect
at most 2^-125 false hits. This is chance; a holder who seals a label for somebody it does not
hold is another matter. That two entries of one set collide in their index has probability at most
N^2 / 2^81, 2^-29 for the largest set; then the set is refused, and built again under a manifest
with another salt.
"""

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import lt
from typing import Final

from comity.core.entries import ENTRY_BYTES, INDEX_BYTES
from comity.errors import Code, ComityError
from comity.limits import SET_ENTRIES, SET_PART_BYTES

HEADER_BYTES: Final = 32
SMALLEST: Final = 1_024
"""Entries of the smallest bucket: a holder of three records looks like one of a thousand."""

_PREFIX: Final = (
    b"comity-tag-set\0\0" + (1).to_bytes(2, "big") + ENTRY_BYTES.to_bytes(2, "big") + bytes(4)
)
_ENTRY: Final = struct.Struct(f"{ENTRY_BYTES}s")
_INDEX: Final = struct.Struct(f"{INDEX_BYTES}s{ENTRY_BYTES - INDEX_BYTES}x")


def padded_size(count: int) -> int:
    """Return the size of the bucket for `count` entries: m * 2^k with m from 4 to 7.

    Four buckets an octave, so that padding costs at most a quarter and the size tells little.
    Raises TAG_SET_INVALID past SET_ENTRIES.
    """
    if count <= SMALLEST:
        return SMALLEST
    shift = count.bit_length() - 3
    size = -(-count >> shift) << shift
    if size > SET_ENTRIES:
        raise ComityError(Code.TAG_SET_INVALID, count=count, limit=SET_ENTRIES)
    return size


def file_bytes(count: int) -> int:
    """Return the size of the file of a set with `count` entries, padding included."""
    return HEADER_BYTES + count * ENTRY_BYTES


def in_order(entries: bytes) -> bytes:
    """Sort a buffer of whole entries. Raises TAG_SET_INVALID where it ends within one."""
    _check_whole(entries)
    return b"".join(sorted(entry for (entry,) in _ENTRY.iter_unpack(entries)))


def encode(count: int, ordered: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the file of `count` entries that come in order, in buffers of whole entries.

    Raises TAG_SET_INVALID where the order or the count is not as promised, and for two entries
    with one index.
    """
    if count != padded_size(count):
        raise ComityError(Code.TAG_SET_INVALID, count=count)
    yield _PREFIX + count.to_bytes(8, "big")
    seen, last = 0, b""
    for entries in ordered:
        last = _increasing(last, entries)
        seen += len(entries) // ENTRY_BYTES
        yield entries
    if seen != count:
        raise ComityError(Code.TAG_SET_INVALID, count=seen)


def part_count(size: int) -> int:
    """Return in how many parts a file of `size` bytes is fetched."""
    return -(-size // SET_PART_BYTES)


def part_range(size: int, number: int) -> tuple[int, int]:
    """Return start and stop of a part, numbered from 0. Raises TAG_SET_INVALID past the last."""
    if not 0 <= number < part_count(size):
        raise ComityError(Code.TAG_SET_INVALID, index=number)
    start = number * SET_PART_BYTES
    return start, min(start + SET_PART_BYTES, size)


class Check:
    """Checks a file from end to end while it passes, in blocks of any size.

    `update` and `finish` raise TAG_SET_INVALID: for a wrong magic, version, length or size, for
    indexes that do not strictly increase, and for another file than that of the digest.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size = 0
        self._count: int | None = None
        self._last = b""
        self._rest = b""

    def update(self, block: bytes) -> None:
        """Take the next block."""
        self._hash.update(block)
        self._size += len(block)
        block = self._rest + block
        if self._count is None:
            if len(block) < HEADER_BYTES:
                self._rest = block
                return
            self._count, block = _read_header(block), block[HEADER_BYTES:]
        whole = len(block) - len(block) % ENTRY_BYTES
        self._last = _increasing(self._last, memoryview(block)[:whole])
        self._rest = block[whole:]

    def finish(self, expected: bytes) -> None:
        """Check that this was all of it, and the file with that SHA-256."""
        if self._count is None or self._size != file_bytes(self._count):
            raise ComityError(Code.TAG_SET_INVALID)
        if self._hash.digest() != expected:
            raise ComityError(Code.TAG_SET_INVALID)


class TagSet:
    """A tag set that was checked when it was written (`Check`), open for look-ups.

    Takes bytes or a memory-mapped file (which stays exported while this object lives), of which
    it reads the header only. Raises TAG_SET_INVALID for a wrong magic, version, length or size.
    """

    def __init__(self, data: bytes | memoryview) -> None:
        # Views are let go where this raises: the error outlives the call, and with it its frames.
        with memoryview(data) as view:
            self._count = _read_header(bytes(view[:HEADER_BYTES]))
            if len(view) != file_bytes(self._count):
                raise ComityError(Code.TAG_SET_INVALID, count=self._count)
            self.entries = view[HEADER_BYTES:]

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Let the data go, so that a mapped file can be closed. No look-up works afterwards."""
        self.entries.release()


def find(entries: bytes | memoryview, index: bytes) -> bytes | None:
    """Return the sealed label (48 bytes) that stands at an index of 10 in sorted entries."""
    count = len(entries) // ENTRY_BYTES
    position = bisect_left(range(count), index, key=lambda at: _index(entries, at))
    if position == count or _index(entries, position) != index:
        return None
    start = position * ENTRY_BYTES
    return bytes(entries[start + INDEX_BYTES : start + ENTRY_BYTES])


def _index(entries: bytes | memoryview, position: int) -> bytes:
    start = position * ENTRY_BYTES
    return bytes(entries[start : start + INDEX_BYTES])


def _read_header(data: bytes) -> int:
    """Return how many entries a file has, as it says itself."""
    count = int.from_bytes(data[HEADER_BYTES - 8 : HEADER_BYTES], "big")
    if data[: HEADER_BYTES - 8] != _PREFIX or len(data) < HEADER_BYTES:
        raise ComityError(Code.TAG_SET_INVALID)
    if count > SET_ENTRIES or count != padded_size(count):
        raise ComityError(Code.TAG_SET_INVALID, count=count)
    return count


def _increasing(last: bytes, entries: bytes | memoryview) -> bytes:
    """Check that indexes strictly increase, the first from `last` on; return the last one.

    Ten million take a second or two: nothing is done for each in the interpreter.
    """
    _check_whole(entries)
    indexes = [index for (index,) in _INDEX.iter_unpack(entries)]
    if not all(map(lt, chain((last,), indexes), indexes)):
        raise ComityError(Code.TAG_SET_INVALID)
    return indexes[-1] if indexes else last


def _check_whole(entries: bytes | memoryview) -> None:
    if len(entries) % ENTRY_BYTES:
        raise ComityError(Code.TAG_SET_INVALID)
