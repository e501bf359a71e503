"""Evidence out of the record: messages with their proofs, for somebody who has no node."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import Connection

from comity.api import Progress
from comity.core import evidence, proof
from comity.core.checkpoint import Checkpoint
from comity.core.evidence import Entry
from comity.core.identity import Pinned
from comity.core.merkle import leaf_hash
from comity.core.proof import Proof
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.limits import EVIDENCE_ENTRIES
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import recording, vouching
from comity.store import journal, record
from comity.store.rows.moving import one
from comity.store.rows.record import Message
from comity.store.tiles import stored_tree

BODY: Final = "body"
"""Withheld by this name: all of a body."""
_PLACE: Final = re.compile(r"(sent|received|out|in):(0|[1-9][0-9]{0,15})")


class ProveArgs(Model):
    """Which entries, what of them, and where the file goes."""

    peer: str
    entries: Annotated[tuple[str, ...], Field(min_length=1, max_length=EVIDENCE_ENTRIES)]
    """Each as `sent:NUMBER` or `received:NUMBER`, or the id of a message."""
    withhold: tuple[str, ...] = ()
    """`body`, or names of fields of answers."""
    only: tuple[str, ...] = ()
    """Names of fields: answers show these alone."""
    path: str
    """A new file."""


class EntryProved(Model):
    """One message in the file, and what is shown of it."""

    direction: str
    sequence: int
    id: str
    what: str
    released: str
    """`whole`, `fields` or `nothing`."""
    fields: tuple[str, ...] = ()
    """Of an answer that is shown in part."""
    withheld: tuple[str, ...] = ()
    """Fields of an answer that are not shown."""


class Proved(Model):
    """A file of evidence."""

    path: str
    peer: str
    entries: tuple[EntryProved, ...]


@operation("record.prove", ProveArgs, Proved)
def prove(node: Node, caller: Caller, args: ProveArgs, progress: Progress) -> Proved:
    """Write evidence of messages: each with its proof, its token, and what is released of it.

    Raises PEER_UNKNOWN, ENTRY_UNKNOWN (entry), ENTRY_NOT_COSIGNED (entry, size), FIELD_UNKNOWN
    (field), RECORD_DIFFERS, FILE_EXISTS, FILE_TOO_LARGE, DISK_FULL, STORE_FAILED.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        found = list({_key(row): row for row in _named(tx, peer, args.entries)}.values())
        made = _proved(node, tx, peer, found)
    names = frozenset[str]().union(*map(evidence.fields_of, made))
    for name in {*args.only, *args.withhold} - {BODY} - names:
        raise ComityError(Code.FIELD_UNKNOWN, field=name[:100])
    shown = [_released(entry, args) for entry in made]
    data = evidence.encode(shown)
    with node.store.write() as tx:
        which = " ".join(":".join(map(str, _key(row))) for row in found)[:200]
        detail: dict[str, str | int] = {"peer": peer.id, "entries": len(found), "which": which}
        journal.note(tx, node.local.now(), caller.officer, "record.prove", **detail)
    # Journaled first: nobody takes anything out without a trace.
    keyfiles.write_once(Path(args.path), data)
    told = zip(found, made, shown, strict=True)
    return Proved(path=args.path, peer=peer.id, entries=tuple(_told(*each) for each in told))


def _named(tx: Connection, peer: Pinned, entries: Iterable[str]) -> Iterable[Message]:
    """Give the messages that are named by place or id. Raises ENTRY_UNKNOWN (entry)."""
    for text in entries:
        place = _PLACE.fullmatch(text)
        if place:
            direction = record.OUT if place[1] in ("sent", "out") else record.IN
            row = one(tx, Message, peer=peer.id, direction=direction, seq=int(place[2]))
        else:
            both = (record.entry(tx, peer.id, each, text) for each in (record.OUT, record.IN))
            row = next((row for row in both if row), None)
        if row is None or not row.token:
            raise ComityError(Code.ENTRY_UNKNOWN, entry=text[:100])
        yield row


def _proved(node: Node, tx: Connection, peer: Pinned, found: Sequence[Message]) -> list[Entry]:
    """Return each message with its proof, and check the proof as somebody else will."""
    own = node.id
    made = {}
    for direction in (record.OUT, record.IN):
        rows = [row for row in found if row.direction == direction]
        if not rows:
            continue
        signed = vouching.note_over(tx, peer.id, direction, max(row.seq for row in rows))
        size = Checkpoint.parse(signed.text).size
        tree = stored_tree(tx, peer.id, direction)
        sender, receiver = (own, peer.id) if direction == record.OUT else (peer.id, own)
        try:
            keys = recording.keys_of(tx, signed.encode(), sender, receiver)
        except ComityError:
            raise ComityError(Code.RECORD_DIFFERS, size=size) from None
        for row in rows:
            path = tree.inclusion_proof(row.seq, size)
            each = Proof(row.seq, path, signed.encode())
            leaf = leaf_hash(record.leaf_of(row.token))
            try:
                proof.verify(each, leaf, keys[0], keys[1:])
            except ComityError:
                raise ComityError(Code.RECORD_DIFFERS, entry=row.seq) from None
            made[_key(row)] = evidence.whole(each, row.token, row.body)
    return [made[_key(row)] for row in found]


def _released(entry: Entry, args: ProveArgs) -> Entry:
    """Return an entry with what is to be shown of it, and nothing else."""
    names = evidence.fields_of(entry)
    shown = (names & set(args.only) if args.only else names) - set(args.withhold)
    if BODY in args.withhold:
        return evidence.withhold_body(entry)
    return evidence.release(entry, shown) if shown != names else entry


def _told(row: Message, before: Entry, after: Entry) -> EntryProved:
    names = evidence.fields_of(before)
    left = evidence.names_of(after) if after.answer else names if after.body else frozenset()
    how = "whole" if after.body else "fields" if after.answer else "nothing"
    return EntryProved(
        direction=row.direction,
        sequence=row.seq,
        id=row.jti,
        what=row.what,
        released=how,
        fields=tuple(sorted(left)) if after.answer else (),
        withheld=tuple(sorted(names - left)),
    )


def _key(row: Message) -> tuple[str, int]:
    return row.direction, row.seq
