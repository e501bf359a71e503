"""Tokens of contact messages: bound to every byte, good for minutes, and no entry of a log."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from comity.api import Request, Response
from comity.core import contact, token
from comity.core.contact import Parties
from comity.core.keys import Ed25519Signer
from comity.core.token import Envelope, Seen
from comity.errors import Code
from comity.limits import CLOCK_SKEW_SECONDS, CONTACT_LIFETIME_SECONDS
from refusals import refuses

A, B = "did:web:a.example", "did:web:b.example"
SIGNER, OTHER = Ed25519Signer(bytes(32)), Ed25519Signer(bytes([1] * 32))
NOW, ID, TARGET = 1_800_000_000, "A" * 22, "/comity/1/contact/record"
REQUEST = contact.seal_request(Parties(A, B), ID, NOW, TARGET, "application/json", b"{}", SIGNER)
REPLY = contact.seal_response(
    Parties(B, A), ID, NOW, 200, "application/json", b"[]", REQUEST.token, OTHER
)


def opened(request: Request, audience: str = B, now: int = NOW) -> contact.ContactClaims:
    return contact.open_request(request, audience, SIGNER.public, now)


def test_round_trip() -> None:
    assert contact.issuer(REQUEST.token) == A
    assert opened(REQUEST).jti == ID
    found = contact.open_response(REPLY, REQUEST, Parties(B, A), OTHER.public, NOW)
    assert (found.sta, found.iss) == (200, B)


def as_entry() -> Request:
    envelope = Envelope(A, B, ID, 0, bytes(16), NOW, 300, Seen(size=0, root="A" * 43))
    return token.seal_request(envelope, "POST", TARGET, "application/json", b"{}", SIGNER)


@pytest.mark.parametrize(
    "flawed",
    [
        replace(REQUEST, method="GET"),
        replace(REQUEST, target=TARGET + "s"),
        replace(REQUEST, content_type=""),
        replace(REQUEST, body=b"{ }"),
        replace(REQUEST, token=REQUEST.token[:-1]),
        replace(REQUEST, token=REPLY.token),
        contact.seal_request(Parties(A, B), ID, NOW, TARGET, "application/json", b"{}", OTHER),
        contact.seal_request(Parties(A, A), ID, NOW, TARGET, "application/json", b"{}", SIGNER),
        as_entry(),
    ],
    ids=["method", "target", "type", "body", "cut", "reply", "key", "audience", "entry"],
)
def test_hostile_requests(flawed: Request) -> None:
    with refuses(Code.NOT_AUTHENTIC):
        opened(flawed)


def test_a_contact_message_is_no_entry() -> None:
    with refuses(Code.NOT_AUTHENTIC):
        token.open_request(REQUEST, B, SIGNER.public, NOW)


def test_time() -> None:
    end = NOW + CONTACT_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS
    for fits in (NOW - CLOCK_SKEW_SECONDS, end):
        opened(REQUEST, now=fits)
    for late in (NOW - CLOCK_SKEW_SECONDS - 1, end + 1):
        with refuses(Code.NOT_AUTHENTIC):
            opened(REQUEST, now=late)


@pytest.mark.parametrize(
    "flaw",
    [
        lambda reply: replace(reply, status=201),
        lambda reply: replace(reply, body=b"[ ]"),
        lambda reply: replace(reply, content_type=""),
        lambda reply: replace(reply, token=REQUEST.token),
    ],
    ids=["status", "body", "type", "token"],
)
def test_hostile_replies(flaw: Callable[[Response], Response]) -> None:
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        contact.open_response(flaw(REPLY), REQUEST, Parties(B, A), OTHER.public, NOW)


def test_a_reply_is_to_one_request() -> None:
    again = contact.seal_request(
        Parties(A, B), "B" * 22, NOW, TARGET, "application/json", b"{}", SIGNER
    )
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        contact.open_response(REPLY, again, Parties(B, A), OTHER.public, NOW)
