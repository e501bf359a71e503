"""Negotiations in every state: what is taken in it, and whose they are."""

from dataclasses import replace
from typing import Any

import pytest

from comity.core.agreement import AgreementEvidence
from comity.core.canonical import model
from comity.core.dsp.negotiation import (
    ContractNegotiation,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.machines import NEGOTIATION, NegotiationState, Role
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations import agreeing, agreements
from comity.protocol.base import DSP, fill_path
from comity.store.rows.agreements import Agreement as AgreementRow
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, change, many
from nodes import MX, Pair, run
from refusals import refuses
from stages import MX_LIST, code, pin_third, say


def negotiation(node: Node) -> Negotiation:
    """Return the only negotiation of a node."""
    with node.store.read() as tx:
        (row,) = many(tx, Negotiation)
    return row


def begin(p: Pair, **changes: Any) -> None:
    """Ask for the offer, with changes to its terms, and let everything follow."""
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, terms=changes or None)
    p.pump()


def states(p: Pair) -> tuple[str, str]:
    return negotiation(p.mx).state, negotiation(p.us).state


def check_finalized(p: Pair, quota: int | None) -> None:
    assert states(p) == ("FINALIZED", "FINALIZED")
    kept = []
    for node in (p.mx, p.us):
        with node.store.read() as tx:
            (row,) = many(tx, AgreementRow)
        assert row.state == "active"
        evidence = AgreementEvidence(
            model(Agreement, row.agreement.encode(), BODY_BYTES),
            row.provider_signature,
            row.consumer_signature,
        )
        evidence.check(p.mx.local.signers.message.public, p.us.local.signers.message.public)
        kept.append((row.id, row.agreement, row.digest))
    assert kept[0] == kept[1]
    terms = run(agreements.agreement_list, p.us).agreements[0].terms
    assert terms is not None
    assert terms.match is not None
    assert terms.match.tokens_in_all == quota


def messages(p: Pair) -> dict[str, tuple[str, Any]]:
    """Return every message of a negotiation as the consumer might send it, by its path."""
    row = negotiation(p.mx)
    pids = {"provider_pid": row.pid, "consumer_pid": row.their_pid}
    offer = model(MessageOffer, row.offer.encode(), BODY_BYTES)
    event = ContractNegotiationEventMessage
    return {
        "ContractRequestMessage": ("request", ContractRequestMessage(**pids, offer=offer)),
        "ContractOfferMessage": ("offers", ContractOfferMessage(**pids, offer=offer)),
        "ContractNegotiationEventMessage:ACCEPTED": (
            "events",
            event(**pids, event_type="ACCEPTED"),
        ),
        "ContractNegotiationEventMessage:FINALIZED": (
            "events",
            event(**pids, event_type="FINALIZED"),
        ),
        "ContractNegotiationTerminationMessage": (
            "termination",
            ContractNegotiationTerminationMessage(**pids),
        ),
    }


@pytest.mark.parametrize("state", NegotiationState)
def test_a_message_that_does_not_fit_the_state(offered: Pair, state: NegotiationState) -> None:
    begin(offered, match={"tokensInAll": 9})
    with offered.mx.store.write() as tx:
        change(tx, Negotiation, {}, state=state)
    before, allowed = negotiation(offered.mx), NEGOTIATION.allowed(state, Role.CONSUMER)
    for name, (path, message) in messages(offered).items():
        if name in allowed:
            continue
        target = fill_path(f"{DSP}/negotiations/{{}}/{path}", before.pid)
        reply = say(offered.us, MX.id, target, message)
        assert (reply.status, code(reply)) == (400, Code.STATE_NOT_ALLOWED)
        assert negotiation(offered.mx) == before
    assert len(allowed) < len(messages(offered))


def test_a_finalized_agreement_stays(offered: Pair) -> None:
    begin(offered)
    for name, (path, message) in messages(offered).items():
        target = fill_path(f"{DSP}/negotiations/{{}}/{path}", negotiation(offered.mx).pid)
        assert code(say(offered.us, MX.id, target, message)) == Code.STATE_NOT_ALLOWED, name
    check_finalized(offered, None)
    with refuses(Code.STATE_NOT_ALLOWED):
        run(agreeing.decline, offered.mx, negotiation=negotiation(offered.mx).pid, reason="no")


def test_the_state_can_be_asked_for(offered: Pair) -> None:
    begin(offered)
    row = negotiation(offered.mx)
    target = fill_path(f"{DSP}/negotiations/{{}}", row.pid)
    told = model(ContractNegotiation, say(offered.us, MX.id, target, method="GET").body, 10_000)
    assert (told.provider_pid, told.consumer_pid) == (row.pid, row.their_pid)
    assert told.state is NegotiationState.FINALIZED


def test_negotiations_of_others_do_not_exist(offered: Pair) -> None:
    begin(offered)
    row = negotiation(offered.mx)
    third = pin_third(offered)
    with offered.mx.store.write() as tx:
        add(tx, replace(row, pid="urn:uuid:3", peer=third))
    for pid in ("urn:uuid:3", "urn:uuid:nothing", negotiation(offered.us).pid):
        target = fill_path(f"{DSP}/negotiations/{{}}", pid)
        reply = say(offered.us, MX.id, target, method="GET")
        assert (reply.status, code(reply)) == (404, Code.NEGOTIATION_UNKNOWN)


def test_pids_that_do_not_belong_together(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    row = negotiation(offered.mx)
    target = fill_path(f"{DSP}/negotiations/{{}}/termination", row.pid)
    for provider, consumer in (
        (row.pid, "urn:uuid:other"),
        ("urn:uuid:other", row.their_pid),
        (row.their_pid, row.pid),
    ):
        message = ContractNegotiationTerminationMessage(
            provider_pid=provider, consumer_pid=consumer
        )
        assert code(say(offered.us, MX.id, target, message)) == Code.NEGOTIATION_UNKNOWN
    assert negotiation(offered.mx) == row
