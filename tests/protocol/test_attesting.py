"""What was destroyed at the end of its retention is attested to whom it came from."""

from pathlib import Path
from typing import Any

from comity.core.recall import Attestation
from comity.limits import ATTEST_SECONDS, RECALL_ENTRIES
from comity.operations import agreeing, offering, receiving, records
from comity.protocol.attesting import attest_due
from comity.protocol.destroying import OURS, PEERS
from comity.store import record
from comity.store.rows.moving import add, many
from comity.store.rows.record import Message
from comity.store.rows.retention import Destruction
from fileside import DATASET, filed
from nodes import MX, US, Pair, run
from protocol.test_lapsing import ANSWER, QUESTION, pass_time, verified
from protocol.test_retention import answered
from stages import TERMS
from store.test_record import message

KIND = "comity-attestation-1"


def attestations(p: Pair, side: str) -> list[Attestation]:
    with getattr(p, side).store.read() as tx:
        sent = many(tx, Message, direction="out", kind="request", what=KIND, order="seq")
    return [Attestation.read(row.body) for row in sent]


def test_each_side_attests_what_came_from_the_other(loaded: Pair) -> None:
    answered(loaded)
    pass_time(loaded, days=2)
    assert attestations(loaded, "us") == attestations(loaded, "mx") == []
    pass_time(loaded, seconds=ATTEST_SECONDS - 1)
    assert attestations(loaded, "us") == []
    pass_time(loaded, seconds=1)
    (ours,), (theirs,) = attestations(loaded, "us"), attestations(loaded, "mx")
    assert (ours.ground, ours.recall) == ("retention", "")
    assert {entry.direction for entry in (*ours.entries, *theirs.entries)} == {"received"}
    # The asker attests evaluations, the holder attests questions; each once.
    for node, peer, said in ((loaded.mx, US.id, ours), (loaded.us, MX.id, theirs)):
        shown = run(records.show, node, peer=peer)
        marked = [entry for entry in shown.entries if entry.attested]
        assert {entry.sequence for entry in marked} == {one.sequence for one in said.entries}
        assert {(entry.direction, entry.what) for entry in marked} == {("out", QUESTION)}
    verified(loaded)
    pass_time(loaded, days=1)
    assert len(attestations(loaded, "us")) == 1
    # An attestation is of the record, and has nothing that goes.
    pass_time(loaded, days=40)
    pass_time(loaded, seconds=ATTEST_SECONDS)
    with loaded.us.store.read() as tx:
        assert all(row.token for row in many(tx, Message, what=KIND))
        waiting = many(tx, Destruction, side=OURS, attestation="")
    assert waiting == []
    verified(loaded)


def test_the_answer_is_attested(loaded: Pair) -> None:
    answered(loaded)
    pass_time(loaded, days=5)
    pass_time(loaded, hours=2)
    with loaded.mx.store.read() as tx:
        (answer,) = many(tx, Message, what=ANSWER, direction="out", kind="request")
        (said,) = many(tx, Destruction, side=PEERS, direction="out", seq=answer.seq)
    assert (said.ground, said.recall) == ("retention", "")
    shown = {
        entry.sequence: entry
        for entry in run(records.show, loaded.mx, peer=US.id).entries
        if entry.direction == "out"
    }
    assert shown[answer.seq].attested
    assert shown[answer.seq].ground == "retention"


def test_more_than_one_message_can_name(tagged: Pair) -> None:
    count = RECALL_ENTRIES + 1
    with tagged.us.store.write() as tx:
        first = record.ends(tx, MX.id).theirs.next
        for seq in range(first, first + count):
            row = message(seq, "in", jti=seq, peer=MX.id)
            record.write(tx, row)
            add(tx, Destruction(MX.id, "in", seq, OURS, "retention", "", 1, ""))
        attest_due(tagged.us.local, tx)
    assert [len(said.entries) for said in attestations(tagged, "us")] == [RECALL_ENTRIES, 1]


def test_a_file_that_may_no_longer_be_kept_is_attested_by_its_start(tmp_path: Path) -> None:
    with filed(tmp_path) as f:
        f.hold()
        receive = {"approval": "automatic", "retention": "P1D"}
        terms: dict[str, Any] = {**TERMS, "receive": receive}
        offer = run(offering.make_offer, f.mx, dataset=DATASET, terms=terms)
        begun = run(agreeing.negotiate, f.us, peer=MX.id, dataset=DATASET, offer=offer.id)
        f.p.pump()
        f.ask(run(agreeing.show, f.us, negotiation=begun.id).agreement)
        run(receiving.fetch, f.us, transfer=f.of(f.us).id)
        f.p.pump()
        pass_time(f.p, days=1)
        assert run(receiving.received_list, f.us).files[0].destroyed
        pass_time(f.p, hours=1)
        (entry,) = [
            entry for entry in run(records.show, f.mx, peer=US.id).entries if entry.attested
        ]
        assert (entry.what, entry.direction) == ("TransferStartMessage", "out")
        verified(f.p)
