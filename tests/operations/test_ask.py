"""Asking for details: what the terms let one ask, and what an asker typed wrongly."""

from typing import Any

import pytest

from comity.errors import Code
from comity.operations import inbox
from comity.operations.requests import RequestShown
from nodes import MX, Pair, run
from refusals import refuses
from stages import match, ready, request_terms, tag


def handle(p: Pair, record: str = "u1") -> str:
    return next(hit.handle for hit in match(p).hits if hit.record == record)


def ask(p: Pair, record: str = "u1", **more: Any) -> RequestShown:
    """Ask about the hit of a record, and return it as the holder sees it."""
    args = {"handle": handle(p, record), "case_reference": "CASE-1", **more}
    asked = run(inbox.ask, p.us, **args)
    return run(inbox.show, p.mx, request=asked.id)


def test_what_the_terms_do_not_grant(loaded: Pair) -> None:
    draft = {name: value for name, value in request_terms().items() if name != "request"}
    from stages import agree, begin

    agreement = agree(loaded, draft)
    tag(loaded)
    begin(loaded, agreement)
    with refuses(Code.ACTION_NOT_AGREED, action="request"):
        ask(loaded)


@pytest.mark.parametrize(
    ("args", "where"),
    [
        ({"case_reference": ""}, "case_reference"),
        ({"case_reference": "a\nb"}, "case_reference"),
        ({"purpose": "\x1b"}, "purpose"),
        ({"fields": ("names",) * 65}, "fields"),
    ],
)
def test_what_the_asker_typed_wrongly(matched: Pair, args: dict[str, Any], where: str) -> None:
    with refuses(Code.ARGUMENT_INVALID, where=where):
        ask(matched, **args)


def test_terms_without_a_legal_basis_leave_it_to_the_asker(loaded: Pair) -> None:
    ready(loaded, {**request_terms(), "legalBases": []})
    found = match(loaded, legal_basis="any").hits[0].handle
    with refuses(Code.ARGUMENT_INVALID, where="legal_basis"):
        run(inbox.ask, loaded.us, handle=found, case_reference="1")
    run(inbox.ask, loaded.us, handle=found, case_reference="1", legal_basis="any")
    assert run(inbox.inbox, loaded.mx).requests[0].legal_basis == "any"


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"fields": ("names", "addresses")}, "field-not-agreed"),
        ({"purpose": "fishing"}, "purpose-not-agreed"),
        ({"legal_basis": "none"}, "legal-basis-not-agreed"),
    ],
)
def test_what_was_not_agreed(matched: Pair, args: dict[str, Any], reason: str) -> None:
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=reason):
        ask(matched, **args)
    assert run(inbox.inbox, matched.mx).requests == ()
    assert run(inbox.request_list, matched.us).requests[0].state == "refused"


def test_an_unknown_handle_and_an_unknown_request(matched: Pair) -> None:
    with refuses(Code.HANDLE_UNKNOWN):
        run(inbox.ask, matched.us, handle="A" * 16, case_reference="1")
    for operation in (inbox.show, inbox.reopen):
        with refuses(Code.REQUEST_UNKNOWN):
            run(operation, matched.mx, request="urn:uuid:1")
    held = ask(matched)
    with refuses(Code.REQUEST_UNKNOWN):  # the asker's side of it is not the asker's to approve
        run(inbox.approve, matched.us, request=held.id, approval=held.approval)
