"""What a counterpart can reach: one version document, and the walk. Real TLS, hostile bytes."""

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import pytest

from comity.api import Request, Response
from comity.edge import asgi, peer_listener, serve
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.limits import (
    BATCH_BODY_BYTES,
    BODY_BYTES,
    HEADER_BYTES,
    TARGET_BYTES,
    TOKEN_BYTES,
)
from edge.loopback import HOST, Echo, answer, connect, exchange, pair, running

VERSION = b'{"protocolVersions":[]}'


@dataclass
class Node:
    """A peer listener that runs, and what was handed to the walk."""

    port: int
    certificate: bytes
    echo: Echo

    def open(self) -> socket:
        return connect(self.port, self.certificate)

    def send(self, head: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """Send a request as it is typed; return status, headers and body."""
        with self.open() as connection:
            connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n" + body)
            return answer(connection)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = pair(tmp_path_factory.mktemp("listener"))
    echo = Echo()
    app = peer_app(echo, VERSION, prefix="/mx")
    with running([Listener(app, HOST, 0, made.server)]) as ready:
        yield Node(ready.addresses[0][1], made.certificate, echo)


@pytest.fixture
def node(serving: Node) -> Node:
    serving.echo.asked.clear()
    serving.echo.reply = Response(200, "reply.to.ken", "application/json", b"{}")
    return serving


def test_the_version_document_is_for_everybody(node: Node) -> None:
    status, headers, body = node.send("GET /.well-known/dspace-version HTTP/1.1\nHost: x\n")
    assert (status, body) == (200, VERSION)
    assert headers == {"content-length": str(len(VERSION)), "content-type": "application/json"}
    assert node.echo.asked == []


def test_a_request_arrives_as_it_was_sent(node: Node) -> None:
    body = bytes(range(256))
    target = "/mx/a//b/../%2e%2E/c;d?x=%20&y=+&z"
    status, headers, reply = node.send(
        f"POST {target} HTTP/1.1\nHost: x\nAuthorization: Bearer to.k.en\n"
        f"Content-Type: text/odd; a=1\nContent-Length: {len(body)}\n",
        body,
    )
    assert node.echo.asked == [Request("POST", target, "to.k.en", "text/odd; a=1", body)]
    assert (status, reply) == (200, b"{}")
    assert headers == {
        "content-length": "2",
        "content-type": "application/json",
        "comity-token": "reply.to.ken",
    }


def test_a_body_in_chunks_is_one_body(node: Node) -> None:
    node.send(
        "POST /x HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n",
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    assert node.echo.asked == [Request("POST", "/x", "", "", b"abcde")]


@pytest.mark.parametrize("value", ["Basic dXNlcg==", "Bearer", "token", ""])
def test_no_token_is_left_to_the_walk(node: Node, value: str) -> None:
    node.send(f"GET /x HTTP/1.1\nHost: x\nAuthorization: {value}\n")
    assert node.echo.asked == [Request("GET", "/x", "")]


def test_replies_without_token_or_type_have_no_such_header(node: Node) -> None:
    node.echo.reply = Response(401)
    status, headers, body = node.send("GET /x HTTP/1.1\nHost: x\n")
    assert (status, headers, body) == (401, {"content-length": "0"}, b"")


POST = "POST {} HTTP/1.1\nHost: x\n"
REFUSED = {
    "duplicate-authorization": (
        POST.format("/x") + "Authorization: Bearer a\nAuthorization: Bearer b\n",
        400,
    ),
    "duplicate-content-type": (POST.format("/x") + "Content-Type: a/b\nContent-Type: c/d\n", 400),
    "header-not-ascii": (POST.format("/x") + "Authorization: Bearer ñ\n", 400),
    "absolute-target": ("GET https://elsewhere.example/x HTTP/1.1\nHost: x\n", 400),
    "asterisk-target": ("OPTIONS * HTTP/1.1\nHost: x\n", 400),
    "target-too-long": (POST.format("/" + "a" * TARGET_BYTES), 414),
    "query-too-long": (POST.format("/a?" + "a" * TARGET_BYTES), 414),
    "token-too-long": (
        POST.format("/x") + f"Authorization: Bearer {'a' * (TOKEN_BYTES + 1)}\n",
        431,
    ),
    "gzip": (POST.format("/x") + "Content-Encoding: gzip\n", 415),
    "two-encodings": (POST.format("/x") + "Content-Encoding: identity, gzip\n", 415),
}


@pytest.mark.parametrize("flaw", REFUSED)
def test_refused_before_the_walk(node: Node, flaw: str) -> None:
    head, expected = REFUSED[flaw]
    status, headers, body = node.send(head + "Content-Length: 0\n")
    assert (status, json.loads(body)) == (expected, {"code": "http-invalid"})
    assert headers["connection"] == "close"
    assert node.echo.asked == []


def test_the_largest_target_and_token_pass(node: Node) -> None:
    target = "/" + "a" * (TARGET_BYTES - 1)
    head = f"GET {target} HTTP/1.1\nHost: x\nAuthorization: Bearer {'t' * TOKEN_BYTES}\n"
    assert node.send(head)[0] == 200
    assert (node.echo.asked[0].target, len(node.echo.asked[0].token)) == (target, TOKEN_BYTES)


CAPS = [("/mx/dsp/x", BODY_BYTES), ("/comity/x", BODY_BYTES), ("/mx/comity/x", BATCH_BODY_BYTES)]


@pytest.mark.parametrize(("target", "cap"), CAPS)
def test_a_body_at_the_cap_passes(node: Node, target: str, cap: int) -> None:
    assert node.send(POST.format(target) + f"Content-Length: {cap}\n", bytes(cap))[0] == 200
    assert len(node.echo.asked[0].body) == cap


@pytest.mark.parametrize(("target", "cap"), CAPS)
def test_a_body_over_the_cap_is_refused_unread(node: Node, target: str, cap: int) -> None:
    # Nothing of the body is sent: the length alone is enough.
    status, headers, body = node.send(POST.format(target) + f"Content-Length: {cap + 1}\n")
    assert (status, json.loads(body)) == (413, {"code": "body-too-large"})
    assert headers["connection"] == "close"
    assert node.echo.asked == []


@pytest.mark.parametrize(("target", "cap"), CAPS)
def test_a_body_of_unsaid_length_is_cut_off(node: Node, target: str, cap: int) -> None:
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    body = chunk * (cap // 65_536) + b"1\r\nx\r\n0\r\n\r\n"
    status, _, reply = node.send(POST.format(target) + "Transfer-Encoding: chunked\n", body)
    assert (status, json.loads(reply)) == (413, {"code": "body-too-large"})
    assert node.echo.asked == []


def test_the_refusal_of_a_huge_body_can_still_be_read(node: Node) -> None:
    size = 8 * BATCH_BODY_BYTES
    status, _, _ = node.send(POST.format("/x") + f"Content-Length: {size}\n", bytes(size))
    assert status == 413


def test_lying_about_the_length_is_not_http(node: Node) -> None:
    for lengths in ("Content-Length: 1\nContent-Length: 2\n", "Content-Length: -1\n"):
        assert node.send(POST.format("/x") + lengths, b"ab")[0] == 400
    assert node.echo.asked == []


def test_a_slow_body_is_not_waited_for(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_listener, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(asgi, "LINGER_SECONDS", 0.1)
    status, _, body = node.send(POST.format("/x") + "Content-Length: 10\n", b"abc")
    assert (status, json.loads(body)) == (408, {"code": "http-invalid"})
    assert node.echo.asked == []


def test_a_client_that_hangs_up_in_the_body_reaches_nothing(node: Node) -> None:
    with node.open() as connection:
        connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert node.send("GET /later HTTP/1.1\nHost: x\n")[0] == 200
    assert [request.target for request in node.echo.asked] == ["/later"]


def test_a_head_over_the_cap_in_one_piece(node: Node) -> None:
    status, _, _ = node.send(POST.format("/x") + f"X: {'a' * HEADER_BYTES}\n")
    assert status == 431
    assert node.echo.asked == []


def test_a_head_that_never_ends(node: Node) -> None:
    with node.open() as connection:
        connection.sendall(b"GET /x HTTP/1.1\r\nX: " + b"a" * HEADER_BYTES)
        assert answer(connection)[0] == 400
    assert node.echo.asked == []


@pytest.mark.parametrize(
    "waste",
    [
        b"1;" + b"x" * 99_999 + b"\r\n",
        b"0\r\nX: " + b"a" * 100_000,
        b"0\r\n" + b"X: a\r\n" * 20_000,
    ],
    ids=["extension", "trailer", "trailers"],
)
def test_chunks_that_are_mostly_not_content_are_cut_off(node: Node, waste: bytes) -> None:
    with node.open() as connection:
        connection.sendall(
            b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + waste
        )
        assert answer(connection)[0] == 400
    assert node.echo.asked == []


def test_a_defect_of_ours_is_told_to_nobody(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    status, headers, body = node.send("GET /crash HTTP/1.1\nHost: x\n")
    assert (status, json.loads(body)) == (500, {"code": "internal"})
    assert "comity-token" not in headers
    said = capsys.readouterr()
    assert "RuntimeError" in said.out + said.err
    assert "loopback.py:" in said.out + said.err
    assert "a secret that stays inside" not in said.out + said.err


def test_one_connection_carries_many_requests(node: Node) -> None:
    with node.open() as connection:
        for number in range(3):
            connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert answer(connection)[0] == 200
    assert [request.target for request in node.echo.asked] == ["/0", "/1", "/2"]


def test_plain_http_gets_no_answer(node: Node) -> None:
    with connect(node.port) as connection:
        reply = exchange(connection, b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: x\r\n\r\n")
    # At most a TLS alert (RFC 8446 section 6): content type 21.
    assert reply[:1] in (b"", b"\x15")


def test_no_upgrade_to_another_protocol(node: Node) -> None:
    status, headers, _ = node.send(
        "GET /x HTTP/1.1\nHost: x\nConnection: Upgrade\nUpgrade: websocket\n"
        "Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
    )
    assert status == 200
    assert "upgrade" not in headers


def test_requests_beyond_the_workers_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_listener, "HANDLED_AT_ONCE", 2)
    made = pair(tmp_path)

    class Slow:
        """Counts how many requests are handled at the same time."""

        now = most = done = 0

        def handle(self, _request: Request) -> Response:
            self.now += 1
            self.most = max(self.most, self.now)
            time.sleep(0.05)
            self.now -= 1
            self.done += 1
            return Response(204)

    slow = Slow()
    with running([Listener(peer_app(slow, VERSION), HOST, 0, made.server)]) as ready:
        port = ready.addresses[0][1]
        opened = [connect(port, made.certificate) for _ in range(6)]
        for connection in opened:
            connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        for connection in opened:
            assert answer(connection)[0] == 204
            connection.close()
    assert (slow.most, slow.done) == (2, 6)


@pytest.mark.parametrize("patience", [30, 0.1])
def test_the_stop_waits_for_the_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(serve, "SHUTDOWN_SECONDS", patience)
    made = pair(tmp_path)
    seen: list[str] = []

    class Slow:
        """Takes a while, and says when it is done."""

        def handle(self, _request: Request) -> Response:
            seen.append("begun")
            time.sleep(0.4)
            seen.append("done")
            return Response(204)

    with running([Listener(peer_app(Slow(), VERSION), HOST, 0, made.server)]) as ready:
        connection = connect(ready.addresses[0][1], made.certificate)
        connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        while not seen:
            time.sleep(0.01)
        assert isinstance(connection, ssl.SSLSocket)
        # The client is gone, and nobody would miss the reply; the work is finished all the same.
        connection.close()
    assert seen == ["begun", "done"]
