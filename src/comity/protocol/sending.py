"""How a message of ours begins: a number in our log, an envelope, a place in the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from comity.api import Request
from comity.core import token
from comity.core.identity import Pinned
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.protocol.base import JSON, Local
from comity.protocol.incarnations import check_frozen
from comity.store import links, record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import add
from comity.store.rows.record import Message


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
    return envelopes_at(ends, local, peer, 1)[0]


def envelopes_at(
    ends: record.Ends,
    local: Local,
    peer: str,
    count: int,
    lifetime: int = MESSAGE_LIFETIME_SECONDS,
    at: int | None = None,
) -> list[token.Envelope]:
    """Make the envelopes of so many messages that come next. Raises NODE_FROZEN.

    Whatever this node signs for a peer's record passes here. `at` is the number of the first, where
    it is a place that was left.
    """
    check_frozen(ends, peer)
    issued, seen = local.now(), ends.seen()
    first = ends.ours.next if at is None else at
    return [
        token.Envelope(
            issuer=local.identity.id,
            audience=peer,
            id=local.new_id(),
            seq=seq,
            salt=local.entropy(token.SALT_BYTES),
            issued=issued,
            lifetime=lifetime,
            seen=seen,
            incarnation=ends.ours.incarnation,
        )
        for seq in range(first, first + count)
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that has no number yet."""

    peer: Pinned
    kind: str
    """The message type, and the handler of its reply."""
    method: str
    target: str
    body: bytes
    subject: str
    """The row that it is about."""


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
    draft = Draft(peer, kind, method, target, body, subject)
    [(_, waiting)] = put(tx, local, [draft], State.WAITING)
    return waiting.jti


def put(
    tx: Connection, local: Local, drafts: Sequence[Draft], state: State
) -> list[tuple[Request, Outgoing]]:
    """Do what `post` does, for drafts to one peer.

    Returns the requests and their places in the outbox.
    """
    peer = drafts[0].peer.id
    ends = record.ends(tx, peer)
    envelopes = envelopes_at(ends, local, peer, len(drafts), links.lifetime(tx, peer))
    made = [
        (_seal(local, draft, envelope), place_of(draft, envelope, state))
        for draft, envelope in zip(drafts, envelopes, strict=True)
    ]
    entries = [entry_of(request, waiting, envelopes[0].issued) for request, waiting in made]
    record.write_all(tx, entries, ends.ours)
    add(tx, *(waiting for _, waiting in made))
    return made


def _seal(local: Local, draft: Draft, envelope: token.Envelope) -> Request:
    content_type = JSON if draft.body else ""
    signer = local.signers.message
    return token.seal_request(
        envelope, draft.method, draft.target, content_type, draft.body, signer
    )


def place_of(draft: Draft, envelope: token.Envelope, state: State) -> Outgoing:
    """Return the place of a message in the outbox."""
    return Outgoing(
        peer=draft.peer.id,
        jti=envelope.id,
        seq=envelope.seq,
        kind=draft.kind,
        subject=draft.subject,
        state=state,
        attempts=0,
        not_before=0,
        expires=envelope.issued + envelope.lifetime,
        error="",
    )


def entry_of(request: Request, waiting: Outgoing, issued: int) -> Message:
    """Return the entry of a request of ours in the record."""
    return Message(
        peer=waiting.peer,
        direction=record.OUT,
        seq=waiting.seq,
        jti=waiting.jti,
        kind="request",
        token=request.token,
        method=request.method,
        target=request.target,
        status=0,
        content_type=request.content_type,
        body=request.body,
        size=len(request.body),
        reply_to="",
        what=waiting.kind,
        refused="",
        leaf=record.leaf_of(request.token),
        at=issued,
    )
