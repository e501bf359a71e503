"""Comparing one log with the peer's copy of it: where they begin to differ, and how.

Roots at sizes are asked for, 64 at a time, between the last size at which both copies agree and the
first at which they do not; from there on leaves are compared. So a log of a million entries takes
four questions and those leaves.
"""

from dataclasses import dataclass

from comity.api import Progress
from comity.contacts import Contacts
from comity.core.canonical import unb64url
from comity.core.differences import Differences, differences
from comity.core.identity import Pinned
from comity.core.reading import Entries, EntriesAsked, Roots, RootsAsked
from comity.errors import Code, ComityError
from comity.limits import RECORD_COMPARED, RECORD_ENTRIES, RECORD_SIZES
from comity.protocol import reading
from comity.store import record
from comity.store.engine import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """One log in two copies, of so many entries without a gap."""

    here: int
    there: int
    here_next: int
    """One past the highest number that is known here."""
    there_next: int
    found: Differences | None
    """None where one copy is the beginning of the other."""


class Comparison:
    """Compares logs with one peer."""

    def __init__(self, store: Store, contacts: Contacts, own: str, peer: Pinned) -> None:
        self._store = store
        self._contacts = contacts
        self._peer = peer
        self._logs = {record.OUT: own, record.IN: peer.id}

    def run(self, direction: str, progress: Progress) -> Compared:
        """Compare one log. Raises PEER_UNREACHABLE, PEER_REFUSED, PEER_ANSWER_INVALID."""
        here, there = self._roots(direction, (0,))
        shared = min(here.size, there.size)
        agreed, differs = 0, shared + 1
        if self._same(direction, (shared,))[0]:
            agreed = shared
        else:
            differs = shared
        total = differs - agreed
        while differs - agreed > 1 and differs <= shared:
            progress("compare", total - (differs - agreed), total)
            sizes = _between(agreed, differs)
            same = dict(zip(sizes, self._same(direction, sizes), strict=True))
            agreed = max([agreed, *(size for size in sizes if same[size])])
            differs = min([differs, *(size for size in sizes if not same[size] and size > agreed)])
        found = None
        if differs <= shared:
            # The leaf whose entry made the roots differ has the number of the last equal size.
            ours = self._leaves_here(direction, agreed, here.size)
            theirs = self._leaves_there(direction, agreed, there.size)
            found = differences(agreed, ours, theirs)
        progress("compare", total, total)
        return Compared(here.size, there.size, here.next, there.next, found)

    def _same(self, direction: str, sizes: tuple[int, ...]) -> list[bool]:
        here, there = self._roots(direction, sizes)
        return [one == other for one, other in zip(here.roots, there.roots, strict=True)]

    def _roots(self, direction: str, sizes: tuple[int, ...]) -> tuple[Roots, Roots]:
        log = self._logs[direction]
        asked = RootsAsked(log=log, sizes=sizes)
        body = self._contacts.ask(self._peer, reading.ROOTS, asked.encode())
        there = Roots.read(body)
        if (there.log, len(there.roots)) != (log, len(sizes)):
            raise ComityError(Code.PEER_ANSWER_INVALID, reason="record")
        with self._store.read() as tx:
            return reading.roots(tx, self._peer.id, direction, log, sizes), there

    def _leaves_here(self, direction: str, start: int, stop: int) -> list[bytes]:
        with self._store.read() as tx:
            end = min(stop, start + RECORD_COMPARED)
            found = reading.leaves(tx, self._peer.id, direction, start, end)
        return [leaf for _, leaf in found]

    def _leaves_there(self, direction: str, start: int, stop: int) -> list[bytes]:
        found: list[bytes] = []
        end = min(stop, start + RECORD_COMPARED)
        while start + len(found) < end:
            at = start + len(found)
            count = min(RECORD_ENTRIES, end - at)
            asked = EntriesAsked(log=self._logs[direction], start=at, count=count, leaves=True)
            body = self._contacts.ask(self._peer, reading.ENTRIES, asked.encode())
            given = Entries.read(body).entries
            if not given or [each.seq for each in given] != list(range(at, at + len(given))):
                raise ComityError(Code.PEER_ANSWER_INVALID, reason="record")
            found += [unb64url(each.leaf, 32) for each in given]
        return found


def _between(low: int, high: int) -> tuple[int, ...]:
    """Return sizes between two, evenly spread: all of them where there are few."""
    steps = min(RECORD_SIZES, high - low - 1)
    return tuple(low + (high - low) * n // (steps + 1) for n in range(1, steps + 1))


def quiet(step: str, done: int, total: int) -> None:
    """Report no progress: nobody waits."""
