"""Negotiations with a peer that has code of its own: each flaw refused, and nothing moved."""

from collections.abc import Callable
from typing import Any

import pytest

from comity.core.canonical import canonical, model, parse
from comity.core.dsp.negotiation import (
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.policy import MessageOffer
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations import agreeing, offering
from comity.protocol.base import DSP, fill_path
from comity.store.rows.agreements import Agreement, Negotiation
from comity.store.rows.moving import change, many
from nodes import MX, US, Pair, run
from stages import MX_LIST, MX_ROWS, TERMS, code, first_request, load, pin_third, say

FIRST = f"{DSP}/negotiations/request"


@pytest.mark.parametrize(
    ("flaw", "address"),
    [
        ("another host", "https://evil.example:28443/dsp/2025-1"),
        ("a host that begins alike", "https://127.0.0.1.evil.example:28443/dsp/2025-1"),
        ("another port", "https://127.0.0.1:28444/dsp/2025-1"),
        ("no port", "https://127.0.0.1/dsp/2025-1"),
        ("another scheme", "http://127.0.0.1:28443/dsp/2025-1"),
        ("userinfo", "https://127.0.0.1:28443@evil.example/dsp/2025-1"),
        ("userinfo before the host", "https://x@127.0.0.1:28443/dsp/2025-1"),
        ("dot segments", "https://127.0.0.1:28443/dsp/../../admin"),
        ("escaped dot segments", "https://127.0.0.1:28443/%2e%2e/admin"),
        ("query", "https://127.0.0.1:28443/dsp/2025-1?to=x"),
        ("fragment", "https://127.0.0.1:28443/dsp/2025-1#x"),
        ("another name of the same machine", "https://localhost:28443/dsp/2025-1"),
        ("the node's own", "https://127.0.0.1:18443/dsp/2025-1"),
        ("a number for the host", "https://2130706433:28443/dsp/2025-1"),
        ("no address", "somewhere"),
        ("two slashes at the end", "https://127.0.0.1:28443/dsp/2025-1//"),
    ],
)
def test_a_callback_address_elsewhere(offered: Pair, flaw: str, address: str) -> None:
    reply = say(offered.us, MX.id, FIRST, first_request(offered, callback_address=address))
    assert (reply.status, code(reply)) == (400, Code.ADDRESS_NOT_PINNED)
    check_nothing(offered.mx)


@pytest.mark.parametrize("address", ["https://127.0.0.1:28443", f"{US.address}{DSP}/"])
def test_callback_addresses_of_the_peer(offered: Pair, address: str) -> None:
    reply = say(offered.us, MX.id, FIRST, first_request(offered, callback_address=address))
    assert reply.status == 201


def check_nothing(node: Node) -> None:
    with node.store.read() as tx:
        assert many(tx, Negotiation) == []
        assert many(tx, Agreement) == []


def with_offer(p: Pair, **changes: Any) -> bytes:
    """Return the first request with other members in its offer."""
    body = parse(first_request(p).to_json(), BODY_BYTES)
    offer = body["offer"]
    assert isinstance(offer, dict)
    return canonical({**body, "offer": {**offer, **changes}})


def with_constraint(p: Pair, **constraint: Any) -> bytes:
    """Return the first request with one more constraint."""
    body = parse(first_request(p).to_json(), BODY_BYTES)
    value: Any = body["offer"]
    value["permission"][0]["constraint"].append(constraint)
    return canonical(body)


def for_a_third(p: Pair) -> bytes:
    """Ask for an offer that was made to somebody else."""
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS, peer=pin_third(p))
    return first_request(p).to_json()


def withdrawn(p: Pair) -> bytes:
    body = first_request(p).to_json()
    for offer in run(offering.offer_list, p.mx).offers:
        run(offering.withdraw_offer, p.mx, offer=offer.id)
    return body


def another_dataset(p: Pair) -> bytes:
    """Ask under an offer of one dataset for another, which is offered, too."""
    load(p.mx, "second-list", *MX_ROWS)
    body = with_offer(p, target="second-list")
    run(offering.make_offer, p.mx, dataset="second-list", terms=TERMS)
    return body


UNUSABLE: dict[str, tuple[Code, Callable[[Pair], bytes]]] = {
    "an offer that there is not": (
        Code.OFFER_UNKNOWN,
        lambda p: with_offer(p, **{"@id": "urn:uuid:x"}),
    ),
    "an offer to somebody else": (Code.OFFER_UNKNOWN, for_a_third),
    "a withdrawn offer": (Code.OFFER_UNKNOWN, withdrawn),
    "another dataset than the offer's": (Code.OFFER_UNKNOWN, another_dataset),
    "a dataset that is not offered": (
        Code.OFFER_UNKNOWN,
        lambda p: with_offer(p, target="us-list"),
    ),
    "a constraint that we do not know": (
        Code.TERMS_UNKNOWN,
        lambda p: with_constraint(
            p, leftOperand="urn:evil:unless", operator="eq", rightOperand="true"
        ),
    ),
    "a second reading of a constraint": (
        Code.TERMS_UNKNOWN,
        lambda p: with_constraint(
            p, leftOperand="purpose", operator="isAnyOf", rightOperand=["fishing"]
        ),
    ),
    "a known operand with another operator": (
        Code.TERMS_UNKNOWN,
        lambda p: with_constraint(p, leftOperand="count", operator="gteq", rightOperand="1"),
    ),
    "a prohibition": (
        Code.TERMS_UNKNOWN,
        lambda p: with_offer(p, prohibition=[{"action": "use"}]),
    ),
    "an obligation": (Code.TERMS_UNKNOWN, lambda p: with_offer(p, obligation=[{"action": "pay"}])),
    "an unknown member of the policy": (
        Code.TERMS_UNKNOWN,
        lambda p: with_offer(p, inheritFrom="x"),
    ),
    "an action of its own": (
        Code.TERMS_UNKNOWN,
        lambda p: with_offer(p, permission=[{"action": "execute"}]),
    ),
    "no permission": (Code.SCHEMA_INVALID, lambda p: with_offer(p, permission=[])),
    "terms without an expiry": (
        Code.TERMS_INVALID,
        lambda p: with_offer(p, permission=[{"action": "urn:comity:terms:1:match"}]),
    ),
    "no callback address": (
        Code.SCHEMA_INVALID,
        lambda p: canonical(
            {
                name: value
                for name, value in parse(first_request(p).to_json(), BODY_BYTES).items()
                if name != "callbackAddress"
            }
        ),
    ),
    "a pid of ours in a first request": (
        Code.SCHEMA_INVALID,
        lambda p: first_request(p, provider_pid="urn:uuid:1").to_json(),
    ),
}


@pytest.mark.parametrize("flaw", UNUSABLE)
def test_first_requests_that_cannot_be_used(offered: Pair, flaw: str) -> None:
    expected, make = UNUSABLE[flaw]
    reply = say(offered.us, MX.id, FIRST, make(offered))
    assert code(reply) == expected
    assert parse(reply.body, 10_000)["@type"] == "ContractNegotiationError"
    check_nothing(offered.mx)


def waiting(p: Pair) -> Negotiation:
    """Bring a negotiation to wait at the provider; return the consumer's side of it."""
    run(
        agreeing.negotiate,
        p.us,
        peer=MX.id,
        dataset=MX_LIST,
        terms={"match": {"tokensInAll": 9}},
    )
    p.pump()
    return row(p.us)


def row(node: Node) -> Negotiation:
    with node.store.read() as tx:
        (found,) = many(tx, Negotiation)
    return found


def offer_of(found: Negotiation) -> MessageOffer:
    return model(MessageOffer, found.offer.encode(), BODY_BYTES)


def test_a_counter_about_another_dataset(offered: Pair) -> None:
    asked = waiting(offered)
    pids = {"provider_pid": asked.their_pid, "consumer_pid": asked.pid}
    other = offer_of(asked).model_copy(update={"target": "us-list"})
    target = fill_path(f"{DSP}/negotiations/{{}}/offers", asked.pid)
    reply = say(offered.mx, US.id, target, ContractOfferMessage(**pids, offer=other))
    assert code(reply) == Code.AGREEMENT_DIFFERS
    with offered.mx.store.write() as tx:
        change(tx, Negotiation, {}, state="OFFERED")
    target = fill_path(f"{DSP}/negotiations/{{}}/request", asked.their_pid)
    reply = say(offered.us, MX.id, target, ContractRequestMessage(**pids, offer=other))
    assert code(reply) == Code.AGREEMENT_DIFFERS


def test_a_counter_that_cannot_be_evaluated(offered: Pair) -> None:
    asked = waiting(offered)
    offer = offer_of(asked)
    honest = ContractOfferMessage(provider_pid=asked.their_pid, consumer_pid=asked.pid, offer=offer)
    hostile = {**parse(offer.to_json(), BODY_BYTES), "permission": [{"action": "execute"}]}
    body = canonical({**parse(honest.to_json(), BODY_BYTES), "offer": hostile})
    target = fill_path(f"{DSP}/negotiations/{{}}/offers", asked.pid)
    assert code(say(offered.mx, US.id, target, body)) == Code.TERMS_UNKNOWN
    assert row(offered.us) == asked
