"""Transfer processes: when they start, who may suspend them, and who may not end a suspension."""

from dataclasses import replace
from typing import Any

from comity.api import Response
from comity.core.canonical import model
from comity.core.dsp.transfer import (
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferTerminationMessage,
)
from comity.errors import Code
from comity.limits import OPEN_TRANSFERS_PER_PEER
from comity.node import Node
from comity.operations import Caller, agreements, matching, posture, transfers
from comity.operations.sessions import started_transfer
from comity.protocol.base import DSP, fill_path
from comity.protocol.catalog import MATCH, REQUEST
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.moving import add, change, many
from comity.worker import work
from nodes import MX, OFFICER, US, Pair, run
from refusals import refuses
from stages import MX_LIST, agree, begin, code, match, matching_terms, say, tag, transfer

FIRST = f"{DSP}/transfers/request"
SECOND = Caller("officer-2")


def agreement(node: Node) -> Agreement:
    with node.store.read() as tx:
        (found,) = many(tx, Agreement)
    return found


def states(p: Pair, format: str = MATCH) -> tuple[str, str]:
    return transfer(p.mx, format).state, transfer(p.us, format).state


def test_questions_wait_for_the_tag_set(agreed: Pair) -> None:
    begin(agreed, agreement(agreed.us).id)
    assert states(agreed) == ("REQUESTED", "REQUESTED")
    assert tag(agreed).transfers_started == 1
    agreed.pump()
    assert states(agreed) == ("STARTED", "STARTED")
    assert transfer(agreed.us).manifest == transfer(agreed.mx).manifest != ""
    assert transfer(agreed.us).their_pid == transfer(agreed.mx).pid


def test_a_transfer_asked_for_after_tagging_starts_at_once(agreed: Pair) -> None:
    tag(agreed)
    begin(agreed, agreement(agreed.us).id)
    assert states(agreed) == ("STARTED", "STARTED")


def test_requests_need_no_tag_set(agreed: Pair) -> None:
    begin(agreed, agreement(agreed.us).id, REQUEST)
    assert states(agreed, REQUEST) == ("STARTED", "STARTED")


def test_where_officers_approve_matching_two_have_to(loaded: Pair) -> None:
    made = agree(loaded, matching_terms(approval="two-officers"))
    begin(loaded, made)
    (waits,) = run(transfers.transfer_list, loaded.mx).transfers
    assert (waits.waits, waits.approvals_needed, waits.approved_by) == (True, 2, ())
    run(transfers.approve, loaded.mx, OFFICER, transfer=waits.id)
    with refuses(Code.APPROVAL_REPEATED, officer=OFFICER.officer):
        run(transfers.approve, loaded.mx, OFFICER, transfer=waits.id)
    with refuses(Code.MANIFEST_UNKNOWN):  # there is no tag set to start with
        run(transfers.approve, loaded.mx, SECOND, transfer=waits.id)
    tag(loaded)
    loaded.pump()
    assert states(loaded) == ("REQUESTED", "REQUESTED")
    shown = run(transfers.approve, loaded.mx, SECOND, transfer=waits.id)
    assert shown.approved_by == (OFFICER.officer, SECOND.officer)
    loaded.pump()
    assert states(loaded) == ("STARTED", "STARTED")
    with refuses(Code.STATE_NOT_ALLOWED):
        run(transfers.approve, loaded.mx, Caller("officer-3"), transfer=waits.id)
    with refuses(Code.TRANSFER_UNKNOWN):
        run(transfers.approve, loaded.us, OFFICER, transfer=transfer(loaded.us).pid)


def test_a_suspended_agreement_starts_nothing(loaded: Pair) -> None:
    made = agree(loaded, matching_terms(approval="one-officer"))
    tag(loaded)
    begin(loaded, made)
    run(agreements.suspend, loaded.mx, agreement=made)
    with refuses(Code.AGREEMENT_SUSPENDED):
        run(transfers.approve, loaded.mx, transfer=transfer(loaded.mx).pid)


def test_the_start_may_overtake_the_acknowledgement(agreed: Pair) -> None:
    def crossing(response: Response) -> Response:
        work(agreed.mx)
        return response

    tag(agreed)
    agreed.to_mx.on_response = crossing
    found = started_transfer(agreed.us, agreement(agreed.us), MATCH, 5)
    assert (found.state, found.pending) == ("STARTED", "")
    assert states(agreed) == ("STARTED", "STARTED")


def test_a_transfer_that_is_refused_is_asked_for_once(agreed: Pair) -> None:
    run(agreements.suspend, agreed.mx, agreement=agreement(agreed.mx).id)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=Code.AGREEMENT_SUSPENDED.value):
        started_transfer(agreed.us, agreement(agreed.us), MATCH, 5)
    assert len(agreed.to_mx.seen) == 1


def test_a_transfer_that_the_peer_ends_is_not_asked_for_again(agreed: Pair) -> None:
    def end(response: Response) -> Response:
        agreed.to_mx.mend()
        row = transfer(agreed.mx)
        message = TransferTerminationMessage(provider_pid=row.pid, consumer_pid=row.their_pid)
        say(
            agreed.mx, US.id, fill_path(f"{DSP}/transfers/{{}}/termination", row.their_pid), message
        )
        return response

    agreed.to_mx.on_response = end
    with refuses(Code.TRANSFER_NOT_STARTED, state="TERMINATED"):
        started_transfer(agreed.us, agreement(agreed.us), MATCH, 5)
    assert len(agreed.to_mx.seen) == 1


def test_a_transfer_that_does_not_start_ends_the_wait(agreed: Pair) -> None:
    with refuses(Code.WAIT_ENDED):
        run(matching.match, agreed.us, peer=MX.id, dataset=MX_LIST, wait_seconds=0)
    # The next attempt goes on with the transfer that was asked for.
    tag(agreed)
    agreed.pump()
    assert len(match(agreed).hits) == 8


def suspend(p: Pair, node: Node) -> None:
    run(agreements.suspend, node, agreement=agreement(node).id, reason="audit")
    p.pump()


def resume(p: Pair, node: Node) -> None:
    run(agreements.resume, node, agreement=agreement(node).id)
    p.pump()


def test_the_provider_suspends_at_once_and_resumes(tagged: Pair) -> None:
    suspend(tagged, tagged.mx)
    assert states(tagged) == states(tagged, REQUEST) == ("SUSPENDED", "SUSPENDED")
    with refuses(Code.AGREEMENT_SUSPENDED):
        match(tagged)
    with refuses(Code.AGREEMENT_SUSPENDED):
        tag(tagged)
    assert run(posture.posture, tagged.mx, peer=US.id).agreements[0].state == "suspended"
    resume(tagged, tagged.mx)
    assert states(tagged) == states(tagged, REQUEST) == ("STARTED", "STARTED")
    assert len(match(tagged).hits) == 8


def test_a_suspension_holds_before_the_peer_knows(tagged: Pair) -> None:
    run(agreements.suspend, tagged.mx, agreement=agreement(tagged.mx).id)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=Code.AGREEMENT_SUSPENDED.value):
        match(tagged)


def test_the_consumer_cannot_end_the_providers_suspension(tagged: Pair) -> None:
    suspend(tagged, tagged.mx)
    row = transfer(tagged.mx)
    message = TransferStartMessage(provider_pid=row.pid, consumer_pid=row.their_pid)
    target = fill_path(f"{DSP}/transfers/{{}}/start", row.pid)
    assert code(say(tagged.us, MX.id, target, message)) == Code.AGREEMENT_SUSPENDED
    assert transfer(tagged.mx) == row
    # Its own suspension, and the end of it, do not change that.
    suspend(tagged, tagged.us)
    resume(tagged, tagged.us)
    assert states(tagged) == ("SUSPENDED", "SUSPENDED")


def test_the_consumer_suspends_and_resumes(tagged: Pair) -> None:
    suspend(tagged, tagged.us)
    assert states(tagged) == ("SUSPENDED", "SUSPENDED")
    with refuses(Code.AGREEMENT_SUSPENDED):
        match(tagged)
    resume(tagged, tagged.us)
    assert states(tagged) == ("STARTED", "STARTED")
    assert len(match(tagged).hits) == 8


def test_a_suspension_that_ended_before_the_peer_heard_of_it(tagged: Pair) -> None:
    made = agreement(tagged.mx).id
    run(agreements.suspend, tagged.mx, agreement=made)
    run(agreements.resume, tagged.mx, agreement=made)
    tagged.pump()
    assert states(tagged) == states(tagged, REQUEST) == ("STARTED", "STARTED")
    assert len(match(tagged).hits) == 8


def test_only_what_is_in_force_is_suspended_or_resumed(tagged: Pair) -> None:
    with refuses(Code.AGREEMENT_UNKNOWN):
        resume(tagged, tagged.mx)
    suspend(tagged, tagged.mx)
    with refuses(Code.AGREEMENT_UNKNOWN):
        suspend(tagged, tagged.mx)


def first(p: Pair, **changes: Any) -> TransferRequestMessage:
    message = TransferRequestMessage(
        consumer_pid="urn:uuid:1",
        agreement_id=agreement(p.us).id,
        format=MATCH,
        callback_address=US.address + DSP,
    )
    return message.model_copy(update=changes)


def test_no_more_open_transfers_than_the_limit(agreed: Pair) -> None:
    for number in (1, 2):
        asked = first(agreed, consumer_pid=f"urn:uuid:{number}")
        assert say(agreed.us, MX.id, FIRST, asked).status == 201
        with agreed.mx.store.write() as tx:
            row = many(tx, Transfer)[0]
            others = range(len(many(tx, Transfer)), OPEN_TRANSFERS_PER_PEER - 1)
            add(tx, *(replace(row, pid=f"urn:{n}") for n in others))
    another = first(agreed, consumer_pid="urn:uuid:3")
    assert code(say(agreed.us, MX.id, FIRST, another)) == Code.QUOTA_EXCEEDED
    with agreed.mx.store.write() as tx:
        change(tx, Transfer, {"pid": row.pid}, state="COMPLETED")
    assert say(agreed.us, MX.id, FIRST, another).status == 201


def test_the_state_can_be_asked_for(tagged: Pair) -> None:
    row = transfer(tagged.mx)
    reply = say(tagged.us, MX.id, fill_path(f"{DSP}/transfers/{{}}", row.pid), method="GET")
    told = model(TransferProcess, reply.body, 10_000)
    assert (told.provider_pid, told.consumer_pid, told.state) == (row.pid, row.their_pid, "STARTED")
