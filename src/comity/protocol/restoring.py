"""What only this node had is made anew, and what had been destroyed is destroyed again."""

from dataclasses import replace

from sqlalchemy import Connection

from comity.core.machines import Role
from comity.core.messages import Answer, DetailRequest
from comity.core.recall import Attestation
from comity.protocol import answering
from comity.protocol.base import Local
from comity.protocol.destroying import OURS, Ground, destroy
from comity.protocol.retention import end_retention
from comity.store import naming, record
from comity.store.rows.agreements import Agreement
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Handle
from comity.store.rows.moving import change, many, one, streamed
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import Destruction
from comity.store.schema.record import messages


def refill(tx: Connection, local: Local, peer: str) -> None:
    """Give requests and answers their texts again, which were sealed: the record has them.

    Of a request that waits for an officer the draft is made anew, so approvals of it are void.
    """
    what = messages.c.what.in_(("comity-request-1", "comity-answer-1"))
    for entry in streamed(tx, Message, what, order="seq", peer=peer, kind="request", refused=""):
        if not entry.body:
            continue
        if entry.what == "comity-answer-1":
            answer = Answer.read(entry.body)
            values: dict[str, object] = {"reason": answer.reason}
            if entry.direction == record.IN:
                values["answer"] = answer.encode().decode()
            change(tx, RequestRow, {"id": answer.request, "peer": peer}, **values)
            continue
        asked = DetailRequest.read(entry.body)
        row = one(tx, RequestRow, id=asked.id, peer=peer)
        if row is not None and not row.request:
            text = asked.encode().decode()
            change(tx, RequestRow, {"id": row.id}, request=text)
            _draft(tx, local, replace(row, request=text), asked)


def _draft(tx: Connection, local: Local, row: RequestRow, asked: DetailRequest) -> None:
    agreement = one(tx, Agreement, id=row.agreement)
    if row.role != Role.PROVIDER or row.state != "held" or agreement is None:
        return
    handle = one(tx, Handle, manifest=row.manifest, handle=row.handle)
    held = one(tx, Held, dataset=handle.dataset, id=handle.record) if handle else None
    usable = held is not None and not held.withheld
    draft = answering.draft(local, held, asked.fields) if held and usable else ""
    made = replace(row, answer=draft or answering.nothing(local))
    approval = answering.approval(made, agreement)
    change(tx, RequestRow, {"id": row.id}, answer=made.answer, approval=approval)


def destroy_again(tx: Connection, local: Local, peer: str) -> None:
    """Destroy what a backup or the peer has brought back, where this node attested that it is gone.

    The peer that asked for contents back has its own copy of them, and has just given it. What the
    terms say is over ends, too.

    It runs in the transaction in which a peer is done, before anything of it can be shown. Entries
    of the record are looked at by the worker, as always (`comity.protocol.lapsing`).
    """
    attestations = many(
        tx,
        Message,
        order="seq",
        peer=peer,
        direction=record.OUT,
        kind="request",
        what="comity-attestation-1",
    )
    for told in attestations:
        if not told.body:
            continue
        attested = Attestation.read(told.body)
        for each in attested.entries:
            direction, seq = naming.own(each)
            entry = one(tx, Message, peer=peer, direction=direction, seq=seq)
            if entry is None or entry.destroyed:
                continue
            destroy(local, tx, entry, Ground(attested.ground), attested.recall)
            place = {"peer": peer, "direction": direction, "seq": seq, "side": OURS}
            change(tx, Destruction, place, attestation=told.jti)
    end_retention(local, tx)
