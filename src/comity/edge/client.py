"""The client of one peer: sends a request to the pinned listener and takes the reply as it is.

What crosses the border is signed byte for byte, so nothing may rewrite the target, follow a
redirect, unpack a body, add a cookie or ask the environment for a proxy. There is no such code
here: a request is written out, and a parser takes the reply apart (docs/decisions/0016-together).
"""

import re
import ssl
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final
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
_FIRST_LINE: Final = re.compile(r"[A-Z]+ [!-~]+ HTTP/1\.1")
_LINE: Final = re.compile(r"[A-Za-z-]+: [ -~]*")
"""A line of a request head whose parts stay in their places (RFC 9112 sections 3 and 5)."""


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
        if reply.keeps and not reply.has_more:
            connection.rests_since = time.monotonic()
            self._resting.append(connection)
        else:
            connection.close()
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
