"""Two synthetic lists with a known overlap, for demonstrations and tests without real ones.

The same size and seed give the same bytes. File names, ids, the first column's name and every
status say that the lists are synthetic. A few records of both are planted so that one exact family
agrees (spelt differently on each side), a few whose names differ as those of one subject do in two
lists, and a few that look alike and are not the same.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.formats.synthetic_rows import HEADER, MAPPING, Row, Rows

SIZE: Final = 5_000
"""Records a side."""
SEED: Final = 69
PLANTED: Final = 4
"""Pairs planted for each way to agree and each way to look alike."""
MINIMUM: Final = 100
"""The smallest list that has room for all of them."""


@dataclass(frozen=True, slots=True)
class ExpectedPair:
    """Two records that agree in one family."""

    family: Family
    mx_id: str
    us_id: str


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two records of one subject, whose names differ; `sort` says how."""

    sort: str
    mx_id: str
    us_id: str


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two records that look alike and are not the same; `sort` says how."""

    sort: str
    mx_id: str
    us_id: str


@dataclass(frozen=True, slots=True)
class SyntheticLists:
    """Where the lists are, how to read them, and all that matching must find, and must not."""

    mx_path: Path
    us_path: Path
    mapping: str
    expected: tuple[ExpectedPair, ...]
    near: tuple[NearPair, ...]
    look_alikes: tuple[LookAlike, ...]


def write(folder: Path, size: int = SIZE, seed: int = SEED) -> SyntheticLists:
    """Write `synthetic-mx.csv` and `synthetic-us.csv` into `folder`, of `size` records each.

    Raises ARGUMENT_INVALID where `size` is under MINIMUM.
    """
    if size < MINIMUM:
        raise ComityError(Code.ARGUMENT_INVALID, argument="size", minimum=MINIMUM)
    random = Random(seed)  # noqa: S311 - repeatable on purpose; nothing here is secret
    made = Rows(random)
    mx = [made.row(f"SYN-MX-{number:06}", mexican=True) for number in range(1, size + 1)]
    us = [made.row(f"SYN-US-{number:06}", mexican=False) for number in range(1, size + 1)]
    agreements, near_pairs, look_alikes = made.agreements(), made.near(), made.look_alikes()
    count = PLANTED * (len(agreements) + len(near_pairs) + len(look_alikes))
    places = iter(zip(*(random.sample(range(size), count) for _ in "ab"), strict=True))
    expected, near, alike = [], [], []
    for _ in range(PLANTED):
        for families, plant in agreements:
            at, to = next(places)
            mx[at], us[to] = plant(mx[at], us[to])
            expected += [ExpectedPair(family, mx[at].id, us[to].id) for family in families]
        for sort, plant in near_pairs:
            at, to = next(places)
            mx[at], us[to] = plant(mx[at], us[to])
            near.append(NearPair(sort, mx[at].id, us[to].id))
        for sort, plant in look_alikes:
            at, to = next(places)
            mx[at], us[to] = plant(mx[at], us[to])
            alike.append(LookAlike(sort, mx[at].id, us[to].id))
    folder.mkdir(parents=True, exist_ok=True)
    mx_path, us_path = folder / "synthetic-mx.csv", folder / "synthetic-us.csv"
    _write(mx_path, mx)
    _write(us_path, us)
    return SyntheticLists(mx_path, us_path, MAPPING, tuple(expected), tuple(near), tuple(alike))


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(row.cells() for row in rows)
