"""What the walk writes into the record, for one message of a peer or for several at once."""

from collections.abc import Sequence

from sqlalchemy import Connection

from comity.api import Response
from comity.core import token
from comity.errors import ComityError
from comity.protocol import incarnations
from comity.protocol.base import Local, Outcome
from comity.protocol.opened import Opened
from comity.protocol.sending import envelopes_at
from comity.protocol.watching import Watch
from comity.store import record
from comity.store.rows.record import Message


def admit_all(tx: Connection, watch: Watch, opened: Sequence[Opened]) -> list[Opened]:
    """Log those messages of one peer that are new, and return them in the order of their numbers.

    The others are left alone: they are redeliveries, give something twice, or are not as usual.
    """
    peer = opened[0].inbound.peer.id
    ends = record.ends(tx, peer)
    given = [(each.claims.jti, each.claims.seq) for each in opened]
    found = record.new(tx, peer, given)
    fresh = [
        each
        for each, is_new in zip(opened, found, strict=True)
        if is_new and incarnations.is_usual(ends, each.claims)
    ]
    fresh.sort(key=lambda each: each.claims.seq)
    if fresh:
        record.write_all(tx, [each.entry() for each in fresh], ends.theirs)
        watch.took(tx, peer, {each.request.token: each.claims for each in fresh})
    return fresh


def admit(tx: Connection, watch: Watch, opened: Opened) -> Message | None:
    """Log one message, and return the reply that it got before, if it did.

    Raises MESSAGE_ID_REUSED or SEQUENCE_REUSED, and what `incarnations.check` raises.
    """
    request, claims, peer = opened.request, opened.claims, opened.inbound.peer.id
    ends = record.ends(tx, peer)
    incarnations.check_frozen(ends, peer)
    try:
        is_new = record.check_new(tx, peer, claims.jti, claims.seq, request.token)
    except ComityError:
        # An old state of the sender gives its numbers again, which says less than that it is old.
        incarnations.check(ends, claims)
        raise
    if is_new:
        incarnations.check(ends, claims)
        record.write(tx, opened.entry(), ends.theirs)
        incarnations.learn(tx, ends, claims)
        watch.took(tx, peer, {request.token: claims})
        return None
    sent = record.reply(tx, peer, record.OUT, claims.jti)
    if sent is None:
        record.fill(tx, opened.entry())
    return sent


def seal_all(
    tx: Connection, local: Local, decided: Sequence[tuple[Opened, Outcome]]
) -> list[Response]:
    """Sign the replies to messages of one peer, and log them."""
    peer = decided[0][0].inbound.peer.id
    ends = record.ends(tx, peer)
    envelopes = envelopes_at(ends, local, peer, len(decided))
    replies = [
        token.seal_response(
            envelope,
            outcome.status,
            outcome.content_type,
            outcome.body,
            opened.request.token,
            local.signers.message,
        )
        for (opened, outcome), envelope in zip(decided, envelopes, strict=True)
    ]
    entries = [
        opened.reply_entry(outcome, envelope, reply)
        for (opened, outcome), envelope, reply in zip(decided, envelopes, replies, strict=True)
    ]
    record.write_all(tx, entries, ends.ours)
    return replies
