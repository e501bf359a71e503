"""Lost and restored: the whole story between two nodes, and those who would profit from it."""

from comity.core.identity import Pinned
from comity.core.padding import padded_count
from comity.errors import Code
from comity.limits import CANARIES
from comity.node import Node, mark_height
from comity.operations import (
    agreeing,
    agreements,
    finding,
    identity,
    inbox,
    posture,
    recalling,
    records,
    thawing,
    watching,
)
from comity.operations.posture import Posture
from comity.store import journal, record, standing
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Usage
from comity.store.rows.moving import many, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import Destruction
from comity.store.standing import Why
from nodes import MX, US, Pair, Wire, run
from protocol.test_retention import answered
from refusals import refuses
from restored import back_up, copy_back, make_again, open_folder, put, restore, snapshot, thaw
from stages import check, match, matching_terms, pin_third, ready, seal
from successions import follow

RFC = "CNU130416UJ3"


def roots(p: Pair) -> list[tuple[int, bytes]]:
    """Return where both logs stand, as both hold them."""
    with p.mx.store.read() as mx, p.us.store.read() as us:
        return [
            record.head(tx, peer, direction)
            for tx, peer, direction in (
                (mx, US.id, record.OUT),
                (us, MX.id, record.IN),
                (mx, US.id, record.IN),
                (us, MX.id, record.OUT),
            )
        ]


def check_same(p: Pair) -> None:
    """Check that both have the same record, and that nothing waits."""
    mx_out, us_in, mx_in, us_out = roots(p)
    assert (mx_out, mx_in) == (us_in, us_out)
    for node in (p.mx, p.us):
        with node.store.read() as tx:
            assert [row for row in many(tx, Outgoing) if row.state != "done"] == []
    run(records.verify, p.us, peer=MX.id)
    run(records.verify, p.mx, peer=US.id)


def usage(p: Pair) -> list[tuple[str, str, str, int]]:
    """Return what the asker has used, as the holder counts it."""
    with p.mx.store.read() as tx:
        return sorted((row.jti, row.action, row.family, row.elements) for row in many(tx, Usage))


def posture_of(p: Pair) -> Posture:
    return run(posture.posture, p.mx, peer=US.id)


def test_the_whole_story(tagged: Pair) -> None:
    p = tagged
    match(p)
    backup = back_up(p, "mx")
    check(p, rfc=RFC)
    before, used = roots(p), usage(p)
    node = restore(p, "mx", backup)
    assert roots(p) != before
    thawed = thaw(node)
    assert (thawed.frozen, thawed.frozen_peers) == ("", {})
    [one_peer] = thawed.peers
    assert (one_peer.outcome, one_peer.incarnation, one_peer.unsettled) == ("resumed", 2, 0)
    assert one_peer.taken == 4
    assert roots(p) == before
    assert usage(p) == used
    p.pump()
    check_same(p)
    # The keys of the epoch are not in a backup, so nothing can be asked until it is tagged anew.
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=404, reason="manifest-unknown"):
        check(p, rfc=RFC)
    p.pump()
    check_same(p)
    with p.us.store.read() as tx:
        assert record.ends(tx, MX.id).theirs.incarnation == 2


def test_what_was_taken_back_after_the_backup_is_destroyed_again(loaded: Pair) -> None:
    """The giver still has its own copy, and gives it with the rest of the record."""
    p = loaded
    answered(p)
    backup = back_up(p, "us")
    with p.mx.store.read() as tx:
        sent = many(tx, Message, direction=record.OUT, what="comity-answer-1", kind="request")
    asked = run(recalling.request, p.mx, peer=US.id, entries=(sent[0].seq,), reason="a mistake")
    p.pump()
    run(recalling.honour, p.us, recall=asked.id)
    p.pump()
    node = restore(p, "us", backup)
    thaw(node)
    with node.store.read() as tx:
        entry = one(tx, Message, peer=MX.id, direction=record.IN, seq=sent[0].seq)
        (request,) = many(tx, RequestRow)
        (noted,) = many(tx, Destruction, side="ours", direction=record.IN)
    assert entry is not None
    assert (entry.token, entry.body, bool(entry.destroyed)) == ("", b"", True)
    assert request.answer == ""
    assert noted.attestation
    p.clock.forward(minutes=10)
    p.pump()
    check_same(p)


def test_a_peer_has_new_keys_since_the_backup(tagged: Pair) -> None:
    """An officer takes the update on the frozen node; without it nobody comes back."""
    p = tagged
    backup = back_up(p, "us")
    run(identity.rotate, p.mx)
    follow(p.mx, p.us)
    node = restore(p, "us", backup)
    assert thaw(node).frozen
    follow(p.mx, node)
    assert thaw(node).frozen == ""
    p.pump()
    check_same(p)


def test_a_frozen_node_takes_nothing_and_says_nothing(matched: Pair) -> None:
    p = matched
    handle = run(finding.hits, p.us).hits[0].handle
    backup = back_up(p, "mx")
    node = restore(p, "mx", backup)
    before = roots(p)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=503):
        run(inbox.ask, p.us, handle=handle, case_reference="CASE-1")
    p.pump()
    assert roots(p)[0] == before[0]
    assert roots(p)[2] == before[2]
    with node.store.read() as tx:
        assert standing.of_node(tx) == Why.RESTORED
        assert standing.of_peers(tx) == {US.id: Why.RESTORED}
    assert posture_of(p).frozen == Why.RESTORED
    thaw(node)
    p.clock.forward(minutes=10)
    p.pump()
    assert [held.state for held in run(inbox.inbox, node).requests] == ["held"]
    check_same(p)


def test_quotas_count_what_was_asked_after_the_backup(loaded: Pair) -> None:
    p = loaded
    ready(p, matching_terms(families=["rfc"], tokensInAll=40))
    backup = back_up(p, "mx")
    for _ in range(3):
        check(p, rfc=RFC)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=429, reason="quota-exceeded"):
        check(p, rfc=RFC)
    node = restore(p, "mx", backup)
    assert usage(p) == []
    thaw(node)
    # A token with its padding three times, and the first time sixteen canaries.
    asked = padded_count(CANARIES + 1) + 2 * padded_count(1)
    assert sum(row[3] for row in usage(p)) == asked == 40
    assert posture_of(p).agreements[0].tokens_used == asked


def test_an_old_copy_that_starts_again_is_refused(tagged: Pair) -> None:
    p = tagged
    backup = back_up(p, "us")
    old = p.us.folder
    check(p, rfc=RFC)
    thaw(restore(p, "us", backup))
    check(p, rfc=RFC)
    restored, before = p.us, roots(p)
    thief = put(p, "us", open_folder(p, old))
    with refuses(Code.NODE_FROZEN, peer=MX.id, reason="superseded"):
        check(p, rfc=RFC)
    with thief.store.read() as tx:
        assert standing.of_peers(tx) == {MX.id: Why.SUPERSEDED}
    with p.mx.store.read() as tx:
        [kept] = [
            (detail["peer"], detail["code"])
            for row, detail in journal.entries(tx)
            if row.action == "incarnation.refused"
        ]
    assert kept == (US.id, "incarnation-old")
    thief.close()
    p.us = restored
    assert roots(p) == before
    p.to_us.target = restored.exchange
    check(p, rfc=RFC)
    p.pump()
    check_same(p)


def test_of_two_restores_the_second_is_refused(tagged: Pair) -> None:
    p = tagged
    backup = back_up(p, "us")
    check(p, rfc=RFC)
    first = restore(p, "us", backup, "first")
    thaw(first)
    check(p, rfc=RFC)
    second = make_again(p, "us", backup, "second")
    [refused] = thaw(second).peers
    assert (refused.outcome, refused.code, refused.params["known"]) == (
        "frozen",
        "incarnation-taken",
        2,
    )
    with second.store.read() as tx:
        assert standing.of_node(tx) == Why.RESTORED
    # An officer may decide that it is the second that goes on; then the first one stops.
    [back] = thaw(second, supersede=True).peers
    assert (back.outcome, back.incarnation) == ("resumed", 3)
    put(p, "us", first)
    with refuses(Code.NODE_FROZEN, peer=MX.id, reason="superseded"):
        check(p, rfc=RFC)
    first.close()
    put(p, "us", second)
    check(p, rfc=RFC)
    p.pump()
    check_same(p)


def test_a_database_that_was_put_back_is_noticed_at_the_start(tagged: Pair) -> None:
    p = tagged
    mark_height(p.us)
    before = snapshot(p, "us")
    check(p, rfc=RFC)
    mark_height(p.us)
    node = copy_back(p, "us", before)
    with node.store.read() as tx:
        assert standing.of_node(tx) == Why.OLDER
    with refuses(Code.NODE_FROZEN, reason="older"):
        check(p, rfc=RFC)
    [back] = thaw(node).peers
    assert back.outcome == "resumed"
    assert back.taken > 0
    check(p, rfc=RFC)
    p.pump()
    check_same(p)


def test_the_peer_holds_more_of_our_log(tagged: Pair) -> None:
    """Folder and database are from the same moment: the first message of the peer shows it."""
    p = tagged
    before = snapshot(p, "mx")
    check(p, rfc=RFC)
    node = copy_back(p, "mx", before)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=503):
        check(p, rfc=RFC)
    with node.store.read() as tx:
        assert (standing.of_node(tx), standing.of_peers(tx)) == ("", {US.id: Why.BEHIND})
        noted = [row.action for row, _ in journal.entries(tx)]
    assert noted[-1] == "node.frozen"
    thaw(node)
    p.clock.forward(minutes=10)
    p.pump()
    check_same(p)


def test_a_greeting_shows_it_before_anything_is_signed(tagged: Pair) -> None:
    p = tagged
    before = snapshot(p, "us")
    check(p, rfc=RFC)
    node = copy_back(p, "us", before)
    node.delivery.greet = node.resuming.greet
    size = roots(p)[3]
    with refuses(Code.NODE_FROZEN, peer=MX.id, reason="behind"):
        check(p, rfc=RFC)
    assert roots(p)[3] == size
    thaw(node)
    check(p, rfc=RFC)
    p.pump()
    check_same(p)


def test_a_greeting_between_nodes_that_are_well_changes_nothing(tagged: Pair) -> None:
    p = tagged
    for node in (p.mx, p.us):
        node.delivery.greet = node.resuming.greet
    check(p, rfc=RFC)
    p.pump()
    check_same(p)
    with p.mx.store.read() as tx:
        assert record.ends(tx, US.id).theirs.incarnation == 1


def test_what_an_old_copy_signed_unnoticed_is_replaced(tagged: Pair) -> None:
    p = tagged
    before = snapshot(p, "us")
    check(p, rfc=RFC)
    node = copy_back(p, "us", before)
    p.to_mx.cut = True
    with refuses(Code.PEER_UNREACHABLE, peer="", reason="cut"):
        check(p, rfc=RFC)
    p.to_mx.mend()
    p.clock.forward(minutes=10)
    p.pump()
    # The peer has another message under that number.
    assert many_waiting(node) == 1
    node.delivery.greet = node.resuming.greet
    p.clock.forward(minutes=10)
    p.pump()
    [back] = thaw(node).peers
    assert back.outcome == "resumed", back
    reasons = [each.reason for each in run(thawing.unsettled, node).unsettled]
    assert "replaced" in reasons
    # It did sign two messages under one number, and the peer has both.
    raised = [each for each in run(watching.alarm_list, p.mx).alarms if each.is_open]
    assert "equivocated" in {each.kind for each in raised}
    for each in raised:
        run(watching.settle, p.mx, alarm=each.id, reason="It was an old copy, and has come back.")
    p.pump()
    check(p, rfc=RFC)
    p.pump()
    check_same(p)


def many_waiting(node: Node) -> int:
    with node.store.read() as tx:
        return sum(row.state != "done" for row in many(tx, Outgoing))


def test_a_number_whose_message_is_lost_is_filled(tagged: Pair) -> None:
    p = tagged
    backup = back_up(p, "us")
    with p.us.store.read() as tx:
        number = record.ends(tx, MX.id).ours.next
    late = seal(p, seq=number + 2, id=number + 2)
    assert p.mx.exchange.handle(late).status == 200
    node = restore(p, "us", backup)
    [back] = thaw(node).peers
    assert (back.outcome, back.filled) == ("resumed", 2)
    p.pump()
    check_same(p)
    with p.mx.store.read() as tx:
        assert [
            found.what
            for at in (number, number + 1)
            if (found := one(tx, Message, peer=US.id, direction=record.IN, seq=at))
        ] == ["comity-lost-1", "comity-lost-1"]


def test_a_peer_that_cannot_be_reached_is_set_aside(tagged: Pair) -> None:
    p = tagged
    third = pin_third(p)
    node = restore(p, "mx", back_up(p, "mx"))

    def only_us(peer: Pinned) -> Wire:
        return p.to_us if peer.id == US.id else Wire(cut=True)

    node.close()
    node = put(p, "mx", open_folder(p, node.folder, only_us))
    found = thaw(node)
    assert {each.peer: each.outcome for each in found.peers} == {US.id: "resumed", third: "frozen"}
    assert found.frozen == Why.RESTORED
    with refuses(Code.ARGUMENT_INVALID, where="reason"):
        run(thawing.aside, node, peer=third, reason=" ")
    left = run(thawing.aside, node, peer=third, reason="No longer answers.")
    assert (left.frozen, left.frozen_peers) == ("", {third: Why.ASIDE})
    with refuses(Code.NODE_FROZEN, peer=third, reason="aside"):
        run(agreeing.negotiate, node, peer=third, dataset="any")
    check_same(p)


def test_a_withdrawal_does_not_come_back_to_life(tagged: Pair) -> None:
    p = tagged
    [agreed] = run(agreements.agreement_list, p.mx).agreements
    backup = back_up(p, "mx")
    run(agreements.withdraw, p.mx, agreement=agreed.id, reason="Enough.")
    p.pump()
    node = restore(p, "mx", backup)
    assert run(agreements.agreement_list, node).agreements[0].state == "active"
    thaw(node)
    assert run(agreements.agreement_list, node).agreements[0].state == "withdrawn"
    p.pump()
    check_same(p)


def test_both_are_restored_at_once(tagged: Pair) -> None:
    p = tagged
    mine, theirs = back_up(p, "mx"), back_up(p, "us")
    check(p, rfc=RFC)
    mx, us = restore(p, "mx", mine), restore(p, "us", theirs)
    assert [each.outcome for each in thaw(mx).peers] == ["resumed"]
    assert [each.outcome for each in thaw(us).peers] == ["resumed"]
    p.pump()
    check_same(p)
    with us.store.read() as tx:
        assert record.ends(tx, MX.id).theirs.incarnation == 2
