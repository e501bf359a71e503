"""What the walk writes into the record, for one message of a peer or for several at once."""

from collections.abc import Sequence

from sqlalchemy import Connection

from comity.api import Response
from comity.core import token
from comity.protocol import incarnations
from comity.protocol.base import Local, Outcome
from comity.protocol.opened import Opened
from comity.protocol.sending import envelopes_at
from comity.store import record


def admit_all(tx: Connection, opened: Sequence[Opened]) -> list[Opened]:
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
    return fresh


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
