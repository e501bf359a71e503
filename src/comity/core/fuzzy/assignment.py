"""One record of theirs for one of ours, where both lists have each subject once.

Greedy: the pair with the highest score first, then the highest among what is left. That is not the
assignment with the highest sum, and is not meant to be: a pair that is right must not give way so
that two others get something. Pairs of equal scores that contend for a record all stay; which of
them it is, a person decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

DIGITS: Final = 6
"""Totals are equal where these decimals are: sums differ in the last bits by their order."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A record of ours, the handle of one of theirs, and the total of their score."""

    ours: str
    theirs: str
    total: float


def one_to_one(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return the pairs that are left, the highest first."""
    kept: list[Pair] = []
    ours: set[str] = set()
    theirs: set[str] = set()
    ordered = sorted(pairs, key=lambda pair: (-round(pair.total, DIGITS), pair.ours, pair.theirs))
    for _, equal in groupby(ordered, key=lambda pair: round(pair.total, DIGITS)):
        free = [pair for pair in equal if pair.ours not in ours and pair.theirs not in theirs]
        kept += free
        ours.update(pair.ours for pair in free)
        theirs.update(pair.theirs for pair in free)
    return tuple(kept)
