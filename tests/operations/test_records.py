"""The record: the same on both sides whatever was said, and any difference found."""

import pytest

from comity.api import Response
from comity.core import checkpoint, jws, note, token
from comity.core.alarm import Kind
from comity.core.canonical import parse, unb64url
from comity.core.checkpoint import Checkpoint
from comity.core.keys import Ed25519Signer
from comity.core.merkle import Frontier, leaf_hash
from comity.core.messages import RecordReply, RecordState
from comity.errors import Code
from comity.node import Node
from comity.operations import agreements, finding, inbox, posture, records
from comity.protocol import cosigning, recording
from comity.protocol.base import DSP
from comity.protocol.recording import RECORD
from comity.store import alarms, record
from comity.store.checkpoints import cosigned_note
from comity.store.rows.moving import add, change, many, remove
from comity.store.rows.record import Head, Message
from comity.worker import work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import contact, match, say


def verify(p: Pair, side: str = "us") -> records.RecordVerified:
    node, other = (p.us, MX.id) if side == "us" else (p.mx, US.id)
    return run(records.verify, node, peer=other)


def converse(p: Pair) -> None:
    """Say a little of everything, refusals included."""
    match(p)
    handle = run(finding.hits, p.us).hits[0].handle
    for reference in ("1", "2"):
        run(inbox.ask, p.us, handle=handle, case_reference=reference)
    first, second = run(inbox.inbox, p.mx).requests
    run(inbox.approve, p.mx, request=first.id, approval=first.approval)
    run(inbox.decline, p.mx, request=second.id, reason="no")
    p.pump()
    for target in ("/admin", f"{DSP}/negotiations/nothing", f"{DSP}/catalog/request"):
        assert say(p.us, MX.id, target, b"{").status in (400, 404)
    run(agreements.suspend, p.mx, agreement=run(agreements.agreement_list, p.mx).agreements[0].id)
    p.pump()


def test_both_have_the_same_after_everything(tagged: Pair) -> None:
    converse(tagged)
    ours = verify(tagged)
    assert (ours.sent.sender, ours.received.sender) == (US.id, MX.id)
    with tagged.mx.store.read() as tx:
        for said, direction in ((ours.sent, record.IN), (ours.received, record.OUT)):
            root = recording.root_at(tx, US.id, direction, said.size)
            assert unb64url(said.root) == root
    theirs = verify(tagged, "mx")
    # Comparing the record did not change it.
    assert theirs.received.size == ours.sent.size
    refused = [entry for entry in run(records.show, tagged.mx, peer=US.id).entries if entry.refused]
    assert len(refused) == 6  # three requests, and the three replies that said so
    assert run(posture.posture, tagged.mx, peer=US.id).refused == 3


def test_a_checkpoint_carries_both_signatures_to_a_third(tagged: Pair) -> None:
    found = verify(tagged)
    own, other = tagged.us.local.identity, tagged.mx.local.identity
    third = checkpoint.verify(
        found.sent.checkpoint.encode(),
        recording.log_key(own, MX.id),
        [recording.cosigner_key(other)],
    )
    assert (third.checkpoint.size, third.checkpoint.origin) == (
        found.sent.size,
        f"comity/{US.id}/{MX.id}",
    )


def test_what_was_said_in_order_and_how_much(tagged: Pair) -> None:
    match(tagged)
    here = run(records.show, tagged.us, peer=MX.id)
    there = run(records.show, tagged.mx, peer=US.id)
    assert (here.sent, here.received) == (there.received, there.sent)
    assert (here.sent_bytes, here.received_bytes) == (there.received_bytes, there.sent_bytes)
    tell = {(entry.sender, entry.sequence): (entry.id, entry.what) for entry in here.entries}
    assert tell.keys() == {(entry.sender, entry.sequence) for entry in there.entries}
    for entry in there.entries:
        assert tell[entry.sender, entry.sequence][0] == entry.id
    assert [entry.at for entry in here.entries] == sorted(entry.at for entry in here.entries)
    assert "comity-question-1" in {entry.what for entry in here.entries}


def spoil(p: Pair, side: str, direction: str, **values: object) -> None:
    """Change an entry that one side keeps; remove it where no values are given."""
    node, other = (p.us, MX.id) if side == "us" else (p.mx, US.id)
    where: dict[str, object] = {"peer": other, "direction": direction, "seq": 2}
    with node.store.write() as tx:
        if values:
            assert change(tx, Message, where, **values) == 1
        else:
            assert remove(tx, Message, **where) == 1


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize(
    "values", [{"leaf": bytes(32)}, {"token": "a.b.c"}, {"body": b'{"other":1}'}]
)
def test_a_changed_byte_is_found_by_who_keeps_it(
    tagged: Pair, direction: str, values: dict[str, object]
) -> None:
    verify(tagged)
    with tagged.us.store.read() as tx:
        (before,) = [row for row in record.entries(tx, MX.id, direction) if row.seq == 2]
    spoil(tagged, "us", direction, **values)
    with refuses(Code.RECORD_DIFFERS, entry=2):
        verify(tagged)
    spoil(tagged, "us", direction)
    with tagged.us.store.write() as tx:
        add(tx, before)
    verify(tagged)


def test_a_peer_whose_own_copy_is_spoiled_accuses_nobody(tagged: Pair) -> None:
    """It says that it cannot compare; what it says of itself is no evidence against us."""
    spoil(tagged, "mx", "in", leaf=bytes(32))
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="record-differs"):
        verify(tagged)
    assert raised(tagged.mx) == []
    assert raised(tagged.us) == [Kind.UNCOSIGNED]


def test_an_entry_that_is_gone_is_missed(tagged: Pair) -> None:
    spoil(tagged, "mx", "in")
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="record-incomplete"):
        verify(tagged)
    assert raised(tagged.mx) == []
    spoil(tagged, "us", "in")
    with refuses(Code.RECORD_INCOMPLETE):
        verify(tagged)


def test_a_log_that_is_written_anew_is_a_fork(tagged: Pair) -> None:
    """The asker rewrites one of its messages, consistently: its new checkpoint fits nothing."""
    verify(tagged)
    with tagged.us.store.write() as tx:
        (second,) = [row for row in record.entries(tx, MX.id, record.OUT) if row.seq == 1]
        other = jws.sign(token.REQUEST, jws.payload(second.token), tagged.mx.local.signers.message)
        changed = {"token": other, "leaf": record.leaf_of(other)}
        change(tx, Message, {"peer": MX.id, "direction": "out", "seq": 1}, **changed)
        leaves = [row.leaf for row in record.entries(tx, MX.id, record.OUT)]
        frontier = Frontier().extend(map(leaf_hash, leaves))
        change(tx, Head, {"peer": MX.id, "direction": "out"}, frontier=frontier.pack())
    with refuses(Code.RECORD_DIFFERS):
        verify(tagged)
    assert raised(tagged.mx) == [Kind.FORKED]
    with tagged.mx.store.read() as tx:
        (found,) = alarms.raised(tx, US.id)
    evidence = parse(found.evidence.encode(), 100_000)
    log = recording.log_key(tagged.us.local.identity, MX.id)
    held, shown = (
        checkpoint.verify(str(evidence[name]).encode(), log).checkpoint
        for name in ("held", "shown")
    )
    assert held.size == shown.size
    assert held.root != shown.root


def raised(node: Node) -> list[str]:
    """Return the kinds of the alarms at a node."""
    with node.store.read() as tx:
        return [found.kind for found in alarms.raised(tx)]


def state(p: Pair, size: int, root: bytes, signer: Ed25519Signer | None = None) -> RecordState:
    made = Checkpoint(recording.origin(US.id, MX.id), size, root)
    signed = checkpoint.sign(made, signer or p.us.local.signers.checkpoint)
    return said(p, signed.encode().decode())


def said(p: Pair, signed: str) -> RecordState:
    """Return what the asker says with another checkpoint."""
    with p.us.store.read() as tx:
        honest = cosigning.statement(p.us.local, tx, MX.id)
    return honest.model_copy(update={"checkpoint": signed, "since": 0, "consistency": ()})


def test_checkpoints_that_are_none(tagged: Pair) -> None:
    with tagged.us.store.read() as tx:
        size, root = record.head(tx, MX.id, record.OUT)
    hostile = {
        "another key": (state(tagged, size, root, Ed25519Signer(bytes(32))), Code.NOTE_INVALID),
        "no note": (said(tagged, "x"), Code.NOTE_INVALID),
    }
    for message, expected in hostile.values():
        with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=str(expected)):
            contact(tagged.us, MX.id, RECORD, message)
    assert raised(tagged.mx) == []


def test_checkpoints_that_are_not_cosigned(tagged: Pair) -> None:
    verify(tagged)
    with tagged.us.store.read() as tx:
        size, root = record.head(tx, MX.id, record.OUT)
    for sized in (size + 50, 2**62):
        reply = RecordReply.read(contact(tagged.us, MX.id, RECORD, state(tagged, sized, root)))
        assert Checkpoint.parse(note.parse(reply.cosigned.encode()).text).size == size
        assert reply.holds.size == size
    assert raised(tagged.mx) == []  # it may be on its way: it is asked for, first
    other = state(tagged, size + 50, bytes(32))
    RecordReply.read(contact(tagged.us, MX.id, RECORD, other))
    assert raised(tagged.mx) == [Kind.FORKED]  # two of one size


def test_another_root_is_a_fork(tagged: Pair) -> None:
    with tagged.us.store.read() as tx:
        size, _ = record.head(tx, MX.id, record.OUT)
    contact(tagged.us, MX.id, RECORD, state(tagged, size, bytes(32)))
    assert raised(tagged.mx) == [Kind.FORKED]


def test_the_log_of_another_relation_is_no_log_of_this(tagged: Pair) -> None:
    made = Checkpoint(recording.origin(US.id, "did:web:ca.example"), 0, Frontier().root())
    signed = checkpoint.sign(made, tagged.us.local.signers.checkpoint)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="note-invalid"):
        contact(tagged.us, MX.id, RECORD, said(tagged, signed.encode().decode()))


def test_an_old_checkpoint_still_fits_and_is_not_cosigned_again(tagged: Pair) -> None:
    with tagged.us.store.read() as tx:
        size, root = record.head(tx, MX.id, record.OUT)
    match(tagged)
    verify(tagged)
    with tagged.mx.store.read() as tx:
        newest = cosigned_note(tx, US.id, record.IN)
    reply = contact(tagged.us, MX.id, RECORD, state(tagged, size, root))
    assert newest is not None
    assert newest.size > size
    assert RecordReply.read(reply).cosigned == newest.note
    assert raised(tagged.mx) == []


def test_messages_that_cross_leave_no_gap(tagged: Pair) -> None:
    """While a reply is on its way, the same side says something else, which arrives first."""
    crossed: list[int] = []

    def crossing(response: Response) -> Response:
        run(agreements.suspend, tagged.mx, agreement=agreement)
        tagged.to_mx.mend()
        work(tagged.mx)
        crossed.append(run(posture.posture, tagged.us, peer=MX.id).messages_missing)
        return response

    (one,) = run(agreements.agreement_list, tagged.mx).agreements
    agreement = one.id
    tagged.to_mx.on_response = crossing
    say(tagged.us, MX.id, f"{DSP}/catalog/datasets/x", method="GET")
    assert crossed == [1]  # known to exist, and on its way
    assert run(posture.posture, tagged.us, peer=MX.id).messages_missing == 0
    tagged.pump()
    verify(tagged)
    verify(tagged, "mx")


def test_what_still_waits_goes_first(tagged: Pair) -> None:
    (agreement,) = run(agreements.agreement_list, tagged.mx).agreements
    run(agreements.suspend, tagged.mx, agreement=agreement.id)
    with tagged.mx.store.read() as tx:
        waiting = len(many(tx, Message, direction="out"))
    assert verify(tagged, "mx").sent.size == waiting


def test_the_private_log_says_who_decided_what(tagged: Pair) -> None:
    converse(tagged)
    found = run(records.journal_show, tagged.mx).entries
    actions = [(entry.action, entry.officer) for entry in found]
    for action in ("request.approve", "request.decline", "match.tag", "agreement.suspend"):
        assert (action, "officer-1") in actions
    with tagged.mx.store.write() as tx:
        tx.exec_driver_sql("UPDATE journal SET officer = 'officer-9' WHERE n = 3")
    with refuses(Code.RECORD_DIFFERS, entry=3):
        run(records.journal_show, tagged.mx)
