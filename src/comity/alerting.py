"""What a serving node asks again by itself: saved question sets, once in each epoch.

In a thread of its own, one set after the other: questions about a long list take a while, and
nothing that waits in the outbox may wait for them.
"""

from threading import Event, Thread
from typing import Final

import structlog

from comity.edge.logs import place
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import asking_again
from comity.operations.registry import Caller
from comity.store.rows.saved_sets import WatchedSet

_IDLE_SECONDS: Final = 1.0
_ITSELF: Final = Caller("")
_log = structlog.get_logger()


class StoppedError(Exception):
    """The node stops: what was asked so far is kept, and is not asked again."""


class Alerts:
    """Asks what is due, as long as the node serves."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="comity-alerts", daemon=True)

    def start(self) -> None:
        """Start asking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the question under way."""
        self._stopping.set()
        self._thread.join()

    def once(self) -> None:
        """Ask all that is due now; what stops one set stops no other. Raises StoppedError."""
        for watch in asking_again.due(self._node):
            self._ask(watch)

    def _run(self) -> None:
        while not self._stopping.wait(_IDLE_SECONDS):
            try:
                self.once()
            except StoppedError:
                return
            except Exception as error:
                _tell(error)

    def _ask(self, watch: WatchedSet) -> None:
        try:
            asking_again.ask(self._node, _ITSELF, watch, self._go_on)
        except StoppedError:
            raise
        except ComityError as error:
            _log.info("not-asked", peer=watch.peer, code=str(error.code))
        except Exception as error:
            # A defect of ours must end neither the thread nor the turns of the other sets.
            _tell(error)
            asking_again.put_off(self._node, watch, ComityError(Code.INTERNAL))

    def _go_on(self, step: str, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise StoppedError


def _tell(error: Exception) -> None:
    code = error.code if isinstance(error, ComityError) else Code.INTERNAL
    _log.error("alerts", code=str(code), error=type(error).__name__, place=place(error))
