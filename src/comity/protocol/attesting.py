"""Attestations of deletion: whoever destroyed what came tells the peer from whom it came.

They are messages of the record like any other, so each side keeps the other's word for good. What
one attests cannot be checked from outside; that it was said, by whom and when, can be proved.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, func, select

from comity.core.recall import Attestation, AttestationTaken
from comity.errors import Code, ComityError
from comity.limits import ATTEST_SECONDS, RECALL_ENTRIES
from comity.protocol.addresses import dsp_base
from comity.protocol.base import DATA, DSP, Act, Inbound, Local, Outcome, Route
from comity.protocol.destroying import OURS, PEERS, Ground
from comity.protocol.refusals import plain
from comity.protocol.sending import post
from comity.store import journal, naming, peers
from comity.store.naming import Place
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.retention import Destruction, RecallRow
from comity.store.schema.retention import destructions

PATH: Final = f"{DATA}/attestations"


def attest_due(local: Local, tx: Connection) -> None:
    """Attest what was destroyed at the end of its retention, what is an hour old together."""
    waiting = (
        select(destructions.c.peer, func.min(destructions.c.at))
        .where(destructions.c.attestation == "", destructions.c.side == OURS)
        .group_by(destructions.c.peer)
    )
    for peer, first in tx.execute(waiting).all():
        if first + ATTEST_SECONDS <= local.now():
            attest(local, tx, peer, Ground.RETENTION)


def attest(local: Local, tx: Connection, peer: str, ground: Ground, recall: str = "") -> None:
    """Tell a peer which of its entries are destroyed here on that ground, and not attested yet."""
    gone = many(
        tx,
        Destruction,
        order="seq",
        peer=peer,
        side=OURS,
        attestation="",
        ground=ground,
        recall=recall,
    )
    for start in range(0, len(gone), RECALL_ENTRIES):
        _send(local, tx, gone[start : start + RECALL_ENTRIES])


def _send(local: Local, tx: Connection, gone: Sequence[Destruction]) -> None:
    first = gone[0]
    message = Attestation(
        entries=naming.name(tx, first.peer, [(row.direction, row.seq) for row in gone]),
        ground="recall" if first.recall else "retention",
        recall=first.recall,
        at=max(row.at for row in gone),
    )
    peer = peers.pinned(tx, first.peer)
    target = dsp_base(peer.identity).removesuffix(DSP) + PATH
    jti = post(tx, local, peer, message.type, "POST", target, message.encode())
    for row in gone:
        where = {"peer": row.peer, "direction": row.direction, "seq": row.seq, "side": OURS}
        change(tx, Destruction, where, attestation=jti)


def _attestation(inbound: Inbound, tx: Connection, message: Attestation) -> Act:
    """Note what a peer says it destroyed, where it names entries that are in its log here."""
    places = naming.find(tx, inbound.peer.id, message.entries)
    if (message.ground == "recall") != bool(message.recall):
        raise ComityError(Code.SCHEMA_INVALID, where="recall")
    if message.recall and not _recalled(tx, inbound.peer.id, message.recall):
        raise ComityError(Code.RECALL_UNKNOWN)
    taken = AttestationTaken(entries=len(places))
    return partial(Outcome, 200, taken.encode(), (partial(_note, inbound, message, [*places]),))


def _recalled(tx: Connection, peer: str, recall: str) -> bool:
    return one(tx, RecallRow, id=recall, peer=peer, role="giver") is not None


def _note(inbound: Inbound, message: Attestation, places: Sequence[Place], tx: Connection) -> None:
    peer = inbound.peer.id
    for direction, seq in places:
        where: dict[str, object] = {"peer": peer, "direction": direction, "seq": seq}
        if one(tx, Destruction, side=PEERS, **where) is None:
            row = Destruction(
                peer=peer,
                direction=direction,
                seq=seq,
                side=PEERS,
                ground=message.ground,
                recall=message.recall,
                at=message.at,
                attestation=inbound.jti,
            )
            add(tx, row)
    journal.note(tx, inbound.now, "", "attestation.came", peer=peer, entries=len(places))


ROUTES = (Route("comity-attestation-1", "POST", PATH, Attestation.read, _attestation, plain),)
"""Ours are about what the peer sent; the peer may attest its own copies, too."""
