"""How a message of ours begins: a number in our log, an envelope, a place in the outbox."""

from enum import StrEnum

from sqlalchemy import Connection

from comity.api import Request
from comity.core import token
from comity.core.identity import Pinned
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.protocol.base import JSON, Local
from comity.store import record
from comity.store.rows import Message, Outgoing, add


class State(StrEnum):
    """Where a message of ours is on its way."""

    WAITING = "waiting"
    """It goes when those before it have gone."""
    ASKED = "asked"
    """Somebody brings it to the peer right now, and waits for the reply."""
    LATE = "late"
    """It is no news any more, and goes for the sake of the record (decision 0017)."""
    DONE = "done"


def envelope_for(tx: Connection, local: Local, peer: str) -> token.Envelope:
    """Make the envelope of the next message to a peer; the transaction must append it or fail."""
    return envelope_at(record.ends(tx, peer), local, peer)


def envelope_at(ends: record.Ends, local: Local, peer: str) -> token.Envelope:
    """Make the envelope of the message that comes next where both logs end so."""
    return token.Envelope(
        issuer=local.identity.id,
        audience=peer,
        id=local.new_id(),
        seq=ends.ours.next,
        salt=local.entropy(token.SALT_BYTES),
        issued=local.now(),
        lifetime=MESSAGE_LIFETIME_SECONDS,
        seen=ends.seen(),
    )


def post(
    tx: Connection,
    local: Local,
    peer: Pinned,
    kind: str,
    method: str,
    target: str,
    body: bytes = b"",
    subject: str = "",
) -> str:
    """Make a request durable and put it into the outbox; returns its id.

    `kind` names the message type and the handler of its reply, `subject` the row it is about.
    """
    _, waiting = put(tx, local, peer, kind, method, target, body, subject, State.WAITING)
    return waiting.jti


def put(
    tx: Connection,
    local: Local,
    peer: Pinned,
    kind: str,
    method: str,
    target: str,
    body: bytes,
    subject: str,
    state: State,
) -> tuple[Request, Outgoing]:
    """Do what `post` does; returns the request and its place in the outbox."""
    ends = record.ends(tx, peer.id)
    envelope = envelope_at(ends, local, peer.id)
    content_type = JSON if body else ""
    sealed = token.seal_request(envelope, method, target, content_type, body, local.signers.message)
    record.write(
        tx,
        Message(
            peer=peer.id,
            direction=record.OUT,
            seq=envelope.seq,
            jti=envelope.id,
            kind="request",
            token=sealed.token,
            method=method,
            target=target,
            status=0,
            content_type=content_type,
            body=body,
            size=len(body),
            reply_to="",
            what=kind,
            refused="",
            leaf=record.leaf_of(sealed.token),
            at=envelope.issued,
        ),
        ends.ours,
    )
    expires = envelope.issued + MESSAGE_LIFETIME_SECONDS
    waiting = Outgoing(peer.id, envelope.id, envelope.seq, kind, subject, state, 0, 0, expires, "")
    add(tx, waiting)
    return sealed, waiting
