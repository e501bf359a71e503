"""What stands around the connector: the store its data comes from and goes to, and its events.

The connector keeps no data of its own. An asset is an address that it reads from, a push goes to an
address that its user names, and what it was given as consumer it tells its user by a callback.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from interop.connector import HOST


@dataclass
class Outside:
    """A plain HTTP server on loopback, for the connector alone."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    """What can be read, by path."""
    taken: dict[str, bytes] = field(default_factory=dict)
    """What was posted, by path, latest only."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """What the connector told, in order."""

    def address(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{HOST}:{self.port}{path}"

    def started(self, transfer: str) -> dict[str, Any] | None:
        """Return the data address that the connector told last of a transfer that started."""
        for event in reversed(self.events):
            payload = event.get("payload", {})
            if payload.get("transferProcessId") == transfer and "dataAddress" in payload:
                address: dict[str, Any] = payload["dataAddress"]
                return address
        return None


@contextmanager
def serving() -> Iterator[Outside]:
    """Serve while the block runs."""
    outside = Outside()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(outside.files.get(self.path))

        def do_POST(self) -> None:
            body = self._body()
            if self.path == "/events":
                outside.events.append(json.loads(body))
            else:
                outside.taken[self.path] = body
            self._reply(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("content-length", "0")))
            body = bytearray()
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return bytes(body)

        def _reply(self, body: bytes | None) -> None:
            self.send_response(404 if body is None else 200)
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

    server = ThreadingHTTPServer((HOST, 0), Handler)
    outside.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
