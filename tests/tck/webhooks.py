"""Where the kit asks the node under test to begin: two addresses, plain JSON, on loopback.

Every connector has a way of its own to begin something. Here it is an operation that an officer
runs; the kit's request is nothing more than the officer's wish.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

Wish: TypeAlias = Callable[[Mapping[str, str]], None]


@contextmanager
def listening(wishes: Mapping[str, Wish]) -> Iterator[str]:
    """Listen while the block runs; give the address. `wishes` is by path."""

    class Handler(BaseHTTPRequestHandler):
        """Takes one wish."""

        def do_POST(self) -> None:
            """Run what the path stands for, with the body as its arguments."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            wish = wishes.get(self.path)
            if wish is None:
                self.send_error(404)
                return
            wish(json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
