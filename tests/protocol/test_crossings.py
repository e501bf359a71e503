"""Words that cross on the way, or that end a process before its peer has acknowledged it.

Whatever comes first, both sides end in the same state. The soak found each of these.
"""

from typing import Any

import pytest

from comity.api import Response
from comity.core.canonical import model
from comity.core.dsp.transfer import TransferError
from comity.errors import Code
from comity.node import Node
from comity.operations import agreeing, transfers
from comity.operations import agreements as consents
from comity.operations.registry import Operation
from comity.protocol.catalog import REQUEST
from comity.store.rows.agreements import Agreement, Negotiation
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import many
from comity.worker import work
from nodes import MX, Pair, run
from refusals import refuses
from stages import MX_LIST, transfer


@pytest.fixture
def started(agreed: Pair) -> Pair:
    """A transfer for requests, which is started on both sides."""
    request(agreed)
    agreed.pump()
    assert states(agreed) == ("STARTED", "STARTED")
    return agreed


def request(p: Pair) -> None:
    """Ask for a transfer for requests."""
    agreement = agreements(p.us)[0].id
    run(transfers.request, p.us, peer=MX.id, agreement=agreement, format=REQUEST)


def agreements(node: Node) -> list[Agreement]:
    with node.store.read() as tx:
        return list(many(tx, Agreement))


def states(p: Pair) -> tuple[str, str]:
    return transfer(p.mx, REQUEST).state, transfer(p.us, REQUEST).state


def negotiations(p: Pair) -> list[Negotiation]:
    found: list[Negotiation] = []
    for node in (p.mx, p.us):
        with node.store.read() as tx:
            found += many(tx, Negotiation)
    return found


def end(node: Node, how: str) -> None:
    operation = transfers.complete if how == "completed" else transfers.terminate
    run(operation, node, transfer=transfer(node, REQUEST).pid)


def act(operation: Operation[Any, Any], node: Node) -> None:
    run(operation, node, agreement=agreements(node)[0].id)


def check_same(p: Pair, state: str) -> None:
    """Check that both sides are in a state, and that nobody waits for anything."""
    p.clock.forward(minutes=10)
    p.pump()
    assert states(p) == (state, state)
    for node in (p.mx, p.us):
        assert transfer(node, REQUEST).pending == ""
        with node.store.read() as tx:
            assert many(tx, Outgoing, state="waiting") == []


@pytest.mark.parametrize("first", ["mx", "us"])
@pytest.mark.parametrize("other", ["suspended", "completed", "terminated"])
def test_a_completion_that_crosses(started: Pair, first: str, other: str) -> None:
    sides = {"mx": (started.mx, started.us), "us": (started.us, started.mx)}
    completing, acting = sides[first]
    end(completing, "completed")
    if other == "suspended":
        act(consents.suspend, acting)
    else:
        end(acting, other)
    check_same(started, "TERMINATED" if other == "terminated" else "COMPLETED")


def test_a_suspension_that_crosses_a_completion_is_refused(started: Pair) -> None:
    end(started.mx, "completed")
    act(consents.suspend, started.us)
    work(started.us)
    replies = {request.target.rpartition("/")[2]: said for request, said in started.to_mx.seen}
    reply = replies["suspension"]
    error = model(TransferError, reply.body, 10_000)
    assert (reply.status, error.code) == (400, Code.STATE_NOT_ALLOWED)
    assert states(started) == ("STARTED", "STARTED")
    check_same(started, "COMPLETED")


def test_what_is_complete_is_not_terminated_before_the_peer_acknowledged_it(started: Pair) -> None:
    started.to_us.lose_replies()
    end(started.mx, "completed")
    work(started.mx)
    assert states(started) == ("STARTED", "COMPLETED")
    with refuses(Code.STATE_NOT_ALLOWED):
        end(started.mx, "terminated")
    started.to_us.mend()
    check_same(started, "COMPLETED")


def test_an_agreement_is_suspended_while_its_transfer_is_being_completed(started: Pair) -> None:
    started.to_us.lose_replies()
    end(started.mx, "completed")
    work(started.mx)
    act(consents.suspend, started.mx)
    started.to_us.mend()
    check_same(started, "COMPLETED")
    act(consents.resume, started.mx)
    check_same(started, "COMPLETED")


def test_resumed_suspended_and_resumed_again_before_the_peer_hears_of_it(started: Pair) -> None:
    act(consents.suspend, started.mx)
    check_same(started, "SUSPENDED")
    started.to_us.cut = True
    act(consents.resume, started.mx)
    act(consents.suspend, started.mx)
    act(consents.resume, started.mx)
    started.to_us.mend()
    check_same(started, "STARTED")


@pytest.mark.parametrize("order", ["mx us", "us mx", "us mx us", "mx us mx"])
@pytest.mark.parametrize("cut", ["to_mx", "to_us", ""])
def test_suspensions_that_cross_and_are_over_before_they_arrive(
    started: Pair, order: str, cut: str
) -> None:
    for node in (started.mx, started.us):
        act(consents.suspend, node)
        act(consents.resume, node)
    if cut:
        # Of one side's, one more waits: its reply is lost.
        getattr(started, cut).lose_replies()
    for side in order.split():
        work(getattr(started, side))
    for wire in (started.to_mx, started.to_us):
        wire.mend()
    check_same(started, "STARTED")


def test_the_suspension_of_one_side_stays_when_that_of_the_other_is_over(started: Pair) -> None:
    for node in (started.mx, started.us):
        act(consents.suspend, node)
    act(consents.resume, started.us)
    check_same(started, "SUSPENDED")
    act(consents.resume, started.mx)
    check_same(started, "STARTED")


def test_a_transfer_that_ends_before_it_was_acknowledged(agreed: Pair) -> None:
    agreed.to_mx.lose_replies()
    request(agreed)
    work(agreed.us)
    end(agreed.us, "terminated")
    assert states(agreed) == ("REQUESTED", "TERMINATED")
    agreed.to_mx.mend()
    check_same(agreed, "TERMINATED")
    assert transfer(agreed.us, REQUEST).their_pid == transfer(agreed.mx, REQUEST).pid


@pytest.mark.parametrize("terms", [None, {"onward": True}])
def test_a_negotiation_that_is_declined_before_it_was_acknowledged(
    offered: Pair, terms: dict[str, Any] | None
) -> None:
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, terms=terms)
    offered.to_mx.lose_replies()
    work(offered.us)
    run(agreeing.decline, offered.us, negotiation=begun.id, reason="Not now.")
    offered.to_mx.mend()
    offered.clock.forward(minutes=10)
    offered.pump()
    mx, us = negotiations(offered)
    assert (mx.state, us.state) == ("TERMINATED", "TERMINATED")
    assert mx.reason == us.reason == "declined Not now."
    assert (us.their_pid, mx.their_pid) == (mx.pid, us.pid)
    assert {row.state for row in agreements(offered.mx)} <= {"withdrawn"}


def verified(p: Pair) -> None:
    """Bring a negotiation to where the provider has said that it is final, and nobody heard it."""
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST)
    work(p.us)
    work(p.mx)
    work(p.us)
    mx, us = negotiations(p)
    assert (mx.state, us.state) == ("VERIFIED", "VERIFIED")
    assert mx.pending == "ContractNegotiationEventMessage:FINALIZED"


def test_what_is_final_is_not_declined_before_the_peer_acknowledged_it(offered: Pair) -> None:
    verified(offered)
    offered.to_us.lose_replies()
    work(offered.mx)
    mx, us = negotiations(offered)
    assert (mx.state, us.state) == ("VERIFIED", "FINALIZED")
    with refuses(Code.STATE_NOT_ALLOWED):
        run(agreeing.decline, offered.mx, negotiation=mx.pid, reason="Not now.")
    offered.to_us.mend()
    offered.clock.forward(minutes=10)
    offered.pump()
    mx, us = negotiations(offered)
    assert (mx.state, us.state) == ("FINALIZED", "FINALIZED")


def test_a_decline_that_crosses_the_last_word_leaves_no_agreement(offered: Pair) -> None:
    verified(offered)
    run(agreeing.decline, offered.us, negotiation=negotiations(offered)[1].pid, reason="Not now.")
    offered.pump()
    mx, us = negotiations(offered)
    assert (mx.state, us.state) == ("TERMINATED", "TERMINATED")
    for node in (offered.mx, offered.us):
        assert [row.state for row in agreements(node)] == ["withdrawn"]


def test_the_acknowledgement_of_an_earlier_counter(offered: Pair) -> None:
    """It comes late: the peer has countered since, and so have we."""
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST, terms={"onward": True})
    offered.pump()
    pid = negotiations(offered)[0].pid

    def counter(node: Node, negotiation: str, quota: int) -> None:
        terms = {"match": {"tokensInAll": quota}}
        run(agreeing.counter, node, negotiation=negotiation, terms=terms)

    def crossing(response: Response) -> Response:
        counter(offered.us, begun.id, 2)
        work(offered.us)
        counter(offered.mx, pid, 3)
        offered.to_us.cut = True
        return response

    counter(offered.mx, pid, 1)
    offered.to_us.on_response = crossing
    work(offered.mx)
    row = negotiations(offered)[0]
    assert (row.state, row.pending) == ("REQUESTED", "ContractOfferMessage")
    offered.to_us.mend()
    offered.clock.forward(minutes=10)
    offered.pump()
    mx, us = negotiations(offered)
    assert (mx.state, us.state, us.waits) == ("OFFERED", "OFFERED", True)
    assert mx.offer == us.offer


def test_a_decline_that_crosses_the_last_word_leaves_what_was_to_be_replaced(agreed: Pair) -> None:
    (old,) = agreements(agreed.us)
    begun = run(consents.amend, agreed.us, agreement=old.id, terms={"onward": True})
    agreed.pump()
    with agreed.mx.store.read() as tx:
        (waits,) = many(tx, Negotiation, waits=True)
    run(agreeing.accept, agreed.mx, negotiation=waits.pid)
    work(agreed.mx)
    work(agreed.us)
    # The last word is on its way, and so is the decline.
    run(agreeing.decline, agreed.us, negotiation=begun.id, reason="Not now.")
    agreed.pump()
    for node in (agreed.mx, agreed.us):
        states = {row.id == old.id: row.state for row in agreements(node)}
        assert states == {True: "active", False: "withdrawn"}
