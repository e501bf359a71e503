"""What is written down of each tool on each set. Arithmetic only."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypedDict

from bench.quality.clear import Ids
from bench.quality.figures import Figures, best, figures
from bench.quality.task import Answer
from bench.quality.tools import TOOLS
from comity.core.fuzzy.assignment import Pair, one_to_one

COST: Final = 0.01
"""Wrong pairs for each question, at which kinds of errors are compared."""
_ORDER: Final = [tool.name for tool in TOOLS]


class Rates(TypedDict):
    """Of the pairs from a score on."""

    score: float
    precision: float
    recall: float
    f1: float
    pairs: int


class Entry(TypedDict):
    """One tool on one set."""

    set: str
    tool: str
    ours: int
    theirs: int
    true: int
    """Pairs that are of one subject."""
    reached: int
    """Those of them that the tool compared."""
    compared: int
    own: Rates
    """From the score on that is the tool's own."""
    best: Rates
    """From the score on where F1 is highest."""
    own_single: Rates
    """The same, with one of theirs for each of ours."""
    best_single: Rates
    tokens: tuple[float, float] | None
    leaked: int | None
    """Pairs that share a token and are of two subjects."""
    bands: dict[str, tuple[int, int]] | None
    """Pairs in each band, and how many of them are true."""
    kinds: dict[str, tuple[int, int]] | None
    """Of generated errors of each kind, how many are found at COST, and how many there are."""
    kinds_own: dict[str, tuple[int, int]] | None
    """The same from the tool's own score on."""
    core_seconds: float
    measured: str
    command: str
    library: str


class Results(TypedDict):
    """What is written, all of one machine."""

    machine: str
    cores: int
    python: str
    entries: list[Entry]


Ranked = list[tuple[float, Ids]]


def ranked(answer: Answer, without: Iterable[Ids] = ()) -> Ranked:
    """Return the pairs of an answer, the highest score first."""
    left_out = frozenset(without)
    pairs = ((each.score, (each.ours, each.theirs)) for each in answer.pairs)
    return sorted(((s, ids) for s, ids in pairs if ids not in left_out), reverse=True)


def single(pairs: Ranked) -> Ranked:
    """Return what is left where each record has one other at most."""
    assigned = one_to_one(Pair(ours, theirs, score) for score, (ours, theirs) in pairs)
    return [(pair.total, (pair.ours, pair.theirs)) for pair in assigned]


def rates(found: Figures) -> Rates:
    """Return figures as they are written."""
    return {
        "score": found.total,
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "pairs": found.pairs,
    }


def judge(pairs: Ranked, true: frozenset[Ids], own: float) -> tuple[Rates, Rates]:
    """Return the figures from the tool's own score on, and those at the best one."""
    return rates(figures(pairs, true, own)), rates(best(pairs, true))


def at_cost(pairs: Ranked, true: Collection[Ids], wrong: int) -> float:
    """Return the lowest score from which on no more than so many pairs are wrong.

    Pairs of one score count together.
    """
    seen, least = 0, float("inf")
    for count, (score, ids) in enumerate(pairs, 1):
        seen += ids not in true
        if seen > wrong:
            break
        if count == len(pairs) or pairs[count][0] != score:
            least = score
    return least


def by_kind(
    pairs: Ranked, kinds: dict[Ids, str], least: float
) -> dict[str, tuple[int, int]] | None:
    """Return what of each kind is found from a score on, and how many pairs there are of it."""
    found = Counter(kinds[ids] for score, ids in pairs if score >= least and ids in kinds)
    return {kind: (found[kind], count) for kind, count in Counter(kinds.values()).items()} or None


def by_band(
    answer: Answer, true: frozenset[Ids], left_out: frozenset[Ids]
) -> dict[str, tuple[int, int]] | None:
    """Return how many pairs are in each band, and how many of them are true."""
    banded = [(each.band, (each.ours, each.theirs)) for each in answer.pairs if each.band]
    kept = [(band, ids) for band, ids in banded if ids not in left_out]
    if not kept:
        return None
    right = Counter(band for band, ids in kept if ids in true)
    return {band: (count, right[band]) for band, count in Counter(b for b, _ in kept).items()}


def merged(old: Iterable[Entry], new: Iterable[Entry], sets: Sequence[str]) -> list[Entry]:
    """Keep old entries that were not measured anew; in the order of sets and tools."""
    found = {(entry["set"], entry["tool"]): entry for entry in (*old, *new)}
    kept = [e for e in found.values() if e["set"] in sets and e["tool"] in _ORDER]
    return sorted(kept, key=lambda e: (sets.index(e["set"]), _ORDER.index(e["tool"])))


def of(entries: Iterable[Entry], name: str) -> list[Entry]:
    """Return the entries of a set."""
    return [entry for entry in entries if entry["set"] == name]
