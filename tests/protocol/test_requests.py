"""Requests and answers with hand-written messages: what neither side takes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from comity.api import Response
from comity.core import disclosure
from comity.core.canonical import b64url, canonical, parse
from comity.core.disclosure import Field
from comity.core.messages import Answer, AnswerTaken, DetailRequest
from comity.errors import Code
from comity.limits import ANSWER_TERM_SECONDS, BODY_BYTES, OPEN_REQUESTS_PER_PEER
from comity.operations import agreements, finding, inbox, offering
from comity.protocol.answering import answer_path
from comity.protocol.base import DATA, fill_path
from comity.protocol.catalog import MATCH, REQUEST
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import add, change, many
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.worker import work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import code, match, pin_third, ready, request_terms, say, transfer


def handles(p: Pair) -> dict[str, Handle]:
    """Return the holder's handles by record."""
    with p.mx.store.read() as tx:
        return {row.record: row for row in many(tx, Handle)}


def request(p: Pair, **changes: Any) -> DetailRequest:
    found = handles(p)["m1"]
    message = DetailRequest(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        manifest=found.manifest,
        handle=found.handle,
        fields=("names",),
        purpose="sanctions",
        legal_basis="treaty",
        case_reference="CASE-1",
        urgency="routine",
    )
    return message.model_copy(update=changes)


def ask(p: Pair, format: str = REQUEST, **changes: Any) -> Message:
    target = fill_path(f"{DATA}/transfers/{{}}/requests", transfer(p.mx, format).pid)
    return say(p.us, MX.id, target, request(p, **changes))


def held(p: Pair) -> list[RequestRow]:
    with p.mx.store.read() as tx:
        return list(many(tx, RequestRow))


REFUSED: dict[str, tuple[Code, dict[str, Any]]] = {
    "a field that was not agreed": (Code.FIELD_NOT_AGREED, {"fields": ("names", "notes")}),
    "a field that there is not": (Code.FIELD_NOT_AGREED, {"fields": ("passwords",)}),
    "a field twice": (Code.ANSWER_INVALID, {"fields": ("names", "names")}),
    "another purpose": (Code.PURPOSE_NOT_AGREED, {"purpose": "curiosity"}),
    "another legal basis": (Code.LEGAL_BASIS_NOT_AGREED, {"legal_basis": "none"}),
    "a handle that there is not": (Code.HANDLE_UNKNOWN, {"handle": "A" * 16}),
    "a manifest that there is not": (Code.HANDLE_UNKNOWN, {"manifest": "A" * 43}),
    "no fields": (Code.SCHEMA_INVALID, {"fields": ()}),
}


@pytest.mark.parametrize("flaw", REFUSED)
def test_requests_that_are_not_taken(tagged: Pair, flaw: str) -> None:
    expected, changes = REFUSED[flaw]
    assert code(ask(tagged, **changes)) == expected
    assert held(tagged) == []


def test_withheld_and_unknown_are_one(tagged: Pair) -> None:
    """A handle for a withheld record is made here by hand: tagging makes none."""
    found = handles(tagged)["m1"]
    assert "m8" not in handles(tagged)
    with tagged.mx.store.write() as tx:
        add(tx, replace(found, handle="B" * 16, record="m8"))
        add(tx, replace(found, handle="C" * 16, record="nobody"))
        add(tx, replace(found, handle="D" * 16, dataset="other"))
    replies = [ask(tagged, handle=letter * 16) for letter in "ABCD"]
    assert {(reply.status, reply.body) for reply in replies} == {(400, replies[0].body)}
    assert code(replies[0]) == Code.HANDLE_UNKNOWN


def test_a_handle_that_was_given_to_somebody_else(tagged: Pair) -> None:
    third = pin_third(tagged)
    with tagged.mx.store.write() as tx:
        change(tx, ManifestRow, {}, peer=third)
    assert code(ask(tagged)) == Code.HANDLE_UNKNOWN


def test_an_id_that_was_used(tagged: Pair) -> None:
    assert ask(tagged).status == 201
    assert code(ask(tagged)) == Code.REQUEST_DECIDED
    assert len(held(tagged)) == 1


def test_no_more_than_the_limit_wait(tagged: Pair) -> None:
    assert ask(tagged).status == 201
    with tagged.mx.store.write() as tx:
        (row,) = many(tx, RequestRow)
        others = range(OPEN_REQUESTS_PER_PEER - 1)
        add(tx, *(replace(row, id=f"urn:{n}") for n in others))
    reply = ask(tagged, id="urn:uuid:2")
    assert (reply.status, code(reply)) == (429, Code.QUOTA_EXCEEDED)
    with tagged.mx.store.write() as tx:
        change(tx, RequestRow, {"id": "urn:0"}, state="answered")
    assert ask(tagged, id="urn:uuid:2").status == 201


def test_the_longest_term_for_an_answer(loaded: Pair) -> None:
    ready(loaded, request_terms(answerWithin="P30D"))
    assert ask(loaded).status == 201
    assert held(loaded)[0].due == loaded.mx.local.now() + ANSWER_TERM_SECONDS
    with refuses(Code.TERMS_INVALID):
        run(
            offering.make_offer,
            loaded.mx,
            dataset="mx-list",
            terms=request_terms(answerWithin="P31D"),
        )


def test_a_request_in_the_frame_of_questions(tagged: Pair) -> None:
    assert code(ask(tagged, MATCH)) == Code.TRANSFER_UNKNOWN


def test_a_request_after_a_suspension(tagged: Pair) -> None:
    run(agreements.suspend, tagged.mx, agreement=transfer(tagged.mx).agreement)
    assert code(ask(tagged)) == Code.AGREEMENT_SUSPENDED


def waiting(p: Pair) -> RequestRow:
    """Let the asker ask about a hit; return its side of the request."""
    found = run(finding.hits, p.us).hits[0].handle
    run(inbox.ask, p.us, handle=found, case_reference="CASE-1", fields=("names", "statuses"))
    with p.us.store.read() as tx:
        (row,) = many(tx, RequestRow)
    return row


def answer(p: Pair, row: RequestRow, **changes: Any) -> Answer:
    """Return the answer that an honest holder would give, with changes."""
    with p.us.store.read() as tx:
        (agreement,) = many(tx, Agreement)
    asked = DetailRequest.read(row.request.encode())
    fields = [Field("names", ("Consorcio",)), Field("statuses", ("definitivo",))]
    concealed = disclosure.conceal(fields, p.mx.local.entropy)
    message = Answer(
        request=row.id,
        request_digest=b64url(asked.digest()),
        agreement=agreement.id,
        agreement_digest=agreement.digest,
        case_reference="CASE-1",
        outcome="answered",
        handling="TLP:AMBER",
        digests=concealed.digests,
        disclosures=concealed.disclosures,
    )
    return message.model_copy(update=changes)


def tell(p: Pair, message: Answer | bytes, target: str = "") -> Message:
    if isinstance(message, Answer):
        target = target or answer_path(message)
    return say(p.mx, US.id, target or f"{DATA}/answers/x", message)


def extra(p: Pair) -> dict[str, Any]:
    """Answer more than was asked."""
    fields = [Field("names", ("Consorcio",)), Field("notes", ("rumours",))]
    made = disclosure.conceal(fields, p.mx.local.entropy)
    return {"digests": made.digests, "disclosures": made.disclosures}


def uncommitted(p: Pair) -> dict[str, Any]:
    made = disclosure.conceal([Field("names", ("Someone else",))], p.mx.local.entropy)
    return {"disclosures": made.disclosures}


def unsorted(p: Pair) -> dict[str, Any]:
    made = disclosure.conceal(
        [Field("names", ("a",)), Field("statuses", ("b",))], p.mx.local.entropy
    )
    return {"digests": made.digests[::-1], "disclosures": made.disclosures}


HOSTILE: dict[str, tuple[Code, Callable[[Pair], dict[str, Any]]]] = {
    "fields that were not asked for": (Code.ANSWER_INVALID, extra),
    "a field that no digest commits to": (Code.ANSWER_INVALID, uncommitted),
    "digests in an order that tells something": (Code.ANSWER_INVALID, unsorted),
    "to another request": (Code.REQUEST_UNKNOWN, lambda p: {"request": "urn:uuid:x"}),
    "to another form of the request": (
        Code.ANSWER_INVALID,
        lambda p: {"request_digest": "A" * 43},
    ),
    "under another agreement": (Code.ANSWER_INVALID, lambda p: {"agreement": "urn:uuid:x"}),
    "under another version of the agreement": (
        Code.ANSWER_INVALID,
        lambda p: {"agreement_digest": "A" * 43},
    ),
    "in another case": (Code.ANSWER_INVALID, lambda p: {"case_reference": "CASE-2"}),
    "with an outcome of its own": (Code.SCHEMA_INVALID, lambda p: {"outcome": "pending"}),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_answers_that_are_not_taken(matched: Pair, flaw: str) -> None:
    expected, changes = HOSTILE[flaw]
    row = waiting(matched)
    message = answer(matched, row, **changes(matched))
    assert code(tell(matched, message)) == expected
    (after,) = run(inbox.request_list, matched.us).requests
    assert (after.state, after.answer) == ("held", ())
    # The honest one still is.
    taken = tell(matched, answer(matched, row))
    assert AnswerTaken.read(taken.body).request == row.id


def test_an_answer_is_given_once(matched: Pair) -> None:
    row = waiting(matched)
    assert tell(matched, answer(matched, row)).status == 200
    other = answer(matched, row, outcome="declined", digests=(), disclosures=())
    assert code(tell(matched, other)) == Code.REQUEST_DECIDED
    assert run(inbox.request_list, matched.us).requests[0].state == "answered"


def test_an_answer_that_its_target_does_not_name(matched: Pair) -> None:
    """What the target names can be shown without the disclosures; it must be this answer."""
    message = answer(matched, waiting(matched))
    other = message.model_copy(update={"handling": "TLP:CLEAR"})
    for target in (answer_path(other), f"{DATA}/answers/x"):
        assert code(tell(matched, message, target)) == Code.ANSWER_INVALID
    assert tell(matched, message).status == 200


def test_nobody_answers_in_the_place_of_another(matched: Pair) -> None:
    row, third = waiting(matched), "did:web:ca.example"
    with matched.us.store.write() as tx:
        change(tx, RequestRow, {"id": row.id}, peer=third)
    assert code(tell(matched, answer(matched, row))) == Code.REQUEST_UNKNOWN


def test_an_answer_to_what_was_asked_of_its_sender(tagged: Pair) -> None:
    """The holder's own row of a request is no request that it asked."""
    assert ask(tagged).status == 201
    (row,) = held(tagged)
    with tagged.mx.store.read() as tx:
        (agreement,) = many(tx, Agreement)
    message = Answer(
        request=row.id,
        request_digest=b64url(bytes(32)),
        agreement=agreement.id,
        agreement_digest=agreement.digest,
        case_reference="CASE-1",
        outcome="declined",
        handling="TLP:AMBER",
    )
    assert code(say(tagged.us, MX.id, answer_path(message), message)) == Code.REQUEST_UNKNOWN
    assert held(tagged)[0].state == "held"


def test_an_answer_that_overtakes_the_acknowledgement(loaded: Pair) -> None:
    ready(loaded, request_terms(approval="automatic"))

    def crossing(response: Response) -> Response:
        work(loaded.mx)
        return response

    match(loaded)
    loaded.to_mx.on_response = crossing
    waiting(loaded)
    (asked,) = run(inbox.request_list, loaded.us).requests
    assert (asked.state, len(asked.answer)) == ("answered", 2)


def test_words_in_place_of_fields(matched: Pair) -> None:
    row = waiting(matched)
    body = parse(answer(matched, row).encode(), BODY_BYTES)
    for disclosures in (["x"], ["e30"], [b64url(b'["salt","names",1]')], ["\u00e9"]):
        hostile = canonical({**body, "disclosures": disclosures})
        assert code(tell(matched, hostile)) == Code.ANSWER_INVALID
