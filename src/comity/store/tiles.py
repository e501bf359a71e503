"""The inner nodes of a log's tree, kept as tiles of 256 hashes (C2SP tlog-tiles).

A tile is written in the transaction that completes it and never changes. With the tiles, the root
at any size and any proof take a few reads, however long the log is; what no full tile holds yet is
read from the messages, or from the roots of the tiles one level below.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from comity.core.merkle import Frontier, Tree, leaf_hash
from comity.errors import Code, ComityError
from comity.store.rows import Head, Tile, add, one
from comity.store.schema import messages
from comity.store.schema import tiles as table
from comity.store.statements import Statement

HEIGHT: Final = 8
"""Levels of the tree that one tile covers, as C2SP tlog-tiles fixes it."""
WIDTH: Final = 1 << HEIGHT
_HASH: Final = 32
_CACHED: Final = 256
"""Tiles kept while a tree is in use: 2 MiB."""

_LEAVES: Final = Statement(
    select(messages.c.leaf)
    .where(messages.c.peer == bindparam("peer"), messages.c.direction == bindparam("direction"))
    .where(messages.c.seq >= bindparam("start"), messages.c.seq < bindparam("stop"))
    .order_by(messages.c.seq)
)
_ROOTS: Final = Statement(
    select(table.c.root)
    .where(table.c.peer == bindparam("peer"), table.c.direction == bindparam("direction"))
    .where(table.c.level == bindparam("level"))
    .where(table.c.n >= bindparam("start"), table.c.n < bindparam("stop"))
    .order_by(table.c.n)
)


def complete(tx: Connection, peer: str, direction: str, before: int, after: int) -> None:
    """Write the tiles that a log completed when it grew from one size to another."""
    level = 0
    while before // WIDTH != after // WIDTH:
        for n in range(before // WIDTH, after // WIDTH):
            hashes = read(tx, peer, direction, level, n * WIDTH, (n + 1) * WIDTH)
            root = Frontier().extend(hashes).root()
            add(tx, Tile(peer, direction, level, n, root, b"".join(hashes)))
        level, before, after = level + 1, before // WIDTH, after // WIDTH


def read(
    tx: Connection, peer: str, direction: str, level: int, start: int, stop: int
) -> list[bytes]:
    """Return hashes of a level from what is below it: leaf hashes, or roots of tiles.

    Raises RECORD_INCOMPLETE (missing).
    """
    where: dict[str, object] = {"peer": peer, "direction": direction, "start": start, "stop": stop}
    if level:
        found = [bytes(root) for (root,) in _ROOTS.rows(tx, {**where, "level": level - 1})]
    else:
        found = [leaf_hash(bytes(leaf)) for (leaf,) in _LEAVES.rows(tx, where)]
    if len(found) != stop - start:
        raise ComityError(Code.RECORD_INCOMPLETE, missing=stop - start - len(found))
    return found


class StoredTree(Tree):
    """The tree of one log, as it is stored. Good for as long as its transaction."""

    def __init__(self, tx: Connection, peer: str, direction: str, size: int) -> None:
        super().__init__(())
        self._tx = tx
        self._log = peer, direction
        self._size = size
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __len__(self) -> int:
        return self._size

    def range_root(self, start: int, stop: int) -> bytes:
        """Return the root over some leaves; raises RECORD_INCOMPLETE where rows are gone."""
        return Frontier(stop - start, self._perfect(start, stop)).root()

    def frontier(self, size: int) -> Frontier:
        """Return the frontier that the log had at a size. Raises PROOF_NOT_VALID (size)."""
        if not 0 <= size <= self._size:
            raise ComityError(Code.PROOF_NOT_VALID, size=size)
        return Frontier(size, self._perfect(0, size))

    def tile(self, level: int, n: int) -> bytes:
        """Return the hashes of a tile, in one piece: 256 of 32 bytes, fewer in the last one.

        Raises PROOF_NOT_VALID (index) where the level has no such tile.
        """
        known = self._tiles.get((level, n))
        if known is not None:
            return known
        stop = min((n + 1) * WIDTH, self._size >> HEIGHT * level)
        if n < 0 or stop <= n * WIDTH:
            raise ComityError(Code.PROOF_NOT_VALID, index=n)
        peer, direction = self._log
        if stop == (n + 1) * WIDTH:
            full = one(self._tx, Tile, peer=peer, direction=direction, level=level, n=n)
            if full is None:
                raise ComityError(Code.RECORD_INCOMPLETE, missing=WIDTH)
            found = bytes(full.hashes)
        else:
            found = b"".join(read(self._tx, peer, direction, level, n * WIDTH, stop))
        if len(self._tiles) >= _CACHED:
            self._tiles.clear()
        self._tiles[level, n] = found
        return found

    def _perfect(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Return the roots of the perfect subtrees that make up a range, the largest first."""
        found, rest = [], stop - start
        while rest:
            height = rest.bit_length() - 1
            found.append(self._subtree(start, height))
            start, rest = start + (1 << height), rest - (1 << height)
        return tuple(found)

    def _subtree(self, start: int, height: int) -> bytes:
        level, above = divmod(height, HEIGHT)
        n, first = divmod(start >> HEIGHT * level, WIDTH)
        data = self.tile(level, n)
        places = range(first * _HASH, (first + (1 << above)) * _HASH, _HASH)
        return Frontier().extend(data[place : place + _HASH] for place in places).root()


def stored_tree(tx: Connection, peer: str, direction: str) -> StoredTree:
    """Return the tree of a log, without what lies behind a gap. Raises PEER_UNKNOWN."""
    head = one(tx, Head, peer=peer, direction=direction)
    if head is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return StoredTree(tx, peer, direction, head.size)
