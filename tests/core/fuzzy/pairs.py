"""Two records side by side, as an asker sees them: equal tokens in place of equal tags."""

from collections.abc import Collection

from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.evidence import Feature, Field
from comity.core.fuzzy.families import FUZZY
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.reasons import Line, Reason
from comity.core.fuzzy.scoring import Agreement, Score, score
from comity.core.records import Family, Kind, Record
from comity.core.tokens import Token

EVERY = tuple(family for family in Family if family is not Family.NAME)
HELD = 15_000
"""Records of the holder: a pair is possibly one subject from 9.6 on."""
COMMON = {
    "ivan": 400,
    "igor": 300,
    "ivanovich": 350,
    "jose": 500,
    "maria": 500,
    "mohammed": 600,
    "ali": 500,
    "ahmed": 400,
    "servicios": 900,
    "comercializadora": 900,
    "grupo": 700,
    "international": 300,
    "trading": 300,
    "company": 500,
    "bank": 250,
}
"""How many of 10,000 records have these words, in a list like real ones."""


def frequencies() -> Frequencies:
    """Return counts as a list of 10,000 records would give them."""
    from comity.core.fuzzy.skeletons import skeleton

    counts = {
        (kind, Feature(Field.PART, skeleton(word))): count
        for word, count in COMMON.items()
        for kind in Kind
    }
    return Frequencies(10_000, counts)


def asked(record: Record, families: Collection[Family] = EVERY) -> Derived:
    """Return the question about a record."""
    return Derived.of(record, families)


def shared(ours: Record, theirs: Record, families: Collection[Family] = EVERY) -> set[Token]:
    """Return the tokens that both records give."""
    return set(asked(ours, families).tokens) & set(asked(theirs, families).tokens)


def compare(ours: Record, theirs: Record, families: Collection[Family] = EVERY) -> Score:
    """Score two records."""
    agreed = Agreement(frozenset(shared(ours, theirs, families)), asked(theirs).presence)
    return score(asked(ours, families), agreed, frequencies(), HELD)


def person(*names: str, born: str = "") -> Record:
    """Return a person."""
    return Record("1", Kind.PERSON, names, birth_dates=(born,) if born else ())


def body(*names: str) -> Record:
    """Return an organisation."""
    return Record("1", Kind.ORGANISATION, names)


def line(found: Score, reason: Reason) -> Line | None:
    """Return the first line of a score that is about something."""
    return next((each for each in found.lines if each.reason is reason), None)


FUZZY_ONLY = tuple(FUZZY)
