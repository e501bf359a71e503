"""Reading the record from outside of it: the roots that a log had, and its entries.

Either side may read both logs of the relation, which it holds or should hold. Nothing else can be
read: what is local is in a log of its own.
"""

from functools import partial
from typing import Final

from sqlalchemy import Connection, bindparam, select

from comity.core.canonical import b64url
from comity.core.reading import Entries, EntriesAsked, Entry, Roots, RootsAsked
from comity.errors import Code, ComityError
from comity.limits import RECORD_ENTRIES_BYTES
from comity.protocol.base import Act, Inbound, Outcome, Route
from comity.protocol.recording import RECORD
from comity.protocol.refusals import plain
from comity.store import record
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.store.schema.record import messages
from comity.store.statements import Statement
from comity.store.tiles import stored_tree

ROOTS: Final = f"{RECORD}/roots"
ENTRIES: Final = f"{RECORD}/entries"
_AT_ONCE: Final = 16
"""Entries read at a time: bodies may have half a megabyte."""

_LEAVES: Final = Statement(
    select(messages.c.seq, messages.c.leaf)
    .where(messages.c.peer == bindparam("peer"), messages.c.direction == bindparam("direction"))
    .where(messages.c.seq >= bindparam("start"), messages.c.seq < bindparam("stop"))
    .order_by(messages.c.seq)
)


def _direction(inbound: Inbound, log: str) -> str:
    """Return which log is meant. Raises SCHEMA_INVALID for one that is no part of the relation."""
    try:
        return {inbound.local.identity.id: record.OUT, inbound.peer.id: record.IN}[log]
    except KeyError:
        raise ComityError(Code.SCHEMA_INVALID, where="log") from None


def roots(tx: Connection, peer: str, direction: str, log: str, sizes: tuple[int, ...]) -> Roots:
    """Return the roots that a log had here at some sizes."""
    tree = stored_tree(tx, peer, direction)
    ends = record.ends(tx, peer)
    return Roots(
        log=log,
        size=len(tree),
        next=(ends.ours if direction == record.OUT else ends.theirs).next,
        roots=tuple(b64url(tree.root(size)) if size <= len(tree) else "" for size in sizes),
    )


def entries(tx: Connection, peer: str, direction: str, asked: EntriesAsked) -> Entries:
    """Return entries of a log, as far as they are here and fit into a reply."""
    ends = record.ends(tx, peer)
    head = ends.ours if direction == record.OUT else ends.theirs
    stop = asked.start + asked.count
    if asked.leaves:
        given = leaves(tx, peer, direction, asked.start, stop)
        found = tuple(Entry(seq=seq, leaf=b64url(leaf)) for seq, leaf in given)
    else:
        found = _whole(tx, peer, direction, asked.start, stop)
    return Entries(log=asked.log, next=head.next, entries=found)


def leaves(
    tx: Connection, peer: str, direction: str, start: int, stop: int
) -> list[tuple[int, bytes]]:
    """Return numbers and leaf data of the entries that are here."""
    where: dict[str, object] = {"peer": peer, "direction": direction, "start": start, "stop": stop}
    return [(int(seq), bytes(leaf)) for seq, leaf in _LEAVES.rows(tx, where)]


def _whole(tx: Connection, peer: str, direction: str, start: int, stop: int) -> tuple[Entry, ...]:
    found: list[Entry] = []
    room = RECORD_ENTRIES_BYTES
    for at in range(start, stop, _AT_ONCE):
        between = messages.c.seq >= at, messages.c.seq < min(at + _AT_ONCE, stop)
        for row in many(tx, Message, *between, peer=peer, direction=direction, order="seq"):
            # In base64url a body takes a third more.
            room -= len(row.token) + 2 * len(row.body)
            if room < 0 and found:
                return tuple(found)
            found.append(_entry(row))
    return tuple(found)


def _entry(row: Message) -> Entry:
    return Entry(
        seq=row.seq,
        leaf=b64url(row.leaf),
        token=row.token,
        kind="request" if row.kind == "request" else "response",
        method=row.method,
        target=row.target,
        status=row.status,
        content_type=row.content_type,
        reply_to=row.reply_to,
        what=row.what,
        body=b64url(row.body),
        size=row.size,
    )


def _on_roots(inbound: Inbound, tx: Connection, asked: RootsAsked) -> Act:
    direction = _direction(inbound, asked.log)
    found = roots(tx, inbound.peer.id, direction, asked.log, asked.sizes)
    return partial(Outcome, 200, found.encode())


def _on_entries(inbound: Inbound, tx: Connection, asked: EntriesAsked) -> Act:
    found = entries(tx, inbound.peer.id, _direction(inbound, asked.log), asked)
    return partial(Outcome, 200, found.encode())


CONTACTS = (
    Route("comity-record-roots-1", "POST", ROOTS, RootsAsked.read, _on_roots, plain),
    Route("comity-record-entries-1", "POST", ENTRIES, EntriesAsked.read, _on_entries, plain),
)
