"""Hits: what runs found, what it means, and how long it may be kept."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.fuzzy import assignment
from comity.core.fuzzy.bands import Band
from comity.node import Node
from comity.operations import epochs
from comity.operations.hits import HitShown, shown
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import retention
from comity.store.rows.matching import Hit
from comity.store.rows.moving import many
from comity.store.rows.node import JournalEntry


class Hits(Model):
    """Hits of all runs."""

    hits: tuple[HitShown, ...]
    below: int
    """Pairs that are not shown, since they do not reach the band that was asked for."""
    retention_ended: int
    """Hits that were destroyed, since the terms let them be kept no longer."""


class HitsOf(Model):
    """Hits with one peer, or with all."""

    peer: str = ""
    least: Band = Band.POSSIBLY
    one_to_one: bool = False
    """Of each record of ours, and of theirs, only the best."""


@operation("match.hits", HitsOf, Hits)
def hits(node: Node, caller: Caller, args: HitsOf, progress: Progress) -> Hits:
    """Show the hits of all runs. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer).id if args.peer else ""
        found = many(tx, Hit, peer=peer) if peer else many(tx, Hit)
        every = _marked(tx, shown(tx, found), found)
        kept = selected(every, args.least, one_to_one=args.one_to_one)
        return Hits(hits=kept, below=len(every) - len(kept), retention_ended=_ended(tx, peer))


def _marked(
    tx: Connection, every: Sequence[HitShown], found: Sequence[Hit]
) -> tuple[HitShown, ...]:
    gone = epochs.departed(tx, every, found)
    return tuple(
        hit.model_copy(update={"gone": True}) if epochs.place_of(hit) in gone else hit
        for hit in every
    )


def selected(found: Sequence[HitShown], least: Band, *, one_to_one: bool) -> tuple[HitShown, ...]:
    """Return the hits that reach a band; where asked for, of each record its best one only.

    One to one within each manifest: handles of different epochs are of the same records.
    """
    kept = [hit for hit in found if hit.reaches(least)]
    if one_to_one:
        best: set[tuple[str, str, str]] = set()
        for manifest in {hit.manifest for hit in kept}:
            pairs = (
                assignment.Pair(f"{hit.holdings}\0{hit.record}", hit.handle, hit.score)
                for hit in kept
                if hit.manifest == manifest
            )
            best |= {(manifest, p.ours, p.theirs) for p in assignment.one_to_one(pairs)}
        kept = [
            hit
            for hit in kept
            if (hit.manifest, f"{hit.holdings}\0{hit.record}", hit.handle) in best
        ]
    return tuple(kept)


def _ended(tx: Connection, peer: str) -> int:
    notes = [json.loads(note.detail) for note in many(tx, JournalEntry, action=retention.ENDED)]
    return sum(note.get("hits", 0) for note in notes if peer in ("", note["peer"]))
