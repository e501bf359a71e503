"""The terms that the two sides offer each other in the play."""

from typing import Any, Final

from comity.core.derivation import FAMILIES as EXACT
from comity.core.fuzzy.families import BY_NAME

FAMILIES: Final = (*EXACT, *BY_NAME)
"""What records are compared by."""
PURPOSE: Final = "money laundering investigation"
LEGAL_BASIS: Final = "Example memorandum of understanding, section 3"
EXPIRY: Final = "2030-01-01T00:00:00Z"
OFFERED: Final = 5_000
"""Tokens a day, in the Mexican side's first offer."""
ASKED: Final = 1_000_000
"""What the United States side asks for instead."""
_ROUND: Final = 5_000
"""Quotas that people agree on are round."""
_SPARE: Final = 500
CHECKS: Final = 1_000
"""Tokens a day in the other direction: enough to check a few subjects, too few for a list."""


def quota(count: int) -> dict[str, Any]:
    """Return changed terms: another quota, all else as it was."""
    return {"match": {"tokensPerPeriod": {"count": count, "period": "P1D"}}}


def enough(questions: int) -> int:
    """Return the round quota that has room for a list of so many tokens, and little more."""
    return max(-(-(questions + _SPARE) // _ROUND) * _ROUND, 2 * OFFERED)


def draft(asker: str, count: int) -> dict[str, Any]:
    """Return terms under which a side in the territory `asker` may match and ask."""
    return {
        "purposes": [PURPOSE],
        "legalBases": [LEGAL_BASIS],
        "territories": [asker],
        "expiry": EXPIRY,
        "retention": "P1Y",
        "onward": False,
        "handling": "TLP:AMBER+STRICT",
        "match": {
            "approval": "automatic",
            "families": [family.value for family in FAMILIES],
            **quota(count)["match"],
        },
        "request": {
            "approval": "one-officer",
            "fields": ["names", "identifiers", "statuses"],
            "answerWithin": "P10D",
        },
    }
