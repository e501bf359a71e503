"""Requests that have come while others were being handled go to a thread together."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeAlias

from comity.api import Request, Response
from comity.limits import TOGETHER

_Waiting: TypeAlias = tuple[Request, "asyncio.Future[Response]"]


class Gathered:
    """Hands requests to one thread at a time, as many at once as there are. Lives in one loop."""

    def __init__(
        self, handle_all: Callable[[list[Request]], list[Response]], workers: Executor
    ) -> None:
        """`handle_all` takes up to TOGETHER requests to their responses, and does not raise."""
        self._handle_all = handle_all
        self._workers = workers
        self._waiting: deque[_Waiting] = deque()
        self._runs = False

    async def handle(self, request: Request) -> Response:
        """Take one request to its response."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Response] = loop.create_future()
        self._waiting.append((request, reply))
        if not self._runs:
            self._runs = True
            # Others that have come by now are still to be read by this loop.
            loop.call_soon(self._begin, loop)
        return await reply

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give what waits to a thread."""
        count = min(TOGETHER, len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(count)]
        self._workers.submit(self._work, loop, batch)

    def _work(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting]) -> None:
        replies = self._handle_all([request for request, _ in batch])
        loop.call_soon_threadsafe(self._end, loop, batch, replies)

    def _end(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], replies: list[Response]
    ) -> None:
        self._runs = bool(self._waiting)
        if self._runs:
            self._begin(loop)
        for (_, reply), response in zip(batch, replies, strict=True):
            if not reply.done():
                reply.set_result(response)
