"""The client of one peer: sends a request to the pinned listener and takes the reply as it is.

What crosses the border is signed byte for byte, so nothing may rewrite the target, follow a
redirect, unpack a body, add a cookie or ask the environment for a proxy. There is no such code
here: a request is written out, and a parser takes the reply apart (docs/decisions/0016-together).
"""

import re
import select
import ssl
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from comity.api import Request, Response
from comity.core.identity import check_address
from comity.edge.asgi import TOKEN_HEADER
from comity.edge.connection import (
    BrokenError,
    Connection,
    NotConnectedError,
    NotHttpError,
    Reply,
)
from comity.edge.tls import client_context
from comity.errors import Code, ComityError
from comity.limits import (
    CONNECTIONS_TO_PEER,
    HTTP_TIMEOUT_SECONDS,
    IDLE_SECONDS,
    REPLY_BYTES,
    TOKEN_BYTES,
)

_CONTENT_TYPE_CHARS: Final = 200
_NAME: Final = re.compile(r"[0-9a-f:.]+|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
"""An IP address, or a name of labels that a resolver takes (RFC 1123 section 2.1)."""
_DEFAULT_PORT: Final = 443
_GATHERING_SECONDS: Final = 0.0003
_FIRST_LINE: Final = re.compile(r"[A-Z]+ [!-~]+ HTTP/1\.1")
_LINE: Final = re.compile(r"[A-Za-z-]+: [ -~]*")
"""A line of a request head whose parts stay in their places (RFC 9112 sections 3 and 5)."""

Ended: TypeAlias = tuple[int, Response | ComityError]
"""The place of a request, and its reply or why there is none."""


class PeerClient:
    """Talks to one peer; implements `comity.api.Endpoint`. Several threads may share it."""

    def __init__(
        self, address: str, certificate: bytes, timeout: float = HTTP_TIMEOUT_SECONDS
    ) -> None:
        """Take the pinned address and certificate (DER), and the seconds one exchange may last.

        Of the address only host and port are used: the target of a request is its whole path.
        Nothing is sent yet. Raises ADDRESS_INVALID or IDENTITY_INVALID.
        """
        parts = urlsplit(check_address(address))
        self._host, self._port = parts.hostname or "", parts.port or _DEFAULT_PORT
        if not _NAME.fullmatch(self._host):
            raise ComityError(Code.ADDRESS_INVALID)
        self._peer = f"[{self._host}]" if ":" in self._host else self._host
        self._peer += f":{self._port}"
        self._timeout = timeout
        self._context: ssl.SSLContext = client_context(certificate)
        self._free = BoundedSemaphore(CONNECTIONS_TO_PEER)
        self._resting: deque[Connection] = deque()

    def handle(self, request: Request) -> Response:
        """Send one request and return the reply, unverified.

        Raises PEER_UNREACHABLE (peer, reason: refused, name, certificate, tls, network, timeout or
        broken) when there is no whole reply, and PEER_ANSWER_INVALID (peer, reason: http, redirect,
        status, encoding, header, token or size) when there is one that must not be looked at.
        """
        head = self._head(request)
        deadline = time.monotonic() + self._timeout
        if not self._free.acquire(timeout=self._timeout):
            raise self._unreachable("timeout")
        try:
            with self._failures():
                return self._exchange(head + request.body, deadline)
        finally:
            self._free.release()

    def handle_all(self, requests: Sequence[Request]) -> Iterator[list[Ended]]:
        """Send requests at once, over a connection each, and give what comes of them as it comes.

        Each comes with its place; where `handle` would raise, with that error.
        """
        deadline = time.monotonic() + self._timeout
        waiting = deque(enumerate(requests))
        under_way: dict[int, tuple[int, Connection, Reply]] = {}
        arrivals = select.poll()
        ended: list[Ended] = []
        try:
            while waiting or under_way:
                while waiting and self._free.acquire(timeout=0 if under_way else self._timeout):
                    n, request = waiting.popleft()
                    connection = self._begun(request, deadline)
                    if isinstance(connection, ComityError):
                        ended.append((n, connection))
                    else:
                        under_way[connection.number] = n, connection, Reply()
                        arrivals.register(connection.number, select.POLLIN)
                if not under_way:
                    ended += ((n, self._unreachable("timeout")) for n, _ in waiting)
                    waiting.clear()
                left = max(0.0, deadline - time.monotonic())
                came = {number for number, _ in arrivals.poll(1000 * left)} if under_way else set()
                if 0 < len(came) < len(under_way):
                    # The peer answers several at once, too: what comes next is all but here.
                    time.sleep(_GATHERING_SECONDS)
                    came |= {number for number, _ in arrivals.poll(0)}
                for number in list(came or under_way):
                    n, connection, reply = under_way[number]
                    end = self._end(connection, reply) if came else self._unreachable("timeout")
                    if end is not None:
                        arrivals.unregister(number)
                        del under_way[number]
                        self._give_back(connection, None if isinstance(end, ComityError) else reply)
                        ended.append((n, end))
                if ended:
                    yield ended
                    ended = []
        finally:
            for _, connection, _ in under_way.values():
                self._give_back(connection, None)

    def _begun(self, request: Request, deadline: float) -> Connection | ComityError:
        """Send a request, and return where its reply comes, or why it could not be sent."""
        connection: Connection | None = None
        try:
            with self._failures():
                head = self._head(request)
                connection = self._connected(deadline)
                connection.send(head + request.body, deadline)
                return connection
        except BaseException as error:
            self._give_back(connection, None)
            if isinstance(error, ComityError):
                return error
            raise

    def _end(self, connection: Connection, reply: Reply) -> Response | ComityError | None:
        """Take what has come of a reply; None where that is not all."""
        try:
            with self._failures():
                while data := connection.receive_now():
                    reply.feed(data)
                    if reply.has_head:
                        self._check(reply)
                    if reply.is_whole:
                        return self._response(reply)
        except ComityError as error:
            return error
        return None

    def _give_back(self, connection: Connection | None, reply: Reply | None) -> None:
        """Let another request go, over this connection if the reply says so."""
        if connection is not None:
            self._rest(connection, reply)
        self._free.release()

    def _rest(self, connection: Connection, reply: Reply | None) -> None:
        if reply is not None and reply.keeps and not reply.has_more:
            connection.rests_since = time.monotonic()
            self._resting.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._resting:
            self._resting.pop().close()

    def _exchange(self, message: bytes, deadline: float) -> Response:
        connection = self._connected(deadline)
        try:
            connection.send(message, deadline)
            reply = Reply()
            while not reply.is_whole:
                reply.feed(connection.receive(deadline))
                if reply.has_head:
                    # Before more of the body is read, and after it once more.
                    self._check(reply)
            response = self._response(reply)
        except BaseException:
            connection.close()
            raise
        self._rest(connection, reply)
        return response

    def _connected(self, deadline: float) -> Connection:
        """Return a connection that was used before and is still good, or a new one."""
        while self._resting:
            try:
                connection = self._resting.pop()
            except IndexError:
                break
            rested = time.monotonic() - connection.rests_since
            if rested < IDLE_SECONDS and connection.is_silent():
                return connection
            connection.close()
        return Connection(self._host, self._port, self._context, deadline)

    def _head(self, request: Request) -> bytes:
        lines = [
            f"{request.method} {request.target} HTTP/1.1",
            f"Host: {self._peer}",
            "Accept-Encoding: identity",
            f"Content-Length: {len(request.body)}",
        ]
        if request.token:
            lines.append(f"Authorization: Bearer {request.token}")
        if request.content_type:
            lines.append(f"Content-Type: {request.content_type}")
        first, *others = lines
        if not _FIRST_LINE.fullmatch(first) or not all(map(_LINE.fullmatch, others)):
            raise ComityError(Code.HTTP_INVALID)
        return "\r\n".join((*lines, "", "")).encode("ascii")

    def _check(self, reply: Reply) -> None:
        """Refuse a reply for its head, or once it has too much of a body."""
        if 300 <= reply.status < 400:
            raise self._invalid("redirect")
        if reply.status < 200 or reply.status > 599:
            raise self._invalid("status")
        if self._header(reply, "content-encoding").lower() not in ("", "identity"):
            raise self._invalid("encoding")
        declared = self._header(reply, "content-length")
        if int(declared or "0") > REPLY_BYTES or len(reply.body) > REPLY_BYTES:
            raise self._invalid("size")

    def _response(self, reply: Reply) -> Response:
        token = self._header(reply, TOKEN_HEADER.lower())
        if len(token) > TOKEN_BYTES:
            raise self._invalid("token")
        content_type = self._header(reply, "content-type")
        if len(content_type) > _CONTENT_TYPE_CHARS:
            raise self._invalid("header")
        return Response(reply.status, token, content_type, bytes(reply.body))

    def _header(self, reply: Reply, name: str) -> str:
        """Return a header that may stand there once, or an empty string."""
        wanted = name.encode("ascii")
        found = [value for key, value in reply.headers if key == wanted]
        if len(found) > 1:
            raise self._invalid("header")
        try:
            return found[0].decode("ascii") if found else ""
        except UnicodeDecodeError:
            raise self._invalid("header") from None

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the connection's errors into ours."""
        try:
            yield
        except TimeoutError:
            raise self._unreachable("timeout") from None
        except NotConnectedError as error:
            raise self._unreachable(error.reason) from None
        except BrokenError:
            raise self._unreachable("broken") from None
        except NotHttpError:
            raise self._invalid("http") from None

    def _unreachable(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_UNREACHABLE, peer=self._peer, reason=reason)

    def _invalid(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_ANSWER_INVALID, peer=self._peer, reason=reason)
