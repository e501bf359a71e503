"""Terms that run out: silence past the stated time becomes a signed decline (DESIGN T5).

And what may no longer be kept goes.
"""

from sqlalchemy import Connection

from comity.protocol import answering, negotiating
from comity.protocol.base import Local, Moved
from comity.protocol.retention import end_retention
from comity.store import files, journal, peers
from comity.store.rows import Agreement, ManifestRow, Negotiation, RequestRow, change, many, one
from comity.store.schema import manifests, negotiations, requests


def expire(local: Local, tx: Connection) -> None:
    """Let run out what is due: requests, negotiations, epochs, retention."""
    now = local.now()
    for request in many(tx, RequestRow, requests.c.due <= now, state="held", role="provider"):
        agreement = one(tx, Agreement, id=request.agreement)
        if agreement is not None:
            peer = peers.pinned(tx, request.peer)
            answering.decline(local, tx, peer, request, agreement, "", expired=True)
            journal.note(tx, now, "", "request.expired", request=request.id)
    for row in many(tx, Negotiation, negotiations.c.due <= now, negotiations.c.due > 0, waits=True):
        peer = peers.pinned(tx, row.peer)
        try:
            negotiating.terminate(local, tx, peer, row, negotiating.EXPIRED, "")
        except Moved:
            continue
        journal.note(tx, now, "", "negotiation.expired", negotiation=row.pid)
    for epoch in many(tx, ManifestRow, manifests.c.ends <= now, role="provider", ready=True):
        change(tx, ManifestRow, {"digest": epoch.digest}, ready=False)
        files.destroy_keys(local.folder, epoch.digest)
        journal.note(tx, now, "", "epoch.ended", manifest=epoch.digest)
    end_retention(local, tx)
