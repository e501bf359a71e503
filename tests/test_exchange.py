"""The walk: who gets in, what is answered, what is kept, and what happens once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from comity.api import Request, Response
from comity.core import jws, token
from comity.core.alarm import Kind
from comity.core.canonical import canonical, parse
from comity.core.token import REQUEST
from comity.errors import Code, ComityError
from comity.exchange import BUSY, UNIFORM
from comity.limits import HOUR, JSON_DEPTH, REFUSED_PER_HOUR, UNREADABLE_PER_HOUR
from comity.operations import agreeing, posture, records
from comity.protocol.base import DSP
from comity.store import alarms, record
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import (
    CATALOG,
    CATALOG_BODY,
    code,
    first_request,
    say,
    seal,
)


def entries(p: Pair, direction: str = record.IN) -> list[Message]:
    with p.mx.store.read() as tx:
        return record.entries(tx, US.id, direction)


def lied(p: Pair, sealed: Request, **claims: object) -> Request:
    """Return a request with other claims, signed by its sender."""
    said = {**parse(jws.payload(sealed.token), 10_000), **claims}
    return replace(sealed, token=jws.sign(REQUEST, canonical(said), p.us.local.signers.message))


HOSTILE: dict[str, Callable[[Pair, Request], Request]] = {
    "unsigned": lambda p, sealed: replace(sealed, token=""),
    "token that is none": lambda p, sealed: replace(sealed, token="a.b.c"),
    "altered body": lambda p, sealed: replace(sealed, body=b"{}"),
    "altered target": lambda p, sealed: replace(sealed, target=f"{DSP}/catalog"),
    "altered method": lambda p, sealed: replace(sealed, method="GET"),
    "altered type": lambda p, sealed: replace(sealed, content_type="text/plain"),
    "for somebody else": lambda p, sealed: lied(p, sealed, aud=US.id),
    "from nobody we know": lambda p, sealed: lied(p, sealed, iss="did:web:nobody.example"),
    "from ourselves": lambda p, sealed: lied(p, sealed, iss=MX.id),
    "stale": lambda p, sealed: lied(p, sealed, iat=1, exp=2),
    "from the future": lambda p, sealed: lied(p, sealed, iat=2**40, exp=2**40 + 60),
    "with a claim of its own": lambda p, sealed: lied(p, sealed, admin=True),
    "signed with another key": lambda p, sealed: replace(
        sealed,
        token=jws.sign(REQUEST, jws.payload(sealed.token), p.us.local.signers.checkpoint),
    ),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_whatever_is_not_authentic_gets_one_answer_and_no_entry(pinned: Pair, flaw: str) -> None:
    answer = pinned.mx.exchange.handle(HOSTILE[flaw](pinned, seal(pinned, seq=0)))
    assert answer == UNIFORM == Response(401, "", "application/json", b'{"code":"not-authentic"}')
    assert entries(pinned) == entries(pinned, record.OUT) == []
    assert pinned.mx.exchange.unauthentic == 1
    # The honest message still gets in: nothing was used up.
    assert pinned.mx.exchange.handle(seal(pinned, seq=0)).status == 200


def test_an_authentic_message_gets_a_signed_reply_and_both_are_kept(pinned: Pair) -> None:
    request = seal(pinned, seq=0)
    response = pinned.mx.exchange.handle(request)
    key = pinned.mx.local.signers.message.public
    claims = token.open_response(response, request, MX.id, US.id, key)
    assert (claims.sta, claims.seq, claims.log.size) == (200, 0, 1)
    (asked,), (said,) = entries(pinned), entries(pinned, record.OUT)
    assert (asked.token, asked.body, asked.what) == (
        request.token,
        request.body,
        "CatalogRequestMessage",
    )
    assert (said.token, said.body, said.reply_to) == (response.token, response.body, asked.jti)


UNREADABLE: dict[str, tuple[Code, dict[str, str | bytes]]] = {
    "a path that there is not": (Code.MESSAGE_UNKNOWN, {"target": "/admin"}),
    "a method that there is not": (Code.MESSAGE_UNKNOWN, {"method": "GET"}),
    "a query": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/negotiations/request?x=1"}),
    "another spelling of the path": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/%63atalog/request"}),
    "dots": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/x/../catalog/request"}),
    "an id that is no text": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/negotiations/%ff/request"}),
    "an id with a NUL": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/negotiations/%00/request"}),
    "a whole URL": (Code.MESSAGE_UNKNOWN, {"target": f"https://127.0.0.1:18443{CATALOG}"}),
    "no JSON": (Code.JSON_INVALID, {"body": b"{"}),
    "no object": (Code.JSON_INVALID, {"body": b"[]"}),
    "not UTF-8": (Code.JSON_INVALID, {"body": b'{"a":"\xff"}'}),
    "a lone surrogate": (Code.JSON_INVALID, {"body": b'{"a":"\\ud800"}'}),
    "NaN": (Code.JSON_INVALID, {"body": b'{"a":NaN}'}),
    "a key twice": (Code.JSON_DUPLICATE_KEY, {"body": CATALOG_BODY[:-1] + b',"@type":"x"}'}),
    "too deep": (Code.JSON_TOO_DEEP, {"body": b'{"a":' + b"[" * JSON_DEPTH}),
    "another type": (Code.SCHEMA_INVALID, {"body": b"{}"}),
    "no context": (Code.SCHEMA_INVALID, {"body": b'{"@type":"CatalogRequestMessage"}'}),
}


@pytest.mark.parametrize("flaw", UNREADABLE)
def test_what_cannot_be_read_is_refused_signed_and_kept_by_digest(pinned: Pair, flaw: str) -> None:
    expected, changes = UNREADABLE[flaw]
    body = changes.get("body", CATALOG_BODY)
    target, method = changes.get("target", CATALOG), changes.get("method", "POST")
    assert isinstance(body, bytes)
    request = seal(pinned, seq=0, body=body, target=str(target), method=str(method))
    response = pinned.mx.exchange.handle(request)
    assert parse(response.body, 1_000)["code"] == expected
    key = pinned.mx.local.signers.message.public
    token.open_response(response, request, MX.id, US.id, key)
    (entry,) = entries(pinned)
    assert (entry.refused, entry.body, entry.size) == (expected, b"", len(body))
    assert pinned.mx.exchange.handle(request) == response


def test_a_message_refused_later_keeps_only_its_digest(pinned: Pair) -> None:
    reply = say(pinned.us, MX.id, f"{DSP}/catalog/datasets/nothing", method="GET")
    filtered = CATALOG_BODY[:-1] + b',"filter":[{"a":"private words"}]}'
    also = say(pinned.us, MX.id, CATALOG, filtered)
    assert (code(reply), reply.status) == (Code.DATASET_UNKNOWN, 404)
    assert (code(also), also.status) == (Code.FILTER_NOT_SUPPORTED, 400)
    assert [(entry.refused, entry.body) for entry in entries(pinned)] == [
        (Code.DATASET_UNKNOWN, b""),
        (Code.FILTER_NOT_SUPPORTED, b""),
    ]
    assert run(posture.posture, pinned.mx, peer=US.id).refused == 2
    assert run(records.verify, pinned.us, peer=MX.id).sent.size == 2


def test_an_id_given_twice_is_evidence_and_no_message(pinned: Pair) -> None:
    honest, again = seal(pinned, seq=1, id=7), seal(pinned, seq=2, id=7)
    assert pinned.mx.exchange.handle(honest).status == 200
    assert pinned.mx.exchange.handle(again) == UNIFORM
    assert len(entries(pinned)) == 1
    with pinned.mx.store.read() as tx:
        (found,) = alarms.raised(tx, US.id)
    assert (found.kind, found.number, found.settled) == (Kind.EQUIVOCATED, 2, 0)
    evidence = {"held": honest.token, "shown": again.token}
    assert parse(found.evidence.encode(), 10_000) == evidence


def test_a_number_given_twice_is_evidence_and_no_message(pinned: Pair) -> None:
    honest, again = seal(pinned, seq=1, id=7), seal(pinned, seq=1, id=8)
    pinned.mx.exchange.handle(honest)
    assert pinned.mx.exchange.handle(again) == UNIFORM
    with pinned.mx.store.read() as tx:
        (found,) = alarms.raised(tx, US.id)
    evidence = {"held": honest.token, "shown": again.token}
    assert parse(found.evidence.encode(), 10_000) == evidence


def test_evidence_fills_no_disk(pinned: Pair) -> None:
    """One number, again and again, is one alarm; and only so many numbers an hour are looked at."""
    pinned.mx.exchange.handle(seal(pinned, seq=1, id=1))
    for id in range(2, UNREADABLE_PER_HOUR + 5):
        assert pinned.mx.exchange.handle(seal(pinned, seq=1, id=id)) == UNIFORM
    for seq in range(2, UNREADABLE_PER_HOUR + 5):
        assert pinned.mx.exchange.handle(seal(pinned, seq=seq, id=1)) == UNIFORM
    with pinned.mx.store.read() as tx:
        assert [found.number for found in alarms.raised(tx)] == [1]
    pinned.clock.forward(hours=2)
    for seq in range(2, UNREADABLE_PER_HOUR + 5):
        assert pinned.mx.exchange.handle(seal(pinned, seq=seq, id=1)) == UNIFORM
    with pinned.mx.store.read() as tx:
        assert len(alarms.raised(tx)) == 1 + UNREADABLE_PER_HOUR


def test_a_flood_of_what_cannot_be_read_stops_entering_the_record(pinned: Pair) -> None:
    statuses = [
        pinned.mx.exchange.handle(seal(pinned, seq=n, body=b"{")).status
        for n in range(UNREADABLE_PER_HOUR)
    ]
    assert statuses == [400] * UNREADABLE_PER_HOUR
    over = seal(pinned, seq=UNREADABLE_PER_HOUR, body=b"{")
    assert pinned.mx.exchange.handle(over) == BUSY
    assert len(entries(pinned)) == UNREADABLE_PER_HOUR
    # What can be read is taken all the same, and an hour later so is the rest.
    readable = seal(pinned, seq=UNREADABLE_PER_HOUR + 1)
    assert pinned.mx.exchange.handle(readable).status == 200
    pinned.clock.forward(seconds=HOUR)
    assert pinned.mx.exchange.handle(over).status == 400


def test_a_flood_of_what_is_refused_stops_entering_the_record(pinned: Pair) -> None:
    refused = f"{DSP}/catalog/datasets/nothing"

    def ask(n: int, target: str = refused) -> Response:
        return pinned.mx.exchange.handle(seal(pinned, seq=n, method="GET", target=target, body=b""))

    first = ask(0)
    assert {first.status, *(ask(n).status for n in range(1, REFUSED_PER_HOUR))} == {404}
    assert ask(REFUSED_PER_HOUR) == BUSY
    # What was refused before the flood still has its reply, and what is taken is still taken.
    assert ask(0) == first
    assert pinned.mx.exchange.handle(seal(pinned, seq=REFUSED_PER_HOUR)).status == 200
    assert len(entries(pinned)) == REFUSED_PER_HOUR + 1
    pinned.clock.forward(seconds=HOUR)
    assert ask(REFUSED_PER_HOUR + 1).status == 404


def late(p: Pair, seq: int) -> Request:
    """Return a message whose time has passed by now."""
    sealed = seal(p, seq=seq)
    p.clock.forward(days=2)
    return sealed


def test_a_late_message_fills_the_place_where_it_is_missed(pinned: Pair) -> None:
    old = late(pinned, 1)
    for seq in (0, 2):
        assert pinned.mx.exchange.handle(seal(pinned, seq=seq)).status == 200
    response = pinned.mx.exchange.handle(old)
    assert parse(response.body, 1_000)["code"] == Code.MESSAGE_EXPIRED
    assert pinned.mx.exchange.handle(old) == response
    assert [(entry.seq, entry.refused, entry.body == b"") for entry in entries(pinned)] == [
        (0, "", False),
        (1, Code.MESSAGE_EXPIRED, True),
        (2, "", False),
    ]
    assert run(posture.posture, pinned.mx, peer=US.id).messages_missing == 0


def test_a_late_message_that_is_not_missed_is_none(pinned: Pair) -> None:
    old, other = late(pinned, 1), late(pinned, 0)
    assert pinned.mx.exchange.handle(old) == UNIFORM
    assert pinned.mx.exchange.handle(seal(pinned, seq=0, id=9)).status == 200
    # Its number is taken, or it has none yet.
    assert pinned.mx.exchange.handle(other) == UNIFORM
    assert pinned.mx.exchange.handle(old) == UNIFORM
    assert len(entries(pinned)) == 1


def test_a_store_that_fails_turns_nobody_into_a_stranger(pinned: Pair) -> None:
    with pinned.mx.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE peers RENAME TO away")
    with refuses(Code.STORE_FAILED):
        pinned.mx.exchange.handle(seal(pinned, seq=0))
    with pinned.mx.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO peers")
    assert pinned.mx.exchange.handle(seal(pinned, seq=0)).status == 200
    assert pinned.mx.exchange.unauthentic == 0


def test_what_follows_from_a_message_cannot_be(offered: Pair) -> None:
    """An agreement cannot be drawn up: the request is refused, signed, and nothing of it stays."""

    def failing(*_: object) -> None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)

    target = f"{DSP}/negotiations/request"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("comity.protocol.signing.draw_up", failing)
        reply = say(offered.us, MX.id, target, first_request(offered))
    assert (reply.status, code(reply)) == (404, Code.AGREEMENT_UNKNOWN)
    assert run(agreeing.negotiation_list, offered.mx).negotiations == ()
    # Repeated when it can be, it is a message of its own.
    assert say(offered.us, MX.id, target, first_request(offered)).status == 201
    offered.pump()
    assert run(records.verify, offered.us, peer=MX.id)


DATASET = f"{DSP}/catalog/datasets/list"


def reading(p: Pair, seq: int, *, id: int | None = None) -> Request:
    """Return a request for a dataset that is not there."""
    return seal(p, seq=seq, id=id, method="GET", target=DATASET, body=b"")


def test_what_only_reads_is_taken_together_in_the_order_of_its_numbers(pinned: Pair) -> None:
    requests = [reading(pinned, seq) for seq in (2, 0, 1)]
    assert all(map(pinned.mx.exchange.reads, requests))
    replies = pinned.mx.exchange.handle_all(requests)
    key = pinned.mx.local.signers.message.public
    for request, reply in zip(requests, replies, strict=True):
        assert reply is not None
        claims = token.open_response(reply, request, MX.id, US.id, key)
        assert (reply.status, claims.log.size) == (404, 3)
    assert [entry.seq for entry in entries(pinned)] == [0, 1, 2]
    assert {entry.refused for entry in entries(pinned)} == {Code.DATASET_UNKNOWN}
    # Each gets the same bytes again, from here or from there.
    assert pinned.mx.exchange.handle_all(requests) == [None, None, None]
    assert [pinned.mx.exchange.handle(request) for request in requests] == replies


def test_what_is_not_as_usual_is_left_to_be_handled_alone(pinned: Pair) -> None:
    request = reading(pinned, 0)
    hostile = replace(request, target=f"{DATASET}-2")
    other = reading(pinned, 0, id=7)
    replies = pinned.mx.exchange.handle_all([request, hostile, request, other])
    assert replies[0] is not None
    assert replies[1:] == [UNIFORM, replies[0], None]
    assert pinned.mx.exchange.handle(other) == UNIFORM
    assert len(entries(pinned)) == 1
    assert pinned.mx.exchange.unauthentic == 1


def test_what_moves_state_is_never_taken_together(pinned: Pair) -> None:
    moving = seal(pinned, seq=0, target=f"{DSP}/negotiations/request")
    assert not pinned.mx.exchange.reads(moving)
    assert not pinned.mx.exchange.reads(seal(pinned, seq=0, target="/elsewhere"))
    assert pinned.mx.exchange.handle_all([moving]) == [None]
    assert entries(pinned) == []
