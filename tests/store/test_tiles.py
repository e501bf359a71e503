"""The stored tree says what the tree over all leaves says, at every size and in every proof."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from comity.core.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from comity.core.tiles import WIDTH
from comity.errors import Code
from comity.store import record, tiles
from comity.store.engine import Store
from comity.store.rows.moving import add, many, remove
from comity.store.rows.record import Message, Tile
from comity.store.tiles import stored_tree
from comity.store.vault import Vault
from refusals import refuses

PEER = "did:web:us.example"


def entry(seq: int, direction: str = record.IN) -> Message:
    token = f"token {seq}"
    return Message(
        peer=PEER,
        direction=direction,
        seq=seq,
        jti=str(seq),
        kind="request",
        token=token,
        method="",
        target="",
        status=0,
        content_type="",
        body=b"",
        size=0,
        reply_to="",
        what="",
        refused="",
        leaf=record.leaf_of(token),
        at=0,
    )


def grow(tx: Connection, start: int, stop: int) -> None:
    if start < stop:
        record.write_all(tx, [entry(seq) for seq in range(start, stop)])


def whole(size: int) -> Tree:
    return Tree([leaf_hash(record.leaf_of(f"token {seq}")) for seq in range(size)])


@pytest.fixture
def begun(store: Store) -> Store:
    with store.write() as tx:
        record.begin(tx, PEER)
    return store


SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 700, 1_025)


def test_every_root_and_proof_is_that_of_the_whole_tree(begun: Store) -> None:
    with begun.write() as tx:
        for start, stop in pairwise(SIZES):
            grow(tx, start, stop)
    with begun.read() as tx:
        stored, tree = stored_tree(tx, PEER, record.IN), whole(SIZES[-1])
        assert len(stored) == SIZES[-1]
        for size in SIZES[1:]:
            assert stored.root(size) == tree.root(size)
            assert stored.frontier(size).root() == tree.root(size)
            for other in {0, 1, 254, 255, 256, size - 1} & set(range(size)):
                assert stored.inclusion_proof(other, size) == tree.inclusion_proof(other, size)
                if other:
                    old = stored.consistency_proof(other, size)
                    assert old == tree.consistency_proof(other, size)
        with refuses(Code.PROOF_NOT_VALID, size=SIZES[-1] + 1):
            stored.root(SIZES[-1] + 1)


@settings(max_examples=10)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=5), st.data())
def test_however_it_grew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    store = Store(f"sqlite:///{folder}/store.db", Vault(folder / "wrap"))
    with store.write() as tx:
        record.begin(tx, PEER)
        size = 0
        for step in steps:
            grow(tx, size, size + step)
            size += step
        stored, tree = stored_tree(tx, PEER, record.IN), whole(size)
        assert stored.root() == tree.root()
        at = data.draw(st.integers(0, size - 1))
        proof = stored.inclusion_proof(at)
        verify_inclusion(at, size, leaf_hash(record.leaf_of(f"token {at}")), proof, tree.root())
        if at:
            proof = stored.consistency_proof(at)
            verify_consistency(at, size, proof, tree.root(at), tree.root())
    store.close()


def test_what_closes_a_gap_completes_the_tiles_behind_it(begun: Store) -> None:
    with begun.write() as tx:
        grow(tx, 1, 600)
        assert many(tx, Tile) == []
        assert len(stored_tree(tx, PEER, record.IN)) == 0
        grow(tx, 0, 1)
        assert [(tile.level, tile.n) for tile in many(tx, Tile, order="n")] == [(0, 0), (0, 1)]
        assert stored_tree(tx, PEER, record.IN).root() == whole(600).root()


def test_the_upper_levels(begun: Store) -> None:
    """Two tiles of tiles and a part. Most leaves are not there, only the tiles over them."""
    full = 2 * WIDTH + 3
    roots = [leaf_hash(str(n).encode()) for n in range(full)]
    with begun.write() as tx:
        for n in set(range(full)) - {WIDTH - 1, 2 * WIDTH - 1}:
            add(tx, Tile(PEER, record.OUT, 0, n, roots[n], bytes(32 * WIDTH)))
        for n in (WIDTH - 1, 2 * WIDTH - 1):
            start, stop = n * WIDTH, (n + 1) * WIDTH
            add(tx, *(entry(seq, record.OUT) for seq in range(start, stop)))
            tiles.complete(tx, PEER, record.OUT, stop - 1, stop)
            leaves = [leaf_hash(record.leaf_of(f"token {seq}")) for seq in range(start, stop)]
            roots[n] = Tree(leaves).root()
        stored = tiles.StoredTree(tx, PEER, record.OUT, full * WIDTH)
        assert stored.root() == Tree(roots).root()
        assert stored.root(2 * WIDTH * WIDTH) == Tree(roots).root(2 * WIDTH)
        assert stored.tile(1, 1)[:32] == roots[WIDTH]
        assert len(stored.tile(1, 2)) == 3 * 32
        assert len(stored.tile(2, 0)) == 2 * 32
        with refuses(Code.PROOF_NOT_VALID, index=1):
            stored.tile(2, 1)


def test_rows_that_are_gone_are_missed(begun: Store) -> None:
    with begun.write() as tx:
        grow(tx, 0, 300)
        assert remove(tx, Message, seq=299) == 1
        with refuses(Code.RECORD_INCOMPLETE, missing=1):
            stored_tree(tx, PEER, record.IN).root()
        assert remove(tx, Tile, n=0) == 1
        with refuses(Code.RECORD_INCOMPLETE, missing=WIDTH):
            stored_tree(tx, PEER, record.IN).root(255)
