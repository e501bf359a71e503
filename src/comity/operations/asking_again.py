"""Saved question sets, asked again: each once in every epoch.

A round is written down when all of it was asked and looked up. One that was broken off is gone on
with, and what was asked before in the same epoch about the same list is not asked twice: nothing
can be found that was not found then, and the quota counts tokens.
"""

from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.machines import Role, TransferState
from comity.errors import Code, ComityError
from comity.limits import DAY, ID_CHARS, WATCH_SECONDS
from comity.node import Node
from comity.operations import epochs, matching
from comity.operations.agreements import agreement_with
from comity.operations.alerts import ChangesShown, changes_of
from comity.operations.hits import shown
from comity.operations.matching import Match, Matched
from comity.operations.peering import is_carried, resumed
from comity.operations.registry import Caller, Model, operation
from comity.operations.saved_sets import families_of, watch_of
from comity.operations.sessions import begin_session
from comity.protocol.catalog import MATCH
from comity.protocol.turns import Turns
from comity.store import alarms, peers, standing
from comity.store.rows.agreements import Transfer
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.saved_sets import WatchedSet, WatchRound
from comity.worker import comes

_FIRST_WAIT_SECONDS: Final = 60
"""After the first failure; doubled with each further one, up to a day."""
_turns: Final = Turns()
"""By set: of two who ask it at once one asks, and the other finds it asked."""


class WatchRun(Model):
    """Which set to ask; empty: all of them."""

    watch: str = ""
    wait_seconds: int = 60


class RoundShown(Model):
    """What came of asking one set."""

    watch: str
    peer: str
    dataset: str
    holdings: str
    epoch: int
    """0 where it could not be asked."""
    asked: bool
    """False where it was asked in this epoch before."""
    tokens: int
    """Asked in this epoch about this list: what the quota counts."""
    found: int
    error: str
    """Why it could not be asked: a code."""


class WatchRan(Model):
    """What came of asking, and what changed since the officer's last look."""

    rounds: tuple[RoundShown, ...]
    watches: tuple[ChangesShown, ...]


@operation("watch.run", WatchRun, WatchRan, serving=True)
def run(node: Node, caller: Caller, args: WatchRun, progress: Progress) -> WatchRan:
    """Ask saved sets whose peer has a tag set that was not asked yet.

    Where all are asked, what stops one stops no other, and is said. For a single one, raises
    WATCH_UNKNOWN and what `match.run` raises.
    """
    with node.store.read() as tx:
        watches = [watch_of(tx, args.watch)] if args.watch else list(_all(tx))
    rounds = []
    for watch in watches:
        try:
            rounds.append(ask(node, caller, watch, progress, wait=args.wait_seconds))
        except ComityError as error:
            if args.watch:
                raise
            rounds.append(_shown(watch, None, error=_reason(error)))
    with node.store.read() as tx:
        now = [one(tx, WatchedSet, id=watch.id) for watch in watches]
        changed = tuple(changes_of(tx, watch, caller.officer) for watch in now if watch)
    return WatchRan(rounds=tuple(rounds), watches=changed)


def due(node: Node) -> list[WatchedSet]:
    """Return the sets that the node may ask by itself now.

    It asks for no transfer, decides nothing that waits for an officer, and does not bother a peer
    that suspended its consent. What a courier carries is left to officers.
    """
    now = node.local.now()
    with node.store.read() as tx:
        waiting = [each for each in _all(tx) if each.due <= now]
        if not waiting or standing.of_node(tx):
            return []
        frozen = standing.of_peers(tx)
        return [each for each in waiting if each.peer not in frozen and _may_ask(node, tx, each)]


def ask(
    node: Node, caller: Caller, watch: WatchedSet, progress: Progress, *, wait: int = 0
) -> RoundShown:
    """Ask a set, unless it was asked in the epoch that the peer is in.

    Raises what `match.run` raises; then the node itself tries again later.
    """
    with _turns.alone(watch.id):
        try:
            made, tokens = _ask(node, caller, watch, progress, wait)
        except ComityError as error:
            put_off(node, watch, error)
            raise
        return _shown(watch, made, asked=tokens is not None)


def _ask(
    node: Node, caller: Caller, watch: WatchedSet, progress: Progress, wait: int
) -> tuple[WatchRound, int | None]:
    """Return the round of the epoch in force, and what was asked for it now, if anything was."""
    args = Match(
        peer=watch.peer,
        dataset=watch.dataset,
        holdings=watch.holdings,
        families=families_of(watch),
        purpose=watch.purpose,
        legal_basis=watch.legal_basis,
        wait_seconds=wait,
    )
    with node.store.read() as tx:
        peer = peers.pinned(tx, watch.peer)
    with resumed(node, peer, f"watch.run {watch.id}"[:ID_CHARS]):
        session = begin_session(node, peer, args, progress)
        with node.store.read() as tx:
            known = one(tx, WatchRound, watch=watch.id, manifest=session.digest)
        if known is None:
            found = matching.ask_about(
                node, caller, session, args, watch.holdings, progress, again=False
            )
    with node.store.write() as tx:
        _go_on(node, tx, watch, session.digest)
        if known is not None:
            return known, None
        made = _write(node, tx, watch, found)
    return made, made.tokens


def _write(node: Node, tx: Connection, watch: WatchedSet, found: Matched) -> WatchRound:
    before = many(tx, WatchRound, watch=watch.id, order="n")
    hits = epochs.hits_of(tx, watch, found.manifest)
    made = WatchRound(
        watch=watch.id,
        n=before[-1].n + 1 if before else 1,
        manifest=found.manifest,
        epoch=found.epoch,
        tokens=sum(found.asked.values()),
        found=len(epochs.found(shown(tx, hits), hits)),
        hits=len(hits),
        at=node.local.now(),
    )
    # It may have been removed meanwhile.
    if one(tx, WatchedSet, id=watch.id):
        add(tx, made)
    return made


def _go_on(node: Node, tx: Connection, watch: WatchedSet, manifest: str) -> None:
    """Note that a set was asked, and when to look for the next epoch: at the end of this one."""
    now, row = node.local.now(), one(tx, ManifestRow, digest=manifest)
    due = min(now + WATCH_SECONDS, row.ends) if row else now + WATCH_SECONDS
    change(tx, WatchedSet, {"id": watch.id}, due=due, failures=0, error="")


def put_off(node: Node, watch: WatchedSet, error: ComityError) -> None:
    """Note why a set could not be asked, and try again later: each time after twice as long."""
    with node.store.write() as tx:
        now = one(tx, WatchedSet, id=watch.id)
        failures = now.failures + 1 if now else 1
        wait = min(_FIRST_WAIT_SECONDS * 2 ** min(failures - 1, 16), DAY)
        change(
            tx,
            WatchedSet,
            {"id": watch.id},
            due=node.local.now() + wait,
            failures=failures,
            error=_reason(error),
        )


def _reason(error: ComityError) -> str:
    """Return the code to keep: the peer's own, where it refused and gave one that is known here."""
    said = error.params.get("reason", "")
    if error.code is Code.PEER_REFUSED and said in set(Code):
        return str(said)
    return str(error.code)


def _may_ask(node: Node, tx: Connection, watch: WatchedSet) -> bool:
    peer = peers.pinned(tx, watch.peer)
    if peer.revoked or alarms.is_open(tx, peer.id) or is_carried(node, peer):
        return False
    try:
        agreement = agreement_with(tx, peer.id, watch.dataset, Role.CONSUMER)
    except ComityError:
        return False
    where = {"agreement": agreement.id, "format": MATCH, "role": Role.CONSUMER}
    started = one(tx, Transfer, state=TransferState.STARTED, **where)
    return started is not None and not agreement.peer_suspended and comes(node, tx, peer.id)


def _all(tx: Connection) -> list[WatchedSet]:
    return list(many(tx, WatchedSet, order="at"))


def _shown(
    watch: WatchedSet, made: WatchRound | None, *, asked: bool = False, error: str = ""
) -> RoundShown:
    return RoundShown(
        watch=watch.id,
        peer=watch.peer,
        dataset=watch.dataset,
        holdings=watch.holdings,
        epoch=made.epoch if made else 0,
        asked=asked,
        tokens=made.tokens if made else 0,
        found=made.found if made else 0,
        error=error,
    )
