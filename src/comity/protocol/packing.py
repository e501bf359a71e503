"""What a bundle for a peer has in it: all that is not known to have arrived, in order.

Everything goes again until the peer has said that it has it. So a bundle that is lost, late or
taken twice changes nothing: what is known already is not taken again, and gets the reply it got.
"""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, select

from comity.api import Request, Response
from comity.core import checkpoint
from comity.core.bundle import Head, Line, reply_line, request_line
from comity.core.canonical import parse
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Pinned
from comity.core.jws import payload
from comity.errors import ComityError
from comity.limits import TOKEN_BYTES
from comity.protocol import recording, vouching
from comity.protocol.base import BYTES, Local
from comity.protocol.bulk import read_again
from comity.protocol.sending import State
from comity.store import links, record
from comity.store.rows.moving import many, one, streamed
from comity.store.rows.record import Message
from comity.store.schema.delivery import outbox
from comity.store.schema.record import messages


def head(tx: Connection, local: Local, peer: Pinned) -> Head:
    """Return the first line of a bundle for a peer.

    Its checkpoint covers all of our log: what the peer does not have of it yet is in the bundle.
    """
    size, root = record.head(tx, peer.id, record.OUT)
    made = Checkpoint(recording.origin(local.identity.id, peer.id), size, root)
    return Head(
        seen=record.seen(tx, peer.id),
        checkpoint=checkpoint.sign(made, local.signers.checkpoint).encode().decode(),
        cosigned=receipt(tx, peer.id),
    )


def receipt(tx: Connection, peer: str) -> str:
    """Return the peer's latest checkpoint with our cosignature, empty where it showed none."""
    kept = vouching.cosigned_note(tx, peer, record.IN)
    return kept.encode().decode() if kept else ""


def lines(tx: Connection, local: Local, peer: Pinned) -> Iterator[Line]:
    """Give what a bundle for a peer has in it, a message at a time, in the order of our log.

    The same each time, within one transaction.
    """
    waiting = _waiting(tx, peer.id)
    since = arrived(tx, peer.id)
    first = messages.c.seq >= min([since, *waiting])
    own: dict[str, object] = {"peer": peer.id, "direction": record.OUT}
    for sent in streamed(tx, Message, first, order="seq", **own):
        if sent.destroyed:
            # What was recalled, or kept long enough, goes no more.
            continue
        if sent.kind == "request":
            if sent.seq in waiting:
                yield request_line(
                    Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)
                )
        elif sent.seq >= since and (reply := _reply(tx, local, peer, sent)) is not None:
            yield reply_line(sent.reply_to, reply)


def count(tx: Connection, peer: str) -> int:
    """Return how many messages a bundle for a peer would have."""
    waiting, since = _waiting(tx, peer), arrived(tx, peer)
    query = select(messages.c.seq).where(
        messages.c.peer == peer,
        messages.c.direction == record.OUT,
        messages.c.kind != "request",
        messages.c.seq >= since,
    )
    return len(waiting) + len(tx.execute(query).all())


def arrived(tx: Connection, peer: str) -> int:
    """Return how much of our log a peer is known to have.

    Over HTTP the peer says so in every message; what a courier brings says it for the whole bundle.
    """
    link = links.of(tx, peer)
    return link.arrived if link.kind == links.Kind.COURIER else said(tx, peer)


def said(tx: Connection, peer: str) -> int:
    """Return how much of our log a peer had when it wrote its latest message."""
    found = many(
        tx,
        Message,
        messages.c.seq == record.ends(tx, peer).theirs.next - 1,
        peer=peer,
        direction=record.IN,
    )
    if not found or not found[0].token:
        return 0
    claims = parse(payload(found[0].token), TOKEN_BYTES)["log"]
    size = claims["size"] if isinstance(claims, dict) else 0
    return min(int(str(size)), record.ends(tx, peer).ours.next)


def _waiting(tx: Connection, peer: str) -> set[int]:
    """Return the numbers of our requests that have no reply."""
    query = select(outbox.c.seq).where(outbox.c.peer == peer, outbox.c.state != State.DONE)
    return {int(seq) for (seq,) in tx.execute(query)}


def _reply(tx: Connection, local: Local, peer: Pinned, sent: Message) -> Response | None:
    """Return a reply with its body, None where a bulk body is no longer here."""
    reply = Response(sent.status, sent.token, sent.content_type, sent.body)
    if sent.content_type != BYTES:
        return reply
    asked = one(tx, Message, peer=peer.id, direction=record.IN, jti=sent.reply_to)
    if asked is None:
        return None
    request = Request(asked.method, asked.target, asked.token, asked.content_type, asked.body)
    try:
        return replace(reply, body=read_again(tx, local, peer, request, reply))
    except ComityError:
        return None
