"""A witness over HTTP that does what C2SP tlog-witness says a witness must: a real one, but small.

It is written from the specification and shares only the checks of signatures and proofs with the
package; who asks it learns what a strict witness makes of it.
"""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from comity.core import checkpoint
from comity.core.checkpoint import Checkpoint
from comity.core.keys import Ed25519Signer
from comity.core.merkle import verify_consistency
from comity.core.note import KeyType, VerifierKey, parse
from comity.core.note import verify as verify_note
from comity.errors import ComityError

NAME = "witness.example/w1"


@dataclass(frozen=True)
class Answer:
    """What the witness answers with."""

    status: int
    body: bytes = b""
    kind: str = "text/plain"


@dataclass
class Witness:
    """The state of a witness: the logs it knows, and the last checkpoint of each."""

    logs: dict[str, VerifierKey] = field(default_factory=dict)
    latest: dict[str, Checkpoint] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    instead: Answer | None = None
    """Answered whatever was asked, as a broken or hostile witness would."""
    clock: int = 0
    url: str = ""
    signer: Ed25519Signer = field(default_factory=lambda: Ed25519Signer(b"w" * 32))

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(NAME, KeyType.COSIGNATURE, self.signer.public)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request, step by step as the specification lists it."""
        self.asked.append(body)
        if self.instead is not None:
            return self.instead
        head, divider, signed = body.partition(b"\n\n")
        first, *lines = head.decode("ascii").split("\n")
        if not divider or not first.startswith("old ") or len(lines) > 63:
            return Answer(400)
        old = int(first.removeprefix("old "))
        if first != f"old {old}":
            return Answer(400)
        proof = [base64.b64decode(line, validate=True) for line in lines]
        note = parse(signed)
        tree = Checkpoint.parse(note.text)
        key = self.logs.get(tree.origin)
        if key is None:
            return Answer(404)
        try:
            verify_note(note, [key])
        except ComityError:
            return Answer(403)
        if old > tree.size:
            return Answer(400)
        known = self.latest.get(tree.origin)
        size = known.size if known else 0
        if old != size:
            return Answer(409, f"{size}\n".encode(), "text/x.tlog.size")
        if known is None:
            if proof:
                return Answer(422)
        else:
            try:
                verify_consistency(old, tree.size, proof, known.root, tree.root)
            except ComityError:
                return Answer(422)
        self.latest[tree.origin] = tree
        now = self.clock or int(time.time())
        cosigned = checkpoint.cosign(note, NAME, self.signer, now)
        line = cosigned.encode().splitlines(keepends=True)[-1]
        return Answer(200, line)


@contextmanager
def serving(witness: Witness) -> Iterator[Witness]:
    """Serve a witness on loopback while the block runs; its URL is in it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = self.path == "/some/prefix/add-checkpoint"
            answer = witness.add_checkpoint(body) if found else Answer(404)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.status in (301, 307, 308):
                self.send_header("Location", f"{witness.url}/elsewhere")
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    witness.url = f"http://127.0.0.1:{server.server_port}/some/prefix"
    try:
        yield witness
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
