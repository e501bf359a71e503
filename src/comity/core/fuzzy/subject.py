"""A record as fuzzy families see it: names in parts, dates, addresses in skeletons.

Nothing here depends on what an agreement allows; `families` makes tokens of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from comity.core.derivation import derive_one
from comity.core.fuzzy.parts import Name, name_of, words
from comity.core.fuzzy.skeletons import skeleton
from comity.core.records import Family, Kind, Place, Record
from comity.errors import ComityError
from comity.limits import DATES_PER_RECORD, NAMES_PER_RECORD, PLACES_PER_RECORD

_STREET_TYPES: Final = """
    street st road rd avenue ave place pl circuit cct crescent cres court ct drive dr lane ln
    close way parade terrace highway boulevard blvd square
    calle c avenida av callejon calzada calz privada priv paseo carretera
    rue ulitsa ul prospekt pereulok strasse str
"""
STREET_TYPES: Final = frozenset(_STREET_TYPES.split())
"""Words that say what kind of street it is. They are abbreviated, left out and mistyped."""

ROOT_CHARS: Final = 10
COMPANY_RFC_CHARS: Final = 12

_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_SPAN_YEARS: Final = 4
"""A birth date that is a span of years counts as each of them, up to so many."""


@dataclass(frozen=True, slots=True)
class Address:
    """A place in the spelling that tokens use; empty where the record does not say."""

    number: str
    street: str
    locality: str
    postcode: str

    @classmethod
    def of(cls, place: Place) -> "Address":
        """Spell a place: numbers and codes as they are, words as skeletons in one."""
        return cls(
            number="".join(words(place.number)),
            street="".join(map(skeleton, _street(words(place.street)))),
            locality="".join(sorted(map(skeleton, words(place.locality)))),
            postcode="".join(words(place.postcode)),
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """A record in the parts that tokens are made of. All in the order of the record."""

    kind: Kind
    names: tuple[Name, ...]
    """Distinct ones, at most NAMES_PER_RECORD."""
    dates: tuple[str, ...]
    """Full birth dates, YYYY-MM-DD, at most DATES_PER_RECORD."""
    years: tuple[str, ...]
    """Birth years, of dates of any precision, at most DATES_PER_RECORD."""
    addresses: tuple[Address, ...]
    """At most PLACES_PER_RECORD."""
    roots: tuple[str, ...]
    """What the RFC and the CURP of one person share: their first ten characters."""

    @classmethod
    def of(cls, record: Record) -> "Subject":
        """Cut a record into parts. A withheld one has none."""
        if record.withheld:
            return cls(record.kind, (), (), (), (), ())
        names: dict[str, Name] = {}
        for text in record.names:
            name = name_of(text, record.kind)
            if name.words:
                names.setdefault(name.full, name)
        return cls(
            kind=record.kind,
            names=tuple(names.values())[:NAMES_PER_RECORD],
            dates=_first(_dates(record), DATES_PER_RECORD),
            years=_first(_years(record), DATES_PER_RECORD),
            addresses=tuple(map(Address.of, record.places[:PLACES_PER_RECORD])),
            roots=_first(_roots(record), DATES_PER_RECORD),
        )


def _first(values: Iterator[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:most]


def _dates(record: Record) -> Iterator[str]:
    for text in record.birth_dates:
        try:
            if date.fromisoformat(text).isoformat() == text:
                yield text
        except ValueError:
            continue


def _years(record: Record) -> Iterator[str]:
    for text in record.birth_dates:
        years = [int(year) for year in _YEAR.findall(text)]
        if len(years) == 2 and 0 < years[1] - years[0] < _SPAN_YEARS:
            years = list(range(years[0], years[1] + 1))
        yield from map(str, years)


def _roots(record: Record) -> Iterator[str]:
    for item in record.identifiers:
        if item.family not in (Family.RFC, Family.CURP):
            continue
        try:
            value = derive_one(item.family, item.value).value
        except ComityError:
            continue  # Its reader has said so.
        # A company's RFC has twelve characters and no CURP beside it.
        if len(value) != COMPANY_RFC_CHARS:
            yield value[:ROOT_CHARS]


def _street(found: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(word for word in found if word not in STREET_TYPES)
    if len(kept) == len(found):
        # No type that is known: in English it stands last, and is mistyped at times.
        kept = found[:-1]
    return kept or found
