"""Receipts, and links that bring nothing back: what a data diode lets through."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from comity.core.canonical import b64url
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import agreements, courier_receipts, offering, records
from comity.operations.records import verify
from comity.protocol.sending import State
from comity.store.rows.delivery import Outgoing
from comity.store.rows.evidence import Alarm
from comity.store.rows.moving import change, many, one
from comity.store.rows.record import Head, Message
from couriering import carry, link, pack, there_and_back, unpack, waits
from nodes import MX, US, Pair, run


def _states(p: Pair) -> set[str]:
    with p.us.store.read() as tx:
        return {row.state for row in many(tx, Outgoing, peer=MX.id)}


def test_one_way_consent_is_withdrawn_and_a_receipt_comes_by_telephone(tagged: Pair) -> None:
    p = tagged
    link(p, one_way=True)
    [agreement] = run(agreements.agreement_list, p.us).agreements
    run(agreements.suspend, p.us, agreement=agreement.id, reason="Under review.")
    first = pack(p, p.us)
    run(agreements.resume, p.us, agreement=agreement.id)
    # Nothing is known to have arrived, so everything goes again.
    second = pack(p, p.us)
    assert second.requests > first.requests >= 1
    unpack(p, p.mx, *second.files)
    receipt = run(courier_receipts.receipt, p.mx, peer=US.id)
    assert len(receipt.text) < 600
    assert all(line.isprintable() for line in receipt.text.splitlines())
    came = run(courier_receipts.accept, p.us, text=receipt.text)
    assert (came.size, came.sent) == (receipt.size, receipt.size)
    assert came.settled == second.requests
    assert _states(p) == {State.DONE}
    assert pack(p, p.us).requests == 0


def test_a_receipt_where_replies_come_back_too(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    carry(p, p.us)
    out = p.folder / "receipt"
    made = run(courier_receipts.receipt, p.mx, peer=US.id, file=str(out))
    assert out.read_text() == made.text
    came = run(courier_receipts.accept, p.us, text=out.read_text())
    # The reply is still to come, so the request goes on waiting.
    assert (came.size, came.settled, _states(p)) == (1, 0, {State.WAITING})
    assert carry(p, p.mx).new == 1
    with pytest.raises(ComityError) as refused:
        run(courier_receipts.receipt, p.mx, peer=US.id, file=str(out))
    assert refused.value.code is Code.FILE_EXISTS


def test_receipts_of_others_and_for_another_log(offered: Pair) -> None:
    p = offered
    link(p)
    with pytest.raises(ComityError) as none:
        run(courier_receipts.receipt, p.mx, peer=US.id)
    assert none.value.code is Code.COURIER_NO_RECEIPT
    waits(offering.catalog, p.us, peer=MX.id)
    carry(p, p.us)
    text = run(courier_receipts.receipt, p.mx, peer=US.id).text
    cases = {
        "not-a-note": ("hello", Code.NOTE_INVALID),
        "of-nobody": (text.replace(MX.id, "did:web:ca.example"), Code.PEER_UNKNOWN),
        "not-cosigned": (text.rsplit("— ", 1)[0], Code.NOTE_INVALID),
        "another-size": (text.replace("\n1\n", "\n2\n", 1), Code.NOTE_INVALID),
    }
    for flaw, (changed, code) in cases.items():
        with pytest.raises(ComityError) as refused:
            run(courier_receipts.accept, p.us, text=changed)
        assert refused.value.code is code, flaw
    with spoiled(p.us, MX.id), pytest.raises(ComityError) as differs:
        run(courier_receipts.accept, p.us, text=text)
    assert differs.value.code is Code.RECORD_DIFFERS


def test_records_are_compared_by_what_couriers_bring(offered: Pair) -> None:
    p = offered
    link(p)
    waits(verify, p.us, peer=MX.id)
    waits(offering.catalog, p.us, peer=MX.id)
    there_and_back(p, p.us)
    there_and_back(p, p.us)
    found = run(verify, p.us, peer=MX.id)
    there = run(verify, p.mx, peer=US.id)
    assert (found.sent.size, found.sent.root) == (there.received.size, there.received.root)
    assert (found.received.size, found.received.root) == (there.sent.size, there.sent.root)
    assert found.sent.size == found.received.size == 1
    assert found.sent.root != b64url(bytes(32))
    shown = run(records.show, p.us, peer=MX.id)
    assert (shown.sent, shown.received) == (1, 1)


def test_a_log_that_is_written_anew_shows_when_the_courier_comes(agreed: Pair) -> None:
    p = agreed
    link(p)
    there_and_back(p, p.us)
    with spoiled(p.mx, US.id):
        [came] = unpack(p, p.us, *pack(p, p.mx).files).bundles
    assert came.record == "differs"
    with p.us.store.read() as tx:
        assert [alarm.kind for alarm in many(tx, Alarm, peer=MX.id)] == ["forked"]


@contextmanager
def spoiled(node: Node, peer: str) -> Iterator[None]:
    """Let the log that a node writes for a peer be another one for a while."""
    where: dict[str, object] = {"peer": peer, "direction": "out"}
    with node.store.write() as tx:
        head, first = one(tx, Head, **where), one(tx, Message, **where, seq=0)
        assert head is not None
        assert first is not None
        changed = bytes(head.frontier[:-1]) + bytes([head.frontier[-1] ^ 1])
        change(tx, Head, where, frontier=changed)
        change(tx, Message, {**where, "seq": 0}, leaf=bytes(32))
    yield
    with node.store.write() as tx:
        change(tx, Head, where, frontier=head.frontier)
        change(tx, Message, {**where, "seq": 0}, leaf=first.leaf)
