"""What a score is called, and how often it is wrong.

A pair is `possibly` one subject from ln(records of the holder) on: so much weighs a coincidence
that happens once where one record is compared with all of the holder's. What is above is rarer by
a factor of e for each point.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Final

LEAST: Final = 7.0
"""However few records the holder has, less than this is nothing: names are no random draws."""
PROBABLY: Final = 4.5
"""Above `possibly`: a coincidence would happen once in some ninety questions."""
SAME: Final = 9.0
"""Above `possibly`: once in some eight thousand."""


class Band(StrEnum):
    """What to think of a pair."""

    SAME = "same"
    PROBABLY = "probably"
    POSSIBLY = "possibly"
    NONE = "none"


def floor(held: int) -> float:
    """Return the total from which a pair is possibly one subject; the holder has `held` records."""
    return max(LEAST, log(max(1, held)))


def band(
    total: float, held: int, *, corroborated: bool, surname_missing: bool, doubted: bool
) -> Band:
    """Name a total.

    Two rules stand beside it, since names are borne by many and run in families:

    - Nothing is `same` by its name alone, nor where it is `doubted`: identifiers differ, or there
      is no surname in common and no identifier.
    - What has no surname in common (a given name and a patronymic, say) is nothing by itself.
    """
    over = total - floor(held)
    if over < 0 or (surname_missing and not corroborated):
        return Band.NONE
    if over < PROBABLY:
        return Band.POSSIBLY
    return Band.SAME if over >= SAME and corroborated and not doubted else Band.PROBABLY


@dataclass(frozen=True, slots=True)
class Chance:
    """How often pairs of different records reach each band, by the asker's own list."""

    pairs: int
    """Pairs of records that were compared."""
    reached: Mapping[Band, int]
    """Those that reached a band, though they are different."""

    def false_hits(self, band: Band, asked: int, held: int) -> float:
        """Return how many hits in a band to expect by chance.

        For `asked` records of ours and `held` of the holder's. One more than was seen is taken, so
        that a list in which nothing reached a band does not promise that nothing ever does.
        """
        return (self.reached.get(band, 0) + 1) * asked * held / max(1, self.pairs)

    def error_rate(self, band: Band, hits: int, asked: int, held: int) -> float:
        """Return the share of `hits` in a band that to expect to be wrong, from 0 to 1."""
        return min(1.0, self.false_hits(band, asked, held) / hits) if hits else 0.0
