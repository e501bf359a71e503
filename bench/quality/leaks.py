"""What each fuzzy family shows beyond matches: pairs that share its tokens and are no match.

    python -m bench.quality.leaks DATA

`DATA` is the folder with the lists as they were published. Writes `leaks.json`.
"""

import json
import sys
from pathlib import Path
from typing import Final, TypedDict

from bench.quality.clear import match
from bench.quality.judged import Verdict, read_judged
from comity.core.derivation import FAMILIES
from comity.core.fuzzy.families import BY_NAME, FUZZY
from comity.core.records import Family
from comity.formats import read

RESULTS: Final = Path(__file__).with_name("leaks.json")
MEASURED: Final = (
    *(family for family in FAMILIES if family is not Family.NAME),
    Family.RFC_CURP_ROOT,
    *BY_NAME,
    Family.SKELETON_BIRTH_YEAR,
)
"""All families for lists without addresses in fields."""
CANADA: Final = "ca_sema/sema-lmes.xml"
OFAC: Final = "us_ofac_sdn"


class FamilyLeak(TypedDict):
    """Of one family."""

    sharing: int
    alone: int
    """Those that share no token of another family."""


class Leaks(TypedDict):
    """Of all of them, and what they were measured on."""

    asked: int
    held: int
    matches: int
    sharing: int
    families: dict[str, FamilyLeak]


def measure(data: Path) -> Leaks:
    """Count pairs of Canada's list and OFAC's; those that nobody could judge are left out."""
    ours = list(read(data / CANADA, "ca-sema")[0])
    theirs = list(read(data / OFAC, "ofac-sdn")[0])
    judged = read_judged()
    known = {(pair.ca, pair.ofac) for pair in judged if pair.verdict is not Verdict.DIFFERENT}
    found = match(ours, theirs, MEASURED)
    wrong = [families for ids, families in found.families.items() if ids not in known]
    measured = [family for family in FUZZY if family in MEASURED]
    return {
        "asked": len(ours),
        "held": len(theirs),
        "matches": sum(pair.verdict is Verdict.SAME for pair in judged),
        "sharing": len(wrong),
        "families": {
            family.value: {
                "sharing": sum(family in families for families in wrong),
                "alone": sum(families == {family} for families in wrong),
            }
            for family in measured
        },
    }


if __name__ == "__main__":
    RESULTS.write_text(json.dumps(measure(Path(sys.argv[1])), indent=2) + "\n", "utf-8")
