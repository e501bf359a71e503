"""What the hits of a pair say together: scored at home, and kept sealed beside them.

The holder learns nothing of it. Scores rest on our own list, on how many records the holder has,
and on what agreed (`comity.core.fuzzy`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from comity.core.canonical import b64url
from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.reasons import Reason
from comity.core.fuzzy.scoring import Agreement, score
from comity.core.holdings import decode
from comity.core.label import Label
from comity.core.records import Family
from comity.node import Node
from comity.operations.asking import token_id
from comity.operations.registry import Model
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Assessment, Hit
from comity.store.rows.moving import add, change, many, one

_AT_ONCE: Final = 500
"""Pairs of one transaction: whoever else writes gets its turn in between."""


class LineShown(Model):
    """One line of an explanation."""

    reason: Reason
    weight: float
    """What it adds to the score; below zero it speaks against the pair."""
    family: str
    """Of identifiers, empty otherwise."""
    value: str
    """Of our own record, as tokens spell it; empty where there is none to say."""


class Assessed(Model):
    """A score with its reasons; the total is the sum of the lines."""

    band: Band
    lines: tuple[LineShown, ...]

    @property
    def total(self) -> float:
        """Natural logarithms: what speaks for the pair, less what speaks against it."""
        return sum(line.weight for line in self.lines)


@dataclass(frozen=True, slots=True)
class Basis:
    """What scores rest on, besides hits."""

    families: frozenset[Family]
    """Those that are asked."""
    frequencies: Frequencies
    held: int
    """Records of the holder."""
    typed: Derived | None = None
    """The subject, where it was typed in; else it is in our holdings."""


def assess(node: Node, basis: Basis, hits: Iterable[Hit]) -> None:
    """Score every pair that one of the hits is of, by all hits of it, and keep the scores."""
    pairs = sorted({(hit.manifest, hit.handle, hit.dataset, hit.record) for hit in hits})
    for start in range(0, len(pairs), _AT_ONCE):
        with node.store.write() as tx:
            for pair in pairs[start : start + _AT_ONCE]:
                _assess(tx, basis, *pair)


def assessed(tx: Connection, hit: Hit) -> Assessed | None:
    """Return the score of the pair of a hit; None where it is destroyed, or not made yet."""
    row = one(tx, Assessment, id=_id(hit.manifest, hit.handle, hit.dataset, hit.record))
    return Assessed.model_validate_json(row.score) if row and row.score else None


def hits_of(tx: Connection, manifest: str, handle: str, dataset: str, record: str) -> list[Hit]:
    """Return all hits of a pair, the earliest first."""
    found = many(
        tx, Hit, order="at", manifest=manifest, handle=handle, dataset=dataset, record=record
    )
    return list(found)


def _assess(
    tx: Connection, basis: Basis, manifest: str, handle: str, dataset: str, record: str
) -> None:
    hits = hits_of(tx, manifest, handle, dataset, record)
    derived = basis.typed or _derived(tx, dataset, record, basis.families)
    if derived is None or not hits:
        return  # The record has left our list since.
    tokens = {token_id(token.input()): token for token in derived.tokens}
    agreed = frozenset(tokens[hit.token] for hit in hits if hit.token in tokens)
    presence = Label.decode(hits[0].label).presence
    scored = score(derived, Agreement(agreed, presence), basis.frequencies, basis.held)
    lines = tuple(
        LineShown(
            reason=line.reason,
            weight=round(line.weight, 3),
            family=line.family.value if line.family else "",
            value=line.value,
        )
        for line in scored.lines
    )
    row = Assessment(
        id=_id(manifest, handle, dataset, record),
        peer=hits[0].peer,
        manifest=manifest,
        handle=handle,
        dataset=dataset,
        record=record,
        score=Assessed(band=scored.band, lines=lines).model_dump_json().encode(),
        at=hits[0].at,
    )
    if not change(tx, Assessment, {"id": row.id}, score=row.score, at=row.at):
        add(tx, row)


def _derived(
    tx: Connection, dataset: str, record: str, families: Collection[Family]
) -> Derived | None:
    row = one(tx, Held, dataset=dataset, id=record)
    return Derived.of(decode(row.body, withheld=False), families) if row else None


def _id(*pair: str) -> str:
    return b64url(sha256("\0".join(pair).encode()).digest())
