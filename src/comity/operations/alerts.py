"""What changed in what saved question sets found.

Who has seen what is kept for each officer. What was found is durable before it is shown, and it
counts as seen only once whoever shows it says so: `watch.looked` is an operation of its own.
"""

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.changes import Found, Pair, compare
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import epochs
from comity.operations.hits import HitShown, shown
from comity.operations.registry import Caller, Model, operation
from comity.operations.saved_sets import watch_of
from comity.operations.setup import Nothing
from comity.store.rows.moving import add, many, one, remove
from comity.store.rows.saved_sets import WatchedSet, WatchLook, WatchRound


class ChangesSince(Model):
    """What to show: of one set or of all, since the officer's last look or since an epoch."""

    watch: str = ""
    epoch: int = 0
    """0: since the last look."""


class Changed(Model):
    """One record of the holder, as it was found before and as it is found now."""

    before: HitShown
    now: HitShown


class ChangesShown(Model):
    """What changed in what one set found."""

    watch: str
    peer: str
    dataset: str
    holdings: str
    since: int
    """The epoch that is compared with; 0 where there is none: then everything is new."""
    epoch: int
    """The last that was asked; 0 before the first."""
    round: int
    """Its number among the epochs that were asked: for `watch.looked`."""
    asked_at: int
    new: tuple[HitShown, ...]
    changed: tuple[Changed, ...]
    """The holder says something else of it."""
    gone: tuple[HitShown, ...]
    """The holder no longer has it in its tag set; as it was found before."""
    unlisted: tuple[HitShown, ...]
    """Not asked any more, since our record is no longer in our list or is withheld."""
    otherwise: tuple[Changed, ...]
    """The holder says the same, and what agrees is not what agreed before."""
    same: int
    destroyed: int
    """Hits of the epoch that is compared with which are destroyed since: what they were about may
    show as new."""
    error: str
    """Why the set could not be asked the last time: a code."""


class AllChanges(Model):
    """What changed, set by set."""

    watches: tuple[ChangesShown, ...]


class Look(Model):
    """A round of a set that an officer was shown."""

    watch: str
    round: int


class Looked(Model):
    """What an officer has seen."""

    looks: tuple[Look, ...]


@operation("watch.changes", ChangesSince, AllChanges)
def changes(node: Node, caller: Caller, args: ChangesSince, progress: Progress) -> AllChanges:
    """Show what changed since the officer's last look, or since an epoch. Nobody is asked.

    Raises WATCH_UNKNOWN, and EPOCH_UNKNOWN (epoch) where a set was not asked in that one.
    """
    with node.store.read() as tx:
        watches = [watch_of(tx, args.watch)] if args.watch else many(tx, WatchedSet, order="at")
        return AllChanges(
            watches=tuple(changes_of(tx, watch, caller.officer, args.epoch) for watch in watches)
        )


@operation("watch.looked", Looked, Nothing)
def looked(node: Node, caller: Caller, args: Looked, progress: Progress) -> Nothing:
    """Note what the officer was shown; what was seen before stays seen."""
    with node.store.write() as tx:
        for look in args.looks:
            made = one(tx, WatchRound, watch=look.watch, n=look.round)
            before = one(tx, WatchLook, watch=look.watch, officer=caller.officer)
            if made is None or (before and before.n >= look.round):
                continue
            remove(tx, WatchLook, watch=look.watch, officer=caller.officer)
            add(tx, WatchLook(look.watch, caller.officer, look.round, node.local.now()))
    return Nothing()


def changes_of(tx: Connection, watch: WatchedSet, officer: str, since: int = 0) -> ChangesShown:
    """Return what changed in what a set found, since a look of the officer or since an epoch.

    Raises EPOCH_UNKNOWN (epoch).
    """
    rounds = list(many(tx, WatchRound, watch=watch.id, order="n"))
    last = rounds[-1] if rounds else None
    base = _base(tx, watch, officer, since, rounds)
    earlier, later = _Epoch(tx, watch, base), _Epoch(tx, watch, last)
    compared = compare(earlier.found, later.found)
    gone: list[HitShown] = []
    unlisted: list[HitShown] = []
    for each in compared.gone:
        listed = epochs.is_listed(tx, watch.holdings, each.record)
        (gone if listed else unlisted).append(earlier.shown(each))
    return ChangesShown(
        watch=watch.id,
        peer=watch.peer,
        dataset=watch.dataset,
        holdings=watch.holdings,
        since=base.epoch if base else 0,
        epoch=last.epoch if last else 0,
        round=last.n if last else 0,
        asked_at=last.at if last else 0,
        new=tuple(later.shown(each) for each in compared.new),
        changed=tuple(_changed(earlier, later, pair) for pair in compared.status),
        gone=tuple(gone),
        unlisted=tuple(unlisted),
        otherwise=tuple(_changed(earlier, later, pair) for pair in compared.tokens),
        same=len(compared.same),
        destroyed=max(0, base.hits - earlier.hits) if base else 0,
        error=watch.error,
    )


class _Epoch:
    """What a set found in one round; nothing where there was none."""

    def __init__(self, tx: Connection, watch: WatchedSet, made: WatchRound | None) -> None:
        hits = epochs.hits_of(tx, watch, made.manifest) if made else []
        pairs = shown(tx, hits)
        self.hits = len(hits)
        self.found = epochs.found(pairs, hits)
        self._shown = {(pair.record, pair.handle): pair for pair in pairs}

    def shown(self, found: Found) -> HitShown:
        return self._shown[found.record, found.handle]


def _changed(earlier: _Epoch, later: _Epoch, pair: Pair) -> Changed:
    return Changed(before=earlier.shown(pair.before), now=later.shown(pair.now))


def _base(
    tx: Connection, watch: WatchedSet, officer: str, since: int, rounds: list[WatchRound]
) -> WatchRound | None:
    """Return the round to compare with; None where the officer has seen none."""
    if since:
        # Each agreement counts its epochs anew: the latest of that number.
        for each in reversed(rounds):
            if each.epoch == since:
                return each
        raise ComityError(Code.EPOCH_UNKNOWN, epoch=since)
    look = one(tx, WatchLook, watch=watch.id, officer=officer)
    return next((each for each in rounds if look and each.n == look.n), None)
