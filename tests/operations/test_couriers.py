"""The main job through couriers, and every way in which a courier's file can be wrong."""

from comity.operations import agreeing, inbox, matching, offering, tagging
from comity.operations.records import show
from couriering import carry, link, there_and_back, waits
from nodes import MX, US, Pair, run
from stages import MX_LIST, TERMS


def test_the_main_job(loaded: Pair) -> None:
    p = loaded
    link(p)
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
    waits(offering.catalog, p.us, peer=MX.id)
    waits(offering.catalog, p.us, peer=MX.id)
    there_and_back(p, p.us)
    [offer] = run(offering.catalog, p.us, peer=MX.id).offers
    begun = run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, offer=offer.id)
    there_and_back(p, p.us)
    there_and_back(p, p.us)
    assert run(agreeing.show, p.us, negotiation=begun.id).state == "FINALIZED"
    run(tagging.tag, p.mx, peer=US.id, dataset=MX_LIST)
    for _ in range(3):
        waits(matching.match, p.us, peer=MX.id, dataset=MX_LIST)
        there_and_back(p, p.us)
    found = run(matching.match, p.us, peer=MX.id, dataset=MX_LIST)
    assert len(found.hits) == 8
    asked = run(inbox.ask, p.us, handle=found.hits[0].handle, case_reference="US-1")
    assert asked.state == "asked"
    carry(p, p.us)
    held = run(inbox.show, p.mx, request=asked.id)
    run(inbox.approve, p.mx, request=asked.id, approval=held.approval)
    carry(p, p.mx)
    assert run(inbox.show, p.us, request=asked.id).state == "answered"
    carry(p, p.us)
    assert not p.to_mx.seen
    assert not p.to_us.seen
    sent, held_there = (
        [(e.id, e.bytes) for e in run(show, node, peer=peer.id).entries]
        for node, peer in ((p.us, MX), (p.mx, US))
    )
    assert sorted(sent) == sorted(held_there)
