"""Agreements and verifications from a peer that has code of its own: each flaw refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from comity.core import agreement as consents
from comity.core.canonical import model, parse
from comity.core.dsp.message import Message
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
)
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.keys import Ed25519Signer
from comity.core.machines import Role
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations import agreeing, agreements
from comity.protocol.base import DSP, fill_path
from comity.store.rows.agreements import Agreement as AgreementRow
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, many
from comity.worker import work
from nodes import MX, US, Pair, run
from stages import MX_LIST, code, first_request, say, seal


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


Draw = Callable[[Pair, Negotiation], Message]


def agreed(p: Pair, asked: Negotiation, **changes: Any) -> Agreement:
    """Draw up the agreement to what was asked, with changes."""
    drawn = consents.draw_up(
        offer_of(asked),
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        provider=MX.id,
        consumer=US.id,
        timestamp=p.clock.now(),
    )
    return drawn.model_copy(update=changes)


def message(
    p: Pair,
    asked: Negotiation,
    drawn: Agreement,
    role: Role = Role.PROVIDER,
    signer: Ed25519Signer | None = None,
    over: Agreement | None = None,
) -> ContractAgreementMessage:
    signature = consents.sign(over or drawn, role, signer or p.mx.local.signers.message)
    return ContractAgreementMessage(
        provider_pid=asked.their_pid, consumer_pid=asked.pid, agreement=drawn, signature=signature
    )


def widened(p: Pair, asked: Negotiation) -> Message:
    """Agree to the terms of the open offer instead of those that were asked for."""
    other = replace(asked, offer=first_request(p).offer.to_json().decode())
    return message(p, asked, agreed(p, other))


DIFFERS, UNSIGNED = Code.AGREEMENT_DIFFERS, Code.SIGNATURE_INVALID
AGREEMENTS: dict[str, tuple[Code, Draw]] = {
    "other terms": (DIFFERS, widened),
    "another dataset": (DIFFERS, lambda p, n: message(p, n, agreed(p, n, target="us-list"))),
    "another provider": (DIFFERS, lambda p, n: message(p, n, agreed(p, n, assigner=US.id))),
    "another consumer": (DIFFERS, lambda p, n: message(p, n, agreed(p, n, assignee=MX.id))),
    "no signature": (
        UNSIGNED,
        lambda p, n: message(p, n, agreed(p, n)).model_copy(update={"signature": None}),
    ),
    "signed by another key": (
        UNSIGNED,
        lambda p, n: message(p, n, agreed(p, n), signer=Ed25519Signer(bytes(32))),
    ),
    "signed in the other's part": (
        UNSIGNED,
        lambda p, n: message(p, n, agreed(p, n), role=Role.CONSUMER),
    ),
    "signature over another agreement": (
        UNSIGNED,
        lambda p, n: message(p, n, agreed(p, n), over=agreed(p, n, id="urn:uuid:2")),
    ),
}


@pytest.mark.parametrize("flaw", AGREEMENTS)
def test_an_agreement_that_is_not_what_was_asked_for(offered: Pair, flaw: str) -> None:
    expected, draw = AGREEMENTS[flaw]
    asked = waiting(offered)
    target = fill_path(f"{DSP}/negotiations/{{}}/agreement", asked.pid)
    assert code(say(offered.mx, US.id, target, draw(offered, asked))) == expected
    assert row(offered.us) == asked
    with offered.us.store.read() as tx:
        assert many(tx, AgreementRow) == []
    # The honest one is taken.
    assert (
        say(offered.mx, US.id, target, message(offered, asked, agreed(offered, asked))).status
        == 200
    )


def test_an_id_of_an_agreement_that_there_is(offered: Pair) -> None:
    asked = waiting(offered)
    drawn = agreed(offered, asked)
    target = fill_path(f"{DSP}/negotiations/{{}}/agreement", asked.pid)
    with offered.us.store.write() as tx:
        add(
            tx,
            AgreementRow(
                drawn.id,
                "did:web:ca.example",
                "consumer",
                "x",
                "{}",
                "",
                "",
                "",
                "active",
                1,
                False,
                0,
                "",
            ),
        )
    assert code(say(offered.mx, US.id, target, message(offered, asked, drawn))) == DIFFERS
    assert row(offered.us) == asked


def verification(p: Pair, **more: Any) -> ContractAgreementVerificationMessage:
    found = row(p.mx)
    return ContractAgreementVerificationMessage(
        provider_pid=found.pid, consumer_pid=found.their_pid, **more
    )


def stored(node: Node) -> Agreement:
    with node.store.read() as tx:
        (found,) = many(tx, AgreementRow)
    return model(Agreement, found.agreement.encode(), BODY_BYTES)


SIGNATURES: dict[str, Callable[[Pair], str | None]] = {
    "no signature": lambda p: None,
    "the provider's own": lambda p: consents.sign(
        stored(p.mx), Role.PROVIDER, p.mx.local.signers.message
    ),
    "signed by the provider": lambda p: consents.sign(
        stored(p.mx), Role.CONSUMER, p.mx.local.signers.message
    ),
    "in the other's part": lambda p: consents.sign(
        stored(p.mx), Role.PROVIDER, p.us.local.signers.message
    ),
    "over another agreement": lambda p: consents.sign(
        stored(p.mx).model_copy(update={"target": "x"}), Role.CONSUMER, p.us.local.signers.message
    ),
    "none at all": lambda p: "a.b.c",
}


@pytest.mark.parametrize("flaw", SIGNATURES)
def test_a_verification_that_is_none(offered: Pair, flaw: str) -> None:
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    work(offered.us)
    work(offered.mx)  # The agreement is with the consumer, whose verification still waits.
    before = row(offered.mx)
    assert before.state == "AGREED"
    body = verification(offered, signature=SIGNATURES[flaw](offered)).to_json()
    target = fill_path(f"{DSP}/negotiations/{{}}/agreement/verification", before.pid)
    response = offered.mx.exchange.handle(seal(offered, seq=1_000, target=target, body=body))
    assert parse(response.body, 10_000)["code"] == Code.SIGNATURE_INVALID
    assert row(offered.mx) == before
    assert [one.state for one in run(agreements.agreement_list, offered.mx).agreements] == [
        "agreed"
    ]
    offered.pump()
    assert row(offered.mx).state == "FINALIZED"
