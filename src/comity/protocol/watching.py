"""Every message is watched: what it says of our log, and its place in its sender's.

A token names a size and a root of the receiver's log, as its sender holds it. That log is ours and
only grows, so what is said of it is true at any time or at none: messages that cross, come late or
by courier cannot be wrong about it. What a sender says of itself may not go back: not the time, not
how much of our log it holds (docs/decisions/0031-watching).
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from sqlalchemy import Connection

from comity.core.alarm import Kind
from comity.core.canonical import b64url
from comity.core.merkle import Frontier
from comity.core.tiles import WIDTH
from comity.core.token import Seen, Stated, stated
from comity.errors import ComityError
from comity.limits import CLOCK_SKEW_SECONDS
from comity.protocol.alarming import alarm
from comity.protocol.base import Local
from comity.store import checkpoints, record, tiles
from comity.store.record import Ends
from comity.store.rows.moving import many, one
from comity.store.rows.record import Head, Message
from comity.store.schema.record import messages

_KEPT: Final = 512
"""Frontiers of our log that are kept for each peer: more than are under way at once."""


class Said(Protocol):
    """What both kinds of tokens say of their place in the record."""

    @property
    def iat(self) -> int: ...  # noqa: D102
    @property
    def seq(self) -> int: ...  # noqa: D102
    @property
    def log(self) -> Seen: ...  # noqa: D102
    @property
    def inc(self) -> int: ...  # noqa: D102


class Twice(Said, Protocol):
    """The same, of a message that may have been there before."""

    @property
    def jti(self) -> str: ...  # noqa: D102


class _Trail:
    """Our log for one peer at some sizes, so that the next one costs a few hashes."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._frontiers: dict[int, Frontier] = {}

    def root(self, tx: Connection, ours: Head, size: int) -> str:
        """Return the root at a size that the log has, base64url."""
        found = self._frontiers.get(size)
        if found is None:
            now = size == ours.size
            found = Frontier.unpack(size, ours.frontier) if now else self._made(tx, ours.peer, size)
            self._frontiers[size] = found
            insort(self._sizes, size)
            if len(self._sizes) > _KEPT:
                del self._frontiers[self._sizes.pop(0)]
        return b64url(found.root())

    def _made(self, tx: Connection, peer: str, size: int) -> Frontier:
        place = bisect_right(self._sizes, size)
        below = self._frontiers[self._sizes[place - 1]] if place else Frontier()
        if size - below.size > WIDTH:
            return tiles.stored_tree(tx, peer, record.OUT).frontier(size)
        return below.extend(tiles.read(tx, peer, record.OUT, 0, below.size, size))


class _Sender:
    """How far a peer's log was followed, and what no later entry may go behind."""

    def __init__(self, size: int, issued: int, holds: int, incarnation: int = 1) -> None:
        self.size = size
        self._last = {incarnation: (issued, holds)}

    @property
    def holds(self) -> int:
        """How much of our log it has said that it holds."""
        return max(holds for _, holds in self._last.values())

    def before(self, incarnation: int) -> tuple[int, int]:
        """Return what an entry of an incarnation may not go behind: time, and size of our log.

        A restored node fills places that an older incarnation of it has left, so what it says there
        is newer than what follows (docs/decisions/0035-backup).
        """
        known = [last for number, last in self._last.items() if number <= incarnation]
        return max((issued for issued, _ in known), default=0), max(
            (holds for _, holds in known), default=0
        )

    def follow(self, said: Said) -> None:
        """Go on after an entry."""
        issued, holds = self.before(said.inc)
        self._last[said.inc] = max(issued, said.iat), max(holds, said.log.size)


class Watch:
    """Watches the messages of all peers. Used by one thread at a time: whoever writes."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._trails: dict[str, _Trail] = {}
        self._senders: dict[str, _Sender] = {}

    def took(self, tx: Connection, peer: str, said: Mapping[str, Said]) -> None:
        """Watch messages of a peer, by token, in the transaction that has written them.

        What does not fit raises an alarm, and nothing else: the message is authentic, and is taken.
        """
        ends = record.ends(tx, peer)
        for token, each in said.items():
            if not self.is_ours(tx, ends.ours, each.log):
                alarm(self._local, tx, peer, Kind.MISSTATED, each.log.size, shown=token)
        self._follow(tx, peer, ends, {each.seq: (token, each) for token, each in said.items()})

    def holds(self, peer: str) -> int:
        """Return how much of our log a peer has said that it holds, since this process runs."""
        sender = self._senders.get(peer)
        return sender.holds if sender else 0

    def is_ours(self, tx: Connection, ours: Head, claimed: Seen) -> bool:
        """Tell whether our log has, or had, the root that somebody claims."""
        if claimed.size > ours.next:
            return False
        trail = self._trails.setdefault(ours.peer, _Trail())
        if trail.root(tx, ours, claimed.size) == claimed.root:
            return True
        # What was kept may have come from a transaction that was lost since: the store decides.
        self._trails.pop(ours.peer)
        tree = tiles.stored_tree(tx, ours.peer, record.OUT)
        return b64url(tree.root(claimed.size)) == claimed.root

    def _follow(
        self, tx: Connection, peer: str, ends: Ends, said: Mapping[int, tuple[str, Said]]
    ) -> None:
        """Check the entries that have become a part of the log without gaps, in its order."""
        size, first = ends.theirs.size, min(said)
        sender = self._senders.get(peer)
        if sender is None or sender.size > min(size, first):
            sender = self._senders[peer] = _begin(tx, peer, min(size, first))
        if sender.size == size:
            return
        if any(seq not in said for seq in range(sender.size, size)):
            said = {**_kept(tx, peer, sender.size, size), **said}
        for seq in range(sender.size, size):
            if seq in said:
                self._check(tx, peer, sender, *said[seq])
        sender.size = size

    def _check(self, tx: Connection, peer: str, sender: _Sender, token: str, said: Said) -> None:
        local, (oldest, holds) = self._local, sender.before(said.inc)
        if said.iat < local.now() - CLOCK_SKEW_SECONDS:
            # Only what says it is not of now can be older than a checkpoint that it came after.
            oldest = max(oldest, checkpoints.floor(tx, peer, record.IN, said.seq))
        if said.iat < oldest - CLOCK_SKEW_SECONDS:
            alarm(local, tx, peer, Kind.BACKDATED, said.seq, shown=token, oldest=str(oldest))
        if said.log.size < holds:
            evidence = {"shown": token, "held": str(holds)}
            alarm(local, tx, peer, Kind.REORDERED, said.seq, **evidence)
        sender.follow(said)


def equivocation(local: Local, tx: Connection, peer: str, token: str, said: Twice) -> None:
    """Raise the alarm about a token that gives an id or a number of its sender's a second time."""
    where: dict[str, object] = {"peer": peer, "direction": record.IN}
    held = one(tx, Message, jti=said.jti, **where) or one(tx, Message, seq=said.seq, **where)
    evidence = {"held": held.token if held else "", "shown": token}
    alarm(local, tx, peer, Kind.EQUIVOCATED, said.seq, **evidence)


def _begin(tx: Connection, peer: str, size: int) -> _Sender:
    """Begin to follow a log where it was left, as its last entry and the checkpoints say."""
    before = _kept(tx, peer, max(0, size - 1), size)
    known = checkpoints.cosigned_note(tx, peer, record.IN)
    floor = known.at if known and known.written <= size else 0
    for _, said in before.values():
        return _Sender(size, max(said.iat, floor), said.log.size, said.inc)
    return _Sender(size, floor, 0)


def _kept(tx: Connection, peer: str, start: int, stop: int) -> dict[int, tuple[str, Stated]]:
    """Return what the tokens of a peer's entries say that are here."""
    between = messages.c.seq >= start, messages.c.seq < stop
    found: Sequence[Message] = many(tx, Message, *between, peer=peer, direction=record.IN)
    said = {}
    for row in found:
        # What was destroyed here, or spoiled, says nothing; `record verify` finds the latter.
        with suppress(ComityError):
            said[row.seq] = row.token, stated(row.token)
    return said
