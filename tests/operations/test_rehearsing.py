from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from comity.core.decision import Outcome
from comity.core.records import Family
from comity.errors import Code
from comity.limits import REHEARSED_SHOWN
from comity.operations import inbox, rehearsing
from comity.operations.rehearsing import Rehearsed, Replayed
from comity.protocol.base import DATA, fill_path
from comity.store.record import IN
from comity.store.rows.matching import Usage
from comity.store.rows.moving import add, many
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import (
    TERMS,
    code,
    match,
    matching_terms,
    pin_third,
    question,
    ready,
    request_terms,
    say,
    transfer,
)

RULES: dict[str, Any] = matching_terms(tokensInAll=1_000)


def ask(p: Pair, count: int, family: Family = Family.RFC, **changes: Any) -> Message:
    path = fill_path(f"{DATA}/transfers/{{}}/questions", transfer(p.mx).pid)
    return say(p.us, MX.id, path, question(p, count, family, **changes))


def rehearse(p: Pair, draft: dict[str, Any], **more: Any) -> Rehearsed:
    return run(rehearsing.rehearse, p.mx, terms=draft, **more)


def questions(found: Rehearsed) -> list[Replayed]:
    return [one for one in found.messages if one.what == "comity-question-1"]


def test_what_a_draft_would_have_said(loaded: Pair) -> None:
    """Two frames, three questions, a request; the draft has a smaller quota and asks for two."""
    ready(loaded, RULES)
    for count in (5, 4, 3):
        assert ask(loaded, count).status == 200
    match(loaded)
    handle = match(loaded).hits[0].handle
    run(inbox.ask, loaded.us, handle=handle, case_reference="CASE-1")
    # Under the same terms everything is as it was.
    same = rehearse(loaded, RULES)
    assert same.totals.decided_otherwise == same.totals.not_replayable == 0
    assert [one.now and one.now.outcome for one in same.messages] == [
        one.then.outcome for one in same.messages
    ]
    draft = matching_terms(tokensInAll=8)
    draft["request"] = {**TERMS["request"], "approval": "two-officers"}
    found = rehearse(loaded, draft)
    first, second, third = questions(found)[:3]
    assert (first.tokens, first.then.outcome) == (5, Outcome.ALLOW)
    assert first.now is not None
    assert first.now.outcome is Outcome.ALLOW
    assert second.now is not None
    assert (second.now.outcome, second.now.code) == (Outcome.REFUSE, Code.QUOTA_EXCEEDED)
    assert second.now.params == {"limit": 8, "used": 5, "asked": 4, "period": "all"}
    # What was refused used nothing: three more fit exactly.
    assert third.now is not None
    assert third.now.outcome is Outcome.ALLOW
    (asked,) = [one for one in found.messages if one.what == "comity-request-1"]
    assert asked.now is not None
    assert (asked.then.officers, asked.now.officers) == (1, 2)
    assert found.totals.held == 1
    assert found.totals.let_through + found.totals.held + found.totals.refused == len(
        found.messages
    )
    assert found.totals.decided_otherwise == found.totals.refused > 0


def test_a_rehearsal_changes_nothing(loaded: Pair) -> None:
    ready(loaded, RULES)
    ask(loaded, 5)
    with loaded.mx.store.read() as tx:
        before = list(many(tx, Usage)), list(many(tx, Message, order="seq"))
    rehearse(loaded, matching_terms(tokensInAll=1))
    with loaded.mx.store.read() as tx:
        assert (list(many(tx, Usage)), list(many(tx, Message, order="seq"))) == before


def test_frames_are_decided_too(loaded: Pair) -> None:
    ready(loaded, RULES)
    found = rehearse(loaded, matching_terms(approval="two-officers"))
    frames = [one for one in found.messages if one.what == "TransferRequestMessage"]
    assert [one.now and (one.now.outcome, one.now.officers) for one in frames] == [
        (Outcome.HOLD, 2),
        (Outcome.ALLOW, 0),
    ]
    without = {name: value for name, value in TERMS.items() if name != "match"}
    refused = rehearse(loaded, without).messages[0].now
    assert refused is not None
    assert (refused.code, refused.params) == (Code.ACTION_NOT_AGREED, {"action": "match"})


def test_what_was_refused_then_cannot_be_replayed(loaded: Pair) -> None:
    ready(loaded, RULES)
    assert code(ask(loaded, 5, purpose="curiosity")) == Code.PURPOSE_NOT_AGREED
    found = rehearse(loaded, {**RULES, "purposes": ["curiosity"]})
    (one,) = questions(found)
    assert (one.then.outcome, one.then.code) == (Outcome.REFUSE, Code.PURPOSE_NOT_AGREED)
    assert one.now is None
    assert found.totals.not_replayable == 1


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (matching_terms(families=["curp"]), Code.FAMILY_NOT_AGREED),
        ({**TERMS, "territories": ["CA"]}, Code.TERRITORY_NOT_AGREED),
        ({**TERMS, "legalBases": ["another"]}, Code.LEGAL_BASIS_NOT_AGREED),
        ({**TERMS, "expiry": "2026-01-01T00:00:00Z"}, Code.AGREEMENT_EXPIRED),
    ],
)
def test_each_reason(loaded: Pair, draft: dict[str, Any], reason: Code) -> None:
    ready(loaded, RULES)
    ask(loaded, 5)
    (one,) = questions(rehearse(loaded, draft))
    assert one.now is not None
    assert one.now.code == reason


def test_quotas_of_a_period_come_back_and_since_leaves_out_what_was_before(loaded: Pair) -> None:
    ready(loaded, RULES)
    ask(loaded, 5)
    ask(loaded, 5)
    loaded.clock.forward(days=1)
    ask(loaded, 5)
    draft = matching_terms(tokensPerPeriod={"count": 5, "period": "P1D"})
    outcomes = [one.now and one.now.outcome for one in questions(rehearse(loaded, draft))]
    assert outcomes == [Outcome.ALLOW, Outcome.REFUSE, Outcome.ALLOW]
    since = rehearse(loaded, draft, since=date(2026, 11, 3))
    assert [one.now and one.now.outcome for one in since.messages] == [Outcome.ALLOW]


def test_of_one_peer(loaded: Pair) -> None:
    ready(loaded, RULES)
    third = pin_third(loaded)
    assert rehearse(loaded, RULES, peer=third).messages == ()
    assert {one.peer for one in rehearse(loaded, RULES, peer=US.id).messages} == {US.id}
    with refuses(Code.PEER_UNKNOWN):
        rehearse(loaded, RULES, peer="nobody")
    with refuses(Code.TERMS_INVALID):
        rehearse(loaded, request_terms(fields=[]))


def test_the_latest_are_listed_and_all_are_counted(loaded: Pair) -> None:
    ready(loaded, RULES)
    ask(loaded, 1)
    with loaded.mx.store.write() as tx:
        last = many(tx, Message, direction=IN, what="comity-question-1", kind="request")[-1]
        copies = range(1, REHEARSED_SHOWN + 1)
        add(tx, *(replace(last, seq=last.seq + n, jti=f"copy-{n}") for n in copies))
    found = rehearse(loaded, matching_terms(tokensInAll=10))
    assert len(found.messages) == REHEARSED_SHOWN
    assert found.not_shown == 3  # the two frames and the first question
    # Ten tokens, and the two frames; the rest is past the quota, the listed and the others.
    assert found.totals.let_through == 12
    assert found.totals.refused == REHEARSED_SHOWN + 1 - 10
