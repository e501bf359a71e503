"""Hits: what runs found, what it means, and how long it may be kept."""

import json
from collections import defaultdict
from datetime import date

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import jws
from comity.core.derivation import FAMILIES, Evidence, Presence, derive, presence
from comity.core.holdings import decode
from comity.core.label import Label
from comity.core.manifest import Manifest
from comity.core.records import Family, Record
from comity.core.terms import MatchTerms
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import retention
from comity.protocol.agreed import terms_of
from comity.store.rows import (
    Agreement,
    Held,
    Hit,
    JournalEntry,
    ManifestRow,
    many,
    one,
)


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
    statuses: tuple[StatusShown, ...]
    more_statuses: bool
    statuses_conflict: bool
    conflicts: tuple[str, ...]
    """What both records have, in which none agrees."""
    handling: str
    """The TLP 2.0 label that stands with it: of the terms under which it was learned."""
    onward: bool
    """Whether those terms let it be passed on."""
    kept_until: int
    """When this node destroys it; 0 where those terms do not say."""


class Hits(Model):
    """Hits of all runs."""

    hits: tuple[HitShown, ...]
    retention_ended: int
    """Hits that were destroyed, since the terms let them be kept no longer."""


class HitsOf(Model):
    """Hits with one peer, or with all."""

    peer: str = ""


@operation("match.hits", HitsOf, Hits)
def hits(node: Node, caller: Caller, args: HitsOf, progress: Progress) -> Hits:
    """Show the hits of all runs. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer).id if args.peer else ""
        found = many(tx, Hit, peer=peer) if peer else many(tx, Hit)
        return Hits(hits=shown(tx, list(found)), retention_ended=_ended(tx, peer))


def _ended(tx: Connection, peer: str) -> int:
    notes = [json.loads(note.detail) for note in many(tx, JournalEntry, action=retention.ENDED)]
    return sum(note.get("hits", 0) for note in notes if peer in ("", note["peer"]))


def shown(tx: Connection, found: list[Hit]) -> tuple[HitShown, ...]:
    """Group hits by pair: all families under one handle for one record of ours."""
    pairs: dict[tuple[str, str, str, str], list[Hit]] = defaultdict(list)
    for hit in found:
        pairs[hit.manifest, hit.dataset, hit.record, hit.handle].append(hit)
    manifests: dict[str, Manifest] = {}
    grants: dict[str, MatchTerms] = {}
    shown = []
    for (digest, dataset, source, handle), same in sorted(pairs.items()):
        if digest not in manifests:
            row = one(tx, ManifestRow, digest=digest)
            agreement = one(tx, Agreement, id=row.agreement) if row else None
            grant = terms_of(agreement).match if agreement else None
            if row is None or grant is None:
                continue
            grants[digest] = grant
            manifests[digest] = Manifest.read(jws.payload(row.signed))
        label = Label.decode(same[0].label)
        held = one(tx, Held, dataset=dataset, id=source)
        families = tuple(sorted({hit.family for hit in same}))
        statuses = tuple(
            StatusShown(value=manifests[digest].statuses[item.code], as_of=item.as_of)
            for item in label.statuses
        )
        shown.append(
            HitShown(
                peer=same[0].peer,
                handle=handle,
                manifest=digest,
                holdings=dataset,
                record=source,
                families=families,
                evidence=_evidence(families),
                statuses=statuses,
                more_statuses=label.more,
                statuses_conflict=len({item.value for item in statuses}) > 1 or label.more,
                conflicts=_conflicts(
                    decode(held.body, withheld=False) if held else None, label, families
                ),
                handling=grants[digest].handling,
                onward=grants[digest].onward,
                kept_until=retention.kept_until(grants[digest], min(hit.at for hit in same)),
            )
        )
    return tuple(shown)


def _evidence(families: tuple[str, ...]) -> Evidence:
    grades = {FAMILIES[Family(family)].evidence for family in families}
    return Evidence.IDENTIFIER if Evidence.IDENTIFIER in grades else Evidence.NAME_ONLY


def _conflicts(ours: Record | None, label: Label, families: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families that both records have and in which nothing agrees."""
    if ours is None:
        return ()
    both = presence(ours, derive(ours)) & label.presence
    return tuple(
        rule.family.value
        for rule in FAMILIES.values()
        if rule.presence is not Presence(0)
        and rule.presence in both
        and rule.family.value not in families
    )
