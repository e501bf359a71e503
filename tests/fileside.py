"""Two nodes with real file listeners: messages by call, files by HTTPS on loopback."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comity.core.identity import fingerprint as fingerprint_of
from comity.demo.sides import free_ports
from comity.edge.file_listener import FileListener
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.edge.tls import server_context
from comity.gate import FileGate
from comity.node import Node
from comity.operations import filing, setup, transfers
from comity.operations.peers import peer_add
from comity.operations.standing import TransferShown
from comity.protocol import filing as protocol
from comity.protocol.catalog import PULL
from comity.store.rows.files import FileToken
from comity.store.rows.moving import change
from edge.loopback import HOST, answer, connect, running
from nodes import MX, OFFICER, US, Pair, opened, run
from stages import TERMS, agree

DATASET = "report"
CONTENT = bytes(range(256)) * 4_000  # about a megabyte: several pieces


@dataclass(repr=False)
class Filed:
    """A pair whose listeners take and give files."""

    p: Pair
    ports: dict[str, int]
    gates: dict[str, FileGate] = field(default_factory=dict)

    @property
    def mx(self) -> Node:
        """The giver."""
        return self.p.mx

    @property
    def us(self) -> Node:
        """The receiver."""
        return self.p.us

    def hold(self, content: bytes = CONTENT, dataset: str = DATASET) -> None:
        """Let the giver hold a file."""
        path = self.p.folder / "source.bin"
        path.write_bytes(content)
        args = {"dataset": dataset, "path": str(path), "media_type": "application/pdf"}
        run(filing.keep, self.mx, **args)

    def agree(self, approval: str = "automatic", dataset: str = DATASET) -> str:
        """Agree that the file may be received."""
        terms: dict[str, Any] = {**TERMS, "receive": {"approval": approval}}
        return agree(self.p, terms, dataset)

    def ask(self, agreement: str, format: str = PULL) -> TransferShown:
        """Ask for the file, and deliver all messages that follow."""
        args = {"peer": self.mx.id, "agreement": agreement, "format": format}
        asked = run(transfers.request, self.us, **args)
        self.p.pump()
        return asked

    def start(self, format: str = PULL, content: bytes = CONTENT) -> str:
        """Bring the pair to a started transfer; returns the receiver's id of it."""
        self.hold(content)
        return self.ask(self.agree(), format).id

    def of(self, node: Node) -> TransferShown:
        """Return a node's latest transfer."""
        return run(transfers.transfer_list, node).transfers[-1]

    def given(self) -> tuple[str, str]:
        """Return path and token of the address that the receiver was given."""
        with self.us.store.read() as tx:
            address = protocol.kept_address(self.us.local, tx, self.of(self.us).id)
        assert address is not None
        assert address.endpoint is not None
        path = address.endpoint.removeprefix(self.mx.config.address)
        return path, protocol.property_of(address, protocol.AUTHORIZATION)

    def wanted(self) -> tuple[str, str]:
        """Return path and token of the address that the giver was asked to push to."""
        with self.mx.store.read() as tx:
            address = protocol.kept_address(self.mx.local, tx, self.of(self.mx).id)
        assert address is not None
        assert address.endpoint is not None
        path = address.endpoint.removeprefix(self.us.config.address)
        return path, protocol.property_of(address, protocol.AUTHORIZATION)

    def open(self, node: Node) -> socket.socket:
        """Connect to a node's listener, with its certificate pinned."""
        certificate = (node.folder / "keys" / "tls.pem").read_text()
        return connect(self.ports[node.id], ssl.PEM_cert_to_DER_cert(certificate))

    def send(
        self,
        node: Node,
        method: str,
        path: str,
        token: str,
        body: bytes = b"",
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request as any program would; return status, headers and body."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if method == "POST" and "Content_Length" not in headers:
            lines.append(f"Content-Length: {len(body)}")
        with self.open(node) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return answer(connection)

    def use_up(self, node: Node, requests: int) -> None:
        """Say that a token was used so often."""
        with node.store.write() as tx:
            change(tx, FileToken, {}, requests=requests)


def make(folder: Path) -> None:
    """Make two nodes on free ports, which pinned each other."""
    for config, name, port in zip((MX, US), ("mx", "us"), free_ports(2), strict=True):
        config = config.model_copy(update={"address": f"https://{HOST}:{port}"})
        setup.init(folder / name, config, OFFICER.officer, folder / f"{name}-recovery.key")
    with opened(folder) as p:
        for node, document in ((p.mx, p.us.document), (p.us, p.mx.document)):
            run(peer_add, node, document=document, fingerprint=fingerprint_of(document))


@contextmanager
def listening(p: Pair) -> Iterator[Filed]:
    """Let both nodes take and give files."""
    made, listeners = Filed(p, {}), []
    for node in (p.mx, p.us):
        keys, port = node.folder / "keys", int(node.config.address.rpartition(":")[2])
        made.ports[node.id] = port
        made.gates[node.id] = FileGate(node.local, node.store, node.wake.set)
        app = peer_app(node.exchange, b"{}", files=FileListener(made.gates[node.id]))
        context = server_context(keys / "tls.pem", keys / "tls.key")
        listeners.append(Listener(app, HOST, port, context))
    with running(listeners):
        yield made


@contextmanager
def filed(folder: Path) -> Iterator[Filed]:
    """Make two nodes, and let them take and give files."""
    make(folder)
    with opened(folder) as p, listening(p) as made:
        yield made
