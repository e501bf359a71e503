"""A Comity node that serves on loopback, an Eclipse connector, and the stand-in between them."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from comity.api import Endpoint, Request, Response
from comity.core.canonical import unb64url
from comity.edge.config import NodeConfig
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.edge.tls import server_context
from comity.node import Node, open_node
from comity.operations import Caller, Model, Operation, setup
from comity.serving import version_document
from comity.worker import Worker
from edge.loopback import running as listening
from interop import connector
from interop.connector import HOST, Connector, free_ports
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
    stand_in: StandIn
    folder: Path

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
    port, edc_port = free_ports(2)
    home = folder / "node"
    config = NodeConfig(
        id=COMITY,
        name="Comity node",
        territory="XA",
        address=f"https://{HOST}:{port}",
    )
    setup.init(home, config, OFFICER.officer, folder / "node.recovery")
    # Nobody listens there: the stand-in takes what is sent to it to the connector's plain ports.
    address = f"https://{HOST}:{edc_port}"
    with ExitStack() as stack:
        ways: list[Endpoint] = []
        node = stack.enter_context(closing(open_node(home, endpoint=lambda peer: ways[0])))
        peer = NodeConfig(id=EDC, name="Eclipse connector", territory="XB", address=address)
        stand_in = pin(node, peer, folder / "edc-identity", OFFICER)
        certificate = unb64url(node.local.identity.certificate)
        keys = home / "keys"
        listener = Listener(
            peer_app(stand_in.inward(node.exchange), version_document("")),
            HOST,
            port,
            server_context(keys / "tls.pem", keys / "tls.key"),
        )
        stack.enter_context(listening([listener]))
        # Ended before the listener, so that it holds no connection open when that one stops.
        edc = stack.enter_context(connector.running(folder / "edc", EDC, address, certificate))
        ways.append(stand_in.outward(_Carrier(edc).carry))
        worker = Worker(node)
        worker.start()
        stack.callback(worker.stop)
        yield Stage(node, edc, stand_in, folder)


class _Carrier:
    """Carries the node's requests to the plain port of the connector that each belongs to."""

    def __init__(self, edc: Connector) -> None:
        self._edc = edc
        self._client = httpx.Client(trust_env=False, verify=False, timeout=30)

    def carry(self, request: Request) -> Response:
        """Take a request to the connector and return its plain reply."""
        context = "public" if request.target.startswith("/public") else "protocol"
        token = {"region": "eu", "audience": self._edc.id, "clientId": COMITY}
        reply = self._client.request(
            request.method,
            f"http://{HOST}:{self._edc.ports[context]}{request.target}",
            content=request.body,
            headers={
                "Authorization": httpx.Response(200, json=token).text,
                **({"Content-Type": request.content_type} if request.content_type else {}),
            },
        )
        content_type = reply.headers.get("content-type", "")
        return Response(reply.status_code, "", content_type, reply.content)
