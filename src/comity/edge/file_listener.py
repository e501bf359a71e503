"""Files at the peer listener: pulled with GET, pushed with POST, by whoever has the token.

A plain connector signs nothing, so no message token stands here: the bearer token of one start of
one transfer does. It is asked of the gate before anything is read or written, and again between
two pieces, so that a suspension stops a stream in its middle. Bytes are never looked into.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import IO, Any, Final, TypeVar

from comity.api import Response
from comity.core import ranges
from comity.core.canonical import canonical
from comity.edge.asgi import (
    JSON,
    Receive,
    RefusedError,
    Scope,
    Send,
    header,
    refuse,
    send_response,
)
from comity.edge.files import (
    DIGEST_HEADER,
    STATEMENT_HEADER,
    Arrived,
    Gate,
    Giving,
    Taking,
    etag,
    repr_digest,
)
from comity.errors import Code, ComityError
from comity.limits import (
    FILE_BYTES,
    FILE_CHUNK_BYTES,
    FILE_SLOWEST_BYTES,
    FILE_STALL_SECONDS,
    FILES_AT_ONCE,
    TOKEN_BYTES,
)
from comity.store import kept

FILES_PATH: Final = "/comity/1/files/"
INBOX_PATH: Final = "/comity/1/inbox/"
_SLOW_DOWN: Final = 429
T = TypeVar("T")


class FileListener:
    """The ASGI application below the paths of files."""

    def __init__(self, gate: Gate, prefix: str = "", workers: int = FILES_AT_ONCE) -> None:
        """`prefix` is the path of the node's address. The gate is called in threads of its own."""
        self._gate = gate
        self._prefix = prefix
        self._workers = ThreadPoolExecutor(workers, "files")
        self._free = FILES_AT_ONCE

    def takes(self, path: bytes) -> bool:
        """Tell whether a raw path is for this."""
        return path.startswith(
            ((self._prefix + FILES_PATH).encode(), (self._prefix + INBOX_PATH).encode())
        )

    def close(self) -> None:
        """Wait for what is under way in threads."""
        self._workers.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request to its response."""
        try:
            await self._answer(scope, receive, send)
        except RefusedError as refused:
            await refuse(send, receive, refused)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["raw_path"].decode("ascii")
        path = path.removeprefix(self._prefix)
        pulled = path.startswith(FILES_PATH)
        scheme, _, token = header(scope, b"authorization").partition(" ")
        if scheme.lower() != "bearer" or len(token) > TOKEN_BYTES or scope["query_string"]:
            token = ""
        fits = method in ("GET", "HEAD") if pulled else method == "POST"
        if self._free < 1:
            raise RefusedError(_SLOW_DOWN, Code.QUOTA_EXCEEDED)
        self._free -= 1
        try:
            ask = self._gate.give if pulled else self._gate.take
            # No token opens a path for another method; the gate counts that like all the rest.
            opened = await self._in_thread(ask, path, token if fits else "")
            if isinstance(opened, Giving):
                await self._give(opened, scope, receive, send)
            elif isinstance(opened, Taking):
                await self._take(opened, scope, receive, send)
            else:
                raise RefusedError(401, Code.NOT_AUTHENTIC)
        finally:
            self._free += 1

    async def _give(self, giving: Giving, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file or a part of it (RFC 9110 section 14)."""
        wanted, unless = header(scope, b"range"), header(scope, b"if-range")
        if unless and unless != etag(giving.digest):
            wanted = ""
        size = giving.size
        try:
            # A HEAD has no range (section 14.2).
            part = ranges.select(wanted, size) if scope["method"] == "GET" else None
        except ranges.UnsatisfiableError:
            whole_size = [(b"content-range", f"bytes */{size}".encode())]
            body = canonical({"code": Code.HTTP_INVALID})
            await send_response(send, Response(416, "", JSON, body), whole_size)
            return
        start, stop = part or (0, size)
        headers = [
            (b"content-length", str(stop - start).encode()),
            (b"content-type", giving.media_type.encode("ascii")),
            (b"accept-ranges", b"bytes"),
            (b"etag", etag(giving.digest).encode()),
            (DIGEST_HEADER.lower().encode(), repr_digest(giving.digest).encode()),
            (STATEMENT_HEADER.lower().encode(), giving.statement.encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-disposition", b"attachment"),
        ]
        if part:
            headers.append((b"content-range", f"bytes {start}-{stop - 1}/{size}".encode()))
        status = 206 if part else 200
        head = {"type": "http.response.start", "status": status, "headers": headers}
        if scope["method"] == "HEAD":
            await send(head)
            await send({"type": "http.response.body"})
            return
        file = await self._in_thread(partial(giving.path.open, "rb"))
        gone = asyncio.create_task(_gone(receive))
        sent = 0
        try:
            await send(head)
            pace = _Pace()
            await self._in_thread(file.seek, start)
            while sent < stop - start:
                count = min(FILE_CHUNK_BYTES, stop - start - sent)
                chunk = await self._in_thread(self._next, giving.transfer, file, count)
                if len(chunk) < count or gone.done() or pace.too_slow(sent):
                    # Ending short closes the connection, and the other side sees that.
                    return
                async with asyncio.timeout(FILE_STALL_SECONDS):
                    more = sent + count < stop - start
                    await send({"type": "http.response.body", "body": chunk, "more_body": more})
                sent += count
            if stop == start:
                await send({"type": "http.response.body"})
        except TimeoutError:
            return
        finally:
            gone.cancel()
            file.close()
            whole = sent == stop - start
            await self._in_thread(self._gate.gave, giving.transfer, start, sent, whole)

    def _next(self, transfer: str, file: IO[bytes], count: int) -> bytes:
        """Read the next piece, where the transfer is still under way."""
        return file.read(count) if self._gate.goes_on(transfer) else b""

    async def _take(self, taking: Taking, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a file to where it is kept; nothing of it is answered before that is durable."""
        if header(scope, b"content-encoding").lower() not in ("", "identity"):
            raise RefusedError(415)
        if int(header(scope, b"content-length") or "0") > FILE_BYTES:
            raise RefusedError(413, Code.FILE_TOO_LARGE)
        said = header(scope, DIGEST_HEADER.lower().encode())
        if taking.known:
            if said != repr_digest(taking.known):
                raise RefusedError(401, Code.NOT_AUTHENTIC)
            # It came before, and the answer was lost.
            await refuse(send, receive, RefusedError(200, body=b"{}"))
            return
        try:
            arrived = await self._receive(taking, receive)
            if arrived is None:
                return
            digest, size = arrived
            whole = Arrived(
                digest,
                size,
                header(scope, b"content-type"),
                said,
                header(scope, STATEMENT_HEADER.lower().encode()),
            )
            reply = await self._in_thread(self._gate.keep, taking, whole)
        except ComityError as error:
            raise RefusedError(400, error.code) from None
        finally:
            await self._in_thread(partial(taking.part.unlink, missing_ok=True))
        await send_response(send, reply)

    async def _receive(self, taking: Taking, receive: Receive) -> tuple[bytes, int] | None:
        """Write what comes; return its SHA-256 and size, or None when the sender has gone."""
        hasher, size, pace = sha256(), 0, _Pace()
        growing = kept.growing(taking.part, fresh=True)
        file = await self._in_thread(growing.__enter__)
        try:
            waiting = bytearray()
            more = True
            while more:
                async with asyncio.timeout(FILE_STALL_SECONDS):
                    message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                waiting += message.get("body", b"")
                more = message.get("more_body", False)
                if size + len(waiting) > FILE_BYTES:
                    raise RefusedError(413, Code.FILE_TOO_LARGE)
                if len(waiting) < FILE_CHUNK_BYTES and more and not pace.too_slow(size):
                    continue
                if pace.too_slow(size + len(waiting)):
                    raise RefusedError(408)
                data = bytes(waiting)
                waiting.clear()
                size += len(data)
                write = partial(self._write, taking.transfer, file, data, hasher.update)
                if not await self._in_thread(write):
                    raise RefusedError(401, Code.NOT_AUTHENTIC)
        except TimeoutError:
            raise RefusedError(408) from None
        finally:
            await self._in_thread(growing.__exit__, None, None, None)
        return hasher.digest(), size

    def _write(
        self, transfer: str, file: IO[bytes], data: bytes, digest: Callable[[bytes], None]
    ) -> bool:
        """Write a piece, where the transfer is still under way."""
        if not self._gate.goes_on(transfer):
            return False
        file.write(data)
        digest(data)
        return True

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work, *args)


class _Pace:
    """How fast a stream is on the whole; one that drips is no better than one that stands still."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def too_slow(self, done: int) -> bool:
        """Tell whether so many bytes have taken too long."""
        allowed = FILE_STALL_SECONDS + done / FILE_SLOWEST_BYTES
        return time.monotonic() - self._began > allowed


async def _gone(receive: Receive) -> None:
    """Return when the other side has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
