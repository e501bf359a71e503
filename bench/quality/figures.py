"""Precision, recall and F1 of pairs against what is known of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bench.quality.clear import Ids


@dataclass(frozen=True)
class Figures:
    """Of the pairs from a total on."""

    precision: float
    recall: float
    total: float
    pairs: int

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f}  precision {self.precision:.4f}  recall {self.recall:.4f}  "
            f"{self.pairs} pairs from {self.total:.2f} on"
        )


def figures(pairs: Sequence[tuple[float, Ids]], true: Collection[Ids], least: float) -> Figures:
    """Return the figures of the pairs from `least` on."""
    kept = [ids for total, ids in pairs if total >= least]
    right = sum(ids in true for ids in kept)
    return Figures(
        right / len(kept) if kept else 0.0, right / len(true) if true else 0.0, least, len(kept)
    )


def best(pairs: Sequence[tuple[float, Ids]], true: Collection[Ids]) -> Figures:
    """Return the figures at the total where F1 is highest. `pairs`: the highest first."""
    right, found = 0, Figures(0.0, 0.0, 0.0, 0)
    for count, (total, ids) in enumerate(pairs, 1):
        right += ids in true
        if count < len(pairs) and pairs[count][0] == total:
            continue
        here = Figures(right / count, right / len(true), total, count)
        found = max(found, here, key=lambda each: each.f1)
    return found
