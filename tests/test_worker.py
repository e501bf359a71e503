"""What a serving node does by itself: nobody waits for a silent peer, and nothing ends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event, Lock

from comity.api import Request, Response
from comity.core.canonical import b64url
from comity.core.identity import Identity, Keys, Pinned, issue
from comity.core.keys import Ed25519Signer
from comity.delivery import Delivery
from comity.errors import Code, ComityError
from comity.limits import DELIVERIES_AT_ONCE
from comity.node import Node
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.sending import post
from comity.store import peers, record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import add, many
from comity.store.rows.peers import Peer
from comity.worker import Worker, due
from nodes import Pair

PEERS = DELIVERIES_AT_ONCE + 3


def pin(node: Node, number: int) -> str:
    """Pin a participant that nobody runs; returns its id."""
    signer = Ed25519Signer(bytes([number + 1]) * 32)
    key = b64url(signer.public)
    made = Identity(
        id=f"did:web:peer-{number}.example",
        name=f"Peer {number}",
        territory="CA",
        version=1,
        issued=1,
        address="https://127.0.0.1:1",
        certificate=b64url(b"x"),
        keys=Keys(message=key, checkpoint=key, cosignature=key, encryption=key),
        recovery=b64url(bytes(32)),
    )
    with node.store.write() as tx:
        add(tx, Peer(made.id, issue(made, signer), 1, 1, "officer-1"))
        record.begin(tx, made.id)
        post(tx, node.local, peers.pinned(tx, made.id), "x", "GET", "/x")
    return made.id


@dataclass
class Silent:
    """Peers that take a request and say nothing until they are told to."""

    speak: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    now: int = 0
    most: int = 0
    asked: int = 0

    def handle(self, request: Request) -> Response:
        """Wait, and then be gone."""
        with self.lock:
            self.now, self.asked = self.now + 1, self.asked + 1
            self.most = max(self.most, self.now)
        self.speak.wait(20)
        with self.lock:
            self.now -= 1
        raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="silent")


def delivering_to(node: Node, endpoint: Callable[[Pinned], Silent]) -> Node:
    """Return a node with another way to its peers."""
    believed = TokenAuthenticator(node.local, node.store)
    return replace(node, delivery=Delivery(node.local, node.store, believed, endpoint, {}))


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_so_many_peers_at_once_and_then_the_others(pinned: Pair) -> None:
    silent = Silent()
    node = delivering_to(pinned.mx, lambda _: silent)
    ids = [pin(node, number) for number in range(PEERS)]
    assert due(node) == sorted(ids)
    worker = Worker(node)
    worker.start()
    wait_until(lambda: silent.now == DELIVERIES_AT_ONCE)
    assert silent.asked == DELIVERIES_AT_ONCE
    silent.speak.set()
    wait_until(lambda: silent.asked >= PEERS)
    worker.stop()
    assert silent.most == DELIVERIES_AT_ONCE
    with node.store.read() as tx:
        assert {row.error for row in many(tx, Outgoing)} == {Code.PEER_UNREACHABLE}


@dataclass
class Broken(Silent):
    """A peer with which our own code fails."""

    def handle(self, request: Request) -> Response:
        """Fail in a way that nobody foresaw."""
        self.asked += 1
        raise RuntimeError("a defect of ours")


def test_a_defect_does_not_end_the_worker(pinned: Pair) -> None:
    broken = Broken()
    node = delivering_to(pinned.mx, lambda _: broken)
    pin(node, 0)
    worker = Worker(node)
    worker.start()
    wait_until(lambda: broken.asked == 1)
    node.wake.set()
    wait_until(lambda: broken.asked > 1)
    worker.stop()


def test_a_store_that_fails_for_a_while_does_not_end_the_worker(pinned: Pair) -> None:
    silent = Silent()
    silent.speak.set()
    node = delivering_to(pinned.mx, lambda _: silent)
    pin(node, 0)
    with node.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE requests RENAME TO away")
    worker = Worker(node)
    worker.start()
    time.sleep(0.05)
    assert silent.asked == 0
    with node.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO requests")
    node.wake.set()
    wait_until(lambda: silent.asked > 0)
    worker.stop()
