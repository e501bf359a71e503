"""The inner nodes of a log's tree, kept as tiles of 256 hashes (C2SP tlog-tiles).

A tile is written in the transaction that completes it and never changes. With the tiles, the root
at any size and any proof take a few reads, however long the log is; what no full tile holds yet is
read from the messages, or from the roots of the tiles one level below.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from comity.core.merkle import Frontier, leaf_hash
from comity.core.tiles import HEIGHT, WIDTH, TiledTree
from comity.errors import Code, ComityError
from comity.store.rows.moving import add, one
from comity.store.rows.record import Head, Tile
from comity.store.schema.record import messages
from comity.store.schema.record import tiles as table
from comity.store.statements import Statement

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


class StoredTree(TiledTree):
    """The tree of one log, as it is stored. Good for as long as its transaction.

    Proofs raise RECORD_INCOMPLETE (missing) where rows are gone.
    """

    def __init__(self, tx: Connection, peer: str, direction: str, size: int) -> None:
        super().__init__(size, lambda tile: self.tile(tile.level, tile.index))
        self._tx = tx
        self._log = peer, direction
        self._tiles: dict[tuple[int, int], bytes] = {}

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


def stored_tree(tx: Connection, peer: str, direction: str) -> StoredTree:
    """Return the tree of a log, without what lies behind a gap. Raises PEER_UNKNOWN."""
    head = one(tx, Head, peer=peer, direction=direction)
    if head is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return StoredTree(tx, peer, direction, head.size)
