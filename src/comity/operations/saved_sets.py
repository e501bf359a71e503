"""Question sets that are saved, to be asked again in each epoch of a peer's dataset."""

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.machines import Role
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.limits import WATCHED_SETS
from comity.node import Node
from comity.operations.agreements import agreement_with
from comity.operations.matching import holdings_of
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.sessions import agreed_families, agreed_reasons
from comity.operations.setup import Nothing
from comity.protocol.agreed import terms_of
from comity.store import journal
from comity.store.rows.moving import add, many, one, remove
from comity.store.rows.saved_sets import WatchedSet, WatchLook, WatchRound


class WatchAdd(Model):
    """A list of ours to ask about in each epoch: as in `match.run`."""

    peer: str
    dataset: str
    holdings: str = ""
    families: tuple[Family, ...] = ()
    """Only these, of those that are agreed; empty: all of them."""
    purpose: str = ""
    """Empty where the terms name only one."""
    legal_basis: str = ""


class WatchId(Model):
    """A saved set."""

    watch: str


class WatchShown(Model):
    """A saved set, and how far it is."""

    id: str
    peer: str
    dataset: str
    holdings: str
    families: tuple[Family, ...]
    purpose: str
    legal_basis: str
    officer: str
    at: int
    epoch: int
    """The last that was asked; 0 before the first."""
    asked_at: int
    found: int
    """Pairs in it."""
    error: str
    """Why it could not be asked the last time: a code, empty where it could."""
    due: int
    """When the node looks again by itself."""


class Watches(Model):
    """All saved sets."""

    watches: tuple[WatchShown, ...]


@operation("watch.add", WatchAdd, WatchShown)
def save(node: Node, caller: Caller, args: WatchAdd, progress: Progress) -> WatchShown:
    """Save a question set. The same one again is the one that is there.

    Raises PEER_UNKNOWN, DATASET_UNKNOWN, AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED,
    ACTION_NOT_AGREED, FAMILY_NOT_AGREED, PURPOSE_NOT_AGREED, LEGAL_BASIS_NOT_AGREED and
    WATCHES_FULL (limit).
    """
    now = node.local.now()
    with node.store.write() as tx:
        peer, holdings = find_peer(tx, args.peer), holdings_of(tx, args.holdings)
        grant = terms_of(agreement_with(tx, peer.id, args.dataset, Role.CONSUMER)).match
        if grant is None:
            raise ComityError(Code.ACTION_NOT_AGREED, action="match")
        agreed_families(args.families, grant)
        agreed_reasons(args.purpose, args.legal_basis, grant)
        made = WatchedSet(
            id=node.local.new_urn(),
            peer=peer.id,
            dataset=args.dataset,
            holdings=holdings.id,
            families=",".join(sorted(set(args.families))),
            purpose=args.purpose,
            legal_basis=args.legal_basis,
            officer=caller.officer,
            at=now,
            due=now,
            failures=0,
            error="",
        )
        asked = ("peer", "dataset", "holdings", "families", "purpose", "legal_basis")
        known = one(tx, WatchedSet, **{name: getattr(made, name) for name in asked})
        if known is not None:
            return watch_shown(tx, known)
        if len(many(tx, WatchedSet)) >= WATCHED_SETS:
            raise ComityError(Code.WATCHES_FULL, limit=WATCHED_SETS)
        add(tx, made)
        journal.note(tx, now, caller.officer, "watch.add", watch=made.id, peer=peer.id)
        return watch_shown(tx, made)


@operation("watch.list", Nothing, Watches)
def list_(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Watches:
    """List the saved sets."""
    with node.store.read() as tx:
        found = many(tx, WatchedSet, order="at")
        return Watches(watches=tuple(watch_shown(tx, watch) for watch in found))


@operation("watch.remove", WatchId, WatchShown)
def drop(node: Node, caller: Caller, args: WatchId, progress: Progress) -> WatchShown:
    """Ask a set no more; its hits stay as long as the terms let them. Raises WATCH_UNKNOWN."""
    with node.store.write() as tx:
        watch = watch_of(tx, args.watch)
        last = watch_shown(tx, watch)
        remove(tx, WatchRound, watch=watch.id)
        remove(tx, WatchLook, watch=watch.id)
        remove(tx, WatchedSet, id=watch.id)
        now, peer = node.local.now(), watch.peer
        journal.note(tx, now, caller.officer, "watch.remove", watch=watch.id, peer=peer)
    return last


def watch_of(tx: Connection, id: str) -> WatchedSet:
    """Return a saved set. Raises WATCH_UNKNOWN."""
    found = one(tx, WatchedSet, id=id)
    if found is None:
        raise ComityError(Code.WATCH_UNKNOWN)
    return found


def watch_shown(tx: Connection, watch: WatchedSet) -> WatchShown:
    """Return a saved set with its last round."""
    rounds = many(tx, WatchRound, watch=watch.id, order="n")
    last = rounds[-1] if rounds else None
    return WatchShown(
        id=watch.id,
        peer=watch.peer,
        dataset=watch.dataset,
        holdings=watch.holdings,
        families=families_of(watch),
        purpose=watch.purpose,
        legal_basis=watch.legal_basis,
        officer=watch.officer,
        at=watch.at,
        epoch=last.epoch if last else 0,
        asked_at=last.at if last else 0,
        found=last.found if last else 0,
        error=watch.error,
        due=watch.due,
    )


def families_of(watch: WatchedSet) -> tuple[Family, ...]:
    """Return the families that a saved set is limited to; empty: all that are agreed."""
    return tuple(map(Family, watch.families.split(","))) if watch.families else ()
