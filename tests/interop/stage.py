"""A Comity node that serves on loopback, an Eclipse connector, and what stands between them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from comity.core.canonical import unb64url
from comity.demo.sides import free_ports
from comity.edge.config import NodeConfig
from comity.edge.file_listener import FileListener
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.edge.tls import server_context
from comity.gate import FileGate
from comity.node import Node, open_node
from comity.operations import Caller, Model, Operation, setup
from comity.serving import version_document
from comity.worker import Worker
from edge.loopback import running as listening
from interop import connector, outside
from interop.connector import HOST, Connector
from interop.front import front
from interop.outside import Outside
from standin import StandIn, pin

ResultT = TypeVar("ResultT", bound=Model)
OFFICER: Final = Caller("officer-1")
COMITY: Final = "did:web:comity.example"
EDC: Final = "did:web:edc.example"


@dataclass(frozen=True, slots=True)
class Stage:
    """Both sides, running."""

    node: Node
    edc: Connector
    outside: Outside
    stand_in: StandIn
    folder: Path
    """For files of the play."""

    @property
    def dsp(self) -> str:
        """The base address of the node's Dataspace Protocol endpoints."""
        return f"{self.node.local.identity.address}/dsp/2025-1"

    def run(self, operation: Operation[Any, ResultT], /, **args: Any) -> ResultT:
        """Run an operation of the node as an officer would."""
        return operation.run(self.node, OFFICER, operation.args(**args), lambda *_: None)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Make and start everything in an empty folder."""
    ports = free_ports(2)
    home, front_home = folder / "node", folder / "edc-identity"
    address, front_address = (f"https://{HOST}:{port}" for port in ports)
    config = NodeConfig(id=COMITY, name="Comity node", territory="XA", address=address)
    peer = NodeConfig(id=EDC, name="Eclipse connector", territory="XB", address=front_address)
    setup.init(home, config, OFFICER.officer, folder / "node.recovery")
    with ExitStack() as stack:
        around = stack.enter_context(outside.serving())
        node = stack.enter_context(closing(open_node(home)))
        stand_in = pin(node, peer, front_home, OFFICER)
        files = FileListener(FileGate(node.local, node.store, node.wake.set))
        own = peer_app(stand_in.inward(node.exchange), version_document(""), files=files)
        stack.enter_context(listening([_listener(own, ports[0], home)]))
        # Ended before the listener, so that it holds no connection open when that one stops.
        certificate = unb64url(node.local.identity.certificate)
        running = connector.running(folder / "edc", EDC, front_address, certificate)
        edc = stack.enter_context(running)
        app = front(stand_in, edc, around, COMITY)
        stack.enter_context(listening([_listener(app, ports[1], front_home)]))
        worker = Worker(node)
        worker.start()
        stack.callback(worker.stop)
        stack.callback(node.clients.close)
        yield Stage(node, edc, around, stand_in, folder)


def _listener(app: Any, port: int, home: Path) -> Listener:
    keys = home / "keys"
    return Listener(app, HOST, port, server_context(keys / "tls.pem", keys / "tls.key"))
