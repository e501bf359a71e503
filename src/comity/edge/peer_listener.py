"""The peer listener: steps 1 and 8 of the walk, and all that a counterpart can reach.

It is a bare ASGI application. A framework would bring a router, redirects, decoded paths and error
pages, and none of them belongs between the bytes a peer signed and the check of its signature.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias

import structlog

from comity.api import Endpoint, Request, Response
from comity.core.canonical import canonical
from comity.edge.client import TOKEN_HEADER
from comity.edge.logs import place
from comity.errors import Code
from comity.limits import (
    BATCH_BODY_BYTES,
    BODY_BYTES,
    BODY_SECONDS,
    HANDLED_AT_ONCE,
    HEADER_BYTES,
    LINGER_SECONDS,
    TARGET_BYTES,
    TOKEN_BYTES,
)

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

VERSION_PATH: Final = "/.well-known/dspace-version"
"""The one route without a message token: DSP 2025-1, exposure of versions."""
BATCH_PATH: Final = "/comity/"
"""Below it, bodies may be as large as a question."""
_JSON: Final = "application/json"
_log = structlog.get_logger()


class _Refused(Exception):
    """A request that goes no further than this file."""

    def __init__(self, status: int, code: Code = Code.HTTP_INVALID) -> None:
        super().__init__(status)
        self.status = status
        self.code = code


def peer_app(endpoint: Endpoint, version: bytes, *, prefix: str = "") -> App:
    """Return the ASGI application of the peer listener.

    `version` is the JSON of the version document. `prefix` is the path of the node's address.
    `endpoint` is called in worker threads.
    """
    workers = ThreadPoolExecutor(HANDLED_AT_ONCE, "peer")
    batch = (prefix + BATCH_PATH).encode("ascii")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """Take one HTTP request to its response."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, workers)
            return
        if scope["method"] == "GET" and scope["raw_path"] == VERSION_PATH.encode("ascii"):
            await _send(send, Response(200, "", _JSON, version))
            return
        cap = BATCH_BODY_BYTES if scope["raw_path"].startswith(batch) else BODY_BYTES
        try:
            head = _head(scope, cap)
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive, cap)
        except _Refused as refused:
            await _refuse(send, receive, refused)
            return
        except TimeoutError:
            await _refuse(send, receive, _Refused(408))
            return
        if body is None:
            return
        request = Request(head.method, head.target, head.token, head.content_type, body)
        loop = asyncio.get_running_loop()
        await _send(send, await loop.run_in_executor(workers, _handle, endpoint, request))

    return app


async def _lifespan(receive: Receive, send: Send, workers: ThreadPoolExecutor) -> None:
    """Say yes to the start; at the stop, wait for the requests in threads (ASGI lifespan)."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.to_thread(workers.shutdown)
    await send({"type": "lifespan.shutdown.complete"})


def _handle(endpoint: Endpoint, request: Request) -> Response:
    """Call the endpoint. What it should not have raised is told to nobody outside."""
    try:
        return endpoint.handle(request)
    except Exception as error:
        _log.error(
            "request-failed",
            incident=secrets.token_hex(8),
            error=type(error).__name__,
            place=place(error),
        )
        return Response(500, "", _JSON, canonical({"code": Code.INTERNAL}))


def _head(scope: Scope, cap: int) -> Request:
    """Check what came before the body; return the request without it."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    if len(target) > TARGET_BYTES:
        raise _Refused(414)
    if not target.startswith(b"/"):
        raise _Refused(400)
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    # The parser counts only heads that come in pieces.
    if sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        raise _Refused(431)
    if _header(headers, b"content-encoding").lower() not in ("", "identity"):
        raise _Refused(415)
    # The server below takes nothing but digits here, and the same ones if more than once.
    if int(_header(headers, b"content-length") or "0") > cap:
        raise _Refused(413, Code.BODY_TOO_LARGE)
    scheme, _, token = _header(headers, b"authorization").partition(" ")
    if len(token) > TOKEN_BYTES:
        raise _Refused(431)
    if scheme.lower() != "bearer":
        # No token is no message; the endpoint has one answer for that, and gives it.
        token = ""
    content_type = _header(headers, b"content-type")
    return Request(scope["method"], target.decode("ascii"), token, content_type)


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str:
    """Return a header that may stand there once, or an empty string."""
    found = [value for key, value in headers if key == name]
    if len(found) > 1:
        raise _Refused(400)
    try:
        return found[0].decode("ascii") if found else ""
    except UnicodeDecodeError:
        raise _Refused(400) from None


async def _body(receive: Receive, cap: int) -> bytes | None:
    """Read the body, never keeping more than the cap; None when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > cap:
            raise _Refused(413, Code.BODY_TOO_LARGE)
        if not message.get("more_body", False):
            return bytes(body)


async def _refuse(send: Send, receive: Receive, refused: _Refused) -> None:
    """Answer, let the other side read the answer, and close."""
    body = canonical({"code": refused.code})
    await _start(send, Response(refused.status, "", _JSON, body), [(b"connection", b"close")])
    await send({"type": "http.response.body", "body": body, "more_body": True})
    try:
        # To close on bytes that are still arriving would reset the connection, reply and all.
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body"})


async def _send(send: Send, response: Response) -> None:
    """Send a response in one go."""
    await _start(send, response, [])
    await send({"type": "http.response.body", "body": response.body})


async def _start(send: Send, response: Response, more: list[tuple[bytes, bytes]]) -> None:
    """Send status and headers, and only those that are needed."""
    headers = [(b"content-length", str(len(response.body)).encode("ascii")), *more]
    if response.content_type:
        headers.append((b"content-type", response.content_type.encode("ascii")))
    if response.token:
        headers.append((TOKEN_HEADER.lower().encode("ascii"), response.token.encode("ascii")))
    if response.link:
        headers.append((b"link", response.link.encode("ascii")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
