"""Who may begin a negotiation, who decides in it, and what a decline means."""

import json
from typing import Any

import pytest

from comity.core.canonical import canonical, model
from comity.core.dsp.negotiation import ContractRequestMessage
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.dsp.policy import Offer as Policy
from comity.core.dsp.transfer import TransferRequestMessage
from comity.core.machines import Role
from comity.core.terms_odrl import from_policy
from comity.errors import Code
from comity.limits import BODY_BYTES, DAY
from comity.node import Node
from comity.operations import Caller, agreeing, agreements, holdings, offering, transfers
from comity.protocol import negotiating
from comity.protocol.base import DSP
from comity.store import peers
from comity.store.rows.agreements import Agreement as AgreementRow
from comity.store.rows.agreements import Negotiation, Offer
from comity.store.rows.moving import many
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, TERMS, agree, code, first_request, say

SECOND = Caller("officer-2")
PLAIN = {"@id": "urn:offer:1", "permission": [{"action": "use"}]}
"""An offer as another make writes it: nothing in it is of our profile."""


def row(node: Node) -> Negotiation:
    """Return the latest negotiation of a node."""
    with node.store.read() as tx:
        return many(tx, Negotiation)[-1]


def states(p: Pair) -> tuple[str, str]:
    return row(p.mx).state, row(p.us).state


def standing(p: Pair) -> list[tuple[str, bool]]:
    return [
        (found.state, found.signed_by_both)
        for node in (p.mx, p.us)
        for found in run(agreements.agreement_list, node).agreements
    ]


# --- the provider begins -----------------------------------------------------------------------


def propose(p: Pair, **more: Any) -> str:
    made = run(agreeing.propose, p.mx, peer=US.id, dataset=MX_LIST, terms=TERMS, **more)
    p.pump()
    return made.id


def test_a_provider_begins_and_the_consumer_accepts(loaded: Pair) -> None:
    propose(loaded)
    (asked,) = run(agreeing.negotiation_list, loaded.us).negotiations
    assert (asked.state, asked.role, asked.waits) == ("OFFERED", "consumer", True)
    assert states(loaded) == ("OFFERED", "OFFERED")
    assert row(loaded.mx).their_pid == row(loaded.us).pid
    run(agreeing.accept, loaded.us, negotiation=asked.id)
    loaded.pump()
    assert states(loaded) == ("FINALIZED", "FINALIZED")
    assert standing(loaded) == [("active", True), ("active", True)]


def test_a_provider_begins_and_the_consumer_counters(loaded: Pair) -> None:
    pid = propose(loaded)
    changes = {"match": {"tokensInAll": 9}}
    run(agreeing.counter, loaded.us, negotiation=row(loaded.us).pid, terms=changes)
    loaded.pump()
    assert (states(loaded), row(loaded.mx).waits) == (("REQUESTED", "REQUESTED"), True)
    run(agreeing.accept, loaded.mx, negotiation=pid)
    loaded.pump()
    terms = run(agreements.agreement_list, loaded.us).agreements[0].terms
    assert terms
    assert terms.match
    assert terms.match.tokens_in_all == 9


def test_a_first_offer_twice_begins_one(loaded: Pair) -> None:
    propose(loaded)
    with loaded.us.store.read() as tx:
        before = many(tx, Negotiation)
    offer = model(MessageOffer, row(loaded.mx).offer.encode(), BODY_BYTES)
    message = {
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "ContractOfferMessage",
        "providerPid": row(loaded.mx).pid,
        "offer": offer.to_value(),
        "callbackAddress": MX.address + DSP,
    }
    target = f"{DSP}/negotiations/offers"
    assert say(loaded.mx, US.id, target, canonical(message)).status == 201
    message["offer"] = {**offer.to_value(), "@id": "urn:another"}
    assert code(say(loaded.mx, US.id, target, canonical(message))) == Code.STATE_NOT_ALLOWED
    with loaded.us.store.read() as tx:
        assert many(tx, Negotiation) == before


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1:9/dsp/2025-1", "https://169.254.169.254/x", "http://127.0.0.1:18443/dsp"],
)
def test_a_first_offer_from_elsewhere(loaded: Pair, address: str) -> None:
    message = {
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "ContractOfferMessage",
        "providerPid": "urn:uuid:1",
        "offer": {**PLAIN, "@type": "Offer", "target": "x"},
        "callbackAddress": address,
    }
    reply = say(loaded.mx, US.id, f"{DSP}/negotiations/offers", canonical(message))
    assert code(reply) == Code.ADDRESS_NOT_PINNED
    assert run(agreeing.negotiation_list, loaded.us).negotiations == ()


# --- another make writes our offer its own way -------------------------------------------------


def rewritten(message: ContractRequestMessage, **changes: Any) -> bytes:
    """Return a request as the Eclipse connector writes it (decision 0023)."""
    value = message.to_value()
    offer: Any = value["offer"]
    del offer["profile"]
    offer["assigner"] = MX.id
    for constraint in offer["permission"][0]["constraint"]:
        match constraint.get("rightOperand"):
            case [only]:
                constraint["rightOperand"] = only
            case [*several]:
                constraint["rightOperand"] = json.dumps([{"@value": item} for item in several])
        if constraint.get("leftOperand") == "purpose":
            constraint["leftOperand"] = "odrl:purpose"
    offer["permission"][0]["constraint"][0].update(changes)
    return canonical(value)


def test_our_offer_in_other_words_is_agreed_to_in_ours(offered: Pair) -> None:
    terms = {**TERMS, "purposes": ["sanctions", "tax"], "territories": ["US", "MX"]}
    made = run(offering.make_offer, offered.mx, dataset=MX_LIST, terms=terms)
    target = f"{DSP}/negotiations/request"
    body = rewritten(first_request(offered))
    assert say(offered.us, MX.id, target, body).status == 201
    asked = row(offered.mx)
    assert (asked.pending, asked.waits) == ("ContractAgreementMessage", False)
    with offered.mx.store.read() as tx:
        (kept,) = many(tx, AgreementRow)
    agreed = model(Agreement, kept.agreement.encode(), BODY_BYTES)
    assert agreed.permission == model(Policy, canonical(made.policy), BODY_BYTES).permission
    assert from_policy(agreed) == made.terms
    # The same request again, as after a lost reply, begins no second one.
    assert say(offered.us, MX.id, target, body).status == 201
    assert row(offered.mx) == asked


def test_a_change_in_other_words_waits_for_an_officer(offered: Pair) -> None:
    body = rewritten(first_request(offered), rightOperand="two-officers")
    assert say(offered.us, MX.id, f"{DSP}/negotiations/request", body).status == 201
    (asked,) = run(agreeing.negotiation_list, offered.mx).negotiations
    assert (asked.state, asked.waits, asked.terms) == ("REQUESTED", True, None)


# --- a decline is final ------------------------------------------------------------------------


def test_a_declined_request_stays_declined_until_it_is_reopened(offered: Pair) -> None:
    changes = {"match": {"tokensInAll": 9}}
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, terms=changes)
    offered.pump()
    pid = row(offered.mx).pid
    declined = run(agreeing.decline, offered.mx, negotiation=pid, reason="No.")
    assert declined.final
    offered.pump()
    again = first_request(offered, consumer_pid="urn:uuid:9")
    target = f"{DSP}/negotiations/request"
    assert code(say(offered.us, MX.id, target, again)) == Code.NEGOTIATION_DECLINED
    # Another offer of the decliner's is another matter.
    other = run(offering.make_offer, offered.mx, dataset=MX_LIST, terms=TERMS)
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, offer=other.id)
    offered.pump()
    assert states(offered) == ("FINALIZED", "FINALIZED")
    assert not run(agreeing.reopen, offered.mx, negotiation=pid).final
    with offered.mx.store.read() as tx:
        first = min(many(tx, Offer), key=lambda made: made.created)
    asked = first_request(offered, consumer_pid="urn:uuid:9")
    asked = asked.model_copy(update={"offer": asked.offer.model_copy(update={"id": first.id})})
    assert say(offered.us, MX.id, target, asked).status == 201


def test_a_declined_offer_stays_declined_until_it_is_reopened(loaded: Pair) -> None:
    propose(loaded)
    pid = row(loaded.us).pid
    run(agreeing.decline, loaded.us, negotiation=pid, reason="No.")
    loaded.pump()
    propose(loaded)
    assert row(loaded.mx).reason == f"refused {Code.NEGOTIATION_DECLINED}"
    run(agreeing.reopen, loaded.us, negotiation=pid)
    propose(loaded)
    assert states(loaded)[0] == "OFFERED"


def test_whoever_began_may_begin_again(offered: Pair) -> None:
    changes = {"match": {"tokensInAll": 9}}
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, terms=changes)
    offered.pump()
    assert not run(agreeing.decline, offered.us, negotiation=begun.id, reason="Later.").final
    offered.pump()
    with refuses(Code.NEGOTIATION_UNKNOWN):
        run(agreeing.reopen, offered.us, negotiation=begun.id)
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.pump()
    assert standing(offered) == [("active", True), ("active", True)]


# --- officers approve each step ----------------------------------------------------------------


def test_an_offer_for_two_officers(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS, agreeing="two-officers")
    run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST, agreeing="one-officer")
    loaded.pump()
    pid = row(loaded.mx).pid
    assert (states(loaded), row(loaded.mx).waits) == (("REQUESTED", "REQUESTED"), True)
    half = run(agreeing.accept, loaded.mx, negotiation=pid)
    assert (half.waits, half.approved_by) == (True, ("officer-1",))
    with refuses(Code.APPROVAL_REPEATED):
        run(agreeing.accept, loaded.mx, negotiation=pid)
    run(agreeing.accept, loaded.mx, SECOND, negotiation=pid)
    loaded.pump()
    # The consumer's officer verifies, and so signs.
    assert (states(loaded), row(loaded.us).waits) == (("AGREED", "AGREED"), True)
    assert standing(loaded) == [("agreed", False), ("agreed", False)]
    run(agreeing.accept, loaded.us, negotiation=row(loaded.us).pid)
    loaded.pump()
    assert (states(loaded), row(loaded.mx).waits) == (("VERIFIED", "VERIFIED"), True)
    # Approvals of the step before do not count for this one.
    assert run(agreeing.show, loaded.mx, negotiation=pid).approved_by == ()
    for officer in (SECOND, Caller("officer-3")):
        run(agreeing.accept, loaded.mx, officer, negotiation=pid)
    loaded.pump()
    assert states(loaded) == ("FINALIZED", "FINALIZED")
    assert standing(loaded) == [("active", True), ("active", True)]


def test_a_changed_proposal_voids_approvals(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS, agreeing="two-officers")
    run(
        agreeing.negotiate,
        loaded.us,
        peer=MX.id,
        dataset=MX_LIST,
        terms={"match": {"tokensInAll": 9}},
    )
    loaded.pump()
    pid = row(loaded.mx).pid
    run(agreeing.accept, loaded.mx, negotiation=pid)
    run(agreeing.counter, loaded.mx, negotiation=pid, terms={"match": {"tokensInAll": 3}})
    loaded.pump()
    run(agreeing.counter, loaded.us, negotiation=row(loaded.us).pid, terms={"onward": True})
    loaded.pump()
    after = run(agreeing.accept, loaded.mx, SECOND, negotiation=pid)
    assert (after.state, after.waits, after.approved_by) == ("REQUESTED", True, ("officer-2",))


def test_a_step_that_nobody_approves_runs_out(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST, agreeing="one-officer")
    loaded.pump()
    assert states(loaded) == ("AGREED", "AGREED")
    loaded.clock.forward(seconds=7 * DAY)
    loaded.pump()
    assert states(loaded) == ("TERMINATED", "TERMINATED")
    assert standing(loaded) == [("withdrawn", False), ("withdrawn", False)]


# --- terms that this node does not know --------------------------------------------------------


def test_an_offer_in_other_words_allows_nothing_here(loaded: Pair) -> None:
    holdings_before = run(holdings.holdings_list, loaded.us)
    offer = model(
        MessageOffer,
        canonical({**PLAIN, "@type": "Offer", "target": MX_LIST}),
        BODY_BYTES,
    )
    with loaded.mx.store.write() as tx:
        peer = peers.pinned(tx, US.id)
        negotiating.start(loaded.mx.local, tx, peer, offer, Role.PROVIDER)
    loaded.pump()
    (asked,) = run(agreeing.negotiation_list, loaded.us).negotiations
    assert (asked.terms, asked.policy["permission"]) == (None, PLAIN["permission"])
    with refuses(Code.TERMS_UNKNOWN):
        run(agreeing.accept, loaded.us, negotiation=asked.id)
    run(agreeing.accept, loaded.us, negotiation=asked.id, unknown_terms=True)
    loaded.pump()
    assert states(loaded) == ("FINALIZED", "FINALIZED")
    (agreed,) = run(agreements.agreement_list, loaded.us).agreements
    assert (agreed.state, agreed.terms, agreed.signed_by_both) == ("active", None, True)
    assert run(holdings.holdings_list, loaded.us) == holdings_before


def test_a_request_in_other_words_waits_and_is_never_agreed_to_by_itself(offered: Pair) -> None:
    asked = first_request(offered)
    policy = {**PLAIN, "@id": asked.offer.id, "@type": "Offer", "target": MX_LIST}
    other = model(MessageOffer, canonical(policy), BODY_BYTES)
    reply = say(
        offered.us,
        MX.id,
        f"{DSP}/negotiations/request",
        asked.model_copy(update={"offer": other}),
    )
    assert (reply.status, row(offered.mx).waits) == (201, True)
    offered.pump()
    assert run(agreements.agreement_list, offered.mx).agreements == ()


def test_an_offer_that_came_another_way(loaded: Pair) -> None:
    made = run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST, policy=made.policy)
    loaded.pump()
    assert states(loaded) == ("FINALIZED", "FINALIZED")
    with refuses(Code.TERMS_INVALID):
        run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST, policy={"a": 1})


@pytest.mark.parametrize("format", ["Comity-Match", "Comity-Request", "HttpData-PULL"])
def test_under_terms_that_are_not_known_no_transfer_begins(offered: Pair, format: str) -> None:
    """An officer of the provider said yes to them all the same."""
    asked = first_request(offered)
    policy = {**PLAIN, "@id": asked.offer.id, "@type": "Offer", "target": MX_LIST}
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, policy=policy)
    offered.pump()
    run(agreeing.accept, offered.mx, negotiation=row(offered.mx).pid, unknown_terms=True)
    offered.pump()
    assert states(offered) == ("FINALIZED", "FINALIZED")
    message = TransferRequestMessage(
        consumer_pid="urn:uuid:1",
        agreement_id=row(offered.us).agreement,
        format=format,
        callback_address=US.address + DSP,
    )
    reply = say(offered.us, MX.id, f"{DSP}/transfers/request", message)
    # Of a dataset without a file there is no file, whatever the terms.
    expected = Code.TRANSFER_FORMAT_UNKNOWN if "Http" in format else Code.TERMS_UNKNOWN
    assert (reply.status, code(reply)) == (400, expected)
    assert run(transfers.transfer_list, offered.mx).transfers == ()


def test_no_frame_for_what_is_not_granted(loaded: Pair) -> None:
    draft = {name: value for name, value in TERMS.items() if name != "request"}
    agreement = agree(loaded, draft)
    message = TransferRequestMessage(
        consumer_pid="urn:uuid:1",
        agreement_id=agreement,
        format="Comity-Request",
        callback_address=US.address + DSP,
    )
    reply = say(loaded.us, MX.id, f"{DSP}/transfers/request", message)
    assert (reply.status, code(reply)) == (400, Code.ACTION_NOT_AGREED)
