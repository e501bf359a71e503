"""Contact with a peer about the record: checkpoints go both ways, and what is missing is fetched.

    say        our newest checkpoint, its proof, our cosignature of the peer's newest
    judge      what the peer says of both logs, by its proof and by what is held here
    fetch      entries that must exist and are not here; what is not given is withheld
    cosign     once all of it is here; and bring the cosignature to the peer

A serving node does this by itself (`comity.worker`); `record verify` does it on demand. Nothing
here changes the record, but for entries that fill their own places in it.
"""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from comity.comparing import Comparison, quiet
from comity.contacts import Consulted, Contacts
from comity.core.alarm import Kind
from comity.core.identity import Pinned
from comity.core.messages import RecordReply, RecordState
from comity.core.reading import Entries, EntriesAsked
from comity.errors import Code, ComityError
from comity.limits import (
    CONTACT_AT_LEAST_SECONDS,
    CONTACT_EVERY_SECONDS,
    HOUR,
    RECORD_ENTRIES,
    RECORD_FETCHED,
)
from comity.protocol import cosigning, fetching
from comity.protocol.alarming import alarm
from comity.protocol.base import Local, Moved
from comity.protocol.cosigning import Judged
from comity.protocol.incarnations import check_frozen
from comity.protocol.reading import ENTRIES
from comity.protocol.recording import RECORD, arrived
from comity.protocol.turns import Turns
from comity.protocol.watching import Watch
from comity.store import alarms, peers, record, standing
from comity.store.checkpoints import cosigned_note
from comity.store.engine import Store

_ROUNDS: Final = 2
"""The second brings our cosignature of what the first has shown."""
_UNBELIEVABLE: Final = frozenset(
    {
        Code.JSON_INVALID,
        Code.JSON_DUPLICATE_KEY,
        Code.JSON_TOO_DEEP,
        Code.BODY_TOO_LARGE,
        Code.SCHEMA_INVALID,
        Code.NOT_AUTHENTIC,
        Code.NOTE_INVALID,
        Code.CHECKPOINT_INVALID,
        Code.PROOF_NOT_VALID,
    }
)
"""What is wrong with a reply that was signed. Anything else is wrong here."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Met:
    """What came of a contact."""

    judged: Judged
    """Of the peer's last reply."""
    sent: RecordState
    """What was said to it."""
    reply: RecordReply


class Meetings:
    """Makes contact with peers, and knows when it is time to."""

    def __init__(self, local: Local, store: Store, contacts: Contacts, watch: Watch) -> None:
        self._local = local
        self._store = store
        self._contacts = contacts
        self._watch = watch
        self._turns = Turns()
        self._next: dict[str, int] = {}
        """When a peer may be met again."""
        self._failed: dict[str, int] = {}
        """How often in a row it could not be."""
        self._diagnosed: set[str] = set()
        """Alarms about forks that were looked at."""

    def due(self) -> list[str]:
        """Return the peers with whom contact is due: something is new, or a day has passed."""
        with self._store.read() as tx:
            if standing.of_node(tx):
                return []
            frozen, now = standing.of_peers(tx), self._local.now()
            met = [id for id in peers.ids(tx) if id not in frozen]
            waiting = [id for id in met if self._next.get(id, 0) <= now]
            return [id for id in waiting if self._is_due(tx, id)]

    def _is_due(self, tx: Connection, peer: str) -> bool:
        ours, theirs = (cosigned_note(tx, peer, way) for way in (record.OUT, record.IN))
        ends = record.ends(tx, peer)
        forks = alarms.waiting(tx, peer, Kind.FORKED)
        if any(each.id not in self._diagnosed for each in forks):
            return True
        sizes = arrived(tx, peer), ends.theirs.next
        if sizes != (ours.size if ours else 0, theirs.size if theirs else 0):
            return True
        last = max(theirs.at if theirs else 0, self._next.get(peer, 0) - CONTACT_EVERY_SECONDS)
        return any(sizes) and last <= self._local.now() - CONTACT_AT_LEAST_SECONDS

    def run(self, id: str) -> None:
        """Make contact with a peer; what cannot be now is tried again later."""
        with self._store.read() as tx:
            peer = peers.pinned(tx, id)
        try:
            self.meet(peer)
            self._failed.pop(id, None)
        except ComityError as error:
            failed = self._failed[id] = self._failed.get(id, 0) + 1
            wait = min(CONTACT_EVERY_SECONDS * 2 ** min(failed, 16), HOUR)
            self._next[id] = self._local.now() + wait
            _log.info("no-contact", peer=id, code=str(error.code))

    def meet(self, peer: Pinned) -> Met:
        """Exchange checkpoints with a peer until both have cosigned what both hold.

        What does not fit raises alarms, and the contact goes on. Raises PEER_UNREACHABLE,
        PEER_REFUSED with the peer's code, or PEER_ANSWER_INVALID.
        """
        with self._turns.alone(peer.id):
            with self._store.read() as tx:
                check_frozen(record.ends(tx, peer.id), peer.id)
            self._next[peer.id] = self._local.now() + CONTACT_EVERY_SECONDS
            met = self._once(peer)
            self._diagnose(peer)
            for _ in range(_ROUNDS - 1):
                if met.judged.cosigned != met.sent.cosigned:
                    met = self._once(peer)
        _log.info("contact-made", peer=peer.id, alarms=len(met.judged.found))
        return met

    def _once(self, peer: Pinned) -> Met:
        with self._store.read() as tx:
            sent = cosigning.statement(self._local, tx, peer.id)
            before = cosigning.known(tx, peer.id, self._watch)
        consulted = self._contacts.consult(peer, RECORD, sent.encode())
        shown = consulted.shown()
        try:
            reply = RecordReply.read(consulted.accepted(peer))
            judged = self._judge(peer, sent, before, reply, shown)
            if judged.missing and not judged.is_forked:
                self._fetch(peer, judged.missing.stop, shown)
                judged = self._judge(peer, sent, before, reply, shown)
        except ComityError as error:
            if _is_refusal(error):
                self._alarm(peer, Kind.UNCOSIGNED, sent.written, message=shown)
            raise
        return Met(judged, sent, reply)

    def _diagnose(self, peer: Pinned) -> None:
        """Look more exactly at a fork that was found: perhaps an entry is gone, or has moved."""
        with self._store.read() as tx:
            found = alarms.waiting(tx, peer.id, Kind.FORKED)
        for each in found:
            if each.id in self._diagnosed:
                continue
            self._diagnosed.add(each.id)
            try:
                comparison = Comparison(self._store, self._contacts, self._local.identity.id, peer)
                differs = comparison.run(record.IN, quiet).found
            except ComityError as error:
                # What it answers now is no better than what it signed before.
                _log.info("not-compared", peer=peer.id, code=str(error.code))
                continue
            if differs is not None:
                with self._store.write() as tx:
                    alarms.refine(tx, each.id, *differs.kind())

    def _judge(
        self,
        peer: Pinned,
        sent: RecordState,
        before: cosigning.Known,
        reply: RecordReply,
        shown: str,
    ) -> Judged:
        while True:
            with self._store.read() as tx:
                judged = cosigning.judge_reply(self._local, tx, peer, sent, before, reply, shown)
            try:
                with self._store.write() as tx:
                    for effect in judged.effects:
                        effect(tx)
            except Moved:
                continue
            return judged

    def _fetch(self, peer: Pinned, stop: int, why: str) -> None:
        """Fetch what is missing below a number. What must exist and is not given is withheld."""
        for _ in range(RECORD_FETCHED // RECORD_ENTRIES):
            with self._store.read() as tx:
                gap = fetching.gap(tx, peer.id, stop)
            if not gap:
                return
            count = min(len(gap), RECORD_ENTRIES)
            asked = EntriesAsked(log=peer.id, start=gap.start, count=count, leaves=False)
            consulted = self._contacts.consult(peer, ENTRIES, asked.encode())
            if not self._take(peer, gap.start, consulted, why):
                return

    def _take(self, peer: Pinned, start: int, consulted: Consulted, why: str) -> bool:
        """Write what was given; tells whether anything was."""
        given = False
        try:
            found = Entries.read(consulted.accepted(peer)).entries
            if found and found[0].seq == start:
                with self._store.write() as tx:
                    for entry in found:
                        fetching.take(self._local, tx, self._watch, peer, entry)
                given = True
        except ComityError as error:
            if not _is_refusal(error):
                raise
        if not given:
            self._alarm(peer, Kind.WITHHELD, start, message=why, reply=consulted.shown())
        return given

    def _alarm(self, peer: Pinned, kind: Kind, number: int, **evidence: str) -> None:
        with self._store.write() as tx:
            alarm(self._local, tx, peer.id, kind, number, **evidence)


def _is_refusal(error: ComityError) -> bool:
    """Tell whether a signed reply said no, rather than not now; or nothing that can be believed."""
    if error.code is Code.PEER_REFUSED:
        # Where nobody signed it, it has no reason, and is nobody's word.
        status, signed = int(error.params.get("status", 0)), "reason" in error.params
        return signed and 400 <= status < 500 and status != 429
    return error.code in _UNBELIEVABLE
