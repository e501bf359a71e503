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
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from comity.api import Entropy
from comity.core.entries import ENTRY_BYTES, INDEX_BYTES
from comity.errors import Code, ComityError
from comity.limits import SET_ENTRIES, SET_PART_BYTES

HEADER_BYTES: Final = 32
SMALLEST: Final = 1_024
"""Entries of the smallest bucket: a holder of three records looks like one of a thousand."""

_PREFIX: Final = (
    b"comity-tag-set\0\0" + (1).to_bytes(2, "big") + ENTRY_BYTES.to_bytes(2, "big") + bytes(4)
)
_BLOCK_ENTRIES: Final = 16_384


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


def build(parts: Iterable[bytes], entropy: Entropy) -> bytes:
    """Pad and sort entries in memory and return the file.

    `parts` are buffers of whole entries. Raises TAG_SET_INVALID for two entries with one index.
    """
    found = [entry for part in parts for entry in _entries(part)]
    size = padded_size(len(found))
    found += _entries(entropy((size - len(found)) * ENTRY_BYTES))
    found.sort()
    return b"".join(encode(size, found))


def encode(count: int, ordered: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the file of `count` entries that come in order, in blocks of at most a megabyte.

    For sets that are sorted outside memory, this is all that is needed besides the merge. Raises
    TAG_SET_INVALID where the order or the count is not as promised.
    """
    yield _PREFIX + count.to_bytes(8, "big")
    seen, last, block = 0, b"", bytearray()
    for entry in ordered:
        index = entry[:INDEX_BYTES]
        if index <= last or len(entry) != ENTRY_BYTES:
            raise ComityError(Code.TAG_SET_INVALID, index=seen)
        last = index
        block += entry
        seen += 1
        if seen % _BLOCK_ENTRIES == 0:
            yield bytes(block)
            block.clear()
    if seen != count or count != padded_size(count):
        raise ComityError(Code.TAG_SET_INVALID, count=seen)
    yield bytes(block)


def digest(blocks: Iterable[bytes | memoryview]) -> bytes:
    """Return the SHA-256 of a file given in blocks: 32 bytes."""
    state = hashlib.sha256()
    for block in blocks:
        state.update(block)
    return state.digest()


def part_count(size: int) -> int:
    """Return in how many parts a file of `size` bytes is fetched."""
    return -(-size // SET_PART_BYTES)


def part_range(size: int, number: int) -> tuple[int, int]:
    """Return start and stop of a part, numbered from 0. Raises TAG_SET_INVALID past the last."""
    if not 0 <= number < part_count(size):
        raise ComityError(Code.TAG_SET_INVALID, index=number)
    start = number * SET_PART_BYTES
    return start, min(start + SET_PART_BYTES, size)


class TagSet:
    """A tag set that was checked from end to end, open for look-ups.

    Takes bytes or a memory-mapped file (which stays exported while this object lives). Raises
    TAG_SET_INVALID for a wrong magic, version, length or size, for indexes that do not strictly
    increase, and, where a digest is given, for another file than that.
    """

    def __init__(self, data: bytes | memoryview, expected: bytes | None = None) -> None:
        # Views are let go where this raises: the error outlives the call, and with it its frames.
        with memoryview(data) as view:
            if bytes(view[: HEADER_BYTES - 8]) != _PREFIX or len(view) < HEADER_BYTES:
                raise ComityError(Code.TAG_SET_INVALID)
            self._count = int.from_bytes(view[HEADER_BYTES - 8 : HEADER_BYTES], "big")
            if self._count > SET_ENTRIES or len(view) != file_bytes(self._count):
                raise ComityError(Code.TAG_SET_INVALID, count=self._count)
            if self._count != padded_size(self._count):
                raise ComityError(Code.TAG_SET_INVALID, count=self._count)
            if expected is not None and digest([view]) != expected:
                raise ComityError(Code.TAG_SET_INVALID)
            self.entries = view[HEADER_BYTES:]
        try:
            self._check_order()
        except ComityError:
            self.close()
            raise

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Let the data go, so that a mapped file can be closed. No look-up works afterwards."""
        self.entries.release()

    def find(self, index: bytes) -> bytes | None:
        """Return the sealed label (48 bytes) that stands at an index of 10, or None."""
        return find(self.entries, index)

    def _check_order(self) -> None:
        last = b""
        for position in range(self._count):
            index = _index(self.entries, position)
            if index <= last:
                raise ComityError(Code.TAG_SET_INVALID, index=position)
            last = index


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


def _entries(part: bytes) -> Iterator[bytes]:
    if len(part) % ENTRY_BYTES:
        raise ComityError(Code.TAG_SET_INVALID)
    return (part[at : at + ENTRY_BYTES] for at in range(0, len(part), ENTRY_BYTES))
