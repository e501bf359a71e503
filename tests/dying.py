"""A node whose process ends at a chosen moment: before or after a transaction of its own.

Only the store differs, and only in that it stops: what was committed before is in the file, and
the test opens the folder again as the next process would.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection

from comity.delivery import Delivery
from comity.exchange import Exchange
from comity.node import Node
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.replies import REPLIES
from comity.store.engine import Store
from nodes import Pair


class Killed(BaseException):
    """The process is gone. No code of ours may catch this."""


class DyingStore(Store):
    """A store that dies at the boundary of the transaction with that number.

    Boundaries are numbered from 0: before the first transaction, after it, before the second ...
    """

    def __init__(self, url: str, lives: int) -> None:
        super().__init__(url)
        self._left = lives

    @property
    def alive(self) -> bool:
        """Whether it has not come to its end yet."""
        return self._left >= 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection, as long as this lives."""
        self._live()
        with super().read() as tx:
            yield tx
        self._live()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection, as long as this lives."""
        self._live()
        with super().write() as tx:
            yield tx
        self._live()

    def _live(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed


def make_mortal(p: Pair, side: str, lives: int) -> DyingStore:
    """Let one node of a pair die at a boundary; `Pair.restart` starts it again."""
    node: Node = getattr(p, side)
    node.close()
    store = DyingStore(node.config.database_url(node.folder), lives)
    # What authenticates reads before step 3 and changes nothing; it is left alone.
    believed = TokenAuthenticator(node.local, Store(node.config.database_url(node.folder)))
    mortal = replace(
        node,
        store=store,
        exchange=Exchange(node.local, store, believed, node.wake.set),
        delivery=Delivery(node.local, store, believed, p.wire_to, REPLIES),
    )
    setattr(p, side, mortal)
    getattr(p, f"to_{side}").target = mortal.exchange
    return store
