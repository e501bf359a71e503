"""The client of one peer: sends a request to the pinned listener and takes the reply as it is.

It works on httpcore, the transport below httpx. What crosses the border is signed byte for byte,
so nothing may rewrite the target, follow a redirect, unpack a body, add a cookie or ask the
environment for a proxy, and httpcore has none of that to switch off.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Final
from urllib.parse import urlsplit

import httpcore

from comity.api import Request, Response
from comity.core.identity import check_address
from comity.edge.asgi import TOKEN_HEADER
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
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=client_context(certificate),
            max_connections=CONNECTIONS_TO_PEER,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_Backend(self._deadline),
        )

    def handle(self, request: Request) -> Response:
        """Send one request and return the reply, unverified.

        Raises PEER_UNREACHABLE (peer, reason: refused, name, certificate, tls, network, timeout or
        broken) when there is no whole reply, and PEER_ANSWER_INVALID (peer, reason: http, redirect,
        status, encoding, header, token or size) when there is one that must not be looked at.
        """
        self._deadline.at = time.monotonic() + self._timeout
        url = httpcore.URL(
            scheme=b"https",
            host=self._host.encode("ascii"),
            port=self._port,
            target=request.target.encode("ascii"),
        )
        with (
            self._failures(),
            self._pool.stream(
                request.method,
                url,
                headers=self._headers(request),
                content=request.body,
                extensions={"timeout": {"pool": self._timeout}},
            ) as reply,
        ):
            return self._read(reply)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        headers = [
            ("Host", self._peer),
            ("Accept-Encoding", "identity"),
            ("Content-Length", str(len(request.body))),
        ]
        if request.token:
            headers.append(("Authorization", f"Bearer {request.token}"))
        if request.content_type:
            headers.append(("Content-Type", request.content_type))
        return headers

    def _read(self, reply: httpcore.Response) -> Response:
        """Check the head before anything of the body is read, then read it up to the cap."""
        if 300 <= reply.status < 400:
            raise self._invalid("redirect")
        if reply.status < 200 or reply.status > 599:
            raise self._invalid("status")
        if self._header(reply, "Content-Encoding").lower() not in ("", "identity"):
            raise self._invalid("encoding")
        token = self._header(reply, TOKEN_HEADER)
        if len(token) > TOKEN_BYTES:
            raise self._invalid("token")
        content_type = self._header(reply, "Content-Type")
        if len(content_type) > _CONTENT_TYPE_CHARS:
            raise self._invalid("header")
        declared = self._header(reply, "Content-Length")
        if declared and int(declared) > REPLY_BYTES:
            raise self._invalid("size")
        body = bytearray()
        for part in reply.iter_stream():
            body += part
            if len(body) > REPLY_BYTES:
                raise self._invalid("size")
        return Response(reply.status, token, content_type, bytes(body))

    def _header(self, reply: httpcore.Response, name: str) -> str:
        """Return a header that may stand there once, or an empty string."""
        wanted = name.lower().encode("ascii")
        found = [value for key, value in reply.headers if key.lower() == wanted]
        if len(found) > 1:
            raise self._invalid("header")
        try:
            return found[0].decode("ascii") if found else ""
        except UnicodeDecodeError:
            raise self._invalid("header") from None

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the transport's errors into ours."""
        try:
            yield
        except httpcore.TimeoutException:
            raise self._unreachable("timeout") from None
        except _NotConnectedError as error:
            raise self._unreachable(error.reason) from None
        except httpcore.NetworkError:
            raise self._unreachable("broken") from None
        except httpcore.RemoteProtocolError:
            raise self._invalid("http") from None

    def _unreachable(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_UNREACHABLE, peer=self._peer, reason=reason)

    def _invalid(self, reason: str) -> ComityError:
        return ComityError(Code.PEER_ANSWER_INVALID, peer=self._peer, reason=reason)


class _NotConnectedError(httpcore.ConnectError):
    """There is no connection; says in a word why not."""

    def __init__(self, cause: BaseException | None) -> None:
        super().__init__()
        self.reason = "network"
        for kind, reason in _REASONS:
            if isinstance(cause, kind):
                self.reason = reason
                break


_REASONS: Final = (
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (socket.gaierror, "name"),
    (ConnectionRefusedError, "refused"),
)


class _Deadline(local):
    """When the exchange of the calling thread has to be over, on the monotonic clock."""

    at: float = 0.0

    def left(self) -> float:
        """Return the seconds that are left. Raises httpcore.ReadTimeout when none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _Backend(httpcore.NetworkBackend):
    """TCP whose every wait ends at the deadline of the whole exchange.

    A time limit for each read alone lets a peer that sends a byte a minute hold a thread for days.
    """

    def __init__(self, deadline: _Deadline) -> None:
        self._plain = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect before the deadline."""
        left = self._deadline.left()
        try:
            stream = self._plain.connect_tcp(host, port, left, local_address, socket_options)
        except httpcore.ConnectError as error:
            raise _NotConnectedError(error.__cause__) from None
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._plain = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read before the deadline.

        Raises httpcore.ReadError at the end of the connection: a reply that just stops may have
        been cut, so each has to say where it ends.
        """
        data = self._plain.read(max_bytes, self._deadline.left())
        if not data:
            raise httpcore.ReadError
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write before the deadline. TLS takes the whole buffer in one call, so one limit does."""
        self._plain.write(buffer, self._deadline.left())

    def close(self) -> None:
        """Close the connection."""
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Shake hands before the deadline."""
        left = self._deadline.left()
        try:
            stream = self._plain.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectError as error:
            raise _NotConnectedError(error.__cause__) from None
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Ask the connection below."""
        return self._plain.get_extra_info(info)
