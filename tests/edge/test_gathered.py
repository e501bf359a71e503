"""Requests that come together go to a thread together, and each gets its own reply."""

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from comity.api import Request, Response
from comity.edge.client import PeerClient
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.limits import TOGETHER
from edge.loopback import HOST, pair, running
from threads import at_once


@dataclass
class Reader:
    """Takes what it can together, and some of it not."""

    sizes: list[int] = field(default_factory=list)
    alone: list[bytes] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def reads(self, request: Request) -> bool:
        return request.target == "/reads"

    def handle_all(self, requests: Sequence[Request]) -> list[Response | None]:
        self.go.wait()
        self.sizes.append(len(requests))
        if any(request.body == b"fails" for request in requests):
            raise ZeroDivisionError
        return [
            None if request.body == b"odd" else Response(200, "t", "a/b", request.body)
            for request in requests
        ]

    def handle(self, request: Request) -> Response:
        self.alone.append(request.body)
        return Response(201, "t", "a/b", request.body)


def test_together_alone_and_after_a_failure(tmp_path: Path) -> None:
    made, reader = pair(tmp_path), Reader()
    app = peer_app(reader, b"{}", together=reader)
    with running([Listener(app, HOST, 0, made.server)]) as ready:
        address = f"https://{HOST}:{ready.addresses[0][1]}"
        with closing(PeerClient(address, made.certificate)) as peer:

            def ask(body: bytes, target: str = "/reads") -> Response:
                return peer.handle(Request("POST", target, "t", "a/b", body))

            threading.Timer(0.5, reader.go.set).start()
            replies = at_once(2 * TOGETHER, lambda n: ask(b"%d" % n))
            assert [reply.body for reply in replies] == [b"%d" % n for n in range(2 * TOGETHER)]
            assert max(reader.sizes) <= TOGETHER
            assert len(reader.sizes) < 2 * TOGETHER
            assert reader.alone == []
            assert [ask(b"odd").status, ask(b"fails").status, ask(b"x", "/moves").status] == [
                201
            ] * 3
            assert reader.alone == [b"odd", b"fails", b"x"]
