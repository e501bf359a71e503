"""Property: whatever is destroyed, in whatever order, roots and proofs stay what they were."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from comity.store import record, rotation
from comity.store.engine import Store
from comity.store.record import IN
from comity.store.rows.moving import change
from comity.store.rows.record import Message
from comity.store.vault import Vault
from store.test_record import PEER
from store.test_vault import entry

SIZE = 9


def tree(store: Store, size: int) -> Tree:
    """Return the tree over what the store has, of tokens where they are there."""
    with store.read() as tx:
        return Tree([leaf_hash(leaf) for leaf in record.leaves(tx, PEER, IN, size)])


@settings(max_examples=25)
@given(
    gone=st.lists(st.integers(0, SIZE - 1), unique=True, max_size=SIZE),
    rotate=st.booleans(),
    late=st.integers(0, 3),
)
def test_whatever_is_destroyed_every_proof_stays_valid(
    gone: list[int], rotate: bool, late: int
) -> None:
    with TemporaryDirectory() as folder:
        store = Store("sqlite://", Vault(Path(folder)))
        with store.write() as tx:
            record.begin(tx, PEER)
            record.write_all(tx, [entry(seq) for seq in range(SIZE)])
            before = record.head(tx, PEER, IN)
        whole = tree(store, SIZE)
        proofs = [whole.inclusion_proof(index) for index in range(SIZE)]
        for seq in gone:
            with store.write() as tx:
                change(tx, Message, {"seq": seq}, token="", body=b"", destroyed=1)
        if rotate:
            rotation.rotate(store, 1)
        with store.write() as tx:
            assert record.head(tx, PEER, IN) == before
            record.write_all(tx, [entry(SIZE + n) for n in range(late + 1)])
            size, root = record.head(tx, PEER, IN)
        after = tree(store, size)
        assert after.root() == root
        assert after.root(SIZE) == whole.root() == before[1]
        for index, proof in enumerate(proofs):
            assert after.inclusion_proof(index, SIZE) == proof
            verify_inclusion(index, SIZE, leaf_hash(entry(index).leaf), proof, before[1])
            found = after.inclusion_proof(index)
            verify_inclusion(index, size, leaf_hash(entry(index).leaf), found, root)
        verify_consistency(SIZE, size, after.consistency_proof(SIZE), before[1], root)
        store.close()
