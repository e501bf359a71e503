"""The sets: two lists each, and what is known of them."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.quality import errors, febrl
from bench.quality.candidates import EACH
from bench.quality.clear import Ids
from bench.quality.judged import Verdict, read_judged
from comity.core.fuzzy.families import FUZZY
from comity.core.names import normal_name
from comity.core.records import Family, Record
from comity.formats import read

OFAC: Final = "us_ofac_sdn"
CANADA: Final = "ca_sema/sema-lmes.xml"
SAT: Final = "mx_sat_69b/Listado_Completo_69-B_personas_morales.csv"
LISTED: Final = (
    *(Family.RFC, Family.CURP, Family.PASSPORT, Family.TAX_ID, Family.IMO, Family.WALLET),
    *(family for family in FUZZY if family not in febrl.FAMILIES[3:]),
)
"""Families for lists without addresses in fields."""
SAT_SAME: Final = ("CNU130416UJ3", "SAF130812CL4")
"""RFCs that stand in both lists: all that is known to be true there."""


@dataclass(frozen=True, slots=True)
class Lists:
    """One set."""

    ours: Sequence[Record]
    theirs: Sequence[Record]
    """The same object as ours where duplicates are looked for in one list."""
    true: frozenset[Ids]
    families: tuple[Family, ...] = LISTED
    unsure: frozenset[Ids] = frozenset()
    """Pairs that stay out of every figure."""
    kinds: dict[Ids, str] = field(default_factory=dict)
    """Of generated errors, what is wrong in each true pair."""
    each: int = EACH
    """Candidates for a record of ours."""


def equal_names(lists: Lists) -> frozenset[Ids]:
    """Return the true pairs with one equal name in its normal form."""
    names = {
        record.id: frozenset(map(normal_name, record.names))
        for record in (*lists.ours, *lists.theirs)
    }
    return frozenset(pair for pair in lists.true if names[pair[0]] & names[pair[1]])


def ca_ofac(data: Path) -> Lists:
    """Canada asks OFAC; the judged pairs."""
    judged = read_judged()
    return Lists(
        ours=list(read(data / CANADA, "ca-sema")[0]),
        theirs=list(read(data / OFAC, "ofac-sdn")[0]),
        true=frozenset((p.ca, p.ofac) for p in judged if p.verdict is Verdict.SAME),
        unsure=frozenset((p.ca, p.ofac) for p in judged if p.verdict is Verdict.UNSURE),
    )


def sat_ofac(data: Path) -> Lists:
    """The SAT asks OFAC; pairs with one RFC are true."""
    ours = list(read(data / SAT, "sat-69b")[0])
    theirs = list(read(data / OFAC, "ofac-sdn")[0])

    def by_rfc(records: Sequence[Record]) -> dict[str, str]:
        return {
            each.value: record.id
            for record in records
            for each in record.identifiers
            if each.value in SAT_SAME
        }

    held = by_rfc(theirs)
    true = frozenset((one, held[rfc]) for rfc, one in by_rfc(ours).items() if rfc in held)
    return Lists(ours, theirs, true, each=8)


def febrl_set(number: int) -> Callable[[Path], Lists]:
    """Return what reads one of the FEBRL sets out of a folder."""

    def reading(folder: Path) -> Lists:
        if number == 4:
            ours, theirs = (febrl.read(folder / f"dataset4{half}.csv") for half in "ab")
        else:
            ours = theirs = febrl.read(folder / f"dataset{number}.csv")
        return Lists(
            ours, theirs, frozenset(febrl.true_pairs(ours, theirs)), febrl.FAMILIES, each=10
        )

    return reading


def generated(data: Path | None) -> Lists:
    """Errors by kind, in names of OFAC's list, or in made-up ones without it."""
    base = list(read(data / OFAC, "ofac-sdn")[0]) if data else errors.made_up()
    made = errors.generate(base)
    return Lists(made.ours, made.theirs, frozenset(made.kinds), kinds=made.kinds)


def labelled(ours: Sequence[Record], theirs: Sequence[Record], path: Path) -> Lists:
    """Return any two lists, with a file of pairs: a header, an id of ours and one of theirs.

    A third column may say `same`, `different` or `unsure`; without it a pair is `same`. Raises
    ``ValueError`` with the number of the line where an id is in neither list.
    """
    true, unsure = set(), set()
    ids = {record.id for record in ours}, {record.id for record in theirs}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows, None)
        for number, row in enumerate(rows, 2):
            verdict = Verdict(row[2]) if len(row) > 2 else Verdict.SAME
            if len(row) < 2 or row[0] not in ids[0] or row[1] not in ids[1]:
                raise ValueError(f"line {number}: not a pair of the two lists")
            if verdict is Verdict.SAME:
                true.add((row[0], row[1]))
            elif verdict is Verdict.UNSURE:
                unsure.add((row[0], row[1]))
    places = any(record.places for record in (*ours, *theirs))
    families = (*LISTED, *febrl.FAMILIES[3:]) if places else LISTED
    return Lists(ours, theirs, frozenset(true), families, frozenset(unsure))


SETS: Final[dict[str, Callable[[Path], Lists]]] = {
    "ca-ofac": ca_ofac,
    "sat-ofac": sat_ofac,
    **{f"febrl-{number}": febrl_set(number) for number in range(1, 5)},
    "errors": generated,
}
"""Each is read out of the folder of the lists, or that of FEBRL."""
UNEQUAL: Final = "-unequal"
"""What the name of a set ends with where pairs with an equal name are left out."""
NAMES: Final = tuple(
    name for each in SETS for name in ((each, f"{each}{UNEQUAL}") if each == "ca-ofac" else (each,))
)
"""Every set that has figures, in the order of the tables."""
