"""How rare what a record has is, by the asker's own list: nothing of the other side is needed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from comity.core.fuzzy.evidence import Feature, Field
from comity.core.fuzzy.subject import Subject
from comity.core.records import Kind

HIGHEST: Final = 9.0
"""The most one feature weighs: a list of ten thousand knows no rarer ones."""
LEAST_RECORDS: Final = 3_000
"""A shorter list knows nothing of how rare a name is, and counts as one of this length."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of features in a list."""

    records: int
    counts: Mapping[tuple[Kind, Feature], int]
    """Records of each kind that have a feature."""

    @classmethod
    def of(cls, subjects: Iterable[Subject]) -> "Frequencies":
        """Count the features of a list."""
        tally = Tally()
        for subject in subjects:
            tally.add(subject)
        return tally.frequencies()

    def weight(self, kind: Kind, feature: Feature) -> float:
        """Return ln(records / (count + 1/2)), from 0 to HIGHEST.

        It is the logarithm of how much more often two records of one subject share the feature
        than two records drawn at random.
        """
        count = self.counts.get((kind, feature), 1)
        return min(HIGHEST, max(0.0, log(self.records / (count + 0.5))))


class Tally:
    """Counts a list as it goes by."""

    def __init__(self) -> None:
        self._records = 0
        self._counts: Counter[tuple[Kind, Feature]] = Counter()

    def add(self, subject: Subject) -> None:
        """Count the features of one record."""
        self._records += 1
        self._counts.update((subject.kind, each) for each in dict.fromkeys(_features(subject)))

    def frequencies(self) -> Frequencies:
        """Return what was counted so far."""
        return Frequencies(max(self._records, LEAST_RECORDS), dict(self._counts))


def _features(subject: Subject) -> Iterator[Feature]:
    for name in subject.names:
        yield from (Feature(Field.PART, skeleton) for skeleton in name.skeletons)
    yield from _of(Field.BIRTH_DATE, subject.dates)
    yield from _of(Field.BIRTH_YEAR, subject.years)
    for address in subject.addresses:
        for field in (Field.NUMBER, Field.STREET, Field.LOCALITY, Field.POSTCODE):
            yield from _of(field, (getattr(address, field),))


def _of(field: Field, values: Iterable[str]) -> Iterator[Feature]:
    return (Feature(field, value) for value in values if value)
