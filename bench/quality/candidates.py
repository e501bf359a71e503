"""Which pairs the tools compare that see the clear text and cannot compare all.

Generous, and the same for all of them: for each record of ours, those of theirs, of its kind, that
share the rarest things with it. That is whatever they share: the consonants of a word, its first
letters, a birth date, an identifier, a field of an address. No result of a matcher is used.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from math import log
from typing import Final

from comity.core.derivation import derive
from comity.core.fuzzy.parts import words
from comity.core.fuzzy.skeletons import skeleton
from comity.core.fuzzy.subject import Address
from comity.core.records import Family, Record

EACH: Final = 20
"""Candidates for a record of ours."""
LETTERS: Final = 4
COMMON: Final = 2_000
"""What more of their records have makes no candidate by itself."""

_Key = tuple[str, str]


def candidates(
    ours: Sequence[Record], theirs: Sequence[Record], each: int = EACH
) -> list[tuple[int, int]]:
    """Return pairs of positions, sorted. In one list each pair is there once."""
    alone = theirs is ours
    held = [frozenset(_keys(record)) for record in theirs]
    asked = held if alone else [frozenset(_keys(record)) for record in ours]
    holders: dict[_Key, list[int]] = defaultdict(list)
    for number, keys in enumerate(held):
        for key in keys:
            holders[key].append(number)
    found: set[tuple[int, int]] = set()
    for number, keys in enumerate(asked):
        shared: dict[int, float] = defaultdict(float)
        # Sorted, so that sums do not differ in their last bits from run to run.
        for key in sorted(keys):
            having = holders.get(key, [])
            if len(having) <= COMMON:
                for other in having:
                    shared[other] += log(1 + len(theirs) / len(having))
        kind = ours[number].kind
        near = [
            (-weight, other)
            for other, weight in shared.items()
            if theirs[other].kind is kind and not (alone and other == number)
        ]
        for _, other in nsmallest(each, near):
            found.add((min(number, other), max(number, other)) if alone else (number, other))
    return sorted(found)


def _keys(record: Record) -> Iterator[_Key]:
    for name in record.names:
        for word in words(name):
            yield "sound", skeleton(word)
            if len(word) >= LETTERS:
                yield "letters", word[:LETTERS]
    yield from (("date", date) for date in record.birth_dates)
    yield from (
        (token.family, token.value) for token in derive(record) if token.family is not Family.NAME
    )
    for address in map(Address.of, record.places):
        for field in ("street", "locality", "postcode"):
            if value := getattr(address, field):
                yield field, value
