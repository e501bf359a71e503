"""Which lists the play uses, and what matching must find in them.

The play holds both lists, as nobody else may. So it can compare them in the clear and say
beforehand what the nodes, which must not, have to find.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from comity import formats
from comity.core.derivation import FAMILIES
from comity.core.fuzzy.crowded import entries_of
from comity.core.fuzzy.derived import Derived
from comity.core.padding import padded_count
from comity.core.records import Family, Kind, Record
from comity.core.tokens import Token
from comity.demo import terms
from comity.errors import Code, ComityError
from comity.formats import synthetic
from comity.formats.report import LoadReport
from comity.limits import CANARIES

ENVIRONMENT: Final = "COMITY_LISTS"
Overlap = frozenset[tuple[str, str, str]]
"""(record id in the United States' list, that in the Mexican one, family) of each hit."""

_EDITIONS: Final[Mapping[frozenset[str], Overlap]] = {
    # SAT, article 69-B, 2023-07, legal entities; OFAC SDN, 2024-05-03, with its aliases.
    frozenset(
        {
            "09f6090ede2957066b4968c9a9caedb05c7a6469a564ab1bb055e48ea27baea8",
            "210ca6b4a8187a34e0850be69ecc6e918f23ad7778b8b5b2f9c9d5fbbaf4e0cb",
            "c33f3bc7c3a22aae8830c2379c541666a038a91c4758fbb8f7e62d0b32db5693",
        }
    ): frozenset(
        {
            ("21079", "CNU130416UJ3", "rfc"),
            ("21079", "CNU130416UJ3", "name"),
            ("39477", "SAF130812CL4", "rfc"),
            ("39477", "SAF130812CL4", "name"),
            ("46217", "MCF071017FGA", "name"),
        }
    )
}
"""What people found in lists as they were published, by the digests of their files."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list of one side, and how `holdings load` takes it."""

    path: Path
    format: str
    mapping: str
    dataset: str
    title: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Both lists."""

    kind: Literal["real", "synthetic"]
    mx: ListFile
    us: ListFile
    planted: Overlap | None = None
    near: frozenset[tuple[str, str]] = frozenset()
    """Pairs (US, MX) of one subject, whose names differ."""
    look_alikes: frozenset[tuple[str, str]] = frozenset()
    """Pairs (US, MX) that look alike and are not the same."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Both lists, laid side by side."""

    every: Overlap
    """What the lists share, fuzzy families and all, whether or not it makes a match."""
    expected: Overlap
    """What of it is in exact families."""
    known: bool
    """Whether what is expected is known from elsewhere than the lists themselves."""
    mx: Mapping[str, Record]
    us: Mapping[str, Record]
    questions: int
    """Tokens of a question about the whole United States list, with canaries and padding."""
    apart: Record
    """A company on the United States list that shares nothing with anybody."""


def choose(mx: Path | None, us: Path | None, folder: Path, size: int) -> Lists:
    """Return the lists that were named, else those in COMITY_LISTS, else write synthetic ones.

    Raises ARGUMENT_INVALID where only one list is named, FILE_MISSING where there is none.
    """
    if (mx is None) != (us is None):
        raise ComityError(Code.ARGUMENT_INVALID, where="--us" if us is None else "--mx")
    if mx is None and us is None and (named := os.environ.get(ENVIRONMENT)):
        mx = us = Path(named)
    if mx is None or us is None:
        return _synthetic(folder, size)
    return Lists(
        "real",
        ListFile(_find_sat(mx), "sat-69b", "", "sat-69b", "SAT, artículo 69-B"),
        ListFile(
            _find_ofac(us), "ofac-sdn", "", "ofac-sdn", "OFAC, Specially Designated Nationals"
        ),
    )


def compare(lists: Lists, reports: Iterable[LoadReport]) -> Compared:
    """Compare both lists in the clear. `reports` are those of the nodes, which loaded them."""
    mx, us = _read(lists.mx), _read(lists.us)
    ours, theirs = _tokens(mx), _tokens(us)
    shared = ours.keys() & theirs.keys()
    every = frozenset(
        (asker, holder, token.family.value)
        for token in shared
        if len(ours[token]) == entries_of(token.family, len(ours[token]))
        for asker in theirs[token]
        for holder in ours[token]
    )
    exact = {family.value for family in FAMILIES}
    digests = {file.sha256 for report in reports for file in report.files}
    found = next((known for files, known in _EDITIONS.items() if files <= digests), None)
    elsewhere = lists.planted if lists.planted is not None else found
    families = Counter(token.family for token in theirs)
    alone = (
        record
        for record in us
        if record.kind is Kind.ORGANISATION
        and (tokens := Derived.of(record, terms.FAMILIES).tokens)
        and any(token.family is Family.NAME for token in tokens)
        and all(theirs[token] == [record.id] and token not in shared for token in tokens)
    )
    return Compared(
        every=every,
        expected=frozenset(each for each in every if each[2] in exact)
        if elsewhere is None
        else elsewhere,
        known=elsewhere is not None,
        mx={record.id: record for record in mx},
        us={record.id: record for record in us},
        questions=sum(padded_count(count + CANARIES) for count in families.values()),
        apart=next(alone),
    )


def _synthetic(folder: Path, size: int) -> Lists:
    made = synthetic.write(folder, size)
    return Lists(
        "synthetic",
        ListFile(made.mx_path, "csv", made.mapping, "synthetic-mx", "Synthetic list, Mexico"),
        ListFile(
            made.us_path, "csv", made.mapping, "synthetic-us", "Synthetic list, United States"
        ),
        frozenset((pair.us_id, pair.mx_id, pair.family.value) for pair in made.expected),
        frozenset((pair.us_id, pair.mx_id) for pair in made.near),
        frozenset((pair.us_id, pair.mx_id) for pair in made.look_alikes),
    )


def _read(file: ListFile) -> list[Record]:
    return list(formats.read(file.path, file.format, file.mapping or None)[0])


def _tokens(records: Iterable[Record]) -> dict[Token, list[str]]:
    found: dict[Token, list[str]] = defaultdict(list)
    for record in records:
        for token in Derived.of(record, terms.FAMILIES).tokens:
            found[token].append(record.id)
    return found


def _find_sat(path: Path) -> Path:
    """Return the list itself, where a folder is given. Raises FILE_MISSING."""
    if path.is_file():
        return path
    # The file's name changes with the edition; its title of the second column does not.
    for found in sorted(path.rglob("*.csv")):
        with found.open("rb") as file:
            if b"Nombre del Contribuyente" in file.read(4_096):
                return found
    raise ComityError(Code.FILE_MISSING, file=f"{path} (SAT 69-B)")


def _find_ofac(path: Path) -> Path:
    if path.is_file():
        return path
    for found in sorted(path.rglob("*.[cC][sS][vV]")):
        if found.name.lower() == "sdn.csv":
            # The reader takes the folder, and with it the companions.
            return found.parent
    raise ComityError(Code.FILE_MISSING, file=f"{path} (sdn.csv)")
