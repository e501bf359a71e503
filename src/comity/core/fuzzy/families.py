"""The families of fuzzy tokens: each a pure function from a subject to tokens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from comity.core.derivation import Presence, derive_one
from comity.core.fuzzy.parts import Name, name_of
from comity.core.fuzzy.skeletons import skeleton
from comity.core.records import Family, Kind, Record
from comity.errors import ComityError

from comity.core.fuzzy.generic import GENERIC

FULL_CHARS: Final = 4
SKELETON_CHARS: Final = 3
LEFT_OUT_PARTS: Final = range(3, 9)
NAMES: Final = 12
RICH_NAMES: Final = 6
PAIRED_PARTS: Final = 12
PAIRED_DATES: Final = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as the families see it."""

    kind: Kind
    names: tuple[Name, ...]
    dates: tuple[str, ...]
    years: tuple[str, ...]
    roots: tuple[str, ...]

    @classmethod
    def of(cls, record: Record) -> "Subject":
        seen = {}
        for text in record.names:
            name = name_of(text, record.kind)
            if name.words:
                seen.setdefault(name.full, name)
        return cls(
            record.kind,
            tuple(seen.values())[:NAMES],
            tuple(dict.fromkeys(d for d in record.birth_dates if len(d) == 10))[:PAIRED_DATES],
            tuple(dict.fromkeys(d[:4] for d in record.birth_dates if d[:4].isdigit()))[:PAIRED_DATES],
            tuple(_roots(record)),
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """What a token stands for: parts of one name of the subject."""

    family: Family
    value: str
    name: int = -1
    parts: tuple[int, ...] = ()


def _roots(record: Record) -> Iterator[str]:
    seen = set()
    for item in record.identifiers:
        if item.family not in (Family.RFC, Family.CURP):
            continue
        try:
            value = derive_one(item.family, item.value, record.kind, item.country).value
        except ComityError:
            continue
        if len(value) in (13, 18) and value[:10] not in seen:
            seen.add(value[:10])
            yield value[:10]


def facts(subject: Subject) -> Iterator[Fact]:
    for number, name in enumerate(subject.names):
        every = tuple(range(len(name.words)))
        skel = [skeleton(w) for w in name.words]
        whole = " ".join(sorted(skel))
        if len(name.full) >= FULL_CHARS:
            yield Fact(Family.FULL_NAME, name.full, number, every)
        if len(every) > 1 or len(whole) >= SKELETON_CHARS:
            yield Fact(Family.SKELETON, whole, number, every)
        if number < RICH_NAMES:
            if len(every) in LEFT_OUT_PARTS:
                for out in every:
                    left = tuple(at for at in every if at != out)
                    yield Fact(Family.SKELETON_LESS_ONE, " ".join(sorted(skel[at] for at in left)), number, left)
            if 2 <= len(every) <= 7:
                yield Fact(Family.SKELETON_LESS_ONE, whole, number, every)
        if subject.kind is Kind.ORGANISATION:
            core = tuple(at for at in every if name.words[at] not in GENERIC)
            text = " ".join(sorted(skel[at] for at in core))
            if core and len(text) >= SKELETON_CHARS:
                yield Fact(Family.CORE, text, number, core)
        if subject.kind is Kind.PERSON:
            for year in subject.years:
                if number < RICH_NAMES:
                    yield Fact(Family.SKELETON_BIRTH_YEAR, f"{whole} {year}", number, every)
            for date in subject.dates:
                for at in every:
                    yield Fact(Family.PART_BIRTH_DATE, f"{skel[at]} {date}", number, (at,))
    for root in subject.roots:
        yield Fact(Family.RFC_CURP_ROOT, root)
