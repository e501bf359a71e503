"""The client against real listeners of ours, and against peers that misbehave."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from comity.api import Endpoint, Request, Response
from comity.edge.client import PeerClient
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from comity.errors import Code, ComityError
from comity.limits import CONNECTIONS_TO_PEER, REPLY_BYTES, TARGET_BYTES, TOKEN_BYTES
from edge.loopback import HOST, Echo, Pair, Scripted, pair, running

ASKED = Request("POST", "/mx/dsp/x", "re.que.st", "application/json", b'{"a":1}')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def echo() -> Echo:
    return Echo()


@pytest.fixture(scope="module")
def port(made: Pair, echo: Echo) -> Iterator[int]:
    with running([Listener(peer_app(echo, b"{}"), HOST, 0, made.server)]) as ready:
        yield ready.addresses[0][1]


def client(port: int, made: Pair, timeout: float = 10) -> "closing[PeerClient]":
    return closing(PeerClient(f"https://{HOST}:{port}/mx", made.certificate, timeout))


def refusal(endpoint: Endpoint, request: Request = ASKED) -> tuple[Code, str | int]:
    """Send a request that must fail; return the code and the reason."""
    with pytest.raises(ComityError) as caught:
        endpoint.handle(request)
    return caught.value.code, caught.value.params["reason"]


def test_there_and_back(port: int, made: Pair, echo: Echo) -> None:
    echo.asked.clear()
    echo.reply = Response(418, "re.p.ly", "text/odd; a=1", bytes(range(256)))
    with client(port, made) as peer:
        assert peer.handle(ASKED) == echo.reply
    assert echo.asked == [ASKED]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/a//b/../%2e%2E/c;d?x=%20&y=+&z", "t"),
        Request("GET", "/" + "a" * (TARGET_BYTES - 1), "t" * TOKEN_BYTES),
        Request("PUT", "/x", "t", "", bytes(200_000)),
        Request("GET", "/unsigned", ""),
        Request("DELETE", '/{}|^`"<>', "t"),
    ],
    ids=["odd-path", "longest", "body-without-type", "no-token", "odd-characters"],
)
def test_requests_arrive_byte_for_byte(
    port: int, made: Pair, echo: Echo, request_: Request
) -> None:
    echo.asked.clear()
    with client(port, made) as peer:
        peer.handle(request_)
    assert echo.asked == [request_]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/x HTTP/1.1\r\nX: y", "t"),
        Request("GET", "/x", "t\r\nX: y"),
        Request("POST", "/x", "t", "a/b\nX: y", b"{}"),
        Request("GET", "/ñ", "t"),
        Request("G T", "/x", "t"),
    ],
    ids=["target", "token", "type", "not-ascii", "method"],
)
def test_no_part_of_a_request_leaves_its_place(
    port: int, made: Pair, echo: Echo, request_: Request
) -> None:
    echo.asked.clear()
    with client(port, made) as peer, pytest.raises(ComityError) as caught:
        peer.handle(request_)
    assert caught.value.code is Code.HTTP_INVALID
    assert echo.asked == []


def test_a_connection_is_used_again_unless_it_said_more(made: Pair) -> None:
    twice = OK + EMPTY + OK + EMPTY
    with Scripted(made.server, [twice], pause=5) as peer, client(peer.port, made) as ours:
        assert ours.handle(ASKED) == Response(200)
        assert not ours._resting
    with (
        running([Listener(peer_app(Echo(), b"{}"), HOST, 0, made.server)]) as ready,
        client(ready.addresses[0][1], made) as ours,
    ):
        ours.handle(ASKED)
        (kept,) = ours._resting
        ours.handle(ASKED)
        assert list(ours._resting) == [kept]


def test_the_largest_reply(port: int, made: Pair, echo: Echo) -> None:
    echo.reply = Response(200, "t" * TOKEN_BYTES, "", bytes(REPLY_BYTES))
    with client(port, made) as peer:
        assert peer.handle(ASKED) == echo.reply


def test_several_threads_share_a_client(port: int, made: Pair, echo: Echo) -> None:
    echo.asked.clear()
    echo.reply = Response(200, "t")
    with client(port, made) as peer:
        threads = [threading.Thread(target=peer.handle, args=(ASKED,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(echo.asked) == 8


def test_the_environment_has_no_say(
    port: int, made: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent"))
    with client(port, made) as peer:
        peer.handle(ASKED)


def test_another_certificate(port: int, tmp_path: Path) -> None:
    with client(port, pair(tmp_path)) as peer:
        assert refusal(peer) == (Code.PEER_UNREACHABLE, "certificate")


def test_another_name_for_the_same_listener(port: int, made: Pair) -> None:
    with closing(PeerClient(f"https://localhost:{port}", made.certificate)) as peer:
        assert refusal(peer) == (Code.PEER_UNREACHABLE, "certificate")


def test_nobody_there(made: Pair, tmp_path: Path) -> None:
    with Scripted(made.server, []) as gone:
        pass
    with client(gone.port, made) as peer:
        assert refusal(peer) == (Code.PEER_UNREACHABLE, "refused")


def test_a_listener_without_tls(made: Pair, echo: Echo) -> None:
    with (
        running([Listener(peer_app(echo, b"{}"), HOST, 0)]) as ready,
        client(ready.addresses[0][1], made) as peer,
    ):
        assert refusal(peer) == (Code.PEER_UNREACHABLE, "tls")


@pytest.mark.parametrize(
    "address",
    [
        "http://node.example",
        "https://user@node.example",
        "https://node.example/?x",
        "https://ñandú.example",
        "https://" + "a" * 64 + ".example",
        "https://-node_.example..",
        "https://",
    ],
)
def test_addresses_that_are_none(made: Pair, address: str) -> None:
    with pytest.raises(ComityError) as caught:
        PeerClient(address, made.certificate)
    assert caught.value.code is Code.ADDRESS_INVALID


OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"
INVALID = {
    "redirect": (b"HTTP/1.1 307 T\r\nLocation: https://127.0.0.1/\r\n" + EMPTY, "redirect"),
    "not-modified": (b"HTTP/1.1 304 N\r\n\r\n", "redirect"),
    "upgrade": (b"HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "http"),
    "status-out-of-range": (b"HTTP/1.1 999 X\r\n" + EMPTY, "status"),
    "gzip": (OK + b"Content-Encoding: gzip\r\n" + EMPTY, "encoding"),
    "two-tokens": (OK + b"Comity-Token: a\r\ncomity-token: b\r\n" + EMPTY, "header"),
    "two-types": (OK + b"Content-Type: a/b\r\nContent-Type: c/d\r\n" + EMPTY, "header"),
    "token-not-ascii": (OK + b"Comity-Token: \xff\r\n" + EMPTY, "header"),
    "type-too-long": (OK + b"Content-Type: " + b"a" * 300 + b"\r\n" + EMPTY, "header"),
    "token-too-long": (
        OK + b"Comity-Token: " + b"a" * (TOKEN_BYTES + 1) + b"\r\n" + EMPTY,
        "token",
    ),
    "says-it-is-too-large": (OK + b"Content-Length: %d\r\n\r\n" % (REPLY_BYTES + 1), "size"),
    "is-too-large": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + bytes(65_536) + b"\r\n") * 33,
        "size",
    ),
    "not-http": (b"SSH-2.0-OpenSSH_9.7\r\n\r\n", "http"),
    "two-lengths": (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "http"),
    "endless-head": (OK + b"X: " + b"a" * 200_000, "http"),
}


@pytest.mark.parametrize("flaw", INVALID)
def test_answers_that_are_not_looked_at(made: Pair, flaw: str) -> None:
    script, reason = INVALID[flaw]
    with Scripted(made.server, [script], pause=5) as peer, client(peer.port, made) as ours:
        assert refusal(ours) == (Code.PEER_ANSWER_INVALID, reason)


BROKEN = {
    "hangs-up": b"",
    "hangs-up-in-the-head": OK + b"Conte",
    "hangs-up-in-the-body": OK + b"Content-Length: 10\r\n\r\nabc",
    "hangs-up-where-no-length-is-given": OK + b"\r\nabc",
    "hangs-up-in-a-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_connections_that_break(made: Pair, flaw: str) -> None:
    with Scripted(made.server, [BROKEN[flaw]]) as peer, client(peer.port, made) as ours:
        assert refusal(ours) == (Code.PEER_UNREACHABLE, "broken")


SLOW = {
    "silence": [b""] * 100,
    "a-byte-at-a-time": [bytes([each]) for each in OK + EMPTY],
    "endless-interim-answers": [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 100,
    "endless-body": [OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 100],
}


@pytest.mark.parametrize("flaw", SLOW)
def test_the_whole_exchange_has_one_deadline(made: Pair, flaw: str) -> None:
    with (
        Scripted(made.server, SLOW[flaw], pause=0.05) as peer,
        client(peer.port, made, 0.2) as ours,
    ):
        begun = time.monotonic()
        assert refusal(ours) == (Code.PEER_UNREACHABLE, "timeout")
        assert time.monotonic() - begun < 2


def test_a_client_goes_on_after_a_bad_answer(made: Pair, port: int, echo: Echo) -> None:
    echo.reply = Response(200, "t", "", bytes(REPLY_BYTES + 1))
    with client(port, made) as peer:
        assert refusal(peer) == (Code.PEER_ANSWER_INVALID, "size")
        echo.reply = Response(200, "t")
        assert peer.handle(ASKED) == echo.reply


def test_no_reply_waits_for_an_acknowledgement(port: int, made: Pair, echo: Echo) -> None:
    echo.reply = Response(200, "t", "", b"{}")
    with client(port, made) as peer:
        seconds = []
        for _ in range(10):
            begun = time.monotonic()
            peer.handle(ASKED)
            seconds.append(time.monotonic() - begun)
    # Delayed acknowledgements come after 40 ms.
    assert min(seconds) < 0.03


def test_several_at_once_each_with_its_own_reply(made: Pair) -> None:
    class Mirror:
        def handle(self, request: Request) -> Response:
            return Response(200, "t", "a/b", request.body)

    app = peer_app(Mirror(), b"{}")
    asked = [
        Request("POST", "/mx/x", "t", "a/b", b"%d" % n) for n in range(CONNECTIONS_TO_PEER + 8)
    ]
    with (
        running([Listener(app, HOST, 0, made.server)]) as ready,
        client(ready.addresses[0][1], made) as peer,
    ):
        for _ in range(2):
            came = dict(end for wave in peer.handle_all(asked) for end in wave)
            bodies = {n: said.body for n, said in came.items() if isinstance(said, Response)}
            assert bodies == {n: request.body for n, request in enumerate(asked)}
        # All connections were given back.
        assert peer.handle(asked[0]).body == b"0"


def test_one_of_several_that_cannot_go_leaves_the_others(made: Pair, port: int, echo: Echo) -> None:
    echo.reply = Response(200, "t", "a/b", b"{}")
    bad = Request("GET", "/a b", "t")
    with client(port, made) as peer:
        came = dict(end for wave in peer.handle_all([ASKED, bad, ASKED]) for end in wave)
    assert came[0] == came[2] == echo.reply
    assert isinstance(came[1], ComityError)
    assert came[1].code == Code.HTTP_INVALID


def test_several_to_a_peer_that_is_silent_or_away(made: Pair) -> None:
    silent = threading.Event()

    class Silent:
        def handle(self, request: Request) -> Response:
            silent.wait()
            return Response(200)

    with running([Listener(peer_app(Silent(), b"{}"), HOST, 0, made.server)]) as ready:
        number = ready.addresses[0][1]
        with client(number, made, timeout=0.5) as peer:
            ends = [end for wave in peer.handle_all([ASKED, ASKED]) for _, end in wave]
        silent.set()
    reasons = [end.params["reason"] for end in ends if isinstance(end, ComityError)]
    assert reasons == ["timeout", "timeout"]
    with client(number, made) as peer:
        ends = [end for wave in peer.handle_all([ASKED, ASKED]) for _, end in wave]
    assert [end.code for end in ends if isinstance(end, ComityError)] == 2 * [Code.PEER_UNREACHABLE]
