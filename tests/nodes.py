"""Two real nodes in one process: their own folders, databases and keys, joined by real calls.

An exchange and a client implement the same interface, so the endpoint of a peer is simply the
peer's exchange. Nothing here is a mock: only TLS and sockets are left out.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from comity import kernel
from comity.api import Endpoint, Entropy, Kernel, Request, Response
from comity.core.identity import Pinned
from comity.core.identity import fingerprint as fingerprint_of
from comity.edge.config import NodeConfig
from comity.errors import Code, ComityError
from comity.node import Node, open_node
from comity.operations import Caller, Model, Operation, setup
from comity.operations.peers import peer_add
from comity.protocol.base import CONTACT
from comity.worker import work
from outgoing import check_sent

ResultT = TypeVar("ResultT", bound=Model)
GROUP = kernel.load()
OFFICER = Caller("officer-1")


class TestClock:
    """A clock that tests move."""

    __test__ = False

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.time += timedelta(**by)


@dataclass
class Wire:
    """The way to one node; tests can listen in, cut it, or change what passes."""

    target: Endpoint | None = None
    cut: bool = False
    seen: list[tuple[Request, Response]] = field(default_factory=list)
    contacts: list[tuple[Request, Response]] = field(default_factory=list)
    """What was said about the record, which is no part of it."""
    on_request: Callable[[Request], Request] = lambda request: request
    on_response: Callable[[Response], Response] = lambda response: response

    def handle(self, request: Request) -> Response:
        """Carry a request to the node and its reply back."""
        if self.cut or self.target is None:
            raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="cut")
        if f"{CONTACT}/" in request.target:
            said = self.target.handle(request)
            self.contacts.append((request, said))
            return said
        response = self.target.handle(self.on_request(request))
        self.seen.append((request, response))
        return self.on_response(response)

    def lose_replies(self) -> None:
        """From now on let requests through, and lose what comes back."""

        def lose(_: Response) -> Response:
            raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="lost")

        self.on_response = lose

    def mend(self) -> None:
        """Carry everything again, unchanged."""
        self.cut = False
        self.on_request = lambda request: request
        self.on_response = lambda response: response


@dataclass(repr=False)
class Pair:
    """Two nodes that pinned each other: a holder in Mexico and an asker in the United States."""

    mx: Node
    us: Node
    clock: TestClock
    to_mx: Wire
    to_us: Wire
    folder: Path

    def pump(self) -> None:
        """Let both nodes deliver until nothing waits."""
        for _ in range(20):
            before = len(self.to_mx.seen) + len(self.to_us.seen)
            work(self.mx)
            work(self.us)
            if len(self.to_mx.seen) + len(self.to_us.seen) == before:
                return

    def restart(
        self, side: str, *, entropy: Entropy = secrets.token_bytes, group: Kernel = GROUP
    ) -> Node:
        """Close one node and open its folder again, as a new process would."""
        old: Node = getattr(self, side)
        old.close()
        node = open_node(
            old.folder, clock=self.clock, entropy=entropy, group=group, endpoint=self.wire_to
        )
        setattr(self, side, node)
        wire: Wire = getattr(self, f"to_{side}")
        wire.target = node.exchange
        return node

    def wire_to(self, peer: Pinned) -> Wire:
        """Return the wire to a peer."""
        return self.to_mx if peer.id == MX.id else self.to_us


MX = NodeConfig(
    id="did:web:mx.example",
    name="Servicio de Ejemplo",
    territory="MX",
    address="https://127.0.0.1:18443",
)
US = NodeConfig(
    id="did:web:us.example",
    name="Example Office",
    territory="US",
    address="https://127.0.0.1:28443",
)


def run(
    operation: Operation[Any, ResultT], node: Node, officer: Caller = OFFICER, /, **args: Any
) -> ResultT:
    """Run an operation as a surface would."""
    return operation.run(node, officer, operation.args(**args), lambda *_: None)


@contextmanager
def opened(folder: Path) -> Iterator[Pair]:
    """Open two nodes whose folders are there, and join them."""
    clock, to_mx, to_us = TestClock(), Wire(), Wire()

    def endpoint(peer: Pinned) -> Endpoint:
        return to_mx if peer.id == MX.id else to_us

    mx, us = (
        open_node(folder / name, clock=clock, group=GROUP, endpoint=endpoint)
        for name in ("mx", "us")
    )
    to_mx.target, to_us.target = mx.exchange, us.exchange
    made = Pair(mx, us, clock, to_mx, to_us, folder)
    try:
        yield made
        for node in (made.mx, made.us):
            check_sent(node)
    finally:
        made.mx.close()
        made.us.close()


@contextmanager
def pair(folder: Path, *databases: str) -> Iterator[Pair]:
    """Make two nodes that pinned each other, on SQLite or on the databases given."""
    for config, name, database in zip_longest((MX, US), ("mx", "us"), databases):
        config = config.model_copy(update={"database": database})
        setup.init(folder / name, config, OFFICER.officer, folder / f"{name}-recovery.key")
    with opened(folder) as made:
        for node, document in ((made.mx, made.us.document), (made.us, made.mx.document)):
            run(peer_add, node, document=document, fingerprint=fingerprint_of(document))
        yield made
