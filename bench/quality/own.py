"""How far to trust the bands: what they are said to be, and what they are, on one set.

    python -m bench.quality.own SET FOLDER

`SET` is one of `bench.quality.lists.SETS`; `FOLDER` has the lists, or the files of FEBRL.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from bench.quality.clear import Found, match
from bench.quality.figures import best, figures
from bench.quality.lists import SETS, Lists
from comity.core.fuzzy.bands import Band, floor
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.own_pairs import chance


def tell(name: str, folder: Path) -> None:
    """Print what there is to say of one set."""
    lists = SETS[name](folder)
    found = _timed(lists)
    _say(found, lists)
    _bands(found, lists)
    if lists.ours is not lists.theirs:
        _rates(found, lists)


def _timed(lists: Lists) -> Found:
    began = time.perf_counter()
    found = match(lists.ours, lists.theirs, lists.families)
    spent = time.perf_counter() - began
    print(
        f"{len(lists.ours)} x {len(lists.theirs)} records, {found.tokens_asked:.1f} and "
        f"{found.tokens_held:.1f} tokens each, {len(found.scores)} pairs share one, {spent:.1f} s"
    )
    return found


def _say(found: Found, lists: Lists) -> None:
    true, held = lists.true, len(lists.theirs)
    pairs = [(total, ids) for total, ids in found.totals() if ids not in lists.unsure]
    assigned = [(total, ids) for total, ids in found.assigned() if ids not in lists.unsure]
    print(f"share a token and are no match: {sum(ids not in true for _, ids in pairs)}")
    print(f"of {len(true)} matches share a token: {sum(ids in true for _, ids in pairs)}")
    print(f"from possibly on      {figures(pairs, true, floor(held))}")
    print(f"best                  {best(pairs, true)}")
    print(f"one to one, possibly  {figures(assigned, true, floor(held))}")
    print(f"one to one, best      {best(assigned, true)}")


def _bands(found: Found, lists: Lists) -> None:
    for band in Band:
        ids = [each for each, one in found.scores.items() if one.band is band]
        ids = [each for each in ids if each not in lists.unsure]
        right = sum(each in lists.true for each in ids)
        print(f"{band:9} {len(ids):6} pairs, {right} of them matches")


def _rates(found: Found, lists: Lists) -> None:
    held = len(lists.theirs)
    questions = [Derived.of(record, lists.families) for record in lists.ours]
    frequencies = Frequencies.of([question.subject for question in questions])
    expected = chance(questions, frequencies, held)
    hits = Counter(each.band for each in found.scores.values())
    for band in (Band.SAME, Band.PROBABLY, Band.POSSIBLY):
        rate = expected.error_rate(band, hits[band], len(lists.ours), held)
        print(f"{band:9} expected to be wrong, by our own list: {rate:.1%}")


if __name__ == "__main__":
    tell(sys.argv[1], Path(sys.argv[2]))
