"""Where two copies of one log differ: which entries one side lacks, and which have other places."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from comity.core.alarm import Kind


@dataclass(frozen=True, slots=True)
class Differences:
    """Numbers of entries, in each copy's own counting."""

    begins: int
    """The first number at which the copies differ: what lies before it is the same."""
    only_here: tuple[int, ...]
    only_there: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]
    """Entries that both have, in another order: their numbers here and there."""

    @property
    def changed(self) -> tuple[int, ...]:
        """Numbers that stand for one entry here and for another there."""
        return tuple(sorted(set(self.only_here) & set(self.only_there)))

    def kind(self) -> tuple[Kind, int]:
        """Return what was done to the copy that is there, and to which entry."""
        if self.only_here and not self.only_there:
            return Kind.DELETED, self.only_here[0]
        if self.moved and not self.only_there:
            return Kind.REORDERED, min(here for here, _ in self.moved)
        return Kind.FORKED, self.begins


def differences(start: int, here: Sequence[bytes], there: Sequence[bytes]) -> Differences:
    """Compare two copies from the number `start` on, given the leaves of each."""
    places = {leaf: number for number, leaf in enumerate(there, start)}
    known = {leaf: number for number, leaf in enumerate(here, start)}
    common = [(number, places[leaf]) for leaf, number in known.items() if leaf in places]
    kept = _in_order([number for _, number in common])
    begins = next(
        (n for n, (one, other) in enumerate(zip(here, there, strict=False), start) if one != other),
        start + min(len(here), len(there)),
    )
    return Differences(
        begins=begins,
        only_here=tuple(number for leaf, number in known.items() if leaf not in places),
        only_there=tuple(number for leaf, number in places.items() if leaf not in known),
        moved=tuple(pair for pair in common if pair[1] not in kept),
    )


def _in_order(numbers: Sequence[int]) -> set[int]:
    """Return as many of different numbers as stand in rising order (patience sorting)."""
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        before[number] = last[place - 1] if place else None
        if place == len(ends):
            ends.append(number)
            last.append(number)
        else:
            ends[place] = last[place] = number
    found, at = set[int](), last[-1] if last else None
    while at is not None:
        found.add(at)
        at = before[at]
    return found
