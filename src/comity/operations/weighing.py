"""How rare what our own records have is: counted once for each state of our lists.

Counts stay in memory for the next call. What state they are of the database says, by the roots of
the lists, in the transaction that would read the records: a list that is loaded anew, here or by
another process, has fresh salts and so another root.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from comity.core.fuzzy.frequencies import Frequencies, Tally
from comity.core.fuzzy.subject import Subject
from comity.core.holdings import decode
from comity.limits import FREQUENCIES_KEPT
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import many, streamed
from comity.store.schema.holdings import records

SAMPLE: Final = 20_000
"""Records of ours by which it is weighed how rare a name is: of a longer list every n-th. One in
eight thousand weighs most already (`comity.core.fuzzy.frequencies.HIGHEST`)."""

_State = tuple[tuple[str, bytes], ...]


class Kept:
    """Frequencies of lists in certain states; those that were used least lately go first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: OrderedDict[_State, Frequencies] = OrderedDict()

    def get(self, lists: Sequence[Dataset]) -> Frequencies | None:
        """Return the frequencies of lists as they are now, None where they are not here."""
        with self._lock:
            state = _state(lists)
            if state in self._of:
                self._of.move_to_end(state)
            return self._of.get(state)

    def put(self, lists: Sequence[Dataset], frequencies: Frequencies) -> Frequencies:
        """Keep the frequencies of lists, and let go those of the same lists as they were before."""
        with self._lock:
            state, ids = _state(lists), [each.id for each in lists]
            for other in [each for each in self._of if [id for id, _ in each] == ids]:
                del self._of[other]
            self._of[state] = frequencies
            while len(self._of) > FREQUENCIES_KEPT:
                self._of.popitem(last=False)
        return frequencies


KEPT: Final = Kept()


def every(records: int, most: int) -> int:
    """Return which of so many records to take to have at most `most`: 1 for all, 2 for half."""
    return max(1, -(-records // most))


def step_of(lists: Sequence[Dataset]) -> int:
    """Return which records of lists to weigh by: those whose number it divides."""
    return every(sum(each.records for each in lists), SAMPLE)


def frequencies(tx: Connection) -> Frequencies:
    """Return how rare what the records of all our lists have is."""
    lists = many(tx, Dataset, order="id")
    if (known := KEPT.get(lists)) is not None:
        return known
    tally = Tally()
    for row in streamed(tx, Held, records.c.n % step_of(lists) == 0, order="n"):
        # What is withheld counts, too: it is held, and no weight ever leaves.
        tally.add(Subject.of(decode(row.body, withheld=False)))
    return KEPT.put(lists, tally.frequencies())


def _state(lists: Sequence[Dataset]) -> _State:
    return tuple((each.id, each.root) for each in lists)
