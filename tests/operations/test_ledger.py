"""Who gave what: both sides compute the same, sign it, and see where they differ."""

import shutil
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core import ledger as core
from comity.core.keys import Ed25519Signer
from comity.core.ledger import LedgerMessage, Span, Statement
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.limits import DAY, LEDGER_ENTRIES, LEDGER_LINES
from comity.node import Node
from comity.operations import finding, inbox, ledger
from comity.operations.ledger import LedgerShown
from comity.protocol import accounting, ledgers
from comity.protocol.addresses import data_path
from comity.protocol.routes import ROUTES
from comity.store import peers as pins
from comity.store import record
from comity.store.rows.moving import change, many, remove
from comity.store.rows.record import Dealing, Message
from comity.worker import account, work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import Stages, check, code, contact, match, question, say, tag, transfer


def both(p: Pair, **args: Any) -> tuple[LedgerShown, LedgerShown]:
    """Return both sides' figures."""
    p.pump()
    ours = run(ledger.show, p.us, peer=MX.id, **args)
    theirs = run(ledger.show, p.mx, peer=US.id, **args)
    return ours, theirs


def equal(p: Pair, **args: Any) -> LedgerShown:
    """Check that both sides have the same figures, and return them."""
    ours, theirs = both(p, **args)
    assert (ours.lines, ours.volume, ours.logs) == (theirs.lines, theirs.volume, theirs.logs)
    assert ours.gone == theirs.gone == 0
    return ours


def ask(p: Pair, n: int = 0) -> str:
    """Ask for details about a hit; returns the id of the request."""
    handles = sorted({hit.handle for hit in run(finding.hits, p.us).hits})
    asked = run(inbox.ask, p.us, handle=handles[n], case_reference=f"C-{n}", fields=("names",))
    return asked.id


def approve(p: Pair, request: str) -> None:
    held = run(inbox.show, p.mx, request=request)
    run(inbox.approve, p.mx, request=request, approval=held.approval)


def test_the_whole_job(matched: Pair) -> None:
    p = matched
    p.clock.forward(hours=1)
    answered, declined, open_ = (ask(p, n) for n in (0, 1, 2))
    p.clock.forward(hours=2)
    approve(p, answered)
    run(inbox.decline, p.mx, request=declined, reason="No.")
    found = equal(p)
    lines = {(line.asker, line.action): line for line in found.lines}
    asked = lines[US.id, "match"]
    assert asked.asked == asked.answered > 0
    assert asked.elements > 16
    assert asked.dataset == "mx-list"
    details = lines[US.id, "request"]
    assert (details.asked, details.answered, details.not_answered, details.open) == (3, 1, 1, 1)
    assert (details.median_seconds, details.max_seconds) == (7_200, 7_200)
    assert {one.sender for one in found.volume} == {MX.id, US.id}
    # Silence is the same figure as a decline.
    p.clock.forward(days=8)
    work(p.mx)
    details = next(line for line in equal(p).lines if line.action == "request")
    assert (details.answered, details.not_answered, details.open) == (1, 2, 0)
    assert open_


def test_unknown_declined_and_refused_are_one_figure(matched: Pair) -> None:
    p = matched
    before = next(line for line in equal(p).lines if line.action == "match")
    with p.us.store.read() as tx:
        holder = pins.pinned(tx, MX.id)
    path = data_path(holder, transfer(p.us).their_pid, "questions")
    refused = question(p, 2, Family.RFC, purpose="curiosity")
    assert code(say(p.us, MX.id, path, refused)) == "purpose-not-agreed"
    after = next(line for line in equal(p).lines if line.action == "match")
    assert (after.asked, after.not_answered) == (before.asked + 1, before.not_answered + 1)
    # What was refused cost nobody a token.
    assert (after.answered, after.elements) == (before.answered, before.elements)


def test_by_period(matched: Pair) -> None:
    p = matched
    p.clock.forward(days=1)
    match(p)
    p.clock.forward(days=30)
    ask(p)
    days = equal(p, period="P1D")
    assert len({line.period for line in days.lines}) == 3
    months = equal(p, period="P1M")
    assert sorted({line.period for line in months.lines}) == ["2026-11-01", "2026-12-01"]
    assert sum(line.asked for line in days.lines) == sum(line.asked for line in months.lines)
    first = min(one.period for one in days.volume)
    start = int(p.clock.now().timestamp()) - 31 * DAY
    cut = equal(p, since=start, until=start + DAY)
    assert sum(one.messages for one in cut.volume) == sum(
        one.messages for one in days.volume if one.period == first
    ) + sum(one.messages for one in days.volume if first < one.period < "2026-11-03")
    with refuses(Code.ARGUMENT_INVALID, where="until"):
        run(ledger.show, p.us, peer=MX.id, since=5, until=5)


def test_both_sign_the_same(matched: Pair) -> None:
    p = matched
    made = run(ledger.exchange, p.us, peer="mx.example")
    assert (made.equal, made.differences) == (True, ())
    key = p.mx.local.signers.message.public
    theirs = core.read(made.theirs, key)
    assert (theirs.party, theirs.peer, theirs.ledger.lines) == (MX.id, US.id, made.ledger.lines)
    # Both keep both, and say who asked.
    (here,) = run(ledger.statements, p.us, peer=MX.id).statements
    (there,) = run(ledger.statements, p.mx, peer=US.id).statements
    assert (here.officer, there.officer) == ("officer-1", "")
    assert (here.ours, here.theirs) == (there.theirs, there.ours)
    assert here.equal
    assert there.equal
    # It is no entry of the record: asked again, it is about the same part.
    again = run(ledger.exchange, p.mx, peer=US.id)
    assert again.ledger.logs == made.ledger.logs


def test_messages_that_are_on_their_way_are_waited_for(matched: Pair) -> None:
    p = matched
    p.to_mx.cut = True
    handle = run(finding.hits, p.us).hits[0].handle
    with refuses(Code.PEER_UNREACHABLE):
        run(inbox.ask, p.us, handle=handle, case_reference="C", fields=("names",))
    # The wire for messages is mended later than the one for this.
    made, _ = _computed(p.us, MX.id)
    p.to_mx.mend()
    statement = ledgers.state(p.us.local, MX.id, made)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="record-incomplete"):
        contact(p.us, MX.id, ledgers.PATH, LedgerMessage(statement=statement))
    assert run(ledger.exchange, p.us, peer=MX.id).equal


def _computed(node: Node, peer: str, span: Span | None = None) -> tuple[core.Ledger, int]:
    with node.store.read() as tx:
        return ledgers.compute(node.local, tx, peer, span or Span())


def test_who_counts_otherwise_is_seen(matched: Pair) -> None:
    """A node that says it gave more than it did: both statements are kept."""
    p = matched
    made, _ = _computed(p.us, MX.id)
    first = made.lines[0]
    boasted = made.model_copy(
        update={"lines": (first.model_copy(update={"answered": first.answered + 7}),)}
    )
    statement = ledgers.state(p.us.local, MX.id, boasted)
    reply = LedgerMessage.read(
        contact(p.us, MX.id, ledgers.PATH, LedgerMessage(statement=statement))
    )
    assert core.read(reply.statement, p.mx.local.signers.message.public).ledger == made
    (kept,) = run(ledger.statements, p.mx, peer=US.id).statements
    assert not kept.equal
    (difference,) = kept.differences
    assert difference.where.endswith("/match/answered")
    assert difference.theirs == difference.ours + 7


def hostile(p: Pair, **changes: Any) -> LedgerMessage:
    made, _ = _computed(p.us, MX.id)
    values = {"party": US.id, "peer": MX.id, "at": 5, "ledger": made, **changes}
    signer = values.pop("signer", p.us.local.signers.message)
    return LedgerMessage(statement=Statement(**values).sign(signer))


def test_statements_that_are_not_taken(matched: Pair) -> None:
    p = matched
    made, _ = _computed(p.us, MX.id)
    own, theirs = sorted(made.logs, key=lambda log: log.sender != US.id)
    forged = theirs.model_copy(update={"root": "A" * 43})
    shorter = own.model_copy(update={"size": own.size - 1})
    for reason, message in {
        "ledger-invalid": hostile(p, party=MX.id),
        "ledger-invalid ": hostile(p, peer=US.id),
        "ledger-invalid  ": hostile(p, signer=p.us.local.signers.checkpoint),
        "ledger-invalid   ": hostile(p, ledger=made.model_copy(update={"logs": (own, own)})),
        "record-differs": hostile(p, ledger=made.model_copy(update={"logs": (own, forged)})),
        "record-differs ": hostile(p, ledger=made.model_copy(update={"logs": (shorter, theirs)})),
        "record-incomplete": hostile(
            p,
            ledger=made.model_copy(
                update={"logs": (own.model_copy(update={"size": own.size + 1}), theirs)}
            ),
        ),
    }.items():
        with pytest.raises(ComityError) as caught:
            contact(p.us, MX.id, ledgers.PATH, message)
        assert caught.value.params["reason"] == reason.strip()
    assert run(ledger.statements, p.mx, peer=US.id).statements == ()


def test_a_reply_about_another_part_is_not_taken(
    matched: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peer signs, but about something else than it was asked."""
    p = matched
    made, _ = _computed(p.mx, US.id)
    answer = ledgers.state(p.mx.local, US.id, made.model_copy(update={"span": Span(since=1)}))
    body = LedgerMessage(statement=answer).encode()
    monkeypatch.setattr(type(p.us.contacts), "ask", lambda *_: body)
    with refuses(Code.LEDGER_INVALID, reason="logs"):
        run(ledger.exchange, p.us, peer=MX.id)


def test_the_figures_outlive_the_contents(matched: Pair) -> None:
    p = matched
    asked = ask(p)
    approve(p, asked)
    before = equal(p)
    for node, peer in ((p.us, MX.id), (p.mx, US.id)):
        account(node)
        with node.store.write() as tx:
            change(tx, Message, {"peer": peer}, body=b"", token="")
    with p.us.store.read() as tx:
        heads = [record.head(tx, MX.id, way)[0] for way in ("out", "in")]
        counted = [
            *accounting.entries(p.us.local, tx, MX.id, "out", heads[0]),
            *accounting.entries(p.us.local, tx, MX.id, "in", heads[1]),
        ]
        lines, volume = core.figures(counted, Span(), accounting.datasets(tx, MX.id))
    assert (lines, volume) == (before.lines, before.volume)


def test_what_went_before_it_was_counted_is_said(matched: Pair) -> None:
    p = matched
    p.pump()
    with p.us.store.write() as tx:
        remove(tx, Dealing, peer=MX.id)
        change(tx, Message, {"peer": MX.id, "direction": "in", "seq": 0}, token="", body=b"")
        entry = next(iter(accounting.entries(p.us.local, tx, MX.id, "in", 1)))
    assert entry.is_gone


def test_entries_are_looked_at_a_few_at_a_time(
    matched: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = matched
    with p.us.store.write() as tx:
        remove(tx, Dealing, peer=MX.id)
        size, _ = record.head(tx, MX.id, "in")
        assert accounting.behind(tx) == [MX.id]
        assert accounting.note(p.us.local, tx, MX.id, 3) == 6
        assert accounting.note(p.us.local, tx, MX.id, LEDGER_ENTRIES) > 0
        assert accounting.behind(tx) == []
        assert len(many(tx, Dealing, peer=MX.id, direction="in")) == size


def test_a_ledger_has_so_many_lines() -> None:
    def asked(n: int) -> core.Entry:
        return core.Entry(
            sender=US.id,
            jti=f"{n:022}",
            reply_to="",
            status=0,
            issued=5,
            bytes=1,
            act=core.Act.QUESTION,
            asker=US.id,
            agreement=f"urn:uuid:{n:036}",
            subject="",
            elements=1,
            is_answered=False,
        )

    datasets = {f"urn:uuid:{n:036}": "a-list-of-some-length" for n in range(LEDGER_LINES + 1)}
    lines, volume = core.figures(map(asked, range(LEDGER_LINES)), Span(), datasets)
    assert len(lines) == LEDGER_LINES
    logs = (core.LogSize(sender=US.id, size=0, root="A" * 43),) * 2
    made = core.Ledger(span=Span(), logs=logs, lines=lines, volume=volume)
    signer = Ed25519Signer(bytes(32))
    statement = Statement(party=US.id, peer=MX.id, at=5, ledger=made).sign(signer)
    assert core.read(statement, signer.public).ledger == made
    with refuses(Code.LEDGER_TOO_LONG, limit=LEDGER_LINES):
        core.figures(map(asked, range(LEDGER_LINES + 1)), Span(), datasets)
    longest = tuple(
        line.model_copy(update={"dataset": "x" * 200, "asker": f"did:web:{'x' * 190}"})
        for line in lines
    )
    with refuses(Code.LEDGER_TOO_LONG, limit=LEDGER_LINES):
        long = made.model_copy(update={"lines": longest})
        Statement(party=US.id, peer=MX.id, at=5, ledger=long).sign(signer)


def test_what_is_counted_is_in_the_closed_set() -> None:
    known = {(route.method, route.path) for route in ROUTES}
    assert {(method, path) for method, path, _ in accounting.PATHS} <= known


STEP = st.sampled_from(
    ["match", "check", "ask", "approve", "decline", "tag", "day", "lose", "mend"]
)


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=10), seed=st.integers(0, 1_000))
def test_any_exchanges_give_the_same_figures(
    stages: Stages, tmp_path: Path, steps: list[str], seed: int
) -> None:
    folder = tmp_path / "play"
    shutil.rmtree(folder, ignore_errors=True)
    chance = Random(seed)
    with stages.open("matched", folder) as p:
        for step in steps:
            with suppress(ComityError):
                _step(p, step, chance)
            p.clock.forward(seconds=chance.randrange(5_000))
        p.to_mx.mend()
        p.to_us.mend()
        p.clock.forward(hours=1)
        p.pump()
        for period in ("all", "P1D"):
            equal(p, period=period)
        assert run(ledger.exchange, p.us, peer=MX.id).equal


def _step(p: Pair, step: str, chance: Random) -> None:
    held = [one for one in run(inbox.inbox, p.mx).requests if one.state == "held"]
    match step:
        case "match":
            match(p)
        case "check":
            check(p, rfc="CNU130416UJ3")
        case "ask":
            ask(p, chance.randrange(3))
        case "approve" if held:
            one = chance.choice(held)
            run(inbox.approve, p.mx, request=one.id, approval=one.approval)
        case "decline" if held:
            run(inbox.decline, p.mx, request=chance.choice(held).id, reason="No.")
        case "tag":
            tag(p)
        case "day":
            p.clock.forward(days=1)
        case "lose":
            chance.choice([p.to_mx, p.to_us]).lose_replies()
        case "mend":
            p.to_mx.mend()
            p.to_us.mend()
