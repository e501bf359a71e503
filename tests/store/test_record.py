"""The two logs with one peer: in sequence, mirrored through gaps, no number given twice."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.canonical import b64url
from comity.core.merkle import EMPTY_ROOT, Frontier, leaf_hash
from comity.errors import Code
from comity.limits import TOGETHER
from comity.store import record
from comity.store.engine import Store
from comity.store.record import IN, OUT
from comity.store.rows.record import Message
from comity.store.vault import Vault
from refusals import refuses

PEER = "did:web:us.example"


def message(seq: int, direction: str = IN, *, jti: int | None = None, peer: str = PEER) -> Message:
    """Return an entry whose token is told by its number."""
    token = f"token {seq}"
    return Message(
        peer=peer,
        direction=direction,
        seq=seq,
        jti=b64url((seq if jti is None else jti).to_bytes(16, "big")),
        kind="request",
        token=token,
        method="POST",
        target="/x",
        status=0,
        content_type="",
        body=b"",
        size=0,
        reply_to="",
        what="x",
        refused="",
        leaf=record.leaf_of(token),
        at=1,
    )


def root(size: int) -> bytes:
    """Return the root over the first messages, computed another way."""
    return Frontier().extend(leaf_hash(message(seq).leaf) for seq in range(size)).root()


def in_memory() -> Store:
    """Return a store whose wrap key is in a folder that goes away with the tests."""
    return Store("sqlite://", Vault(Path(KEYS.name)))


KEYS = TemporaryDirectory()


@pytest.fixture
def logs(store: Store) -> Store:
    with store.write() as tx:
        record.begin(tx, PEER)
    return store


def test_both_logs_begin_empty(logs: Store) -> None:
    with logs.read() as tx:
        assert record.head(tx, PEER, OUT) == record.head(tx, PEER, IN) == (0, EMPTY_ROOT)
        assert record.seen(tx, PEER).size == 0
        assert record.missing(tx, PEER) == 0


def test_ours_is_numbered_without_gaps(logs: Store) -> None:
    for expected in range(5):
        with logs.write() as tx:
            assert record.take_seq(tx, PEER) == expected
            record.append(tx, message(expected, OUT))
    with logs.read() as tx:
        assert record.head(tx, PEER, OUT) == (5, root(5))
        assert [entry.seq for entry in record.entries(tx, PEER, OUT)] == list(range(5))


def test_a_number_that_was_taken_in_vain_is_taken_again(logs: Store) -> None:
    for _ in range(2):
        with refuses(Code.PEER_UNKNOWN, peer=""), logs.write() as tx:
            assert record.take_seq(tx, PEER) == 0
            record.append(tx, message(0, OUT, peer=""))


def test_messages_that_cross_look_like_no_gap_once_they_are_here(logs: Store) -> None:
    sizes = []
    for seq in (0, 2, 3, 1, 5, 4):
        with logs.write() as tx:
            record.append(tx, message(seq))
            sizes.append((record.head(tx, PEER, IN)[0], record.missing(tx, PEER)))
    assert sizes == [(1, 0), (1, 1), (1, 1), (4, 0), (4, 1), (6, 0)]
    with logs.read() as tx:
        assert record.head(tx, PEER, IN) == (6, root(6))
        assert record.seen(tx, PEER).root == b64url(root(6))


@settings(max_examples=20)
@given(order=st.permutations(range(7)))
def test_any_order_of_arrival_gives_the_same_log(order: list[int]) -> None:
    made = in_memory()
    with made.write() as tx:
        record.begin(tx, PEER)
        for seq in order:
            record.append(tx, message(seq))
            size, head = record.head(tx, PEER, IN)
            assert head == root(size)
            assert record.leaves(tx, PEER, IN, 7) == [message(n).leaf for n in range(size)]
        assert record.head(tx, PEER, IN) == (7, root(7))
        assert record.missing(tx, PEER) == 0
    made.close()


def test_leaves_stop_at_a_gap(logs: Store) -> None:
    with logs.write() as tx:
        for seq in (0, 1, 3):
            record.append(tx, message(seq))
        assert len(record.leaves(tx, PEER, IN, 4)) == 2
        assert len(record.leaves(tx, PEER, IN, 1)) == 1


def test_a_number_or_an_id_that_comes_twice(logs: Store) -> None:
    with logs.write() as tx:
        record.append(tx, message(0))
    with refuses(Code.MESSAGE_ID_REUSED, peer=PEER), logs.write() as tx:
        record.append(tx, message(1, jti=0))
    with refuses(Code.SEQUENCE_REUSED, peer=PEER), logs.write() as tx:
        record.append(tx, message(0, jti=1))
    with logs.read() as tx:
        assert record.head(tx, PEER, IN) == (1, root(1))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_in_groups_or_one_by_one_comes_to_the_same(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(3 * TOGETHER)))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order) - 1), max_size=8)))
    one_by_one, in_groups = in_memory(), in_memory()
    with one_by_one.write() as tx, in_groups.write() as other:
        for each in (tx, other):
            record.begin(each, PEER)
        for start, stop in zip([0, *cuts], [*cuts, len(order)], strict=True):
            for seq in order[start:stop]:
                record.append(tx, message(seq))
            record.append_all(other, [message(seq) for seq in order[start:stop]])
            assert record.head(tx, PEER, IN) == record.head(other, PEER, IN)
            assert record.missing(tx, PEER) == record.missing(other, PEER)
        assert record.head(other, PEER, IN) == (len(order), root(len(order)))
    one_by_one.close()
    in_groups.close()


def test_what_is_given_twice_is_new_once(logs: Store) -> None:
    with logs.write() as tx:
        record.append(tx, message(0))
        given = [(message(n).jti, n) for n in (0, 1, 1, 2)] + [(message(9).jti, 2)]
        assert record.new(tx, PEER, given) == [False, True, False, True, False]
    with refuses(Code.SEQUENCE_REUSED, peer=PEER), logs.write() as tx:
        record.append_all(tx, [message(1), message(0, jti=7)])
    with logs.read() as tx:
        assert record.head(tx, PEER, IN) == (1, root(1))


def test_a_peer_that_is_not_pinned_has_no_log(store: Store) -> None:
    with refuses(Code.PEER_UNKNOWN, peer=PEER), store.write() as tx:
        record.take_seq(tx, PEER)
    with refuses(Code.PEER_UNKNOWN, peer=PEER), store.write() as tx:
        record.append(tx, message(0))
    with refuses(Code.PEER_UNKNOWN, peer=PEER), store.read() as tx:
        record.head(tx, PEER, IN)
    with refuses(Code.PEER_UNKNOWN, peer=PEER), store.read() as tx:
        record.missing(tx, PEER)


def test_logs_of_two_peers_are_apart(logs: Store) -> None:
    other = "did:web:ca.example"
    with logs.write() as tx:
        record.begin(tx, other)
        record.append(tx, message(0))
        record.append(tx, message(0, peer=other))
        assert record.take_seq(tx, PEER) == record.take_seq(tx, other) == 0
        assert record.entry(tx, other, IN, message(0).jti) == message(0, peer=other)
        assert record.entry(tx, other, OUT, message(0).jti) is None


def test_a_reply_is_found_by_its_request(logs: Store) -> None:
    with logs.write() as tx:
        record.append(tx, message(0))
        assert record.reply(tx, PEER, OUT, message(0).jti) is None
        record.append(tx, replace(message(0, OUT), reply_to=message(0).jti))
        found = record.reply(tx, PEER, OUT, message(0).jti)
    assert found is not None
    assert found.seq == 0
