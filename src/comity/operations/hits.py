"""Hits as shown: one for each pair of records, with what speaks for it and against it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from comity.core import jws
from comity.core.derivation import FAMILIES, Evidence
from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.families import DATED, PLACED
from comity.core.fuzzy.reasons import Reason
from comity.core.label import Label
from comity.core.manifest import Manifest
from comity.core.records import Family
from comity.core.terms import MatchTerms
from comity.operations import assessing
from comity.operations.assessing import Assessed, LineShown
from comity.operations.registry import Model
from comity.protocol import retention
from comity.protocol.agreed import terms_of
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Hit, ManifestRow
from comity.store.rows.moving import one

BANDS: Final = tuple(Band)
"""The best first."""


class StatusShown(Model):
    """What the holder says of its record, and since when."""

    value: str
    as_of: date | None


class HitShown(Model):
    """One record of the holder that has something in common with one of ours."""

    peer: str
    handle: str
    manifest: str
    holdings: str
    record: str
    """Ours; empty for a typed-in subject."""
    families: tuple[str, ...]
    evidence: Evidence
    band: Band | None
    """What to think of the pair; none where its score is destroyed, or not made yet."""
    score: float
    """Natural logarithms: what speaks for the pair, less what speaks against it."""
    lines: tuple[LineShown, ...]
    """Why: their weights add up to the score."""
    statuses: tuple[StatusShown, ...]
    more_statuses: bool
    statuses_conflict: bool
    conflicts: tuple[str, ...]
    """Identifiers that both records have, and of which none agrees."""
    handling: str
    """The TLP 2.0 label that stands with it: of the terms under which it was learned."""
    onward: bool
    """Whether those terms let it be passed on."""
    kept_until: int
    """When this node destroys it; 0 where those terms do not say."""
    gone: bool = False
    """Whether the newest epoch in which a saved list was asked no longer has it."""

    def reaches(self, least: Band) -> bool:
        """Tell whether an officer who asks for `least` sees it.

        Where that is `possibly`, what agrees in an exact family is seen whatever its score: that an
        official identifier or the whole name is on the other list is for a person to judge.
        """
        if self.band is None or least is Band.NONE or self.band in BANDS[: BANDS.index(least) + 1]:
            return True
        return least is Band.POSSIBLY and not set(self.families).isdisjoint(FAMILIES)


def shown(tx: Connection, found: Iterable[Hit]) -> tuple[HitShown, ...]:
    """Show the pairs that hits are of, with all hits of each: the best of a manifest first."""
    pairs = {(hit.manifest, hit.dataset, hit.record, hit.handle): hit for hit in found}
    known: dict[str, tuple[Manifest, MatchTerms]] = {}
    shown = []
    for (digest, dataset, source, handle), hit in sorted(pairs.items()):
        if digest not in known:
            row = one(tx, ManifestRow, digest=digest)
            agreement = one(tx, Agreement, id=row.agreement) if row else None
            grant = terms_of(agreement).match if agreement else None
            if row is None or grant is None:
                continue
            known[digest] = Manifest.read(jws.payload(row.signed)), grant
        same = assessing.hits_of(tx, digest, handle, dataset, source)
        shown.append(_shown(same, *known[digest], assessing.assessed(tx, hit)))
    return tuple(sorted(shown, key=lambda each: (each.manifest, -each.score)))


def _shown(
    same: Sequence[Hit], manifest: Manifest, grant: MatchTerms, assessed: Assessed | None
) -> HitShown:
    first, label = same[0], Label.decode(same[0].label)
    families = tuple(sorted({hit.family for hit in same}))
    statuses = tuple(
        StatusShown(value=manifest.statuses[item.code], as_of=item.as_of) for item in label.statuses
    )
    lines = assessed.lines if assessed else ()
    return HitShown(
        peer=first.peer,
        handle=first.handle,
        manifest=first.manifest,
        holdings=first.dataset,
        record=first.record if first.dataset else "",
        families=families,
        evidence=_evidence({Family(family) for family in families}),
        band=assessed.band if assessed else None,
        score=round(assessed.total, 3) if assessed else 0.0,
        lines=lines,
        statuses=statuses,
        more_statuses=label.more,
        statuses_conflict=len({item.value for item in statuses}) > 1 or label.more,
        conflicts=tuple(line.family for line in lines if line.reason is Reason.IDENTIFIER_DIFFERS),
        handling=grant.handling,
        onward=grant.onward,
        kept_until=retention.kept_until(grant, first.at),
    )


def _evidence(families: set[Family]) -> Evidence:
    exact = {FAMILIES[family].evidence for family in families & FAMILIES.keys()}
    if Evidence.IDENTIFIER in exact:
        return Evidence.IDENTIFIER
    return Evidence.CORROBORATED if families & _CORROBORATING else Evidence.NAME_ONLY


_CORROBORATING: Final = DATED | PLACED | {Family.RFC_CURP_ROOT}
