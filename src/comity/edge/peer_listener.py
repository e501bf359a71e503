"""The peer listener: steps 1 and 8 of the walk, and all that a counterpart can reach.

It is a bare ASGI application. A framework would bring a router, redirects, decoded paths and error
pages, and none of them belongs between the bytes a peer signed and the check of its signature.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import structlog

from comity.api import Endpoint, Request, Response, Together
from comity.core.canonical import canonical
from comity.edge.asgi import (
    JSON,
    App,
    Receive,
    RefusedError,
    Scope,
    Send,
    header,
    refuse,
    send_response,
)
from comity.edge.file_listener import FileListener
from comity.edge.gathered import Gathered
from comity.edge.logs import place
from comity.errors import Code
from comity.limits import (
    BATCH_BODY_BYTES,
    BODY_BYTES,
    BODY_SECONDS,
    HANDLED_AT_ONCE,
    HEADER_BYTES,
    MAILBOX_BYTES,
    TARGET_BYTES,
    TOKEN_BYTES,
)

VERSION_PATH: Final = "/.well-known/dspace-version"
"""The one route without a message token: DSP 2025-1, exposure of versions."""
MAILBOX_PATH: Final = "/comity/1/contact/mailbox"
"""Where replies are brought, as large as any."""
BATCH_PATH: Final = "/comity/"
"""Below it, bodies may be as large as a question."""
_log = structlog.get_logger()


def peer_app(
    endpoint: Endpoint,
    version: bytes,
    *,
    prefix: str = "",
    files: FileListener | None = None,
    together: Together | None = None,
) -> App:
    """Return the ASGI application of the peer listener.

    `version` is the JSON of the version document. `prefix` is the path of the node's address.
    `endpoint` is called in worker threads. `files` takes what is below its own paths, and
    `together` what it says it does, in place of `endpoint`.
    """
    workers = ThreadPoolExecutor(HANDLED_AT_ONCE, "peer")
    gathered = Gathered(partial(_handle_all, endpoint, together), workers) if together else None
    batch = (prefix + BATCH_PATH).encode("ascii")
    mailbox = (prefix + MAILBOX_PATH).encode("ascii")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """Take one HTTP request to its response."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, workers, files)
            return
        if scope["method"] == "GET" and scope["raw_path"] == VERSION_PATH.encode("ascii"):
            await send_response(send, Response(200, "", JSON, version))
            return
        if files is not None and files.takes(scope["raw_path"]):
            await files(scope, receive, send)
            return
        cap = BATCH_BODY_BYTES if scope["raw_path"].startswith(batch) else BODY_BYTES
        if scope["raw_path"] == mailbox:
            cap = MAILBOX_BYTES
        try:
            head = _head(scope, cap)
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive, cap)
        except RefusedError as refused:
            await refuse(send, receive, refused)
            return
        except TimeoutError:
            await refuse(send, receive, RefusedError(408))
            return
        if body is None:
            return
        request = Request(head.method, head.target, head.token, head.content_type, body)
        if gathered is not None and together is not None and together.reads(request):
            reply = await gathered.handle(request)
        else:
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(workers, _handle, endpoint, request)
        await send_response(send, reply)

    return app


async def _lifespan(
    receive: Receive, send: Send, workers: ThreadPoolExecutor, files: FileListener | None
) -> None:
    """Say yes to the start; at the stop, wait for the requests in threads (ASGI lifespan)."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.to_thread(workers.shutdown)
    if files is not None:
        await asyncio.to_thread(files.close)
    # Said last: the server ends the loop, and with it what is still under way.
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
        return Response(500, "", JSON, canonical({"code": Code.INTERNAL}))


def _handle_all(endpoint: Endpoint, together: Together, requests: list[Request]) -> list[Response]:
    """Handle requests together; where that fails, nothing was kept, and each goes alone."""
    replies: list[Response | None]
    try:
        replies = together.handle_all(requests)
    except Exception:
        replies = [None] * len(requests)
    return [
        reply or _handle(endpoint, request)
        for request, reply in zip(requests, replies, strict=True)
    ]


def _head(scope: Scope, cap: int) -> Request:
    """Check what came before the body; return the request without it."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    if len(target) > TARGET_BYTES:
        raise RefusedError(414)
    if not target.startswith(b"/"):
        raise RefusedError(400)
    # The parser counts only heads that come in pieces.
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
        raise RefusedError(431)
    if header(scope, b"content-encoding").lower() not in ("", "identity"):
        raise RefusedError(415)
    # The server below takes nothing but digits here, and the same ones if more than once.
    if int(header(scope, b"content-length") or "0") > cap:
        raise RefusedError(413, Code.BODY_TOO_LARGE)
    scheme, _, token = header(scope, b"authorization").partition(" ")
    if len(token) > TOKEN_BYTES:
        raise RefusedError(431)
    if scheme.lower() != "bearer":
        # No token is no message; the endpoint has one answer for that, and gives it.
        token = ""
    content_type = header(scope, b"content-type")
    return Request(scope["method"], target.decode("ascii"), token, content_type)


async def _body(receive: Receive, cap: int) -> bytes | None:
    """Read the body, never keeping more than the cap; None when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > cap:
            raise RefusedError(413, Code.BODY_TOO_LARGE)
        if not message.get("more_body", False):
            return bytes(body)
