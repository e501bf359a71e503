"""A node that serves: its two listeners and its worker, put together.

Peers reach only the peer listener, officers only theirs, and no route is on both (DESIGN D11).
"""

import os
import ssl
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from comity.alerting import Alerts
from comity.core.dsp.version import VERSION, Version, VersionResponse
from comity.edge import keyring, lock, tls
from comity.edge.file_listener import FileListener
from comity.edge.operators_listener import operators_app
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener, Ready, serve
from comity.errors import Code, ComityError
from comity.gate import FileGate
from comity.node import Node, SystemClock, open_node
from comity.operations import find, names
from comity.operations.setup import authenticate
from comity.polling import Poller
from comity.protocol.base import DSP, prefix
from comity.worker import Worker

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - refused, not used
CERTIFICATE_FILE: Final = "operators.pem"
"""Certificate of the operators' listener, below `keys`; only where it is not on loopback."""


@dataclass(frozen=True, slots=True)
class Started:
    """A node whose listeners take connections."""

    id: str
    peer_host: str
    peer_port: int
    operators: str
    """The address of the operators' listener: http or https, host, port."""
    pid: int
    stop: Callable[[], None]
    """Begins the graceful stop, from any thread."""


def run(folder: Path, on_ready: Callable[[Started], None]) -> None:
    """Serve the node in `folder` until SIGTERM, SIGINT or `Started.stop`.

    `on_ready` is called once, in the loop's thread: it must return soon. Outside the main thread
    there are no signals, so a test or a script serves by running this in a thread. Raises
    NODE_MISSING, NODE_BUSY, PORT_IN_USE, ADDRESS_INVALID, SETTING_INVALID and what `open_node` and
    `tls.server_context` raise.
    """
    with ExitStack() as stack:
        stack.enter_context(lock.hold(folder))
        node = stack.enter_context(closing(open_node(folder)))
        node.delivery.greet = node.resuming.greet
        listens = node.config.listen != "none"
        listeners = (*((_peer_listener(node),) if listens else ()), _operators_listener(node))
        worker, poller, alerts = Worker(node), Poller(node), Alerts(node)

        def ready(said: Ready) -> None:
            *reached, (host, port) = said.addresses
            peer_host, peer_port = reached[0] if reached else ("", 0)
            scheme = "https" if listeners[-1].context else "http"
            shown = f"[{host}]" if ":" in host else host
            started = Started(
                node.id, peer_host, peer_port, f"{scheme}://{shown}:{port}", os.getpid(), said.stop
            )
            stack.enter_context(lock.announce(folder, started.operators))
            worker.start()
            # Stopped first: what it delivers needs the database.
            stack.callback(worker.stop)
            alerts.start()
            stack.callback(alerts.stop)
            # Before that: what waits for a peer that collects would hold it up.
            stack.callback(node.local.mailboxes.close)
            if not listens:
                poller.start()
                stack.callback(poller.stop)
            on_ready(started)

        serve(listeners, ready)


class _Leaving(ssl.SSLObject):
    """A TLS connection that is closed without waiting for the other side to close it, too.

    RFC 8446 section 6.1 asks for no more than one's own closing alert. A peer that keeps an idle
    connection and reads nothing would hold up each stop by half a minute.
    """

    def unwrap(self) -> None:
        """Send the closing alert."""
        with suppress(ssl.SSLWantReadError):
            super().unwrap()


def version_document(path: str) -> bytes:
    """Return the body of the unversioned metadata endpoint (DSP 2025-1, exposure of versions).

    `path` is that of the node's address.
    """
    versions = (Version(version=VERSION, path=path + DSP),)
    return VersionResponse(protocol_versions=versions).to_json()


def _peer_listener(node: Node) -> Listener:
    path = prefix(node.local.identity)
    context = _context(*keyring.certificate_of(node.folder, node.local.identity))

    def renew(certificate: Path, key: Path) -> None:
        """Show another certificate from the next connection on."""
        tls.load(context, certificate, key)

    node.renewed.append(renew)
    files = FileListener(FileGate(node.local, node.store, node.wake.set), path)
    return Listener(
        peer_app(
            node.exchange, version_document(path), prefix=path, files=files, together=node.exchange
        ),
        node.config.peer_host,
        node.config.peer_port,
        context,
    )


def _operators_listener(node: Node) -> Listener:
    host = node.config.operators_host
    app = operators_app(
        node,
        [find(name) for name in names()],
        partial(authenticate, node.store),
        # A web page can point a name of its own at this listener, but not choose one of these.
        LOOPBACK if host in LOOPBACK else {host},
    )
    return Listener(app, host, node.config.operators_port, _operators_context(node, host))


def _operators_context(node: Node, host: str) -> ssl.SSLContext | None:
    """Return what the operators' listener serves with: off loopback a token must not go in clear.

    Raises SETTING_INVALID for an address that means every one: no certificate is for all of them.
    """
    if host in LOOPBACK:
        return None
    if host in _EVERYWHERE:
        raise ComityError(Code.SETTING_INVALID, setting="operators_host", where="comity.toml")
    key, certificate = (node.folder / "keys" / name for name in ("operators.key", CERTIFICATE_FILE))
    if not certificate.exists():
        key.unlink(missing_ok=True)
        tls.make_certificate(host, key, certificate, SystemClock().now())
    return _context(certificate, key)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = tls.server_context(certificate, key)
    context.sslobject_class = _Leaving
    return context
