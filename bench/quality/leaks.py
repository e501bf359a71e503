"""What each fuzzy family shows beyond matches: pairs that share its tokens and are no match.

    python -m bench.quality.leaks DATA

`DATA` is the folder with the lists as they were published. Writes `leaks.json`.
"""

import json
import sys
from pathlib import Path
from typing import Final, TypedDict

from bench.quality.clear import match
from bench.quality.lists import ca_ofac
from comity.core.fuzzy.families import FUZZY

RESULTS: Final = Path(__file__).with_name("leaks.json")


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
    lists = ca_ofac(data)
    known = lists.true | lists.unsure
    found = match(lists.ours, lists.theirs, lists.families)
    wrong = [families for ids, families in found.families.items() if ids not in known]
    measured = [family for family in FUZZY if family in lists.families]
    return {
        "asked": len(lists.ours),
        "held": len(lists.theirs),
        "matches": len(lists.true),
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
