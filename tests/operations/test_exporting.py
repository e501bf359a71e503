"""Both logs as tiles: what is written, read back, gives the roots that both signed."""

from pathlib import Path

import pytest

from comity.core.checkpoint import Checkpoint
from comity.core.merkle import HASH_BYTES, leaf_hash
from comity.core.note import parse
from comity.core.tiles import ENTRIES, Tile, TiledTree
from comity.errors import Code
from comity.operations import exporting, records
from comity.store import record
from comity.store.rows.moving import change
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, say
from verify.told import forget_checkpoints


def exported(p: Pair) -> exporting.Exported:
    return run(exporting.export, p.us, peer=MX.id, path=str(p.folder / "tiles"))


@pytest.mark.parametrize("more", [0, 260])
def test_the_tiles_give_the_signed_root(agreed: Pair, more: int) -> None:
    for _ in range(more):
        say(agreed.us, MX.id, CATALOG, CATALOG_BODY)
    run(records.verify, agreed.us, peer=MX.id)
    found = exported(agreed)
    assert [log.sender for log in found.logs] == [US.id, MX.id]
    for log, direction in zip(found.logs, (record.OUT, record.IN), strict=True):
        folder = Path(log.path)
        tree = Checkpoint.parse(parse((folder / "checkpoint").read_bytes()).text)
        assert tree.size == log.size
        tiles = TiledTree(tree.size, lambda tile, at=folder: (at / tile.path).read_bytes())  # type: ignore[misc]
        assert tiles.root() == tree.root
        with agreed.us.store.read() as tx:
            rows = record.entries(tx, MX.id, direction)[: tree.size]
        bundles, hashes = b"", b""
        for index in range((tree.size + 255) // 256):
            width = min(256, tree.size - index * 256)
            bundles += (folder / Tile(ENTRIES, index, width).path).read_bytes()
            hashes += (folder / Tile(0, index, width).path).read_bytes()
        assert bundles == b"".join(b"\x00\x20" + row.leaf for row in rows)
        assert hashes == b"".join(leaf_hash(row.leaf) for row in rows)
        assert len(hashes) == tree.size * HASH_BYTES


def test_nothing_of_what_was_said_is_in_it(agreed: Pair) -> None:
    run(records.verify, agreed.us, peer=MX.id)
    exported(agreed)
    with agreed.us.store.read() as tx:
        tokens = [row.token.encode() for row in record.entries(tx, MX.id, record.OUT)]
    for path in (agreed.folder / "tiles").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(token in data or token.split(b".")[1] in data for token in tokens)


def test_what_is_not_exported(agreed: Pair) -> None:
    forget_checkpoints(agreed)
    with refuses(Code.ENTRY_NOT_COSIGNED):
        exported(agreed)
    run(records.verify, agreed.us, peer=MX.id)
    (agreed.folder / "tiles").mkdir()
    with refuses(Code.FILE_EXISTS):
        exported(agreed)
    (agreed.folder / "tiles").rmdir()
    where: dict[str, object] = {"peer": MX.id, "direction": "out", "seq": 1}
    with agreed.us.store.write() as tx:
        (row,) = [each for each in record.entries(tx, MX.id, record.OUT) if each.seq == 1]
        change(tx, Message, where, leaf=bytes(32))
    with refuses(Code.RECORD_DIFFERS):
        exported(agreed)
    with agreed.us.store.write() as tx:
        change(tx, Message, where, leaf=row.leaf)
    # A folder without a checkpoint is no log.
    assert not (agreed.folder / "tiles" / "sent" / "checkpoint").exists()
