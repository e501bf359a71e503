"""Runs the listeners of a node in one event loop until it is told to stop."""

import asyncio
import contextlib
import errno
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from comity.errors import Code, ComityError
from comity.limits import (
    CONNECTIONS,
    HEADER_BYTES,
    HEADER_SECONDS,
    KEEP_ALIVE_SECONDS,
    SHUTDOWN_SECONDS,
)

_PORT_MAX: Final = 65_535
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Listener:
    """One application on one socket; `context` is None for plain HTTP, on loopback only."""

    app: Callable[..., Any]
    host: str
    port: int
    """0 lets the system choose."""
    context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """What is told when every listener takes connections."""

    addresses: tuple[tuple[str, int], ...]
    """Host and port of each listener, in their order."""
    stop: Callable[[], None]
    """Begins the graceful stop, from any thread."""


def serve(listeners: Sequence[Listener], on_ready: Callable[[Ready], None]) -> None:
    """Serve until SIGTERM, SIGINT or `Ready.stop`; return when all requests are answered.

    All sockets are bound before anything starts. A stop waits SHUTDOWN_SECONDS for replies under
    way and as long as it takes for work in threads; a second signal waits for nothing. Raises
    PORT_IN_USE (host, port) or ADDRESS_INVALID (host, port, reason).
    """
    with contextlib.ExitStack() as bound:
        sockets = [bound.enter_context(_bind(each.host, each.port)) for each in listeners]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(listeners, sockets, on_ready))


async def _serve(
    listeners: Sequence[Listener],
    sockets: Sequence[socket.socket],
    on_ready: Callable[[Ready], None],
) -> None:
    """Run one server for each listener; when one ends, all end."""
    loop = asyncio.get_running_loop()
    servers = [_Server(_config(each)) for each in listeners]

    def stop() -> None:
        for server in servers:
            # The second time means: at once.
            server.force_exit = server.should_exit
            server.should_exit = True

    async def run(server: _Server, bound: socket.socket) -> None:
        try:
            await server.serve(sockets=[bound])
        finally:
            for each in servers:
                each.should_exit = True
                each.ready.set()

    async def announce() -> None:
        for server in servers:
            await server.ready.wait()
        if not any(server.should_exit for server in servers):
            addresses = tuple(bound.getsockname()[:2] for bound in sockets)
            try:
                on_ready(Ready(addresses, lambda: _call(loop, stop)))
            except BaseException:
                stop()
                raise

    running = [run(server, bound) for server, bound in zip(servers, sockets, strict=True)]
    with _signals(loop, stop):
        ends = await asyncio.gather(announce(), *running, return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end


def _call(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Stop from any thread; a loop that has ended needs no stopping."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop)


def _bind(host: str, port: int) -> socket.socket:
    """Listen on one address. Raises PORT_IN_USE or ADDRESS_INVALID."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not 0 <= port <= _PORT_MAX:
        raise ComityError(Code.ADDRESS_INVALID, host=host, port=port, reason="port")
    # With the protocol named: asyncio sets TCP_NODELAY only on sockets that say they are TCP, and
    # without it each reply waits 40 ms for a delayed acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
        # Only who listens finds out that somebody else does.
        bound.listen(CONNECTIONS)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise ComityError(Code.PORT_IN_USE, host=host, port=port) from None
        # A name that does not resolve gives an error with a number of another kind.
        reason = errno.errorcode.get(error.errno or 0, "name").lower()
        raise ComityError(Code.ADDRESS_INVALID, host=host, port=port, reason=reason) from None
    return bound


def _config(listener: Listener) -> uvicorn.Config:
    """Say what the server does and, mostly, what it leaves out."""
    context = listener.context
    return uvicorn.Config(
        listener.app,
        http=_Impatient,
        loop="asyncio",
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        # Forwarding headers and environment variables have no say in who is who.
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=CONNECTIONS,
        backlog=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )


class _Server(uvicorn.Server):
    """A server that says when it is ready, and leaves the signals to who runs several of them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start taking connections."""
        await super().startup(sockets=sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: each server would take them from the one before."""
        yield


class _Impatient(HttpToolsProtocol):
    """HTTP/1.1 that gives a connection HEADER_SECONDS to come up with a whole request head.

    uvicorn itself waits for ever before the first request and inside a head, so that silence could
    hold all the connections there are; and it takes heads and trailers of any size, and only parts
    of the request target.
    """

    _head_due: asyncio.TimerHandle | None = None
    _in_head = False
    _piece = 0
    """Bytes that are being parsed."""
    _taken = 0
    """Bytes of this request so far."""
    _content = 0
    """Those of them that are its body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Start the clock at the first byte of a head, stop it at its end."""
        self._piece = len(data)
        self._taken += len(data)
        super().data_received(data)
        if (self._taken > HEADER_BYTES and self._in_head) or self._is_wasteful():
            # The parser below has no bound of its own.
            self.send_400_response("")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        super().connection_lost(exc)
        self._unwatch()

    def on_message_begin(self) -> None:
        """Count anew."""
        super().on_message_begin()
        self._in_head, self._taken, self._content = True, self._piece, 0

    def on_headers_complete(self) -> None:
        """Pass the target on as it was sent: a signature covers it."""
        self._in_head = False
        raw_path, _, query = self.url.partition(b"?")
        path = unquote(raw_path.decode("ascii"))
        # Its own parser would leave out scheme and host, where there are any.
        self.url = b"/"
        super().on_headers_complete()
        self.scope["path"], self.scope["raw_path"] = path, raw_path
        self.scope["query_string"] = query

    def on_body(self, body: bytes) -> None:
        """Count what is content."""
        self._content += len(body)
        super().on_body(body)

    def _is_wasteful(self) -> bool:
        """Tell whether chunks of one byte, or trailers, make more of a request than it says."""
        return self._taken - 8 * self._content > 4 * HEADER_BYTES

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()
        elif self._head_due is None:
            self._head_due = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _unwatch(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _give_up(self) -> None:
        self._head_due = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Iterator[None]:
    """Let the signals stop the loop; outside the main thread there are none to take."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
