"""Couriers: the main job through them, and every way in which one can come late or wrong."""

from collections import Counter
from pathlib import Path

import pytest

from comity.core import bundle, courier
from comity.core.bundle import Head, request_line
from comity.core.canonical import b64url
from comity.core.courier import PartClaims
from comity.core.merkle import EMPTY_ROOT
from comity.core.token import Seen
from comity.edge import courier_file
from comity.errors import Code, ComityError
from comity.limits import COURIER_LIFETIME_SECONDS, DAY, REFUSED_PER_HOUR
from comity.node import Node
from comity.operations import agreeing, couriers, inbox, linking, matching, offering, tagging
from comity.operations.agreements import agreement_list
from comity.operations.records import show
from comity.protocol import packing
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.sending import State
from comity.store import links, record
from comity.store.links import Kind
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import many
from couriering import carry, link, other, pack, there_and_back, unpack, waits
from nodes import MX, US, Pair, run
from stages import MX_LIST, TERMS, Stages, begin, contact, match, pin_third, seal


def _refused(p: Pair, receiver: Node, path: Path | str) -> Code:
    """Take a file in that cannot be taken; nothing of it stays."""
    before = _entries(receiver, other(p, receiver).id)
    came = unpack(p, receiver, path)
    assert came.bundles == ()
    assert [each.state for each in came.files] == ["refused"]
    assert _entries(receiver, other(p, receiver).id) == before
    return Code(came.files[0].error)


def _entries(node: Node, peer: str) -> list[tuple[str, int, str]]:
    return [(e.direction, e.sequence, e.id) for e in run(show, node, peer=peer).entries]


def _kinds(node: Node, peer: str) -> Counter[tuple[str, str, str, int]]:
    found = run(show, node, peer=peer).entries
    return Counter((e.direction, e.kind, e.what, e.status) for e in found)


def _finish(p: Pair, offer: str) -> str:
    """Play the main job from the offer on; returns the request for details."""
    begun = run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, offer=offer)
    there_and_back(p, p.us)
    there_and_back(p, p.us)
    assert run(agreeing.show, p.us, negotiation=begun.id).state == "FINALIZED"
    run(tagging.tag, p.mx, peer=US.id, dataset=MX_LIST)
    for _ in range(3):
        waits(matching.match, p.us, peer=MX.id, dataset=MX_LIST)
        there_and_back(p, p.us)
    found = match(p)
    assert {(hit.record, hit.families) for hit in found.hits} == {
        *(("u1", ("rfc",)), ("u2", ("curp",)), ("u3", ("passport",)), ("u4", ("tax-id",))),
        *(("u5", ("imo",)), ("u6", ("wallet",)), ("u7", ("name",)), ("u9", ("rfc",))),
    }
    asked = run(inbox.ask, p.us, handle=found.hits[0].handle, case_reference="US-1")
    assert asked.state == "asked"
    carry(p, p.us)
    held = run(inbox.show, p.mx, request=asked.id)
    run(inbox.approve, p.mx, request=asked.id, approval=held.approval)
    carry(p, p.mx)
    return asked.id


def test_the_main_job_takes_eight_ways_there_and_back(loaded: Pair) -> None:
    p = loaded
    link(p)
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
    waits(offering.catalog, p.us, peer=MX.id)
    # Asked again before the courier is back, it asks nothing more.
    waits(offering.catalog, p.us, peer=MX.id)
    there_and_back(p, p.us)
    [offer] = run(offering.catalog, p.us, peer=MX.id).offers
    request = _finish(p, offer.id)
    assert run(inbox.show, p.us, request=request).state == "answered"
    carry(p, p.us)
    assert len(list(p.folder.glob("*.comity"))) == 15
    assert not p.to_mx.seen
    assert not p.to_us.seen
    assert sorted(e[2] for e in _entries(p.us, MX.id)) == sorted(
        e[2] for e in _entries(p.mx, US.id)
    )


def test_the_record_is_the_one_that_calls_make(
    loaded: Pair, stages: Stages, tmp_path: Path
) -> None:
    p = loaded
    link(p)
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
    waits(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST)
    there_and_back(p, p.us)
    [offer] = run(offering.offer_list, p.mx).offers
    _finish(p, offer.id)
    carry(p, p.us)
    with stages.open("loaded", tmp_path / "called") as called:
        offer = run(offering.make_offer, called.mx, dataset=MX_LIST, terms=TERMS)
        begun = run(agreeing.negotiate, called.us, peer=MX.id, dataset=MX_LIST, offer=offer.id)
        called.pump()
        run(tagging.tag, called.mx, peer=US.id, dataset=MX_LIST)
        agreement = run(agreeing.show, called.us, negotiation=begun.id).agreement
        begin(called, agreement, MATCH)
        begin(called, agreement, REQUEST)
        found = run(matching.match, called.us, peer=MX.id, dataset=MX_LIST)
        asked = run(inbox.ask, called.us, handle=found.hits[0].handle, case_reference="US-1")
        held = run(inbox.show, called.mx, request=asked.id)
        run(inbox.approve, called.mx, request=asked.id, approval=held.approval)
        called.pump()
        for ours, theirs, peer in ((p.us, called.us, MX.id), (p.mx, called.mx, US.id)):
            assert _kinds(ours, peer) == _kinds(theirs, peer)


def test_a_file_is_for_a_peer_with_calls_too(offered: Pair) -> None:
    p = offered
    p.to_mx.cut = True
    with pytest.raises(ComityError):
        run(offering.catalog, p.us, peer=MX.id)
    assert carry(p, p.us).new == 1
    # The reply waits there for a courier, and here for a call: whichever is first.
    assert carry(p, p.mx).new == 1
    p.to_mx.mend()
    p.pump()
    assert not p.to_mx.seen
    assert run(offering.catalog, p.us, peer=MX.id).offers


def test_what_is_taken_twice_late_or_out_of_order_changes_nothing(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    first = pack(p, p.us).files[0]
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, policy=_policy(p))
    second = pack(p, p.us).files[0]
    came = unpack(p, p.mx, second)
    assert (came.bundles[0].order, came.bundles[0].new) == ("next", 2)
    entries = _entries(p.mx, US.id)
    late = unpack(p, p.mx, first)
    assert (late.bundles[0].order, late.bundles[0].new, late.bundles[0].known) == ("older", 0, 1)
    again = unpack(p, p.mx, second)
    assert (again.bundles[0].order, again.bundles[0].new, again.bundles[0].known) == ("again", 0, 2)
    assert _entries(p.mx, US.id) == entries
    back = carry(p, p.mx)
    assert back.new == 3
    assert run(agreement_list, p.us).agreements[0].state == "agreed"


def _policy(p: Pair) -> object:
    return run(offering.offer_list, p.mx).offers[0].policy


def test_several_files_are_taken_in_the_order_of_their_numbers(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    first = pack(p, p.us).files[0]
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, policy=_policy(p))
    second = pack(p, p.us).files[0]
    came = unpack(p, p.mx, second, first, p.folder / "none")
    assert [(each.number, each.new) for each in came.bundles] == [(1, 1), (2, 1)]
    assert [each.error for each in came.files] == ["file-missing", "", ""]
    [waiting] = came.waiting
    assert (waiting.peer, waiting.to_send) == (US.id, 3)


def test_what_has_arrived_does_not_go_again(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    there_and_back(p, p.us)
    assert (pack(p, p.us).requests, pack(p, p.mx).replies) == (0, 1)
    carry(p, p.us)
    assert pack(p, p.mx).replies == 0


def test_a_lost_file_holds_up_nothing(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    for _ in range(3):
        pack(p, p.us)
    carry(p, p.us)
    for _ in range(3):
        pack(p, p.mx)
    assert carry(p, p.mx).new == 1
    assert run(offering.catalog, p.us, peer=MX.id).offers


def test_hostile_files_change_nothing(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    file = pack(p, p.us).files[0]
    data = Path(file).read_bytes()
    flawed = p.folder / "flawed"
    for content, code in (
        (b"nothing of ours", Code.COURIER_NO_FILE),
        (data[:-1], Code.COURIER_TRUNCATED),
        (data[:60_000] + b"!" + data[60_001:], Code.COURIER_CHANGED),
    ):
        flawed.write_bytes(content)
        assert _refused(p, p.mx, flawed) is code
    assert _refused(p, p.us, file) is Code.COURIER_FOR_ANOTHER
    assert unpack(p, p.mx, file).bundles[0].new == 1


def _forged(p: Pair, sender: Node, lines: list[bytes], **changes: object) -> Path:
    """Write a file as a peer with code of its own could."""
    content, path = b"".join(lines), p.folder / f"forged{len(list(p.folder.glob('forged*')))}"
    now = p.us.local.now()
    claims = PartClaims(
        iss=sender.id,
        aud=MX.id,
        iat=now,
        exp=now + DAY,
        jti="A" * 22,
        num=9,
        prt=1,
        tot=1,
        len=len(content),
        dig=courier.digest(content),
    ).model_copy(update=changes)
    token = courier.sign(claims, sender.local.signers.message)
    key = p.mx.local.decryption_key.public_key().public_bytes_raw()
    courier_file.write(path, token, [content], len(content), key)
    return path


def test_who_is_not_pinned_and_who_signs_as_another(pinned: Pair) -> None:
    p = pinned
    link(p)
    head = Head(seen=Seen(size=0, root=b64url(EMPTY_ROOT)))
    lines = list(bundle.write(head, []))
    stranger = _forged(p, p.us, lines, iss="did:web:ca.example")
    assert _refused(p, p.mx, stranger) is Code.PEER_UNKNOWN
    pin_third(p)
    assert _refused(p, p.mx, stranger) is Code.COURIER_KEY_UNKNOWN
    for_third = _forged(p, p.us, lines, aud="did:web:ca.example")
    assert _refused(p, p.mx, for_third) is Code.COURIER_FOR_ANOTHER
    expired = _forged(p, p.us, lines, exp=p.us.local.now() - 1, iat=p.us.local.now() - DAY)
    assert _refused(p, p.mx, expired) is Code.COURIER_EXPIRED


def test_a_bundle_of_a_hostile_peer(offered: Pair) -> None:
    p = offered
    link(p)
    head = Head(seen=Seen(size=0, root=b64url(EMPTY_ROOT)))
    good = request_line(seal(p, seq=0))
    third = request_line(seal(p, seq=1).__class__("POST", "/x", "a.b.c"))
    nonsense = _forged(p, p.us, [*bundle.write(head, [good]), b"{}\n"])
    assert unpack(p, p.mx, nonsense).files[0].error == "bundle-invalid"
    [came] = unpack(p, p.mx, _forged(p, p.us, list(bundle.write(head, [good, third])))).bundles
    assert (came.new, came.known, came.not_taken) == (0, 1, {"not-authentic": 1})
    # It shows no checkpoint of its log, so there is nothing to compare.
    assert came.record == "differs"
    lies = Head(seen=Seen(size=70, root=b64url(EMPTY_ROOT)))
    [lied] = unpack(p, p.mx, _forged(p, p.us, list(bundle.write(lies, [])), num=10)).bundles
    assert lied.record == "differs"
    with p.mx.store.read() as tx:
        assert links.of(tx, US.id).arrived == 0


def test_a_reply_to_nothing(offered: Pair) -> None:
    p = offered
    link(p)
    head = Head(seen=Seen(size=0, root=b64url(EMPTY_ROOT)))
    reply = bundle.ReplyLine(
        to="A" * 22, status=200, token="a.b.c", content_type="application/json", body=""
    )
    [came] = unpack(p, p.mx, _forged(p, p.us, list(bundle.write(head, [reply])))).bundles
    assert came.not_taken == {"peer-answer-invalid": 1}


def test_contact_messages_are_none_that_a_courier_brings(offered: Pair) -> None:
    p = offered
    with pytest.raises(ComityError):
        contact(p.us, MX.id, "/comity/1/contact/record", b"{}")
    request, _ = p.to_mx.contacts[-1]
    link(p)
    head = Head(seen=Seen(size=0, root=b64url(EMPTY_ROOT)))
    file = _forged(p, p.us, list(bundle.write(head, [request_line(request)])))
    assert unpack(p, p.mx, file).bundles[0].not_taken == {"not-authentic": 1}


def test_how_long_a_courier_may_take(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    p.clock.forward(days=30)
    there_and_back(p, p.us)
    assert run(offering.catalog, p.us, peer=MX.id).offers
    file = pack(p, p.us).files[0]
    p.clock.forward(seconds=COURIER_LIFETIME_SECONDS)
    unpack(p, p.mx, file)
    p.clock.forward(seconds=1)
    assert _refused(p, p.mx, file) is Code.COURIER_EXPIRED


def test_both_sides_have_to_say_that_a_courier_is_the_link(offered: Pair) -> None:
    p = offered
    run(linking.peer_link, p.us, peer=MX.id, kind=Kind.COURIER)
    waits(offering.catalog, p.us, peer=MX.id)
    file = pack(p, p.us).files[0]
    assert _refused(p, p.mx, file) is Code.COURIER_NOT_AGREED
    run(linking.peer_link, p.mx, peer=US.id, kind=Kind.COURIER)
    assert unpack(p, p.mx, file).bundles[0].new == 1


def test_what_no_courier_brought_in_time_enters_late_and_has_no_effect(offered: Pair) -> None:
    p = offered
    link(p)
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, policy=_policy(p))
    p.clock.forward(seconds=COURIER_LIFETIME_SECONDS + 1)
    waits(offering.catalog, p.us, peer=MX.id)
    came = carry(p, p.us)
    assert (came.new, came.refused) == (2, {"message-expired": 1})
    [begun] = run(agreeing.negotiation_list, p.us).negotiations
    assert begun.reason == "undelivered"
    assert run(agreeing.negotiation_list, p.mx).negotiations == ()
    carry(p, p.mx)
    with p.us.store.read() as tx:
        assert {row.state for row in many(tx, Outgoing)} == {State.DONE}


def test_a_check_goes_on_where_it_was(tagged: Pair) -> None:
    p = tagged
    link(p)
    facts = {"peer": MX.id, "dataset": MX_LIST, "rfc": "ACC071123LL9", "name": "Solo Mexicana"}
    waits(matching.check, p.us, **facts)
    there_and_back(p, p.us)
    waits(matching.check, p.us, **facts)
    waits(matching.check, p.us, **facts)
    assert pack(p, p.us).requests == 3
    there_and_back(p, p.us)
    found = run(matching.check, p.us, **facts)
    assert {family for hit in found.hits for family in hit.families} == {"rfc", "name"}


def test_a_refused_question_is_said_once_and_then_asked_anew(tagged: Pair) -> None:
    p = tagged
    link(p)
    facts = {"peer": MX.id, "dataset": MX_LIST, "rfc": "ACC071123LL9"}
    waits(matching.check, p.us, **facts)
    there_and_back(p, p.us)
    waits(matching.check, p.us, **facts)
    run(tagging.tag, p.mx, peer=US.id, dataset=MX_LIST)
    carry(p, p.us)
    assert carry(p, p.mx).refused_there == {"manifest-changed": 1}
    with pytest.raises(ComityError) as refused:
        run(matching.check, p.us, **facts)
    assert refused.value.params["reason"] == "manifest-changed"
    for _ in range(2):
        waits(matching.check, p.us, **facts)
        there_and_back(p, p.us)
    assert len(run(matching.check, p.us, **facts).hits) == 1


def test_a_flood_of_refusals_is_put_off(offered: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    p = offered
    link(p)
    monkeypatch.setattr(p.mx.exchange._refused, "_limit", 3)
    assert REFUSED_PER_HOUR > 3
    for n in range(5):
        run(agreeing.negotiate, p.us, peer=MX.id, dataset=f"none-{n}", policy=_policy(p))
    [came] = unpack(p, p.mx, pack(p, p.us).files[0]).bundles
    assert (sum(came.refused.values()), came.put_off) == (3, 2)
    p.clock.forward(hours=2)
    assert sum(carry(p, p.us).refused.values()) == 2


def test_a_stolen_key_opens_nothing(pinned: Pair) -> None:
    p = pinned
    link(p)
    other_node = pin_third(p)
    file = p.folder / "for-third"
    run(couriers.pack, p.mx, peer=other_node, file=str(file))
    assert _refused(p, p.us, file) is Code.COURIER_FOR_ANOTHER


def test_the_link_says_how_much_waits(offered: Pair) -> None:
    p = offered
    link(p)
    waits(offering.catalog, p.us, peer=MX.id)
    assert run(linking.peer_link, p.us, peer=MX.id, kind=Kind.COURIER).to_send == 1
    back = run(linking.peer_link, p.us, peer=MX.id, kind=Kind.HTTP)
    assert (back.kind, back.to_send) == (Kind.HTTP, 1)
    run(linking.peer_link, p.mx, peer=US.id, kind=Kind.COURIER)
    p.to_mx.cut = False
    p.clock.forward(minutes=10)
    p.pump()
    # It goes by a call now, and the other side takes it, since its link is a courier still.
    said = [one for one in p.to_mx.seen if "/contact/" not in one[0].target]
    assert [reply.status for _, reply in said] == [200]
    with pytest.raises(ComityError) as refused:
        run(linking.peer_link, p.us, peer=MX.id, kind=Kind.HTTP, one_way=True)
    assert refused.value.params == {"where": "one_way"}


def test_a_history_of_calls_is_not_carried(matched: Pair) -> None:
    p = matched
    link(p)
    assert (pack(p, p.us).requests, pack(p, p.us).replies) == (0, 0)
    with p.mx.store.read() as tx:
        ends = record.ends(tx, US.id).ours.next
        assert ends - packing.arrived(tx, US.id) <= 1
    assert pack(p, p.mx).replies <= 1
