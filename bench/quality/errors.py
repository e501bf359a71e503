"""A generated set of errors: what of each kind is found, by whom.

The holder's list is of real records, or of made-up ones where no list is at hand, with one name
each, their birth dates and no identifiers. The asker has some of them with one error each, and as
many others again that the holder does not have. Constants were chosen on
others of its kind (docs/quality.md). One seed gives one set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from bench.quality.clear import Ids
from bench.quality.slips import KINDS, Context
from comity.core.records import Kind, Record
from comity.formats.synthetic_names import Names

SEED: Final = 69
EACH: Final = 100
"""Records with an error of one kind; fewer where it can happen to fewer."""
SIZE: Final = 8_000
"""Made-up records, where there are no real ones."""


@dataclass(frozen=True, slots=True)
class Errors:
    """The set."""

    ours: list[Record]
    theirs: list[Record]
    kinds: dict[Ids, str]
    """Of each pair that is of one subject, the error."""


def generate(base: Sequence[Record], each: int = EACH, seed: int = SEED) -> Errors:
    """Make the set out of records of persons and organisations."""
    random = Random(seed)
    usable = [
        replace(record, names=record.names[:1], identifiers=(), places=())
        for record in base
        if record.kind in (Kind.PERSON, Kind.ORGANISATION) and record.names
    ]
    random.shuffle(usable)
    persons = [record.names[0] for record in usable if ", " in record.names[0]]
    ours: list[Record] = []
    kinds: dict[Ids, str] = {}
    used: set[str] = set()
    for kind, slip in KINDS.items():
        count = 0
        for record in usable:
            if count == each:
                break
            if record.id in used:
                continue
            context = Context(random, *_of_others(random, persons))
            changed = slip(record, context)
            if changed is None or (kind != "unchanged" and changed == record):
                continue
            used.add(record.id)
            count += 1
            asked = replace(changed, id=f"asked-{len(ours)}")
            ours.append(asked)
            kinds[asked.id, record.id] = kind
    others = [record for record in usable if record.id not in used][: len(ours)]
    away = {record.id for record in others}
    ours += [replace(record, id=f"other-{number}") for number, record in enumerate(others)]
    theirs = [record for record in usable if record.id not in away]
    random.shuffle(ours)
    return Errors(ours, theirs, kinds)


def made_up(size: int = SIZE, seed: int = SEED) -> list[Record]:
    """Return records of nobody: two persons to one organisation."""
    random = Random(seed)
    names = Names(random)
    return [
        Record(f"made-up-{number}", Kind.ORGANISATION, (names.organisation(mexican=True),))
        if number % 3 == 0
        else Record(
            f"made-up-{number}", Kind.PERSON, (names.person(),), birth_dates=(_day(random),)
        )
        for number in range(size)
    ]


def _of_others(random: Random, persons: Sequence[str]) -> tuple[str, str]:
    if not persons:
        return "OTHER", "Other"
    surname = random.choice(persons).partition(", ")[0]
    given = random.choice(persons).partition(", ")[2]
    return surname.split()[0], given.split()[0]


def _day(random: Random) -> str:
    return (
        f"{random.randrange(1930, 2005)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
    )
