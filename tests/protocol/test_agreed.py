"""Quotas of requests and of transfers: counted when they come, across agreements of one peer."""

from comity.core.decision import Decision, Outcome, ReceiveQuestion
from comity.core.identity import Pinned
from comity.core.messages import DetailRequest
from comity.core.terms import Action
from comity.errors import Code
from comity.operations import agreements, inbox
from comity.protocol.agreed import decide, decide_again, decide_receive, reserve
from comity.protocol.base import DATA, Inbound, fill_path
from comity.protocol.catalog import REQUEST
from comity.protocol.requests import question_of
from comity.store import peers
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Handle, Usage
from comity.store.rows.moving import many, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from nodes import MX, US, Pair, run
from stages import TERMS, agree, begin, code, ready, request_terms, say, transfer

SILENT = ReceiveQuestion("", "", "US")


def request(p: Pair, n: int, purpose: str = "sanctions") -> Message:
    """Ask for details about one record by hand, in the latest transfer."""
    with p.mx.store.read() as tx:
        found = next(row for row in many(tx, Handle) if row.record == "m1")
    message = DetailRequest(
        id=f"urn:uuid:{n}",
        manifest=found.manifest,
        handle=found.handle,
        fields=("names",),
        purpose=purpose,
        legal_basis="treaty",
        case_reference="CASE-1",
        urgency="routine",
    )
    target = fill_path(f"{DATA}/transfers/{{}}/requests", transfer(p.mx, REQUEST).pid)
    return say(p.us, MX.id, target, message)


def counted(p: Pair) -> list[Usage]:
    with p.mx.store.read() as tx:
        return list(many(tx, Usage, action="request"))


def test_requests_in_all(loaded: Pair) -> None:
    ready(loaded, request_terms(requestsInAll=2))
    # What is refused gives back what it reserved.
    assert code(request(loaded, 0, purpose="curiosity")) == Code.PURPOSE_NOT_AGREED
    assert counted(loaded) == []
    assert [request(loaded, n).status for n in (1, 2)] == [201, 201]
    assert code(request(loaded, 3)) == Code.QUOTA_EXCEEDED
    assert [(row.elements, row.family) for row in counted(loaded)] == [(1, ""), (1, "")]


def test_requests_in_a_period_come_back_with_the_next_one(loaded: Pair) -> None:
    quota = {"count": 1, "period": "P1D"}
    ready(loaded, request_terms(requestsPerPeriod=quota))
    assert request(loaded, 1).status == 201
    assert code(request(loaded, 2)) == Code.QUOTA_EXCEEDED
    loaded.clock.forward(days=1)
    assert request(loaded, 3).status == 201


def test_a_declined_request_was_one_too(loaded: Pair) -> None:
    ready(loaded, request_terms(requestsInAll=1))
    assert request(loaded, 1).status == 201
    run(inbox.decline, loaded.mx, request="urn:uuid:1", reason="No.")
    run(inbox.reopen, loaded.mx, request="urn:uuid:1")
    assert code(request(loaded, 2)) == Code.QUOTA_EXCEEDED


def test_the_last_request_of_a_quota_can_be_approved(loaded: Pair) -> None:
    ready(loaded, request_terms(requestsInAll=1))
    assert request(loaded, 1).status == 201
    shown = run(inbox.show, loaded.mx, request="urn:uuid:1")
    after = run(inbox.approve, loaded.mx, request="urn:uuid:1", approval=shown.approval)
    assert after.state == "answered"


def test_requests_count_across_agreements_with_one_peer(loaded: Pair) -> None:
    first = ready(loaded, request_terms(requestsInAll=1))
    assert request(loaded, 1).status == 201
    with loaded.mx.store.write() as tx:
        (row,) = many(tx, RequestRow)
        assert row.agreement == first
    second = agree(loaded, request_terms(requestsInAll=2))
    inbound, agreement = by_hand(loaded, second, "another")
    question = question_of(DetailRequest.read(row.request.encode()), peer=peer_of(loaded))
    with loaded.mx.store.write() as tx:
        reserve(inbound, tx, agreement, Action.REQUEST)
    # One was counted under the first agreement, one is: a third is too much, the second is not.
    with loaded.mx.store.read() as tx:
        assert decide(loaded.mx.local, tx, agreement, question, "another").approvals == 1
        decision = decide(loaded.mx.local, tx, agreement, question, "third")
    assert decision.code is Code.QUOTA_EXCEEDED


def peer_of(p: Pair) -> Pinned:
    with p.mx.store.read() as tx:
        return peers.pinned(tx, US.id)


def by_hand(p: Pair, id: str, jti: str) -> tuple[Inbound, Agreement]:
    """Return an inbound message of the asker, as a handler gets it, and an agreement."""
    with p.mx.store.read() as tx:
        agreement = one(tx, Agreement, id=id)
    assert agreement is not None
    local = p.mx.local
    return Inbound(local, peer_of(p), jti, local.now(), ()), agreement


def receiving(p: Pair, jti: str) -> Decision:
    """Reserve and decide a transfer of the file, as the handler of its request does."""
    with p.mx.store.read() as tx:
        last = many(tx, Agreement, order="at")[-1]
    inbound, agreement = by_hand(p, last.id, jti)
    with p.mx.store.write() as tx:
        reserve(inbound, tx, agreement, Action.RECEIVE)
        reserve(inbound, tx, agreement, Action.RECEIVE)
    with p.mx.store.read() as tx:
        return decide_receive(p.mx.local, tx, agreement, SILENT, jti)


def test_transfers_of_the_file_are_counted(loaded: Pair) -> None:
    quota = {"count": 1, "period": "P1D"}
    draft = {**TERMS, "receive": {"approval": "automatic", "transfersPerPeriod": quota}}
    agree(loaded, draft)
    assert receiving(loaded, "first").outcome is Outcome.ALLOW
    # A redelivery is the same transfer.
    assert receiving(loaded, "first").outcome is Outcome.ALLOW
    assert receiving(loaded, "second").code is Code.QUOTA_EXCEEDED
    loaded.clock.forward(days=1)
    assert receiving(loaded, "third").outcome is Outcome.ALLOW
    with loaded.mx.store.read() as tx:
        assert {row.action for row in many(tx, Usage)} == {"receive"}


def test_a_download_is_decided_again_without_being_counted(loaded: Pair) -> None:
    draft = {**TERMS, "receive": {"approval": "two-officers", "transfersInAll": 1}}
    agreed = agree(loaded, draft)
    assert receiving(loaded, "first").approvals == 2
    _, agreement = by_hand(loaded, agreed, "first")
    assert decide_again(loaded.mx.local, agreement, SILENT).approvals == 2
    loaded.clock.forward(days=60)
    assert decide_again(loaded.mx.local, agreement, SILENT).code is Code.AGREEMENT_EXPIRED


def test_no_transfer_without_a_grant_to_receive(loaded: Pair) -> None:
    agreed = agree(loaded)
    begin(loaded, agreed, REQUEST)
    decision = receiving(loaded, "first")
    assert (decision.code, decision.params) == (Code.ACTION_NOT_AGREED, (("action", "receive"),))
    terms = run(agreements.agreement_show, loaded.mx, agreement=agreed).terms
    assert terms
    assert terms.receive is None
