"""Real listeners and real TLS on loopback, in threads, for the tests of the edge."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path

import httpx

from comity.api import Request, Response
from comity.edge.serve import Listener, Ready, serve
from comity.edge.tls import client_context, make_certificate, server_context

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "127.0.0.1"


@dataclass
class Echo:
    """An endpoint that keeps what it was asked and answers with one reply."""

    reply: Response = field(default_factory=lambda: Response(200, "reply.to.ken", "a/b", b"{}"))
    asked: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        self.asked.append(request)
        if request.target.endswith("/crash"):
            raise RuntimeError("a secret that stays inside")
        return self.reply


@dataclass(frozen=True)
class Pair:
    """The certificate of a listener, in DER, and the context it serves with."""

    certificate: bytes
    server: ssl.SSLContext


def pair(folder: Path, host: str = HOST) -> Pair:
    """Make a certificate for a listener."""
    key, certificate = folder / f"{host}.key", folder / f"{host}.pem"
    der = make_certificate(host, key, certificate, NOW)
    return Pair(der, server_context(certificate, key))


@contextmanager
def running(listeners: Sequence[Listener]) -> Iterator[Ready]:
    """Serve in a thread while the block runs."""
    ready: list[Ready] = []
    errors: list[BaseException] = []
    told = threading.Event()

    def on_ready(said: Ready) -> None:
        ready.append(said)
        told.set()

    def run() -> None:
        try:
            serve(listeners, on_ready)
        except BaseException as error:
            errors.append(error)
            told.set()

    thread = threading.Thread(target=run)
    thread.start()
    told.wait(10)
    try:
        if errors:
            raise errors[0]
        yield ready[0]
    finally:
        if ready:
            ready[0].stop()
        thread.join(20)
    assert not thread.is_alive()


def plain_http(port: int = 0, host: str = HOST) -> httpx.Client:
    """Return a client without TLS; `verify` off, since loading the certificates takes a while."""
    return httpx.Client(base_url=f"http://{host}:{port}", trust_env=False, verify=False)


def connect(port: int, certificate: bytes | None = None) -> socket.socket:
    """Open a connection, with TLS where there is a certificate."""
    plain = socket.create_connection((HOST, port), timeout=10)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if certificate is None:
        return plain
    return client_context(certificate).wrap_socket(plain, server_hostname=HOST)


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send bytes as they are and read until the other side closes."""
    connection.sendall(request)
    answer = bytearray()
    while part := connection.recv(65_536):
        answer += part
    return bytes(answer)


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one response."""
    reply = HTTPResponse(connection)
    try:
        reply.begin()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
    finally:
        reply.close()


class Scripted:
    """A peer's listener that says the bytes it was given, whatever it is asked."""

    def __init__(
        self, server: ssl.SSLContext, script: Sequence[bytes], pause: float = 0, port: int = 0
    ) -> None:
        self._server = server
        self._script = script
        self._pause = pause
        self.asked: list[bytes] = []
        """The first piece of what each connection asked."""
        self._ended = threading.Event()
        self._listening = socket.create_server((HOST, port))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Scripted":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            plain, _ = self._listening.accept()
            with self._server.wrap_socket(plain, server_side=True) as connection:
                self.asked.append(connection.recv(65_536))
                for part in self._script:
                    connection.sendall(part)
                    if self._ended.wait(self._pause):
                        return
        except OSError:
            # The client may hang up at any time; that is what most of these tests are about.
            return
