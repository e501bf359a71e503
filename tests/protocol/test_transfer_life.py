"""The life of a transfer by hand of officers of either side, and who may end whose suspension."""

from collections.abc import Callable
from typing import Any

import pytest

from comity.core.canonical import model, parse
from comity.core.dsp.transfer import (
    DataAddress,
    TransferCompletionMessage,
    TransferProcess,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.errors import Code
from comity.node import Node
from comity.operations import Caller, agreements, filing, matching, transfers
from comity.operations.standing import TransferShown
from comity.protocol.base import DSP, fill_path
from comity.protocol.catalog import MATCH, PULL
from comity.protocol.filing import HTTP
from comity.store import journal
from nodes import MX, OFFICER, US, Pair, run
from refusals import refuses
from stages import MX_LIST, TERMS, agree, begin, code, say, tag, transfer

SECOND = Caller("officer-2")
FILE_TERMS: dict[str, Any] = {**TERMS, "receive": {"approval": "automatic"}}


def filed(p: Pair, approval: str = "automatic") -> str:
    """Bring the pair to a started transfer of a file, or one that waits; returns the agreement."""
    path = p.folder / "report.pdf"
    path.write_bytes(b"a report" * 1000)
    run(filing.keep, p.mx, dataset=MX_LIST, path=str(path), media_type="application/pdf")
    made = agree(p, {**TERMS, "receive": {"approval": approval}})
    run(transfers.request, p.us, peer=MX.id, agreement=made, format=PULL)
    p.pump()
    return made


def one(node: Node) -> TransferShown:
    (found,) = run(transfers.transfer_list, node).transfers
    return found


def states(p: Pair) -> tuple[str, str]:
    p.pump()
    return one(p.mx).state, one(p.us).state


def sides(p: Pair, side: str) -> tuple[Node, Node]:
    return (p.mx, p.us) if side == "provider" else (p.us, p.mx)


SIDES = pytest.mark.parametrize("side", ["provider", "consumer"])


def test_a_file_starts_at_once_where_the_terms_say_so(loaded: Pair) -> None:
    filed(loaded)
    assert states(loaded) == ("STARTED", "STARTED")
    assert one(loaded.mx).sha256 != "" == one(loaded.us).sha256


def test_officers_approve_a_file_where_the_terms_say_so(loaded: Pair) -> None:
    filed(loaded, "two-officers")
    waits = one(loaded.mx)
    assert (waits.state, waits.waits, waits.approvals_needed) == ("REQUESTED", True, 2)
    with refuses(Code.STATE_NOT_ALLOWED):
        run(transfers.start, loaded.mx, transfer=waits.id)
    run(transfers.approve, loaded.mx, OFFICER, transfer=waits.id)
    assert states(loaded) == ("REQUESTED", "REQUESTED")
    run(transfers.approve, loaded.mx, SECOND, transfer=waits.id)
    assert states(loaded) == ("STARTED", "STARTED")


def test_terms_without_a_grant_give_no_file(loaded: Pair) -> None:
    path = loaded.folder / "f"
    path.write_bytes(b"x")
    run(filing.keep, loaded.mx, dataset=MX_LIST, path=str(path))
    made = agree(loaded)
    run(transfers.request, loaded.us, peer=MX.id, agreement=made, format=PULL)
    loaded.pump()
    assert code_of(loaded) == Code.ACTION_NOT_AGREED
    assert run(transfers.transfer_list, loaded.mx).transfers == ()
    assert one(loaded.us).state == "TERMINATED"


def code_of(p: Pair) -> str:
    return str(parse(p.to_mx.seen[-1][1].body, 10_000)["code"])


def test_expired_terms_give_no_file(loaded: Pair) -> None:
    filed(loaded, "one-officer")
    loaded.clock.forward(days=61)
    with refuses(Code.AGREEMENT_EXPIRED):
        run(transfers.approve, loaded.mx, transfer=one(loaded.mx).id)


@SIDES
def test_either_side_suspends_and_resumes_its_own(loaded: Pair, side: str) -> None:
    filed(loaded)
    mine, other = sides(loaded, side)
    shown = run(transfers.suspend, mine, transfer=one(mine).id, reason="audit")
    assert (shown.state, shown.pending) == ("STARTED", "TransferSuspensionMessage")
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")
    for node in (mine, other):
        assert (one(node).suspended_by, one(node).reason) == (side, "audit")
    with refuses(Code.TRANSFER_SUSPENDED):
        run(transfers.resume, other, transfer=one(other).id)
    run(transfers.resume, mine, transfer=one(mine).id)
    assert states(loaded) == ("STARTED", "STARTED")
    assert one(other).suspended_by == one(mine).suspended_by == ""


@SIDES
def test_the_other_side_cannot_end_a_suspension_by_message(loaded: Pair, side: str) -> None:
    filed(loaded)
    mine, other = sides(loaded, side)
    run(transfers.suspend, mine, transfer=one(mine).id)
    loaded.pump()
    pid = one(mine).id
    message = TransferStartMessage(provider_pid=one(loaded.mx).id, consumer_pid=one(loaded.us).id)
    reply = say(other, mine.id, fill_path(f"{DSP}/transfers/{{}}/start", pid), message)
    assert code(reply) == Code.TRANSFER_SUSPENDED
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")


@SIDES
def test_an_agreement_that_resumes_leaves_an_officers_suspension(loaded: Pair, side: str) -> None:
    made = filed(loaded)
    mine, _ = sides(loaded, side)
    run(transfers.suspend, mine, transfer=one(mine).id)
    loaded.pump()
    run(agreements.suspend, mine, agreement=made)
    loaded.pump()
    run(agreements.resume, mine, agreement=made)
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")


def test_suspensions_that_cross_end_with_the_last(loaded: Pair) -> None:
    filed(loaded)
    run(transfers.suspend, loaded.mx, transfer=one(loaded.mx).id)
    run(transfers.suspend, loaded.us, transfer=one(loaded.us).id)
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")
    run(transfers.resume, loaded.us, transfer=one(loaded.us).id)
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")
    run(transfers.resume, loaded.mx, transfer=one(loaded.mx).id)
    assert states(loaded) == ("STARTED", "STARTED")


def test_a_suspension_that_is_resumed_before_the_peer_knew(loaded: Pair) -> None:
    filed(loaded)
    run(transfers.suspend, loaded.mx, transfer=one(loaded.mx).id)
    run(transfers.resume, loaded.mx, transfer=one(loaded.mx).id)
    assert states(loaded) == ("STARTED", "STARTED")


def test_a_suspension_while_the_start_is_on_its_way(loaded: Pair) -> None:
    filed(loaded, "one-officer")
    loaded.to_us.cut = True
    run(transfers.approve, loaded.mx, transfer=one(loaded.mx).id)
    loaded.pump()
    assert one(loaded.mx).pending == "TransferStartMessage"
    shown = run(transfers.suspend, loaded.mx, transfer=one(loaded.mx).id, reason="audit")
    assert shown.held
    loaded.to_us.mend()
    loaded.clock.forward(minutes=10)
    assert states(loaded) == ("SUSPENDED", "SUSPENDED")
    assert one(loaded.us).reason == "audit"


def test_a_suspended_transfer_takes_no_question(tagged: Pair) -> None:
    run(transfers.suspend, tagged.mx, transfer=transfer(tagged.mx).pid)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason=Code.TRANSFER_SUSPENDED.value):
        matching.match.run(
            tagged.us,
            OFFICER,
            matching.match.args(peer=MX.id, dataset=MX_LIST),
            lambda *_: None,
        )


@SIDES
def test_either_side_completes(loaded: Pair, side: str) -> None:
    filed(loaded)
    mine, other = sides(loaded, side)
    run(transfers.complete, mine, transfer=one(mine).id)
    with refuses(Code.TRANSFER_PENDING, message="TransferCompletionMessage"):
        run(transfers.complete, mine, transfer=one(mine).id)
    assert states(loaded) == ("COMPLETED", "COMPLETED")
    for node in (mine, other):
        with refuses(Code.STATE_NOT_ALLOWED):
            run(transfers.terminate, node, transfer=one(node).id)


def test_completions_that_cross(loaded: Pair) -> None:
    filed(loaded)
    for node in (loaded.mx, loaded.us):
        run(transfers.complete, node, transfer=one(node).id)
    assert states(loaded) == ("COMPLETED", "COMPLETED")


@SIDES
@pytest.mark.parametrize("approval", ["automatic", "one-officer"])
def test_either_side_terminates_at_once(loaded: Pair, side: str, approval: str) -> None:
    filed(loaded, approval)
    mine, other = sides(loaded, side)
    shown = run(transfers.terminate, mine, transfer=one(mine).id, reason="No longer needed.")
    assert shown.state == "TERMINATED"
    assert states(loaded) == ("TERMINATED", "TERMINATED")
    assert one(other).reason == "No longer needed."


def test_a_request_that_is_ended_before_it_arrives(loaded: Pair) -> None:
    loaded.to_mx.cut = True
    made = agree_cut(loaded)
    shown = run(transfers.request, loaded.us, peer=MX.id, agreement=made, format="Comity-Request")
    run(transfers.terminate, loaded.us, transfer=shown.id)
    loaded.to_mx.mend()
    assert states(loaded) == ("TERMINATED", "TERMINATED")


def agree_cut(p: Pair) -> str:
    p.to_mx.cut = False
    made = agree(p)
    p.to_mx.cut = True
    return made


def test_what_cannot_be_asked_for(agreed: Pair) -> None:
    made = run(agreements.agreement_list, agreed.us).agreements[0].id
    args: dict[str, Any] = {"peer": MX.id, "agreement": made, "format": PULL}
    with refuses(Code.TRANSFER_FORMAT_UNKNOWN):
        run(transfers.request, agreed.us, **{**args, "format": "s3"})
    with refuses(Code.AGREEMENT_UNKNOWN):
        run(transfers.request, agreed.us, **{**args, "agreement": "urn:x"})
    with refuses(Code.AGREEMENT_UNKNOWN):
        run(transfers.request, agreed.mx, **{**args, "peer": US.id})
    with refuses(Code.TRANSFER_UNKNOWN):
        run(transfers.show, agreed.us, transfer="urn:x")
    run(agreements.suspend, agreed.us, agreement=made)
    with refuses(Code.AGREEMENT_SUSPENDED):
        run(transfers.request, agreed.us, **args)


def test_every_step_is_in_the_journal(loaded: Pair) -> None:
    filed(loaded)
    mx = one(loaded.mx).id
    run(transfers.suspend, loaded.mx, transfer=mx)
    loaded.pump()
    run(transfers.resume, loaded.mx, transfer=mx)
    loaded.pump()
    run(transfers.complete, loaded.mx, transfer=mx)
    with loaded.mx.store.read() as tx:
        actions = [entry.action for entry, _ in journal.entries(tx)]
    assert actions[-3:] == ["transfer.suspend", "transfer.resume", "transfer.complete"]


WRONG: dict[str, Callable[[dict[str, str]], Any]] = {
    "completion": lambda pids: TransferCompletionMessage(**pids),
    "suspension": lambda pids: TransferSuspensionMessage(**pids),
    "start": lambda pids: TransferStartMessage(**pids),
}


@pytest.mark.parametrize("path", WRONG)
def test_an_error_about_a_known_transfer_names_both_its_ids(loaded: Pair, path: str) -> None:
    filed(loaded, "one-officer")
    mx, us = one(loaded.mx).id, one(loaded.us).id
    pids = {"provider_pid": mx, "consumer_pid": us}
    reply = say(loaded.us, MX.id, fill_path(f"{DSP}/transfers/{{}}/{path}", mx), WRONG[path](pids))
    body = parse(reply.body, 10_000)
    assert (body["@type"], body["providerPid"], body["consumerPid"]) == ("TransferError", mx, us)
    assert (reply.status, body["code"]) == (400, Code.STATE_NOT_ALLOWED)


@SIDES
def test_a_transfer_that_is_over_can_be_read_by_either_side(loaded: Pair, side: str) -> None:
    filed(loaded)
    run(transfers.terminate, loaded.mx, transfer=one(loaded.mx).id)
    loaded.pump()
    mine, other = sides(loaded, side)
    target = fill_path(f"{DSP}/transfers/{{}}", one(mine).id)
    told = model(TransferProcess, say(other, mine.id, target, method="GET").body, 10_000)
    assert (told.provider_pid, told.consumer_pid) == (one(loaded.mx).id, one(loaded.us).id)
    assert told.state == "TERMINATED"


@pytest.mark.parametrize(
    "address",
    [
        None,
        DataAddress(endpoint_type=HTTP, endpoint="http://example.com"),
        DataAddress(endpoint_type=HTTP),
        DataAddress(endpoint_type="urn:x", endpoint="http://169.254.169.254/latest"),
    ],
)
def test_a_start_with_an_address_elsewhere_is_a_change_of_state_only(
    loaded: Pair, address: DataAddress | None
) -> None:
    filed(loaded, "one-officer")
    mx, us = one(loaded.mx).id, one(loaded.us).id
    message = TransferStartMessage(provider_pid=mx, consumer_pid=us, data_address=address)
    reply = say(loaded.mx, US.id, fill_path(f"{DSP}/transfers/{{}}/start", us), message)
    assert (reply.status, one(loaded.us).state) == (200, "STARTED")


def test_reasons_that_are_no_text(loaded: Pair) -> None:
    filed(loaded)
    mx, us = one(loaded.mx).id, one(loaded.us).id
    message = TransferTerminationMessage(
        provider_pid=mx, consumer_pid=us, reason=("why", {"message": "because"}, 7)
    )
    say(loaded.mx, US.id, fill_path(f"{DSP}/transfers/{{}}/termination", us), message)
    assert one(loaded.us).reason == 'why {"message":"because"} 7'


def test_matching_without_a_tag_set_cannot_be_started(agreed: Pair) -> None:
    made = run(agreements.agreement_list, agreed.us).agreements[0].id
    begin(agreed, made, MATCH)
    pid = transfer(agreed.mx).pid
    with refuses(Code.MANIFEST_UNKNOWN):
        run(transfers.start, agreed.mx, transfer=pid)
    tag(agreed)
    with refuses(Code.STATE_NOT_ALLOWED):
        run(transfers.start, agreed.mx, transfer=pid)
