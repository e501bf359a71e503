"""Contract negotiation between two nodes: what ends how, and who has to say so."""

from dataclasses import replace
from typing import Any

import pytest

from comity.api import Response
from comity.core.agreement import AgreementEvidence
from comity.core.canonical import model
from comity.core.dsp.negotiation import (
    ContractNegotiationTerminationMessage,
)
from comity.core.dsp.policy import Agreement
from comity.errors import Code
from comity.limits import BODY_BYTES, DAY, OPEN_NEGOTIATIONS_PER_PEER, TEXT_CHARS
from comity.node import Node
from comity.operations import agreeing, agreements, posture, records
from comity.protocol.base import DSP, fill_path
from comity.store.rows.agreements import Agreement as AgreementRow
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, change, many
from comity.worker import work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, code, first_request, say


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


def test_what_is_asked_as_offered_is_agreed_at_once(offered: Pair) -> None:
    begin(offered)
    check_finalized(offered, None)


def test_what_is_changed_waits_for_an_officer(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 5})
    (asked,) = run(agreeing.negotiation_list, offered.mx).negotiations
    assert (asked.state, asked.waits) == ("REQUESTED", True)
    assert [(item.field, item.old, item.new) for item in asked.changed] == [
        ("match.tokensInAll", (), ("5",))
    ]
    assert run(agreements.agreement_list, offered.mx).agreements == ()
    assert run(posture.posture, offered.mx, peer=US.id).negotiations_waiting == 1
    run(agreeing.accept, offered.mx, negotiation=asked.id)
    offered.pump()
    check_finalized(offered, 5)


def test_a_counter_offer_is_accepted(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 5})
    run(
        agreeing.counter,
        offered.mx,
        negotiation=negotiation(offered.mx).pid,
        terms={"match": {"tokensInAll": 3}},
    )
    offered.pump()
    row = negotiation(offered.us)
    assert (states(offered), row.waits) == (("OFFERED", "OFFERED"), True)
    run(agreeing.accept, offered.us, negotiation=row.pid)
    offered.pump()
    check_finalized(offered, 3)


def test_counters_go_to_and_fro(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    for quota, node in ((3, offered.mx), (8, offered.us), (4, offered.mx), (7, offered.us)):
        pid, terms = negotiation(node).pid, {"match": {"tokensInAll": quota}}
        run(agreeing.counter, node, negotiation=pid, terms=terms)
        offered.pump()
    assert states(offered) == ("REQUESTED", "REQUESTED")
    run(agreeing.accept, offered.mx, negotiation=negotiation(offered.mx).pid)
    offered.pump()
    check_finalized(offered, 7)


def test_a_counter_with_the_providers_own_terms_is_agreed_at_once(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    for node in (offered.mx, offered.us):
        terms = {"match": {"tokensInAll": 3}}
        run(agreeing.counter, node, negotiation=negotiation(node).pid, terms=terms)
        offered.pump()
    check_finalized(offered, 3)


def decline(p: Pair, node: Node, reason: str = "not under this law") -> None:
    run(agreeing.decline, node, negotiation=negotiation(node).pid, reason=reason)
    p.pump()


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_decline_is_told_with_its_reason_and_final(offered: Pair, side: str) -> None:
    begin(offered, match={"tokensInAll": 9})
    decline(offered, getattr(offered, side))
    for node in (offered.mx, offered.us):
        row = negotiation(node)
        assert (row.state, row.waits, row.pending) == ("TERMINATED", False, "")
        assert row.reason == "declined not under this law"
        with refuses(Code.STATE_NOT_ALLOWED):
            run(agreeing.accept, node, negotiation=row.pid)
        with refuses(Code.STATE_NOT_ALLOWED):
            run(agreeing.counter, node, negotiation=row.pid, terms={"onward": True})
        with refuses(Code.STATE_NOT_ALLOWED):
            run(agreeing.decline, node, negotiation=row.pid, reason="again")


def test_a_decline_needs_a_reason(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    for reason in ("", "a" * (TEXT_CHARS + 1)):
        with refuses(Code.ARGUMENT_INVALID, where="reason"):
            decline(offered, offered.mx, reason)
    decline(offered, offered.mx, "a" * TEXT_CHARS)
    assert negotiation(offered.us).reason.startswith("declined aaa")


def test_silence_past_the_term_is_a_decline_by_expiry(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    offered.clock.forward(seconds=7 * DAY - 1)
    offered.pump()
    assert states(offered) == ("REQUESTED", "REQUESTED")
    offered.clock.forward(seconds=1)
    offered.pump()
    assert states(offered) == ("TERMINATED", "TERMINATED")
    assert negotiation(offered.us).reason == negotiation(offered.mx).reason == "expired"
    actions = [entry.action for entry in run(records.journal_show, offered.mx).entries]
    assert actions[-1] == "negotiation.expired"
    # It is not final: nobody has considered it.
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)


def test_a_counter_offer_runs_out_at_the_consumer(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    pid = negotiation(offered.mx).pid
    run(agreeing.counter, offered.mx, negotiation=pid, terms={"match": {"tokensInAll": 3}})
    offered.pump()
    offered.clock.forward(seconds=7 * DAY)
    offered.pump()
    assert states(offered) == ("TERMINATED", "TERMINATED")
    assert negotiation(offered.mx).reason == "expired"


def test_what_a_peer_gives_as_its_reason_is_kept_as_one_printable_line(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    row = negotiation(offered.us)
    message = ContractNegotiationTerminationMessage(
        provider_pid=row.their_pid,
        consumer_pid=row.pid,
        code="no",
        reason=("\x1b[2Jline\n\0two", {"not": "text"}, "x" * 3_000),
    )
    target = fill_path(f"{DSP}/negotiations/{{}}/termination", row.their_pid)
    assert say(offered.us, MX.id, target, message).status == 200
    kept = negotiation(offered.mx).reason
    assert kept.startswith("no [2Jlinetwo xxx")
    assert len(kept) == TEXT_CHARS


def test_an_answer_that_overtakes_the_acknowledgement(offered: Pair) -> None:
    """The agreement arrives before the acknowledgement of the request it answers."""

    def crossing(response: Response) -> Response:
        offered.to_mx.cut = True
        work(offered.mx)
        return response

    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.to_mx.on_response = crossing
    work(offered.us)
    row = negotiation(offered.us)
    # The late acknowledgement is of the request, and not of the verification that waits.
    assert (row.state, row.pending) == ("AGREED", "ContractAgreementVerificationMessage")
    assert row.their_pid == negotiation(offered.mx).pid
    offered.to_mx.mend()
    offered.clock.forward(minutes=1)
    offered.pump()
    check_finalized(offered, None)
    run(records.verify, offered.us, peer=MX.id)


def test_no_more_open_negotiations_than_the_limit(offered: Pair) -> None:
    begin(offered, match={"tokensInAll": 9})
    row = negotiation(offered.mx)
    with offered.mx.store.write() as tx:
        others = range(OPEN_NEGOTIATIONS_PER_PEER - 2)
        add(tx, *(replace(row, pid=f"urn:{n}") for n in others))
    target = f"{DSP}/negotiations/request"
    assert say(offered.us, MX.id, target, first_request(offered)).status == 201
    reply = say(offered.us, MX.id, target, first_request(offered, consumer_pid="urn:uuid:2"))
    assert (reply.status, code(reply)) == (429, Code.QUOTA_EXCEEDED)
    # Those that are over do not count.
    with offered.mx.store.write() as tx:
        change(tx, Negotiation, {"pid": row.pid}, state="TERMINATED")
    another = first_request(offered, consumer_pid="urn:uuid:3")
    assert say(offered.us, MX.id, target, another).status == 201
