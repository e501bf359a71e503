"""How well Comity's fuzzy matching finds what is known of lists, in the clear.

    python -m bench.quality.own ca-ofac DATA
    python -m bench.quality.own sat-ofac DATA
    python -m bench.quality.own febrl FOLDER [1 2 3 4]

`DATA` is the folder with the lists as they were published; `FOLDER` has the FEBRL files.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from bench.quality import febrl
from bench.quality.clear import Found, Ids, match
from bench.quality.figures import best, figures
from bench.quality.judged import Verdict, read_judged
from bench.quality.lists import CANADA, LISTED, OFAC, SAT
from comity.core.fuzzy.bands import Band, floor
from comity.core.fuzzy.families import FUZZY
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.own_pairs import chance
from comity.core.fuzzy.question import Question
from comity.core.records import Family, Record
from comity.formats import read


def ca_ofac(data: Path) -> None:
    """Canada and OFAC, against the judged pairs."""
    ours = list(read(data / CANADA, "ca-sema")[0])
    theirs = list(read(data / OFAC, "ofac-sdn")[0])
    judged = read_judged()
    true = {(pair.ca, pair.ofac) for pair in judged if pair.verdict is Verdict.SAME}
    unsure = {(pair.ca, pair.ofac) for pair in judged if pair.verdict is Verdict.UNSURE}
    found = _timed(ours, theirs, LISTED)
    _say(found, true, unsure, len(theirs))
    _leaks(found, true, unsure)
    _bands(found, true, unsure)
    _rates(ours, found, len(theirs))


def sat_ofac(data: Path) -> None:
    """SAT and OFAC: the pairs with the highest totals, in full."""
    ours = list(read(data / SAT, "sat-69b")[0])
    theirs = list(read(data / OFAC, "ofac-sdn")[0])
    found = _timed(ours, theirs, LISTED)
    names = {record.id: record.names[0] for record in (*ours, *theirs)}
    print(Counter(each.band.value for each in found.scores.values()))
    for total, ids in found.totals():
        if found.scores[ids].band is Band.NONE:
            break
        print(f"{total:6.1f} {found.scores[ids].band:9} {ids[0]} {names[ids[0]]} | {names[ids[1]]}")


def febrl_set(folder: Path, number: str) -> None:
    """One FEBRL set."""
    if number == "4":
        ours, theirs = (febrl.read(folder / f"dataset4{half}.csv") for half in "ab")
    else:
        ours = theirs = febrl.read(folder / f"dataset{number}.csv")
    true = febrl.true_pairs(ours, theirs)
    _say(_timed(ours, theirs, febrl.FAMILIES), true, set(), len(theirs))


def _timed(ours: list[Record], theirs: list[Record], families: tuple[Family, ...]) -> Found:
    began = time.perf_counter()
    found = match(ours, theirs, families)
    spent = time.perf_counter() - began
    print(
        f"{len(ours)} x {len(theirs)} records, {found.tokens_asked:.1f} and "
        f"{found.tokens_held:.1f} tokens each, {len(found.scores)} pairs share one, {spent:.1f} s"
    )
    return found


def _say(found: Found, true: set[Ids], unsure: set[Ids], held: int) -> None:
    pairs = [(total, ids) for total, ids in found.totals() if ids not in unsure]
    assigned = [(total, ids) for total, ids in found.assigned() if ids not in unsure]
    print(f"share a token and are no match: {sum(ids not in true for _, ids in pairs)}")
    print(f"of {len(true)} matches share a token: {sum(ids in true for _, ids in pairs)}")
    print(f"from possibly on      {figures(pairs, true, floor(held))}")
    print(f"best                  {best(pairs, true)}")
    print(f"one to one, possibly  {figures(assigned, true, floor(held))}")
    print(f"one to one, best      {best(assigned, true)}")


def _leaks(found: Found, true: set[Ids], unsure: set[Ids]) -> None:
    wrong = [ids for ids in found.scores if ids not in true and ids not in unsure]
    for family in FUZZY:
        sharing = [ids for ids in wrong if family in found.families[ids]]
        alone = sum(found.families[ids] == {family} for ids in sharing)
        print(f"{family:20} {len(sharing):6} share one and are no match, {alone} of them no other")


def _bands(found: Found, true: set[Ids], unsure: set[Ids]) -> None:
    for band in Band:
        ids = [each for each, one in found.scores.items() if one.band is band]
        ids = [each for each in ids if each not in unsure]
        right = sum(each in true for each in ids)
        print(f"{band:9} {len(ids):6} pairs, {right} of them matches")


def _rates(ours: list[Record], found: Found, held: int) -> None:
    questions = [Question.of(record, LISTED) for record in ours]
    frequencies = Frequencies.of([question.subject for question in questions])
    expected = chance(questions, frequencies, held)
    hits = Counter(each.band for each in found.scores.values())
    for band in (Band.SAME, Band.PROBABLY, Band.POSSIBLY):
        rate = expected.error_rate(band, hits[band], len(ours), held)
        print(f"{band:9} expected to be wrong, by our own list: {rate:.1%}")


if __name__ == "__main__":
    _, what, where, *rest = sys.argv
    if what == "febrl":
        for each in rest or ["1", "2", "3"]:
            febrl_set(Path(where), each)
    else:
        {"ca-ofac": ca_ofac, "sat-ofac": sat_ofac}[what](Path(where))
