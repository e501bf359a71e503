"""While an alarm about the record is open, nothing of that peer goes by itself."""

from pathlib import Path

from comity.core.alarm import Kind
from comity.errors import Code
from comity.operations import agreeing, finding, inbox, posture, transfers, watching
from comity.protocol.alarming import alarm
from comity.protocol.catalog import MATCH, REQUEST
from fileside import filed
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, agree, begin, match, ready, request_terms, tag, transfer


def sound(p: Pair) -> str:
    """Raise an alarm at the holder about the asker; returns its id."""
    with p.mx.store.write() as tx:
        alarm(p.mx.local, tx, US.id, Kind.FORKED, 3, shown="a note")
    return run(watching.alarm_list, p.mx).alarms[0].id


def settle(p: Pair, id: str) -> None:
    run(watching.settle, p.mx, alarm=id, reason="we spoke to them")
    p.pump()


def test_an_offer_that_comes_back_unchanged_waits_for_an_officer(offered: Pair) -> None:
    id = sound(offered)
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.pump()
    (waiting,) = run(agreeing.negotiation_list, offered.mx).negotiations
    assert (waiting.state, waiting.waits) == ("REQUESTED", True)
    run(agreeing.accept, offered.mx, negotiation=waiting.id)
    offered.pump()
    # The next step of ours waits, too.
    (waiting,) = run(agreeing.negotiation_list, offered.mx).negotiations
    assert (waiting.state, waiting.waits) == ("VERIFIED", True)
    settle(offered, id)
    run(agreeing.accept, offered.mx, negotiation=waiting.id)
    offered.pump()
    assert run(agreeing.show, offered.us, negotiation=begun.id).state == "FINALIZED"


def test_a_transfer_waits_until_it_is_settled(agreed: Pair) -> None:
    (agreement,) = {row.agreement for row in run(agreeing.negotiation_list, agreed.us).negotiations}
    id = sound(agreed)
    tag(agreed)
    begin(agreed, agreement, MATCH)
    begin(agreed, agreement, REQUEST)
    shown = run(transfers.transfer_list, agreed.mx).transfers
    assert [(one.state, one.waits, one.approvals_needed) for one in shown] == [
        ("REQUESTED", True, 1),
        ("REQUESTED", True, 1),
    ]
    run(transfers.approve, agreed.mx, transfer=transfer(agreed.mx, REQUEST).pid)
    agreed.pump()
    assert transfer(agreed.us, REQUEST).state == "STARTED"
    assert transfer(agreed.us, MATCH).state == "REQUESTED"
    settle(agreed, id)
    assert transfer(agreed.us, MATCH).state == "STARTED"


def test_questions_are_refused_and_requests_are_held(loaded: Pair) -> None:
    ready(loaded, request_terms(approval="automatic"))
    match(loaded)
    handle = run(finding.hits, loaded.us).hits[0].handle
    id = sound(loaded)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="alarm-open"):
        match(loaded)
    run(inbox.ask, loaded.us, handle=handle, case_reference="1")
    loaded.pump()
    (held,) = run(inbox.inbox, loaded.mx).requests
    assert (held.state, held.approvals_needed) == ("held", 1)
    run(inbox.approve, loaded.mx, request=held.id, approval=held.approval)
    loaded.pump()
    assert run(posture.posture, loaded.mx, peer=US.id).alarms_open == 1
    settle(loaded, id)
    match(loaded)
    run(inbox.ask, loaded.us, handle=handle, case_reference="2")
    loaded.pump()
    assert {one.state for one in run(inbox.inbox, loaded.mx).requests} == {"answered"}


def test_a_file_of_ours_stops_and_goes_on(tmp_path: Path) -> None:
    with filed(tmp_path) as f:
        f.start()
        path, token = f.given()
        assert f.send(f.mx, "GET", path, token)[0] == 200
        id = sound(f.p)
        assert f.send(f.mx, "GET", path, token)[0] != 200
        run(watching.settle, f.mx, alarm=id, reason="we spoke to them")
        assert f.send(f.mx, "GET", path, token)[0] == 200


def test_other_peers_and_other_agreements_go_on(loaded: Pair) -> None:
    with loaded.mx.store.write() as tx:
        alarm(loaded.mx.local, tx, "did:web:ca.example", Kind.FORKED, 3, shown="a note")
    assert agree(loaded)
