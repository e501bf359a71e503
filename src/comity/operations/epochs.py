"""What a saved question set found in each epoch, and what became of it from one to another.

It is in the hits, and nowhere else: when they are destroyed, what is said here of them goes with
them (docs/decisions/0041-watch.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from comity.core.changes import Found, compare
from comity.core.fuzzy.bands import Band
from comity.operations.hits import HitShown
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Hit
from comity.store.rows.moving import many, one
from comity.store.rows.saved_sets import WatchedSet, WatchRound

Place: TypeAlias = tuple[str, str, str, str]
"""Which pair: manifest, dataset of ours, record of ours, handle of theirs."""


def place_of(hit: HitShown) -> Place:
    """Return which pair is shown."""
    return hit.manifest, hit.holdings, hit.record, hit.handle


def hits_of(tx: Connection, watch: WatchedSet, manifest: str) -> list[Hit]:
    """Return the hits that a saved set has in an epoch, whichever run has found them."""
    hits = many(tx, Hit, manifest=manifest, dataset=watch.holdings)
    return [hit for hit in hits if _asks(watch, hit)]


def found(shown: Iterable[HitShown], hits: Iterable[Hit]) -> tuple[Found, ...]:
    """Return pairs as they are compared: those that count as found, with the tokens of `hits`.

    What only fuzzy families gave and whose score is nothing does not count.
    """
    tokens: dict[Place, set[str]] = defaultdict(set)
    for hit in hits:
        tokens[hit.manifest, hit.dataset, hit.record, hit.handle].add(hit.token)
    return tuple(
        Found(each.record, each.handle, frozenset(tokens[place_of(each)]), _statuses(each))
        for each in shown
        if place_of(each) in tokens and each.reaches(Band.POSSIBLY)
    )


def is_listed(tx: Connection, dataset: str, record: str) -> bool:
    """Tell whether a record of ours is one that is asked about."""
    held = one(tx, Held, dataset=dataset, id=record)
    return held is not None and not held.withheld


def departed(tx: Connection, shown: Sequence[HitShown], hits: Sequence[Hit]) -> set[Place]:
    """Return the pairs that the latest epoch of a saved set no longer has, by the peer's doing.

    `shown` are the pairs that `hits` are of.
    """
    gone: set[Place] = set()
    peers = {hit.peer for hit in hits}
    for watch in many(tx, WatchedSet):
        rounds = many(tx, WatchRound, watch=watch.id, order="n") if watch.peer in peers else ()
        if len(rounds) < 2:
            continue
        found_in = _by_manifest(watch, shown, hits)
        latest = found_in.get(rounds[-1].manifest, ())
        for earlier in rounds[:-1]:
            gone |= {
                (earlier.manifest, watch.holdings, each.record, each.handle)
                for each in compare(found_in.get(earlier.manifest, ()), latest).gone
                if is_listed(tx, watch.holdings, each.record)
            }
    return gone


def _by_manifest(
    watch: WatchedSet, shown: Sequence[HitShown], hits: Sequence[Hit]
) -> Mapping[str, tuple[Found, ...]]:
    of_set = [hit for hit in hits if hit.dataset == watch.holdings and _asks(watch, hit)]
    pairs: dict[str, list[HitShown]] = defaultdict(list)
    for each in shown:
        pairs[each.manifest].append(each)
    return {manifest: found(some, of_set) for manifest, some in pairs.items()}


def _asks(watch: WatchedSet, hit: Hit) -> bool:
    return not watch.families or hit.family in watch.families.split(",")


def _statuses(hit: HitShown) -> tuple[str, ...]:
    statuses = [f"{each.value} {each.as_of or ''}" for each in hit.statuses]
    return (*statuses, "") if hit.more_statuses else tuple(statuses)
