"""A node whose process ends at a chosen moment: before or after a transaction of its own.

Only the store differs, and only in that it stops: what was committed before is in the file, and
the test opens the folder again as the next process would.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from comity.api import Endpoint, Request, Response
from comity.delivery import Delivery
from comity.errors import Code, ComityError
from comity.exchange import Exchange
from comity.node import Node
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.replies import REPLIES
from comity.store.engine import Store
from comity.store.vault import Vault
from nodes import Pair


class Killed(BaseException):
    """The process is gone. No code of ours may catch this."""


class DyingStore(Store):
    """A store whose process ends at a boundary, counted from 0.

    Each transaction that changes something has two: just before it is committed, and just after.
    Between them and those of the next nothing happens that lasts, but for calls to the other node.
    """

    def __init__(self, url: str, vault: Vault, boundary: int) -> None:
        super().__init__(url, vault)
        self._left = boundary

    @property
    def alive(self) -> bool:
        """Whether the boundary has not come yet."""
        return self._left >= 0

    def live(self) -> None:
        """From now on there are no boundaries."""
        self._left = 2**30

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection, as long as this lives."""
        self._check()
        with super().read() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection, as long as this lives."""
        self._check()
        with super().write() as tx:
            before = _changes(tx)
            yield tx
            changed = _changes(tx) != before
            self._pass(changed)
        self._pass(changed)

    def _pass(self, boundary: bool) -> None:
        self._left -= boundary
        self._check()

    def _check(self) -> None:
        if not self.alive:
            raise Killed


def _changes(tx: Connection) -> int:
    connection = tx.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection.total_changes


@dataclass
class Mortal:
    """The way to a node that may die: whoever calls it then finds the connection reset."""

    target: Endpoint

    def handle(self, request: Request) -> Response:
        """Hand a request over, as long as there is somebody."""
        try:
            return self.target.handle(request)
        except Killed:
            raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="reset") from None


def make_mortal(p: Pair, side: str, boundary: int) -> DyingStore:
    """Let one node of a pair die at a boundary; `Pair.restart` starts it again."""
    node: Node = getattr(p, side)
    node.close()
    url, vault = node.config.database_url(node.folder), node.store.vault
    store = DyingStore(url, vault, boundary)
    # What authenticates reads before step 3 and changes nothing; it is left alone.
    believed = TokenAuthenticator(node.local, Store(url, vault))
    mortal = replace(
        node,
        store=store,
        exchange=Exchange(node.local, store, believed, node.wake.set, node.contacts),
        delivery=Delivery(node.local, store, believed, p.wire_to, REPLIES),
    )
    setattr(p, side, mortal)
    getattr(p, f"to_{side}").target = Mortal(mortal.exchange)
    return store
