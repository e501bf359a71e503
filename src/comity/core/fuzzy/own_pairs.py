"""How often different records reach a band: the asker's own list, matched against itself.

Two records of one list are about different subjects, mostly. Those that share an identifier, or a
whole name and a birth date, are taken for one subject and left out. Duplicates that nothing tells
apart stay in, so the rates are too high rather than too low. Of the other side's list nothing is
used but the number of its records.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from comity.core.fuzzy.bands import Band, Chance
from comity.core.fuzzy.crowded import entries_of
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.evidence import Field
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.scoring import Agreement, score
from comity.core.records import Family
from comity.core.tokens import Token

SAMPLE: Final = 10_000
"""Records that are compared: fifty million pairs, of which few share a token."""


def chance(ours: Sequence[Derived], frequencies: Frequencies, held: int) -> Chance:
    """Return how often pairs of different records of a list reach each band.

    Of a list longer than SAMPLE every n-th record is compared. `held` is the number of records of
    the holder, which moves the bands.
    """
    sample = ours[:: -(-len(ours) // SAMPLE) or 1]
    reached: dict[Band, int] = defaultdict(int)
    for (one, other), tokens in _shared(sample).items():
        agreed = Agreement(frozenset(tokens), sample[other].presence)
        if not _one_subject(sample[one], agreed):
            reached[score(sample[one], agreed, frequencies, held).band] += 1
    return Chance(len(sample) * (len(sample) - 1) // 2, dict(reached))


def _shared(sample: Sequence[Derived]) -> dict[tuple[int, int], set[Token]]:
    """Return the tokens that pairs share, less those that too many records have."""
    records: dict[Token, list[int]] = defaultdict(list)
    for number, one in enumerate(sample):
        for token in one.tokens:
            records[token].append(number)
    pairs: dict[tuple[int, int], set[Token]] = defaultdict(set)
    for token, numbers in records.items():
        for pair in combinations(numbers[: entries_of(token.family, len(numbers))], 2):
            pairs[pair].add(token)
    return pairs


def _one_subject(one: Derived, agreed: Agreement) -> bool:
    if agreed.tokens & one.identifiers:
        return True
    dated = any(feature.field is Field.BIRTH_DATE for feature in agreed.features(one))
    named = {token.family for token in agreed.tokens} & {Family.FULL_NAME, Family.SKELETON}
    return dated and bool(named)
