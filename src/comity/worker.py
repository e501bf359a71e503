"""What a serving node does by itself.

It delivers what waits, lets terms run out, and compares the record with its peers.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy import Connection

from comity import pushing
from comity.core.identity import Pinned
from comity.edge.logs import place
from comity.errors import Code, ComityError
from comity.limits import DELIVERIES_AT_ONCE, LEDGER_ENTRIES
from comity.node import Node, mark_height
from comity.protocol import accounting
from comity.protocol.expiry import expire
from comity.protocol.mailboxes import POLLS
from comity.protocol.outbox import waiting_peers
from comity.store import peers, record
from comity.store.rotation import tend

_IDLE_SECONDS: Final = 1.0
_MARK_SECONDS: Final = 30.0
_SETTLE_SECONDS: Final = 0.05
"""Between a commit and the delivery of what it caused: the peer's own call has returned by then."""
_log = structlog.get_logger()


class Worker:
    """A thread of the serving node, and a few that deliver: a silent peer holds up no other."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="comity-worker", daemon=True)
        self._deliverers = ThreadPoolExecutor(DELIVERIES_AT_ONCE, "comity-delivery")
        self._pushers = ThreadPoolExecutor(DELIVERIES_AT_ONCE, "comity-push")
        self._under_way: dict[tuple[str, str], Future[None]] = {}
        self._marked = float("-inf")

    def start(self) -> None:
        """Start working, and find out whether this node is as far as its peers know it to be."""
        with self._node.store.read() as tx:
            everyone = peers.everyone(tx)
        for peer in everyone:
            self._deliverers.submit(self._run_for, peer.id, partial(self._hail, peer))
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is under way."""
        self._stopping.set()
        self._node.pusher.stop()
        self._node.wake.set()
        self._thread.join()
        self._deliverers.shutdown(cancel_futures=True)
        self._pushers.shutdown(cancel_futures=True)
        mark_height(self._node)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._node.wake.clear()
            try:
                self._mark()
                for peer in due(self._node):
                    self._begin("deliver", peer, self._deliverers, self._node.delivery.run)
                for peer in meeting(self._node):
                    self._begin("meet", peer, self._deliverers, self._meet)
                for peer in pushing.due(self._node.local, self._node.store):
                    self._begin("push", peer, self._pushers, self._node.pusher.run)
            except Exception as error:
                _tell(error)
            if self._node.wake.wait(_IDLE_SECONDS):
                self._stopping.wait(_SETTLE_SECONDS)

    def _hail(self, peer: Pinned, _: str) -> None:
        with self._node.store.read() as tx:
            if record.ends(tx, peer.id).frozen or not comes(self._node, tx, peer.id):
                return
        self._node.delivery.hail(peer)

    def _meet(self, id: str) -> None:
        """Make contact, once it is known that this node is no old copy. Raises NODE_FROZEN."""
        with self._node.store.read() as tx:
            peer = peers.pinned(tx, id)
        self._node.delivery.hail(peer)
        self._node.meetings.run(id)

    def _mark(self) -> None:
        """Write now and then how far the database is."""
        now = time.monotonic()
        if now >= self._marked + _MARK_SECONDS:
            self._marked = now
            mark_height(self._node)

    def _begin(
        self, what: str, peer: str, pool: ThreadPoolExecutor, run: Callable[[str], None]
    ) -> None:
        """Begin what is not under way already. A file must not hold up messages: its own pool."""
        before = self._under_way.get((what, peer))
        if before is None or before.done():
            self._under_way[what, peer] = pool.submit(self._run_for, peer, run)

    def _run_for(self, peer: str, run: Callable[[str], None]) -> None:
        try:
            run(peer)
        except Exception as error:
            _tell(error, peer=peer)


def _tell(error: Exception, **where: str) -> None:
    """Log why work stopped. A defect of ours must not end the thread that everything waits for."""
    code = error.code if isinstance(error, ComityError) else Code.INTERNAL
    _log.error("worker", code=str(code), error=type(error).__name__, place=place(error), **where)


def due(node: Node) -> list[str]:
    """Let run out what is due, wrap keys too, and return the peers for whom something waits."""
    account(node)
    with node.store.write() as tx:
        expire(node.local, tx)
        pushing.complete_late(node.local, tx)
    tend(node.store, node.local.now())
    with node.store.read() as tx:
        return [peer for peer in waiting_peers(tx) if comes(node, tx, peer)]


def comes(node: Node, tx: Connection, peer: str) -> bool:
    """Tell whether anything can be brought to a peer: one that only collects has to come."""
    if peers.pinned(tx, peer).identity.reach != POLLS:
        return True
    return node.local.mailboxes.of(peer).present


def meeting(node: Node) -> list[str]:
    """Return the peers with whom contact is due, and can be made."""
    waiting = node.meetings.due()
    with node.store.read() as tx:
        return [peer for peer in waiting if comes(node, tx, peer)]


def account(node: Node) -> None:
    """Write down what the ledger counts of new entries, before anything of them may be destroyed.

    Few at a time, so that others get their turn.
    """
    with node.store.read() as tx:
        behind = accounting.behind(tx)
    for peer in behind:
        noted = LEDGER_ENTRIES
        while noted >= LEDGER_ENTRIES:
            with node.store.write() as tx:
                noted = accounting.note(node.local, tx, peer)


def work(node: Node) -> None:
    """Do once, in this thread, all that a serving node does by itself."""
    for peer in due(node):
        node.delivery.run(peer)
    for peer in meeting(node):
        node.meetings.run(peer)
    for peer in pushing.due(node.local, node.store):
        node.pusher.run(peer)
