"""Requests for details: who decides, what leaves, and what an approval is bound to."""

from datetime import timedelta
from typing import Any

import pytest

from comity.core.canonical import b64url, canonical, digest
from comity.core.messages import Answer, DetailRequest
from comity.errors import Code
from comity.limits import DAY, TEXT_CHARS
from comity.operations import Caller, agreements, holdings, inbox, posture, records
from comity.operations.requests import RequestShown
from comity.store.rows.holdings import Held
from comity.store.rows.moving import change, many, remove
from comity.store.rows.requests import Approval, RequestRow
from comity.worker import work
from nodes import MX, OFFICER, US, Pair, run
from refusals import refuses
from stages import MX_LIST, MX_ROWS, load, match, ready, request_terms, tag

FIRST, SECOND = OFFICER, Caller("officer-2")
ANSWER = {
    "identifiers": ("rfc CNU130416UJ3 MX",),
    "names": ("Consorcio Nujoma, S.C.",),
    "statuses": ("definitivo 2018-05-16",),
}


def handle(p: Pair, record: str = "u1") -> str:
    return next(hit.handle for hit in match(p).hits if hit.record == record)


def ask(p: Pair, record: str = "u1", **more: Any) -> RequestShown:
    """Ask about the hit of a record, and return it as the holder sees it."""
    args = {"handle": handle(p, record), "case_reference": "CASE-1", **more}
    asked = run(inbox.ask, p.us, **args)
    return run(inbox.show, p.mx, request=asked.id)


def approve(p: Pair, held: RequestShown, officer: Caller = FIRST) -> RequestShown:
    return run(inbox.approve, p.mx, officer, request=held.id, approval=held.approval)


def came(p: Pair) -> RequestShown:
    """Let everything follow, and return the request as the asker sees it."""
    p.pump()
    return run(inbox.request_list, p.us).requests[0]


def fields(shown: RequestShown) -> dict[str, Any]:
    return {item.name: item.value for item in shown.answer}


def test_a_request_waits_for_an_officer_with_the_exact_answer(matched: Pair) -> None:
    held = ask(matched, urgency="urgent")
    assert (held.state, held.record, held.purpose, held.legal_basis, held.urgency) == (
        "held",
        "m1",
        "sanctions",
        "treaty",
        "urgent",
    )
    assert (held.approvals_needed, held.approved_by, held.handling) == (1, (), "TLP:AMBER")
    assert held.due == matched.mx.local.now() + 7 * DAY
    assert fields(held) == ANSWER
    asked = run(inbox.request_list, matched.us).requests[0]
    assert (asked.state, asked.record, asked.answer, asked.due) == ("held", "", (), held.due)
    assert run(posture.posture, matched.mx, peer=US.id).requests_waiting == 1


def test_what_was_approved_is_what_comes(matched: Pair) -> None:
    held = ask(matched)
    assert approve(matched, held).state == "answered"
    answered = came(matched)
    assert (answered.state, fields(answered)) == ("answered", ANSWER)
    assert (answered.case_reference, answered.handling) == ("CASE-1", "TLP:AMBER")
    with matched.us.store.read() as tx:
        (row,) = many(tx, RequestRow)
    answer = Answer.read(row.answer.encode())
    assert len(answer.digests) == len(answer.disclosures) == 3
    assert answer.request_digest == b64url(DetailRequest.read(row.request.encode()).digest())
    run(records.verify, matched.us, peer=MX.id)


def test_only_the_fields_that_were_asked_for(matched: Pair) -> None:
    approve(matched, ask(matched, fields=("statuses",)))
    assert fields(came(matched)) == {"statuses": ANSWER["statuses"]}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("u2", ("curp CAIM680202MCHRLR08 MX",)),
        ("u3", ("passport A1234567 IR",)),
        ("u6", ("wallet 12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h",)),
    ],
)
def test_identifiers_as_they_are_answered(
    matched: Pair, record: str, expected: tuple[str, ...]
) -> None:
    assert fields(ask(matched, record))["identifiers"] == expected


def test_every_field_there_is(loaded: Pair) -> None:
    every = ["addresses", "birth-dates", "identifiers", "kind", "names", "notes", "programs"]
    ready(loaded, request_terms(fields=[*every, "statuses"]))
    held = ask(loaded, "u2")
    assert fields(held) == {
        "addresses": (),
        "birth-dates": ("1968-02-02",),
        "identifiers": ("curp CAIM680202MCHRLR08 MX",),
        "kind": "person",
        "names": ("María Caín",),
        "notes": (),
        "programs": (),
        "statuses": ("presunto 2020-01-02",),
    }


def test_an_approval_is_bound_to_request_answer_and_agreement(matched: Pair) -> None:
    held = ask(matched)
    with matched.mx.store.read() as tx:
        (row,) = many(tx, RequestRow)
    (agreement,) = run(agreements.agreement_list, matched.mx).agreements
    request = DetailRequest.read(row.request.encode())
    bound = {
        "request": b64url(request.digest()),
        "answer": row.answer,
        "agreement": agreement.digest,
    }
    assert held.approval == b64url(digest(bound))
    assert canonical(bound)


@pytest.mark.parametrize("approval", ["", "A" * 43])
def test_an_approval_of_something_else_is_void(matched: Pair, approval: str) -> None:
    held = ask(matched)
    with refuses(Code.APPROVAL_VOID, request=held.id):
        run(inbox.approve, matched.mx, request=held.id, approval=approval)
    assert run(inbox.show, matched.mx, request=held.id).state == "held"


@pytest.mark.parametrize("column", ["answer", "request"])
def test_a_change_of_what_was_looked_at_voids_the_approval(matched: Pair, column: str) -> None:
    held, other = ask(matched), ask(matched, "u9")
    with matched.mx.store.write() as tx:
        row = next(row for row in many(tx, RequestRow) if row.id == other.id)
        change(tx, RequestRow, {"id": held.id}, **{column: getattr(row, column)})
    with refuses(Code.APPROVAL_VOID):
        approve(matched, held)


def test_a_record_withheld_meanwhile_is_not_answered_about(matched: Pair) -> None:
    held = ask(matched)
    run(holdings.withhold, matched.mx, dataset=MX_LIST, record="m1")
    with refuses(Code.APPROVAL_VOID, request=held.id):
        approve(matched, held)
    run(inbox.decline, matched.mx, request=held.id, reason="not now")
    assert came(matched).state == "declined"


def test_a_record_that_is_gone_is_not_answered_about(matched: Pair) -> None:
    held = ask(matched)
    with matched.mx.store.write() as tx:
        remove(tx, Held, id="m1")
    with refuses(Code.APPROVAL_VOID, request=held.id):
        approve(matched, held)


def test_two_distinct_officers(loaded: Pair) -> None:
    ready(loaded, request_terms(approval="two-officers"))
    held = ask(loaded)
    assert held.approvals_needed == 2
    assert approve(loaded, held, FIRST).state == "held"
    with refuses(Code.APPROVAL_REPEATED, officer=FIRST.officer):
        approve(loaded, held, FIRST)
    assert came(loaded).state == "held"
    done = approve(loaded, held, SECOND)
    assert (done.state, done.approved_by) == ("answered", (FIRST.officer, SECOND.officer))
    assert came(loaded).state == "answered"


def test_approvals_of_an_older_answer_do_not_count(loaded: Pair) -> None:
    ready(loaded, request_terms(approval="two-officers"))
    held = ask(loaded)
    approve(loaded, held, FIRST)
    with loaded.mx.store.write() as tx:
        change(tx, Approval, {"request": held.id}, approval="A" * 43)
    assert approve(loaded, held, SECOND).state == "held"


def test_automatic_answers_need_nobody(loaded: Pair) -> None:
    ready(loaded, request_terms(approval="automatic"))
    assert ask(loaded).state == "answered"
    assert fields(came(loaded)) == ANSWER


def test_a_decline_is_final_until_it_is_reopened(matched: Pair) -> None:
    held = ask(matched)
    run(inbox.decline, matched.mx, request=held.id, reason="under seal")
    declined = came(matched)
    assert (declined.state, declined.reason, declined.answer) == ("declined", "under seal", ())
    with refuses(Code.REQUEST_DECIDED):
        approve(matched, held)
    with refuses(Code.REQUEST_DECIDED):
        run(inbox.decline, matched.mx, request=held.id, reason="again")
    for _ in range(2):
        with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="request-declined"):
            ask(matched)
    # About another record one may ask; and about this one when the decliner says so.
    assert ask(matched, "u9").state == "held"
    run(inbox.reopen, matched.mx, request=held.id)
    assert ask(matched).state == "held"
    with refuses(Code.REQUEST_UNKNOWN):
        run(inbox.reopen, matched.mx, request=held.id)


def test_a_decline_holds_under_the_next_epochs_handle(matched: Pair) -> None:
    held = ask(matched)
    run(inbox.decline, matched.mx, request=held.id, reason="under seal")
    matched.pump()
    tag(matched)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="request-declined"):
        ask(matched)


@pytest.mark.parametrize("reason", ["", "a" * (TEXT_CHARS + 1), "a\0b"])
def test_a_decline_needs_a_reason(matched: Pair, reason: str) -> None:
    held = ask(matched)
    with refuses(Code.ARGUMENT_INVALID, where="reason"):
        run(inbox.decline, matched.mx, request=held.id, reason=reason)


def test_silence_is_a_decline_by_expiry_and_told_apart(matched: Pair) -> None:
    held = ask(matched)
    matched.clock.forward(seconds=7 * DAY - 1)
    matched.pump()
    assert run(inbox.show, matched.mx, request=held.id).state == "held"
    matched.clock.forward(seconds=1)
    expired = came(matched)
    assert (expired.state, expired.reason) == ("expired", "")
    assert run(inbox.show, matched.mx, request=held.id).state == "expired"
    journal = [entry.action for entry in run(records.journal_show, matched.mx).entries]
    assert "request.expired" in journal
    with refuses(Code.REQUEST_DECIDED):
        approve(matched, held)
    # Nobody has considered it, so it may be asked again.
    assert ask(matched).state == "held"


def test_a_suspended_agreement_answers_nothing_but_no(matched: Pair) -> None:
    held = ask(matched)
    (agreement,) = run(agreements.agreement_list, matched.mx).agreements
    run(agreements.suspend, matched.mx, agreement=agreement.id)
    with refuses(Code.AGREEMENT_SUSPENDED, agreement=agreement.id):
        approve(matched, held)
    run(inbox.decline, matched.mx, request=held.id, reason="suspended")
    assert came(matched).state == "declined"


def test_nothing_is_answered_past_the_expiry_of_the_terms(loaded: Pair) -> None:
    ends = loaded.clock.now() + timedelta(days=2)
    ready(loaded, {**request_terms(), "expiry": f"{ends:%Y-%m-%dT%H:%M:%SZ}"})
    held = ask(loaded)
    loaded.clock.forward(days=2)
    with refuses(Code.AGREEMENT_EXPIRED):
        approve(loaded, held)
    loaded.clock.forward(days=5)
    assert came(loaded).state == "expired"


def test_those_that_wait_come_first(matched: Pair) -> None:
    first, second = ask(matched), ask(matched, "u9")
    approve(matched, second)
    states = [(item.id, item.state) for item in run(inbox.inbox, matched.mx).requests]
    assert states == [(first.id, "held"), (second.id, "answered")]


def test_a_list_loaded_anew_leaves_what_waits_as_it_was_looked_at(matched: Pair) -> None:
    held = ask(matched)
    load(matched.mx, MX_LIST, *(row.replace("Nujoma", "Otra") for row in MX_ROWS), replace=True)
    work(matched.mx)
    approve(matched, held)
    assert fields(came(matched)) == ANSWER
