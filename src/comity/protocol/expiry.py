"""Terms that run out: silence past the stated time becomes a signed decline (DESIGN T5).

And what may no longer be kept goes.
"""

from sqlalchemy import Connection

from comity.core.agreement import IN_FORCE, Standing
from comity.core.machines import Role
from comity.protocol import answering, consent, negotiating
from comity.protocol.attesting import attest_due
from comity.protocol.base import Local, Moved
from comity.protocol.lapsing import lapse
from comity.protocol.retention import end_retention
from comity.store import journal, keysets, peers, standing
from comity.store.rows.agreements import Agreement, Negotiation
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import change, many, one
from comity.store.rows.requests import RequestRow
from comity.store.schema.agreements import agreements, negotiations
from comity.store.schema.matching import manifests
from comity.store.schema.requests import requests


def expire(local: Local, tx: Connection) -> None:
    """Let run out what is due: requests, negotiations, agreements, epochs, retention.

    Where this node is frozen for a peer, nothing can be said to it, so what is due waits.
    """
    if standing.of_node(tx):
        return
    now, frozen = local.now(), standing.of_peers(tx)
    for request in many(tx, RequestRow, requests.c.due <= now, state="held", role="provider"):
        if request.peer in frozen:
            continue
        agreement = one(tx, Agreement, id=request.agreement)
        if agreement is not None:
            peer = peers.pinned(tx, request.peer)
            answering.decline(local, tx, peer, request, agreement, "", expired=True)
            journal.note(tx, now, "", "request.expired", request=request.id)
    for row in many(tx, Negotiation, negotiations.c.due <= now, negotiations.c.due > 0, waits=True):
        if row.peer in frozen:
            continue
        peer = peers.pinned(tx, row.peer)
        try:
            negotiating.terminate(local, tx, peer, row, negotiating.EXPIRED, "")
        except Moved:
            continue
        journal.note(tx, now, "", "negotiation.expired", negotiation=row.pid)
    for agreed in many(tx, Agreement, agreements.c.ends <= now, agreements.c.state.in_(IN_FORCE)):
        if agreed.peer in frozen:
            continue
        change(tx, Agreement, {"id": agreed.id}, state=Standing.EXPIRED)
        if agreed.role == Role.PROVIDER:
            consent.end(local, tx, peers.pinned(tx, agreed.peer), agreed, Standing.EXPIRED)
        journal.note(tx, now, "", "agreement.expired", agreement=agreed.id)
    for epoch in many(tx, ManifestRow, manifests.c.ends <= now, role="provider", ready=True):
        consent.end_epoch(local, tx, epoch)
    keysets.destroy_due(local.folder, now)
    end_retention(local, tx)
    lapse(local, tx)
    attest_due(local, tx)
