"""Contents are asked back: acknowledged, decided, destroyed, attested, and passed on."""

from pathlib import Path
from typing import Any

import pytest

from comity.core.canonical import b64url
from comity.core.recall import (
    Attestation,
    Entry,
    Recall,
    RecallOutcome,
    RecallState,
    Use,
)
from comity.errors import Code
from comity.limits import DAY, OPEN_RECALLS_PER_PEER, RECALL_ENTRIES, RECALL_SECONDS, USES
from comity.node import Node
from comity.operations import (
    agreeing,
    finding,
    holdings,
    inbox,
    matching,
    offering,
    recalling,
    receiving,
    records,
    tagging,
    transfers,
)
from comity.operations.recalling import RecallShown
from comity.protocol.catalog import MATCH
from comity.store import journal, kept, record
from comity.store.rows.files import Received
from comity.store.rows.matching import Hit, Question
from comity.store.rows.moving import many, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import Destruction, RecallRow
from fileside import filed
from nodes import MX, US, Pair, run
from protocol.test_retention import answered
from refusals import refuses
from stages import MAP, MX_LIST, MX_ROWS, TERMS, code, load, say

RECALLS, OUTCOMES = "/comity/1/recalls", "/comity/1/recalls/outcomes"
ATTESTATIONS = "/comity/1/attestations"
PLAIN: dict[str, Any] = {**TERMS, "request": {**TERMS["request"], "approval": "automatic"}}


def sent(node: Node, what: str, kind: str = "request") -> list[Message]:
    with node.store.read() as tx:
        return list(many(tx, Message, direction=record.OUT, what=what, kind=kind, order="seq"))


def ask(p: Pair, *seqs: int, reason: str = "a mistake") -> RecallShown:
    """Let the giver ask for its entries back, and deliver that."""
    asked = run(recalling.request, p.mx, peer=US.id, entries=seqs, reason=reason)
    p.pump()
    return run(recalling.show, p.mx, recall=asked.id)


def verified(p: Pair) -> None:
    run(records.verify, p.us, peer=MX.id)
    run(records.verify, p.mx, peer=US.id)


def gone(node: Node) -> set[tuple[str, int]]:
    with node.store.read() as tx:
        return {(row.direction, row.seq) for row in many(tx, Message) if row.destroyed}


def test_an_answer_is_taken_back(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq)
    assert (asked.state, asked.role, asked.outcome) == ("acknowledged", "giver", None)
    (waits,) = run(recalling.list_, loaded.us).recalls
    assert (waits.id, waits.state, waits.role, waits.reason) == (
        asked.id,
        "waiting",
        "holder",
        "a mistake",
    )
    assert [(one.direction, one.sequence, one.what) for one in waits.entries] == [
        ("in", answer.seq, "comity-answer-1")
    ]
    # Until an officer has decided, nothing is gone.
    assert gone(loaded.us) == set()
    done = run(recalling.honour, loaded.us, recall=asked.id)
    assert (done.state, done.uses, done.holders) == ("deleted", (), ())
    assert gone(loaded.us) == {("in", answer.seq)}
    with loaded.us.store.read() as tx:
        (row,) = many(tx, RequestRow)
    assert (row.answer, row.state, row.request != "") == ("", "answered", True)
    loaded.pump()
    after = run(recalling.show, loaded.mx, recall=asked.id)
    assert (after.state, after.outcome) == ("deleted", "deleted")
    shown = run(records.show, loaded.mx, peer=US.id)
    (entry,) = [one for one in shown.entries if one.attested]
    assert (entry.direction, entry.sequence, entry.destroyed) == ("out", answer.seq, 0)
    (here,) = [one for one in run(records.show, loaded.us, peer=MX.id).entries if one.destroyed]
    assert (here.sequence, here.ground, here.direction) == (answer.seq, "recall", "in")
    verified(loaded)
    for node, done_by in ((loaded.us, "recall.honour"), (loaded.mx, "recall.decided")):
        with node.store.read() as tx:
            assert done_by in [entry.action for entry, _ in journal.entries(tx)]


def test_evaluations_are_taken_back_with_all_hits(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    evaluations = sent(loaded.mx, "comity-question-1", "response")
    assert run(finding.hits, loaded.us).hits
    asked = ask(loaded, *(row.seq for row in evaluations))
    run(recalling.honour, loaded.us, recall=asked.id)
    loaded.pump()
    with loaded.us.store.read() as tx:
        assert (many(tx, Hit), many(tx, Question)) == ([], [])
    # The requests that came of a hit stay: they are another matter.
    assert run(inbox.request_list, loaded.us).requests[0].answer
    verified(loaded)


def test_used_before(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq)
    run(recalling.honour, loaded.us, recall=asked.id, used="tax audit", by="court")
    loaded.pump()
    after = run(recalling.show, loaded.mx, recall=asked.id)
    assert (after.state, after.uses) == (
        "already-used",
        (Use(purpose="tax audit", whom="court"),),
    )
    assert gone(loaded.us) == {("in", answer.seq)}


def test_a_decline_keeps_it_and_can_be_taken_back(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq)
    with refuses(Code.ARGUMENT_INVALID, where="reason"):
        run(recalling.decline, loaded.us, recall=asked.id, reason="")
    run(recalling.decline, loaded.us, recall=asked.id, reason="needed in court")
    loaded.pump()
    after = run(recalling.show, loaded.mx, recall=asked.id)
    assert (after.state, after.declined_because) == ("declined", "needed in court")
    assert gone(loaded.us) == set()
    with refuses(Code.RECALL_DECIDED):
        run(recalling.decline, loaded.us, recall=asked.id, reason="again")
    run(recalling.honour, loaded.us, recall=asked.id)
    loaded.pump()
    assert run(recalling.show, loaded.mx, recall=asked.id).state == "deleted"
    with refuses(Code.RECALL_DECIDED):
        run(recalling.honour, loaded.us, recall=asked.id)


def test_silence_is_overdue_on_both_sides(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    loaded.to_us.cut = True
    asked = run(recalling.request, loaded.mx, peer=US.id, entries=(answer.seq,))
    assert asked.state == "requested"
    loaded.to_us.mend()
    loaded.clock.forward(minutes=10)
    loaded.pump()
    loaded.clock.forward(seconds=RECALL_SECONDS - 600 - 1)
    assert run(recalling.show, loaded.mx, recall=asked.id).state == "acknowledged"
    loaded.clock.forward(seconds=601)
    for node in (loaded.mx, loaded.us):
        assert run(recalling.show, node, recall=asked.id).state == "overdue"
    run(recalling.honour, loaded.us, recall=asked.id)
    loaded.pump()
    assert run(recalling.show, loaded.mx, recall=asked.id).state == "deleted"


def test_what_is_gone_already_is_attested_again(loaded: Pair) -> None:
    """Retention came first; the giver learns that it is deleted all the same."""
    answered(loaded, {**PLAIN, "request": {**PLAIN["request"], "retention": "P1D"}})
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq)
    loaded.clock.forward(days=1)
    loaded.pump()
    assert ("in", answer.seq) in gone(loaded.us)
    assert run(recalling.honour, loaded.us, recall=asked.id).state == "deleted"
    loaded.pump()
    assert run(recalling.show, loaded.mx, recall=asked.id).state == "deleted"


def test_a_file_is_taken_back_and_so_is_what_was_made_of_it(tmp_path: Path) -> None:
    """The receiver made a list of it and let a counterpart match: there it is recalled, too.

    With two nodes the counterpart is the giver itself; for the protocol that makes no difference.
    """
    with filed(tmp_path) as f:
        p = f.p
        load(f.mx, MX_LIST, *MX_ROWS)
        content = (f.mx.folder / f"{MX_LIST}.csv").read_bytes()
        f.hold(content, MX_LIST)
        terms: dict[str, Any] = {**TERMS, "receive": {"approval": "automatic", "onward": True}}
        offer = run(offering.make_offer, f.mx, dataset=MX_LIST, terms=terms)
        begun = run(agreeing.negotiate, f.us, peer=MX.id, dataset=MX_LIST, offer=offer.id)
        p.pump()
        f.ask(run(agreeing.show, f.us, negotiation=begun.id).agreement)
        came = run(receiving.fetch, f.us, transfer=f.of(f.us).id)
        p.pump()
        path = kept.received_path(f.us.folder, came.id)
        run(holdings.load, f.us, path=str(path), format="csv", dataset="passed-on", mapping=MAP)
        again = {**TERMS, "territories": ["MX"]}
        run(offering.make_offer, f.us, dataset="passed-on", terms=again)
        taken = run(agreeing.negotiate, f.mx, peer=US.id, dataset="passed-on")
        p.pump()
        agreement = run(agreeing.show, f.mx, negotiation=taken.id).agreement
        run(tagging.tag, f.us, peer=MX.id, dataset="passed-on")
        run(transfers.request, f.mx, peer=US.id, agreement=agreement, format=MATCH)
        p.pump()
        assert run(matching.match, f.mx, peer=US.id, dataset="passed-on").hits
        evaluations = sent(f.us, "comity-question-1", "response")

        start = sent(f.mx, "TransferStartMessage")[-1]
        asked = ask(p, start.seq)
        done = run(recalling.honour, f.us, recall=asked.id)
        assert not path.exists()
        with f.us.store.read() as tx:
            assert one(tx, Received, id=came.id) is not None
        assert [(one.peer, one.state) for one in done.holders] == [(MX.id, "requested")]
        p.pump()
        (onward,) = [one for one in run(recalling.list_, f.mx).recalls if one.role == "holder"]
        assert [one.sequence for one in onward.entries] == [row.seq for row in evaluations]
        assert run(recalling.show, f.us, recall=onward.id).parent == asked.id
        told = run(recalling.show, f.mx, recall=asked.id)
        assert [(one.territory, one.state) for one in told.holders] == [("MX", "acknowledged")]
        run(recalling.honour, f.mx, recall=onward.id, used="tax audit")
        p.pump()
        for node in (f.us, f.mx):
            shown = run(recalling.show, node, recall=asked.id)
            assert [(one.territory, one.state) for one in shown.holders] == [("MX", "already-used")]
        with f.mx.store.read() as tx:
            assert many(tx, Hit) == []
        verified(p)


def test_only_contents_of_ours_are_asked_back(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    with refuses(Code.ENTRY_UNKNOWN, entry=9_999):
        run(recalling.request, loaded.mx, peer=US.id, entries=(9_999,))
    agreement = sent(loaded.mx, "ContractAgreementMessage")[0]
    with refuses(Code.ENTRY_STAYS, entry=agreement.seq):
        run(recalling.request, loaded.mx, peer=US.id, entries=(agreement.seq,))
    with refuses(Code.ARGUMENT_INVALID, where="entries"):
        run(recalling.request, loaded.mx, peer=US.id, entries=())


def named(row: Message, direction: str = "sent", leaf: bytes | None = None) -> Entry:
    return Entry.model_validate(
        {"direction": direction, "sequence": row.seq, "leaf": b64url(leaf or row.leaf)}
    )


@pytest.mark.parametrize(
    "flaw", ["another leaf", "no such entry", "the other's entry", "an agreement", "twice"]
)
def test_hostile_recalls(loaded: Pair, flaw: str) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    agreement = sent(loaded.mx, "ContractAgreementMessage")[0]
    question = sent(loaded.us, "comity-question-1")[0]
    entries, expected = {
        "another leaf": ((named(answer, leaf=bytes(32)),), "entry-unknown"),
        "no such entry": (
            (Entry(direction="sent", sequence=9_999, leaf=b64url(answer.leaf)),),
            "entry-unknown",
        ),
        "the other's entry": ((named(question, "received"),), "entry-unknown"),
        "an agreement": ((named(agreement),), "entry-stays"),
        "twice": ((named(answer), named(answer)), "schema-invalid"),
    }[flaw]
    message = Recall.model_construct(
        type="comity-recall-1", id="urn:x:1", entries=entries, reason=""
    )
    assert code(say(loaded.mx, US.id, RECALLS, message)) == expected
    assert run(recalling.list_, loaded.us).recalls == ()


def test_a_recall_names_so_many_entries_and_an_outcome_so_many_uses(loaded: Pair) -> None:
    leaf = b64url(bytes(32))
    entries = tuple(
        Entry(direction="sent", sequence=seq, leaf=leaf) for seq in range(RECALL_ENTRIES + 1)
    )
    for count, expected in ((RECALL_ENTRIES, "entry-unknown"), (None, "schema-invalid")):
        message = Recall.model_construct(
            type="comity-recall-1", id="urn:x:1", entries=entries[:count], reason=""
        )
        assert code(say(loaded.mx, US.id, RECALLS, message)) == expected
    use = Use(purpose="x", whom="peer")
    for uses, expected in (
        ((use,) * USES, "recall-unknown"),
        ((use,) * (USES + 1), "schema-invalid"),
    ):
        outcome = RecallOutcome.model_construct(
            type="comity-recall-outcome-1",
            recall="urn:x:1",
            outcome="deleted",
            reason="",
            uses=uses,
            holders=(),
        )
        assert code(say(loaded.mx, US.id, OUTCOMES, outcome)) == expected


def test_only_so_many_recalls_wait_at_once(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    for n in range(OPEN_RECALLS_PER_PEER):
        reply = say(loaded.mx, US.id, RECALLS, Recall(id=f"urn:x:{n}", entries=(named(answer),)))
        assert RecallState.read(reply.body).id == f"urn:x:{n}"
    again = Recall(id="urn:x:0", entries=(named(answer),))
    assert code(say(loaded.mx, US.id, RECALLS, again)) == "recall-decided"
    more = Recall(id="urn:x:more", entries=(named(answer),))
    assert code(say(loaded.mx, US.id, RECALLS, more)) == "quota-exceeded"


def test_hostile_outcomes(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq)
    # Who was not asked cannot say what came of it: here the giver itself, of its own recall.
    outcome = RecallOutcome(recall=asked.id, outcome="deleted")
    assert code(say(loaded.mx, US.id, OUTCOMES, outcome)) == "recall-unknown"
    run(recalling.honour, loaded.us, recall=asked.id)
    loaded.pump()
    declined = RecallOutcome(recall=asked.id, outcome="declined")
    assert code(say(loaded.us, MX.id, OUTCOMES, declined)) == "recall-decided"
    assert say(loaded.us, MX.id, OUTCOMES, outcome).status == 200
    assert run(recalling.show, loaded.mx, recall=asked.id).state == "deleted"


@pytest.mark.parametrize(
    "flaw", ["another leaf", "no such recall", "a recall without the ground", "no entries"]
)
def test_hostile_attestations(loaded: Pair, flaw: str) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    good: dict[str, Any] = {
        "entries": (named(answer, "received"),),
        "ground": "retention",
        "recall": "",
        "at": 1,
    }
    flaws: dict[str, tuple[dict[str, Any], str]] = {
        "another leaf": ({"entries": (named(answer, "received", bytes(32)),)}, "entry-unknown"),
        "no such recall": ({"ground": "recall", "recall": "urn:x:1"}, "recall-unknown"),
        "a recall without the ground": ({"recall": "urn:x:1"}, "schema-invalid"),
        "no entries": ({"entries": ()}, "schema-invalid"),
    }
    changed, expected = flaws[flaw]
    made = Attestation.model_construct(**{"type": "comity-attestation-1", **good, **changed})
    assert code(say(loaded.us, MX.id, ATTESTATIONS, made)) == expected
    with loaded.mx.store.read() as tx:
        assert many(tx, Destruction) == []


def test_an_attestation_says_it_once(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    for at in (5, 6):
        message = Attestation(
            entries=(named(answer, "received"),), ground="retention", recall="", at=at
        )
        assert say(loaded.us, MX.id, ATTESTATIONS, message).status == 200
    with loaded.mx.store.read() as tx:
        assert [row.at for row in many(tx, Destruction)] == [5]


def test_a_recall_is_sealed_at_rest(loaded: Pair) -> None:
    answered(loaded, PLAIN)
    (answer,) = sent(loaded.mx, "comity-answer-1")
    asked = ask(loaded, answer.seq, reason="wrong person, see file 17")
    for node in (loaded.mx, loaded.us):
        with node.store.read() as tx:
            assert one(tx, RecallRow, id=asked.id) is not None
        for path in node.folder.glob("comity.db*"):
            assert b"see file 17" not in path.read_bytes()
    assert loaded.clock.now().timestamp() + 7 * DAY == asked.due
