"""The parts of a node that can die at a step. They do nothing else but what they are made of does.

Death is SIGKILL: no cleanup, no exception, no last word. What is durable is in the files.
"""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from comity.api import Endpoint, Request, Response
from comity.core.identity import Pinned
from comity.core.keys import Signer
from comity.core.token import RequestClaims, ResponseClaims
from comity.delivery import Came, Delivery
from comity.edge.asgi import App, Message, Receive, Scope, Send
from comity.exchange import Exchange
from comity.node import Node
from comity.protocol.authentication import Authenticator, Known, TokenAuthenticator
from comity.protocol.base import Act, InForce, Outcome
from comity.protocol.opened import Opened
from comity.protocol.replies import REPLIES
from comity.protocol.sending import State
from comity.pushing import Pusher
from comity.store.engine import Store
from comity.store.rows.delivery import Outgoing
from comity.store.rows.record import Message as Entry
from comity.store.vault import Vault

ResultT = TypeVar("ResultT")


class Passes(Protocol):
    """What is told of each step."""

    def __call__(self, step: str) -> None:
        """Come to a step, and perhaps not further."""
        ...


class Fate:
    """The step at which this process dies, and the how manieth time it comes there."""

    def __init__(self, step: str, count: int) -> None:
        self._step = step
        self._left = count
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        """Come to a step."""
        if step != self._step:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)


class _Within(threading.local):
    """Whose transaction a thread is in."""

    part = ""


_within = _Within()


@contextmanager
def within(part: str) -> Iterator[None]:
    """Name what the transactions of this thread are for, while the block runs."""
    before, _within.part = _within.part, part
    try:
        yield
    finally:
        _within.part = before


def _part() -> str:
    worker = threading.current_thread().name == "comity-worker"
    return _within.part or ("expiry" if worker else "post")


class MortalStore(Store):
    """A store that comes to a step before and after the commit of each change."""

    def __init__(self, url: str, vault: Vault, passes: Passes) -> None:
        super().__init__(url, vault)
        self._passes = passes

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection."""
        with super().write() as tx:
            before = _changes(tx)
            yield tx
            changed = _changes(tx) != before
            if changed:
                self._passes(f"{_part()}-before-commit")
        if changed:
            self._passes(f"{_part()}-after-commit")


def _changes(tx: Connection) -> int:
    connection = tx.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection.total_changes


class MortalExchange(Exchange):
    """The walk, told step by step."""

    passes: Passes

    def handle(self, request: Request) -> Response:
        """Take one request to its reply."""
        with within(""):
            return super().handle(request)

    def handle_all(self, requests: Sequence[Request]) -> list[Response | None]:
        """Take several at once."""
        with within(""):
            return super().handle_all(requests)

    def _open(self, request: Request, known: Known | None = None) -> Opened:
        return self._after("opened", super()._open(request, known))

    def _admit_all(self, tx: Connection, opened: Sequence[Opened]) -> list[Opened]:
        _within.part = "admit"
        return super()._admit_all(tx, opened)

    def _admit(self, tx: Connection, opened: Opened) -> Response | None:
        _within.part = "admit"
        return super()._admit(tx, opened)

    def _outcome(self, opened: Opened, tx: Connection | None = None) -> Outcome:
        if opened.route is not None:
            told = replace(opened.route, decide=partial(self._decide, opened.route.decide))
            opened = replace(opened, route=told)
        return self._after("acted", super()._outcome(opened, tx))

    def _decide(self, decide: Callable[..., Act], *args: Any) -> Act:
        return self._after("decided", decide(*args))

    def _commit_all(
        self, tx: Connection, decided: Sequence[tuple[Opened, Outcome]]
    ) -> list[Response]:
        _within.part = "commit"
        return super()._commit_all(tx, decided)

    def _again(self, opened: Opened, stored: Response) -> Response:
        return self._after("again", super()._again(opened, stored))

    def _after(self, step: str, result: ResultT) -> ResultT:
        self.passes(step)
        return result


class MortalDelivery(Delivery):
    """The walk backwards: its transactions are told apart."""

    def _send(self, row: Outgoing, peer: Pinned, request: Request) -> Entry:
        with within("take"):
            return super()._send(row, peer, request)

    def _take_all(self, peer: Pinned, came: Sequence[Came]) -> None:
        with within("take"):
            super()._take_all(peer, came)

    def _settle(self, row: Outgoing, state: State, **values: object) -> None:
        with within("put-off"):
            super()._settle(row, state, **values)


@dataclass(frozen=True)
class MortalSigner:
    """A signer that tells of what it signs in transaction 2."""

    signer: Signer
    passes: Passes

    @property
    def public(self) -> bytes:
        """The public key."""
        return self.signer.public

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        signature = self.signer.sign(message)
        if _within.part == "commit":
            self.passes("sealed")
        return signature


@dataclass(frozen=True)
class MortalAuthenticator:
    """Believes what the real one believes, and tells of replies."""

    target: Authenticator
    passes: Passes

    def request(self, request: Request, known: Known | None = None) -> tuple[Pinned, RequestClaims]:
        """Verify a request."""
        return self.target.request(request, known)

    def response(
        self, response: Response, request: Request, peer: Pinned
    ) -> tuple[Pinned, ResponseClaims]:
        """Verify a reply."""
        opened = self.target.response(response, request, peer)
        self.passes("reply-opened")
        return opened


@dataclass(frozen=True)
class MortalEndpoint:
    """The way to a peer."""

    target: Endpoint
    passes: Passes

    def handle(self, request: Request) -> Response:
        """Carry a request there and the reply back."""
        self.passes("sending")
        response = self.target.handle(request)
        self.passes("answered")
        return response


def mortal_app(app: App, passes: Passes) -> App:
    """Return the application of the peer listener, told when a reply has been sent."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                passes("replied")

        await app(scope, receive, sending)

    return wrapped


def make_mortal(node: Node, passes: Passes) -> Node:
    """Return a node whose parts come to steps; the one given lends it the rest."""
    node.store.close()
    store = MortalStore(node.config.database_url(node.folder), node.store.vault, passes)
    message = MortalSigner(node.local.signers.message, passes)
    own = node.local.in_force.own
    mortal = replace(own, signers=replace(own.signers, message=message))
    local = replace(node.local, in_force=InForce(mortal))
    believed = MortalAuthenticator(TokenAuthenticator(local, store), passes)
    exchange = MortalExchange(local, store, believed, node.wake.set, node.contacts)
    exchange.passes = passes

    def endpoint(peer: Pinned) -> Endpoint:
        return MortalEndpoint(node.clients.of(peer), passes)

    delivery = MortalDelivery(local, store, believed, endpoint, REPLIES)
    pusher = Pusher(local, store)
    return replace(
        node, local=local, store=store, exchange=exchange, delivery=delivery, pusher=pusher
    )
