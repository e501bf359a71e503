"""The judged pairs of two lists; ``pairs/README.md`` says how they were judged."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

PAIRS: Final = Path(__file__).parent / "pairs"
CA_OFAC: Final = PAIRS / "ca-ofac.csv"
COLUMNS: Final = ["ca", "ofac", "verdict", "reason"]


class Verdict(StrEnum):
    """What a pair is. ``UNSURE`` pairs stay out of every figure."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Judged:
    """One judged pair: ids of the two records, the verdict, and the code of its reason."""

    ca: str
    ofac: str
    verdict: Verdict
    reason: str


def read_judged(path: Path = CA_OFAC) -> list[Judged]:
    """Read a file of judged pairs.

    Raises ``ValueError`` with the number of the line when the header is another, a row has
    more or fewer than four columns, a verdict is unknown, or a pair stands there twice.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return list(_rows(csv.reader(lines, strict=True)))


def _rows(rows: Iterator[list[str]]) -> Iterator[Judged]:
    if next(rows, None) != COLUMNS:
        raise ValueError("line 1: not the header of a file of judged pairs")
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS) or not all(row):
            raise ValueError(f"line {number}: not four columns")
        ca, ofac, verdict, reason = row
        if (ca, ofac) in seen:
            raise ValueError(f"line {number}: the pair was there before")
        if verdict not in set(Verdict):
            raise ValueError(f"line {number}: no such verdict")
        seen.add((ca, ofac))
        yield Judged(ca, ofac, Verdict(verdict), reason)
