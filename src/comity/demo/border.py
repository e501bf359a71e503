"""The border: where what goes from one node to the other passes, and is counted.

Each node's address leads here, and from here the bytes go on to its listener as they are. What
passes is TLS between the two nodes, so nothing here can read or change it; it is only counted.
"""

import asyncio
from threading import Thread
from typing import Final, Self

from comity.demo.sides import HOST

_CHUNK: Final = 65_536
_SECONDS: Final = 10


class Crossing:
    """The way into one node: a port in front of its listener, and the bytes of both directions."""

    def __init__(self, listener: int) -> None:
        self.port = 0
        self.inward = 0
        """Bytes towards the node: what others ask of it."""
        self.outward = 0
        """Bytes away from it: its replies."""
        self._listener = listener

    async def open(self) -> asyncio.Server:
        """Listen on a free port."""
        server = await asyncio.start_server(self._carry, HOST, 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        try:
            node_reader, node_writer = await asyncio.open_connection(HOST, self._listener)
        except OSError:
            writer.close()
            return
        inward = asyncio.ensure_future(self._pump(reader, node_writer, inward=True))
        outward = asyncio.ensure_future(self._pump(node_reader, writer, inward=False))
        try:
            await asyncio.wait({inward, outward}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in (inward, outward):
                pump.cancel()
            writer.close()
            node_writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, inward: bool
    ) -> None:
        try:
            while data := await reader.read(_CHUNK):
                if inward:
                    self.inward += len(data)
                else:
                    self.outward += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            return


class Border:
    """Both crossings, in a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="border", daemon=True)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def crossing(self, listener: int) -> Crossing:
        """Open a way to the listener on that port."""
        made = Crossing(listener)
        opening = asyncio.run_coroutine_threadsafe(made.open(), self._loop)
        self._servers.append(opening.result(_SECONDS))
        return made

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
