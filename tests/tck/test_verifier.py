"""The stand-in of the conformance kit: what it signs, and what it leaves alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from comity.api import Request, Response
from comity.core.canonical import parse
from comity.errors import Code
from comity.limits import BODY_BYTES
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import DSP
from comity.protocol.sending import post
from comity.store import peers, record
from nodes import MX, US, Pair, Wire, pair
from refusals import refuses
from tck.verifier import PARTICIPANT, PATIENCE_SECONDS, STATIC, WayIn, WayOut

CATALOG = f"{DSP}/catalog/request"
BODY = (
    b'{ "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],\n'
    b'"@type":"CatalogRequestMessage"}'
)
TYPE = "application/json; charset=utf-8"


def signed(p: Pair) -> Request:
    """Return a request of the node under test (Mexico), as its outbox would send it."""
    with p.mx.store.write() as tx:
        peer = peers.pinned(tx, US.id)
        jti = post(tx, p.mx.local, peer, "kit", "POST", CATALOG, BODY)
        said = record.entry(tx, US.id, record.OUT, jti)
    assert said is not None
    return Request(said.method, said.target, said.token, said.content_type, said.body)


def believed(p: Pair, response: Response, request: Request) -> bool:
    """Let the node check that a response is the peer's, to this request."""
    with p.mx.store.read() as tx:
        peer = peers.pinned(tx, US.id)
    TokenAuthenticator(p.mx.local, p.mx.store).response(response, request, peer)
    return True


@contextmanager
def server(status: int, body: bytes) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Answer everything with one status and body on loopback; with 0, close without an answer."""
    asked: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            if status:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}", asked
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture
def p(tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path) as made:
        yield made


def test_another_value_goes_no_further(p: Pair) -> None:
    wire = Wire(p.mx.exchange)
    for value in ("", "other", STATIC.upper(), f"{STATIC}.x.y"):
        assert WayIn(p.us, MX.id, wire).handle(Request("POST", CATALOG, value, TYPE, BODY)) == (
            Response(401)
        )
    assert wire.seen == []


def test_the_node_itself_takes_nothing_from_the_kit(p: Pair) -> None:
    assert p.mx.exchange.handle(Request("POST", CATALOG, STATIC, TYPE, BODY)).status == 401


def test_what_the_kit_sends_arrives_as_it_is(p: Pair) -> None:
    wire = Wire(p.mx.exchange)
    response = WayIn(p.us, MX.id, wire).handle(Request("POST", CATALOG, STATIC, TYPE, BODY))
    ((arrived, replied),) = wire.seen
    assert (arrived.method, arrived.target, arrived.content_type, arrived.body) == (
        "POST",
        CATALOG,
        TYPE,
        BODY,
    )
    assert STATIC not in arrived.token
    assert response == replied
    assert response.status == 200
    assert parse(response.body, BODY_BYTES)["@type"] == "Catalog"


def test_the_kit_gets_the_name_that_it_is_pinned_under(p: Pair) -> None:
    wire = Wire(p.mx.exchange)
    body = b'{"assigner":"%s","x":"%s_2"}' % ((PARTICIPANT.encode(),) * 2)
    WayIn(p.us, MX.id, wire).handle(Request("POST", CATALOG, STATIC, TYPE, body))
    ((arrived, _),) = wire.seen
    assert arrived.body == b'{"assigner":"%s","x":"%s_2"}' % (US.id.encode(), PARTICIPANT.encode())


def test_an_answer_of_the_kit_is_signed_and_left_as_it_is(p: Pair) -> None:
    request = signed(p)
    with server(200, b'{ "anything": 1 }') as (address, asked):
        response = WayOut(p.us, address).handle(request)
    assert (response.status, response.body) == (200, b'{ "anything": 1 }')
    assert asked == [("/catalog/request", BODY)]
    assert believed(p, response, request)


def test_a_handler_that_is_not_there_yet_is_waited_for(p: Pair) -> None:
    now = [0.0]
    request = signed(p)
    with server(404, b"") as (address, asked):
        way = WayOut(p.us, address, lambda: now[0])
        with refuses(Code.PEER_UNREACHABLE):
            way.handle(request)
        now[0] = PATIENCE_SECONDS
        response = way.handle(request)
    assert response.status == 404
    assert len(asked) == 2
    assert believed(p, response, request)


def test_a_kit_that_closes_without_an_answer_is_waited_for(p: Pair) -> None:
    with server(0, b"") as (address, _), refuses(Code.PEER_UNREACHABLE):
        WayOut(p.us, address).handle(signed(p))


def test_what_the_node_did_not_sign_does_not_reach_the_kit(p: Pair) -> None:
    with server(200, b"{}") as (address, asked), refuses(Code.NOT_AUTHENTIC):
        WayOut(p.us, address).handle(Request("POST", CATALOG, STATIC, TYPE, BODY))
    assert asked == []
