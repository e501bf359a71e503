"""What the applications of the peer listener share: headers read strictly, replies sent short.

No framework stands between the bytes that come and what looks at them.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from comity.api import Response
from comity.core.canonical import canonical
from comity.errors import Code
from comity.limits import LINGER_SECONDS

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON: Final = "application/json"
TOKEN_HEADER: Final = "Comity-Token"  # noqa: S105 - a name, not a secret
"""The header that carries the message token of a reply; a request has it in Authorization."""


class RefusedError(Exception):
    """A request that goes no further than the edge: a status, and a code or a whole body."""

    def __init__(self, status: int, code: Code = Code.HTTP_INVALID, body: bytes = b"") -> None:
        super().__init__(status)
        self.status = status
        self.code = code
        self.body = body or canonical({"code": code})


def header(scope: Scope, name: bytes) -> str:
    """Return a header that may stand there once, or an empty string. Raises RefusedError."""
    found = [value for key, value in scope["headers"] if key == name]
    if len(found) > 1:
        raise RefusedError(400)
    try:
        return found[0].decode("ascii") if found else ""
    except UnicodeDecodeError:
        raise RefusedError(400) from None


async def refuse(send: Send, receive: Receive, refused: RefusedError) -> None:
    """Answer, let the other side read the answer, and close."""
    body = refused.body
    await start(send, Response(refused.status, "", JSON, body), [(b"connection", b"close")])
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


async def send_response(
    send: Send, response: Response, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Send a response in one go."""
    await start(send, response, more or [])
    await send({"type": "http.response.body", "body": response.body})


async def start(send: Send, response: Response, more: list[tuple[bytes, bytes]]) -> None:
    """Send status and headers, and only those that are needed."""
    headers = [(b"content-length", str(len(response.body)).encode("ascii")), *more]
    if response.content_type:
        headers.append((b"content-type", response.content_type.encode("ascii")))
    if response.token:
        headers.append((TOKEN_HEADER.lower().encode("ascii"), response.token.encode("ascii")))
    if response.link:
        headers.append((b"link", response.link.encode("ascii")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
