"""How a frozen node comes back to a peer (docs/decisions/0035-backup).

    claim      take a new incarnation at the peer; it says what it holds of both logs
    take       fetch every entry that is not here, check each by its own signature
    check      both logs have the roots that the peer has signed
    finish     one transaction: gaps, quotas, states, what is to be destroyed again; thaw

Each step is durable, and may be done again. Nothing is signed for the record before the last one,
and that one is whole or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as changed

import structlog
from sqlalchemy import Connection

from comity.api import Progress
from comity.contacts import Contacts
from comity.core import checkpoint, note
from comity.core.canonical import b64url
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Pinned
from comity.core.reading import Entries, EntriesAsked
from comity.core.resumption import LogHeld, Resume, ResumeReply
from comity.errors import Code, ComityError
from comity.limits import RECORD_ENTRIES
from comity.protocol import finishing, incarnations, recording, resuming, taking
from comity.protocol.base import Local, ReplyHandler
from comity.protocol.reading import ENTRIES
from comity.store import record, standing
from comity.store.engine import Store
from comity.store.rows.moving import add, change, one
from comity.store.rows.node import Resumption
from comity.store.standing import Why
from comity.store.tiles import stored_tree

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came of it, for one peer."""

    incarnation: int
    taken: int
    """Entries that were taken back, from the first attempt on."""
    finished: finishing.Finished


@dataclass(frozen=True, slots=True)
class _Held:
    """What a peer holds, as it has signed it."""

    ours: Checkpoint
    theirs: Checkpoint
    next: int
    incarnation: int


class Resuming:
    """Brings a node back to its peers, and notices that it has to be."""

    def __init__(
        self,
        local: Local,
        store: Store,
        contacts: Contacts,
        replies: Mapping[str, ReplyHandler],
    ) -> None:
        self._local = local
        self._store = store
        self._contacts = contacts
        self._replies = replies

    def greet(self, peer: Pinned) -> None:
        """Compare with a peer how far we are, before anything is said to it.

        Where it holds more of our log than we do, or knows a later incarnation, this node is an old
        copy: it freezes for that peer, and says so. Raises NODE_FROZEN, and what `ask` raises.
        """
        with self._store.read() as tx:
            ends = record.ends(tx, peer.id)
            incarnations.check_frozen(ends, peer.id)
            ours = ends.ours
            message = self._message(tx, peer.id, ours.incarnation, ours.incarnation, ours.instance)
        reply = self._ask(peer, message)
        held = self._read(peer, reply)
        if not reply.taken and reply.known > ours.incarnation:
            self._stop(peer.id, Why.SUPERSEDED)
        with self._store.read() as tx:
            ends = record.ends(tx, peer.id)
        # Asked again: meanwhile something may have been sent.
        if held.next > ends.ours.next:
            self._stop(peer.id, Why.BEHIND)
        if held.incarnation > ends.theirs.incarnation:
            with self._store.write() as tx:
                standing.learn(tx, peer.id, held.incarnation, "", held.theirs.size)

    def resume(self, peer: Pinned, officer: str, progress: Progress, supersede: bool) -> Resumed:
        """Come back to one peer; may be called again until it succeeds.

        Raises NODE_NOT_FROZEN, INCARNATION_TAKEN (peer, known) where another copy of this node was
        quicker and `supersede` is not said, ENTRY_INVALID, RECORD_DIFFERS, and what `ask` raises.
        """
        row = self._begin(peer)
        reply = self._claim(peer, row, supersede)
        held = self._read(peer, reply)
        self._take(peer, held, progress)
        self._check(peer, held)
        with self._store.write() as tx:
            row = one(tx, Resumption, peer=peer.id) or row
            done = finishing.finish(tx, self._local, peer, row, held.next, officer, self._replies)
            if held.incarnation > record.ends(tx, peer.id).theirs.incarnation:
                standing.learn(tx, peer.id, held.incarnation, "", held.theirs.size)
            ends = record.ends(tx, peer.id)
        taken = ends.theirs.next - row.received + held.next - min(held.next, row.sent)
        _log.info("resumed", peer=peer.id, incarnation=row.incarnation, taken=taken)
        return Resumed(row.incarnation, taken, done)

    def _begin(self, peer: Pinned) -> Resumption:
        """Choose an incarnation, durably: whatever happens, it is claimed under the same name."""
        with self._store.write() as tx:
            ends = record.ends(tx, peer.id)
            if not ends.frozen:
                raise ComityError(Code.NODE_NOT_FROZEN, peer=peer.id)
            known = one(tx, Resumption, peer=peer.id)
            if known is not None:
                return known
            row = Resumption(
                peer=peer.id,
                incarnation=ends.ours.incarnation + 1,
                since=ends.ours.incarnation,
                instance=self._local.new_id(),
                sent=ends.ours.next,
                received=ends.theirs.size,
            )
            add(tx, row)
        return row

    def _claim(self, peer: Pinned, row: Resumption, supersede: bool) -> ResumeReply:
        reply = self._ask(peer, self._claiming(row))
        if not reply.taken and supersede:
            row = changed(row, since=reply.known, incarnation=reply.known + 1)
            with self._store.write() as tx:
                values: dict[str, object] = {"since": row.since, "incarnation": row.incarnation}
                change(tx, Resumption, {"peer": peer.id}, **values)
            reply = self._ask(peer, self._claiming(row))
        if not reply.taken:
            raise ComityError(Code.INCARNATION_TAKEN, peer=peer.id, known=reply.known)
        return reply

    def _claiming(self, row: Resumption) -> Resume:
        with self._store.read() as tx:
            made = self._message(tx, row.peer, row.incarnation, row.since, row.instance)
        # What is taken back since does not count: others wrote it.
        return made.model_copy(update={"next": row.sent})

    def _message(
        self, tx: Connection, peer: str, incarnation: int, since: int, instance: str
    ) -> Resume:
        (sent, root), (received, their_root) = (
            record.head(tx, peer, direction) for direction in (record.OUT, record.IN)
        )
        return Resume(
            incarnation=incarnation,
            since=since,
            instance=instance,
            sent=LogHeld(size=sent, root=b64url(root)),
            received=LogHeld(size=received, root=b64url(their_root)),
            next=record.ends(tx, peer).ours.next,
        )

    def _ask(self, peer: Pinned, message: Resume) -> ResumeReply:
        return ResumeReply.read(self._contacts.ask(peer, resuming.RESUME, message.encode()))

    def _read(self, peer: Pinned, reply: ResumeReply) -> _Held:
        """Verify both notes. Raises NOTE_INVALID, CHECKPOINT_INVALID."""
        key = recording.log_key(peer.identity, self._local.identity.id)
        theirs = checkpoint.verify(reply.sent.encode(), key).checkpoint
        cosigned = note.parse(reply.received.encode())
        note.verify(cosigned, [recording.cosigner_key(peer.identity)])
        ours = Checkpoint.parse(cosigned.text)
        if ours.origin != recording.origin(self._local.identity.id, peer.id):
            raise ComityError(Code.CHECKPOINT_INVALID, reason="origin")
        return _Held(ours, theirs, max(reply.next, ours.size), reply.incarnation)

    def _take(self, peer: Pinned, held: _Held, progress: Progress) -> None:
        """Take back every entry that the peer has and we do not."""
        stops = {record.IN: held.theirs.size, record.OUT: held.next}
        with self._store.read() as tx:
            ours = record.ends(tx, peer.id).ours.next
        if held.next > ours:
            # A number that nobody has given would have us look for it for ever.
            self._fetch(peer, record.OUT, held.next - 1, held.next)
            with self._store.read() as tx:
                if not record.has(tx, peer.id, record.OUT, held.next - 1):
                    raise _misplaced(peer, held.next - 1)
        for direction in (record.IN, record.OUT):
            with self._store.read() as tx:
                gaps = taking.missing(tx, peer.id, direction, stops[direction])
            for start, stop in gaps:
                while start < stop:
                    start = self._fetch(peer, direction, start, stop)
                    progress("take-back", start, stops[direction])

    def _fetch(
        self, peer: Pinned, direction: str, start: int, stop: int, *, replace: bool = False
    ) -> int:
        """Take back some entries, and return how far the peer has given what it has."""
        log = peer.id if direction == record.IN else self._local.identity.id
        count = min(RECORD_ENTRIES, stop - start)
        asked = EntriesAsked(log=log, start=start, count=count, leaves=False)
        reply = Entries.read(self._contacts.ask(peer, ENTRIES, asked.encode()))
        numbers = [each.seq for each in reply.entries]
        expected = list(range(start, start + len(numbers)))
        if direction == record.OUT:
            # Of ours some numbers may never have come; its own log a peer has without a gap.
            expected = sorted(set(numbers) & set(range(start, start + count)))
        if numbers != expected or (direction == record.IN and not numbers):
            raise _misplaced(peer, start)
        with self._store.write() as tx:
            entries = [
                taking.read(tx, self._local, peer, direction, each) for each in reply.entries
            ]
            taking.keep(tx, entries, self._local.now(), replace=replace)
        # What did not fit into the reply is asked for again, from there on.
        return numbers[-1] + 1 if numbers else start + count

    def _check(self, peer: Pinned, held: _Held) -> None:
        """Compare both logs with what the peer has signed. Raises RECORD_DIFFERS (size)."""
        with self._store.read() as tx:
            known = _root(tx, peer.id, record.OUT, held.ours.size)
        if known != held.ours.root:
            # What this node signed before it noticed that it is an old copy never counted.
            start = 0
            while start < held.next:
                start = self._fetch(peer, record.OUT, start, held.next, replace=True)
            with self._store.write() as tx:
                record.recount(tx, peer.id, record.OUT)
        with self._store.read() as tx:
            for direction, said in ((record.IN, held.theirs), (record.OUT, held.ours)):
                if _root(tx, peer.id, direction, said.size) != said.root:
                    raise ComityError(Code.RECORD_DIFFERS, size=said.size)

    def _stop(self, peer: str, why: Why) -> None:
        with self._store.write() as tx:
            incarnations.stop(tx, peer, self._local.now(), why)
        raise ComityError(Code.NODE_FROZEN, peer=peer, reason=str(why))


def _misplaced(peer: Pinned, entry: int) -> ComityError:
    return ComityError(Code.ENTRY_INVALID, peer=peer.id, entry=entry, reason="place")


def _root(tx: Connection, peer: str, direction: str, size: int) -> bytes:
    """Return the root that a log had at a size. Raises RECORD_INCOMPLETE where we hold less."""
    tree = stored_tree(tx, peer, direction)
    if size > len(tree):
        raise ComityError(Code.RECORD_INCOMPLETE, missing=size - len(tree))
    return tree.root(size)
