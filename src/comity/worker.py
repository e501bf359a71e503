"""What a serving node does by itself: it delivers what waits, and lets terms run out."""

from threading import Event, Thread
from typing import Final

import structlog

from comity.delivery import waiting_peers
from comity.errors import ComityError
from comity.node import Node
from comity.protocol.expiry import expire

_IDLE_SECONDS: Final = 1.0
_SETTLE_SECONDS: Final = 0.05
"""Between a commit and the delivery of what it caused: the peer's own call has returned by then."""
_log = structlog.get_logger()


class Worker:
    """A thread of the serving node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="comity-worker", daemon=True)

    def start(self) -> None:
        """Start working."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is under way."""
        self._stopping.set()
        self._node.wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._node.wake.clear()
            try:
                work(self._node)
            except ComityError as error:
                _log.error("worker", code=str(error.code))
            if self._node.wake.wait(_IDLE_SECONDS):
                self._stopping.wait(_SETTLE_SECONDS)


def work(node: Node) -> None:
    """Deliver what can go now, after letting run out what is due."""
    with node.store.write() as tx:
        expire(node.local, tx)
    with node.store.read() as tx:
        peers = waiting_peers(tx)
    for peer in peers:
        node.delivery.run(peer)
