"""The same without a walk: what a plain client and server of this stack do on this machine.

httpx and Starlette on uvicorn, HTTPS with a pinned certificate, a JWS each way, and on each side
one commit with synchronous=FULL for each exchange. No record, no outbox, no second look. It says
what the machine gives, so that other figures can be read as a ratio to it.
"""

import asyncio
import multiprocessing
import sqlite3
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.callers import many_callers, wait_for
from comity.core import jws
from comity.core.keys import Ed25519Signer
from comity.demo.sides import free_ports
from comity.edge.tls import client_context, make_certificate, server_context

SIGNER = Ed25519Signer(bytes(range(32)))
TYPE = "bench+jwt"
SAID = b'{"claims":"' + b"x" * 400 + b'"}'


class Kept:
    """A table that takes one row for each exchange, durably."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS said (token TEXT NOT NULL)")

    def keep(self, token: str) -> None:
        """Commit one row."""
        with self._lock:
            self._database.execute("INSERT INTO said VALUES (?)", (token,))


def measure(exchanges: int, callers: int) -> float:
    """Return exchanges a second of so many callers at once."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, [port] = Path(temporary), free_ports(1)
        certificate = make_certificate(
            "127.0.0.1", folder / "tls.key", folder / "tls.pem", datetime.now(UTC)
        )
        server = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(folder, port), daemon=True
        )
        server.start()
        kept = Kept(folder / "asker.db")
        limits = httpx.Limits(max_connections=callers, max_keepalive_connections=callers)
        try:
            wait_for(port)
            with httpx.Client(
                base_url=f"https://127.0.0.1:{port}",
                verify=client_context(certificate),
                trust_env=False,
                limits=limits,
            ) as client:

                def ask() -> None:
                    sent = jws.sign(TYPE, SAID, SIGNER)
                    reply = client.get("/", headers={"Authorization": f"Bearer {sent}"})
                    jws.check(TYPE, reply.text, SIGNER.public)
                    kept.keep(reply.text)

                many_callers(ask, callers, callers)
                return exchanges / many_callers(ask, exchanges, callers)
        finally:
            server.terminate()
            server.join()


def _serve(folder: Path, port: int) -> None:
    kept = Kept(folder / "holder.db")

    def answer(request: Request) -> Response:
        said = request.headers["authorization"].removeprefix("Bearer ")
        jws.check(TYPE, said, SIGNER.public)
        reply = jws.sign(TYPE, SAID, SIGNER)
        kept.keep(said)
        return Response(reply, media_type="application/jwt")

    context = server_context(folder / "tls.pem", folder / "tls.key")
    config = uvicorn.Config(
        Starlette(routes=[Route("/", answer)]),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=600,
        ssl_context_factory=lambda _config, _default: context,
    )
    asyncio.run(uvicorn.Server(config).serve())
