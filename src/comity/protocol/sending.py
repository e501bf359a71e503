"""How a message of ours begins: a number in our log, an envelope, a place in the outbox."""

from sqlalchemy import Connection

from comity.core import token
from comity.core.identity import Pinned
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.protocol.base import JSON, Local
from comity.store import record
from comity.store.rows import Message, Outgoing, add


def envelope_for(tx: Connection, local: Local, peer: str) -> token.Envelope:
    """Take a sequence number and make the envelope of the next message to a peer."""
    return token.Envelope(
        issuer=local.identity.id,
        audience=peer,
        id=local.new_id(),
        seq=record.take_seq(tx, peer),
        salt=local.entropy(token.SALT_BYTES),
        issued=local.now(),
        lifetime=MESSAGE_LIFETIME_SECONDS,
        seen=record.seen(tx, peer),
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
    envelope = envelope_for(tx, local, peer.id)
    content_type = JSON if body else ""
    sealed = token.seal_request(envelope, method, target, content_type, body, local.signers.message)
    record.append(
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
    )
    expires = envelope.issued + MESSAGE_LIFETIME_SECONDS
    add(
        tx,
        Outgoing(peer.id, envelope.id, envelope.seq, kind, subject, "waiting", 0, 0, expires, ""),
    )
    return envelope.id
