"""The node under test, and the identity that the kit speaks as, which is a node of its own."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.api import Endpoint, Request, Response
from comity.core.identity import Pinned, fingerprint
from comity.demo.sides import free_ports
from comity.edge import lock
from comity.edge.config import NodeConfig
from comity.errors import Code, ComityError
from comity.node import Node, open_node
from comity.operations import setup
from comity.operations.peers import peer_add
from comity.worker import work
from nodes import OFFICER, run

HOST: Final = "localhost"


class Road:
    """The way to one side; who is at its end changes when the kit takes over from its node."""

    def __init__(self) -> None:
        self.end: Endpoint | None = None

    def handle(self, request: Request) -> Response:
        """Pass a request on."""
        if self.end is None:
            raise ComityError(Code.PEER_UNREACHABLE, peer="", reason="refused")
        return self.end.handle(request)


@dataclass(frozen=True)
class Sides:
    """Two nodes that pinned each other, and the port that the kit will listen on."""

    node: Node
    kit: Node
    to_kit: Road
    kit_port: int

    def pump(self) -> None:
        """Let both deliver what waits, before anything serves."""
        for _ in range(10):
            work(self.node)
            work(self.kit)


@contextmanager
def opened(folder: Path) -> Iterator[Sides]:
    """Make both nodes below a folder, and open them."""
    node_port, kit_port = free_ports(2)
    to_node, to_kit = Road(), Road()
    with ExitStack() as stack:

        def made(name: str, title: str, territory: str, port: int, peer: Road) -> Node:
            config = NodeConfig(
                id=f"did:web:{name}.example",
                name=title,
                territory=territory,
                address=f"https://{HOST}:{port}",
                peer_host="127.0.0.1",
                peer_port=port,
            )
            at = folder / name
            setup.init(at, config, OFFICER.officer, folder / f"{name}-recovery.key")
            stack.enter_context(lock.hold(at))

            def endpoint(_: Pinned) -> Road:
                return peer

            return stack.enter_context(closing(open_node(at, endpoint=endpoint)))

        node = made("node", "Node under test", "MX", node_port, to_kit)
        kit = made("kit", "Conformance kit", "US", kit_port, to_node)
        to_node.end, to_kit.end = node.exchange, kit.exchange
        for one, other in ((node, kit), (kit, node)):
            document = other.document
            run(peer_add, one, document=document, fingerprint=fingerprint(document))
        yield Sides(node, kit, to_kit, kit_port)
