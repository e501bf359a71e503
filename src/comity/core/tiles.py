"""A log as tiles: files of hashes that never change once they are full (C2SP tlog-tiles).

A full tile has 256 hashes, and those of one level are the roots of the tiles of the level below;
level 0 has the hashes of the leaves. Beside them are bundles of the entries themselves. `Tiler`
makes them in one pass, with one open tile a level in memory; `TiledTree` makes proofs out of them,
and reads a few tiles for one, however long the log is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from comity.core.merkle import HASH_BYTES, Frontier, Tree, leaf_hash, node_hash
from comity.errors import Code, ComityError

WIDTH: Final = 256
"""Hashes of a full tile, and entries of a full bundle."""
HEIGHT: Final = 8
"""Levels of the tree that one level of tiles spans."""
ENTRIES: Final = -1
"""Stands for the level of a bundle of entries."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file: hashes of a level, or entries."""

    level: int
    """0 for the hashes of leaves, ENTRIES for a bundle."""
    index: int
    width: int
    """1 to 256; less than 256 only for the last one of its level."""

    @property
    def path(self) -> str:
        """The path below the log's prefix: `tile/<L>/<N>[.p/<W>]`."""
        *groups, last = _thousands(self.index)
        number = "/".join([*(f"x{group:03d}" for group in groups), f"{last:03d}"])
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"


class Tiler:
    """Makes the tiles of a log, entry by entry; holds 256 hashes a level at most."""

    def __init__(self) -> None:
        self.size = 0
        self._bundle: list[bytes] = []
        self._open: list[list[bytes]] = [[]]

    def extend(self, entries: Iterable[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Take entries, and give each tile and bundle that they fill.

        Raises PROOF_NOT_VALID (index) for an entry of over 65,535 bytes, which no bundle holds.
        """
        source = iter(entries)
        # Level 0 and the bundle fill together, so a run of entries fills both or neither.
        while part := list(islice(source, WIDTH - len(self._bundle))):
            longest = max(map(len, part))
            if longest >= 1 << 16:
                raise ComityError(Code.PROOF_NOT_VALID, index=self.size)
            self.size += len(part)
            self._bundle += part
            self._open[0] += map(leaf_hash, part)
            if len(self._bundle) == WIDTH:
                yield Tile(ENTRIES, self.size // WIDTH - 1, WIDTH), _bundled(self._bundle)
                self._bundle = []
                yield from self._full()

    def rest(self) -> Iterator[tuple[Tile, bytes]]:
        """Give the partial tiles and the partial bundle of the log as it is now."""
        if self._bundle:
            tile = Tile(ENTRIES, self.size // WIDTH, len(self._bundle))
            yield tile, _bundled(self._bundle)
        for level, hashes in enumerate(self._open):
            if hashes:
                index = self.size // WIDTH ** (level + 1)
                yield Tile(level, index, len(hashes)), b"".join(hashes)

    def root(self) -> bytes:
        """Return the root over the entries so far."""
        root: bytes | None = None
        for hashes in self._open:
            # The roots of the levels below are the rightmost, and so the last to come in.
            for left in reversed(_peaks(hashes)):
                root = left if root is None else node_hash(left, root)
        return Frontier().root() if root is None else root

    def _full(self) -> Iterator[tuple[Tile, bytes]]:
        """Give the tiles that are full, each of which puts its root into the level above."""
        level = 0
        while len(self._open[level]) == WIDTH:
            full, self._open[level] = self._open[level], []
            yield Tile(level, self.size // WIDTH ** (level + 1) - 1, WIDTH), b"".join(full)
            level += 1
            if level == len(self._open):
                self._open.append([])
            self._open[level].append(_root(full))


class TiledTree(Tree):
    """Proofs over a log of which the tiles are at hand."""

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        """Take the size of the log, and what returns a tile's bytes.

        What `read` raises passes through; proofs raise PROOF_NOT_VALID where a tile has the wrong
        length.
        """
        super().__init__(())
        self._size = size
        self._read = read

    def __len__(self) -> int:
        return self._size

    def range_root(self, start: int, stop: int) -> bytes:
        """Return the root over some leaves."""
        return Frontier(stop - start, self._peaks(start, stop)).root()

    def frontier(self, size: int) -> Frontier:
        """Return the frontier that the log had at a size. Raises PROOF_NOT_VALID (size)."""
        return Frontier(size, self._peaks(0, self._check_size(size)))

    def _peaks(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Return the roots of the perfect subtrees that make up a range, the largest first."""
        roots = []
        while start < stop:
            height = (stop - start).bit_length() - 1
            roots.append(self._perfect(start >> height, height))
            start += 1 << height
        return tuple(roots)

    def _perfect(self, index: int, height: int) -> bytes:
        """Return the root of the perfect subtree of 2^height leaves at `index` among those."""
        level, above = divmod(height, HEIGHT)
        number, place = divmod(index << above, WIDTH)
        width = min(WIDTH, self._size // WIDTH**level - number * WIDTH)
        data = self._read(Tile(level, number, width))
        if len(data) != width * HASH_BYTES:
            raise ComityError(Code.PROOF_NOT_VALID, size=self._size)
        places = range(place * HASH_BYTES, (place + (1 << above)) * HASH_BYTES, HASH_BYTES)
        return _root([data[at : at + HASH_BYTES] for at in places])


def _root(hashes: list[bytes]) -> bytes:
    """Return the root over so many hashes as a power of two."""
    while len(hashes) > 1:
        hashes = list(map(node_hash, hashes[::2], hashes[1::2]))
    return hashes[0]


def _thousands(number: int) -> list[int]:
    """Return the digits of a number in groups of three, the highest first."""
    groups = [number % 1000]
    while number := number // 1000:
        groups.append(number % 1000)
    return groups[::-1]


def _bundled(entries: list[bytes]) -> bytes:
    """Return entries, each behind its length as a big-endian uint16."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _peaks(hashes: list[bytes]) -> tuple[bytes, ...]:
    """Return the roots of the perfect subtrees over some hashes, the largest first."""
    return Frontier().extend(hashes).hashes
