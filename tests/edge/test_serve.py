"""The listeners of a node as one thing: bound together, stopped together, patient with nobody."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from comity.edge import serve as serve_module
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener, Ready, serve
from comity.errors import Code, ComityError
from comity.limits import CONNECTIONS, KEEP_ALIVE_SECONDS
from edge.loopback import HOST, Echo, answer, connect, exchange, pair, plain_http, running


def listener(port: int = 0, host: str = HOST) -> Listener:
    return Listener(peer_app(Echo(), b"{}"), host, port)


def get(port: int, host: str = HOST) -> int:
    with plain_http(port, host) as client:
        return client.get("/x").status_code


def closed(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_two_listeners_start_and_stop_together(tmp_path: Path) -> None:
    made = pair(tmp_path)
    secure = Listener(peer_app(Echo(), b"{}"), HOST, 0, made.server)
    with running([secure, listener()]) as ready:
        (host, first), (_, second) = ready.addresses
        assert host == HOST
        assert first != second
        assert get(second) == 200
        with connect(first, made.certificate) as connection:
            connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert answer(connection)[0] == 200
    assert closed(first)
    assert closed(second)
    # To stop what has stopped is no error.
    ready.stop()


def test_ipv6() -> None:
    with running([listener(host="::1")]) as ready:
        assert get(ready.addresses[0][1], "[::1]") == 200


def test_a_port_in_use_starts_nothing() -> None:
    with socket.create_server((HOST, 0)) as other, socket.create_server((HOST, 0)) as free:
        taken, first = other.getsockname()[1], free.getsockname()[1]
        free.close()
        told: list[Ready] = []
        with pytest.raises(ComityError) as caught:
            serve([listener(first), listener(taken)], told.append)
    assert caught.value.code is Code.PORT_IN_USE
    assert caught.value.params == {"host": HOST, "port": taken}
    assert told == []
    assert closed(first)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70_000)])
def test_addresses_that_cannot_be_bound(host: str, port: int) -> None:
    with pytest.raises(ComityError) as caught:
        serve([listener(port, host)], print)
    assert caught.value.code is Code.ADDRESS_INVALID


def test_an_error_when_ready_stops_everything() -> None:
    ports: list[int] = []

    def fail(ready: Ready) -> None:
        ports.extend(port for _, port in ready.addresses)
        raise ComityError(Code.DISK_FULL, path="x")

    with pytest.raises(ComityError) as caught:
        serve([listener(), listener()], fail)
    assert caught.value.code is Code.DISK_FULL
    assert [closed(port) for port in ports] == [True, True]


def test_replies_say_nothing_of_the_server() -> None:
    with running([listener()]) as ready, plain_http(ready.addresses[0][1]) as client:
        # uvicorn sets its default headers in its first round; ask in a later one, too.
        for pause in (0, 0.15):
            time.sleep(pause)
            reply = client.get("/x")
            assert sorted(reply.headers) == ["comity-token", "content-length", "content-type"]


def test_forwarding_headers_change_nothing() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            seen.append((scope["client"][0], scope["scheme"]))
        await peer_app(Echo(), b"{}")(scope, receive, send)

    with running([Listener(app, HOST, 0)]) as ready, plain_http(ready.addresses[0][1]) as client:
        forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        client.get("/x", headers=forged)
    assert seen == [(HOST, "http")]


@pytest.mark.parametrize("said", [b"", b"GET /x HT", b"GET /x HTTP/1.1\r\nHost: x\r\nX: "])
def test_silence_is_not_waited_for(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_module, "HEADER_SECONDS", 0.1)
    with running([listener()]) as ready, connect(ready.addresses[0][1]) as connection:
        begun = time.monotonic()
        connection.sendall(said)
        assert connection.recv(100) == b""
        assert 0.05 < time.monotonic() - begun < 2


def test_a_drip_of_a_head_does_not_start_the_clock_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_module, "HEADER_SECONDS", 0.3)
    with running([listener()]) as ready, connect(ready.addresses[0][1]) as connection:
        begun = time.monotonic()
        with suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - begun < 5:
                connection.sendall(b"G")
                time.sleep(0.02)
        assert time.monotonic() - begun < 1.5


def test_a_used_connection_may_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_module, "HEADER_SECONDS", 0.1)
    assert KEEP_ALIVE_SECONDS > 1
    with running([listener()]) as ready, connect(ready.addresses[0][1]) as connection:
        for _ in range(2):
            connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(connection)[0] == 200
            time.sleep(0.2)


def test_connections_are_counted() -> None:
    with running([listener()]) as ready:
        port = ready.addresses[0][1]
        silent = [connect(port) for _ in range(CONNECTIONS - 1)]
        try:
            assert get(port) == 503
        finally:
            for connection in silent:
                connection.close()
        ends = time.monotonic() + 5
        while get(port) == 503 and time.monotonic() < ends:
            time.sleep(0.02)
        assert get(port) == 200


PROCESS = """
import sys, time
from comity.api import Response
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener, serve

class Slow:
    def handle(self, request):
        print("begun", flush=True)
        time.sleep(0.5)
        return Response(200, body=b"whole")

listeners = [Listener(peer_app(Slow(), b"{}"), "127.0.0.1", 0) for _ in range(2)]
serve(listeners, lambda ready: print(ready.addresses[0][1], flush=True))
print("cleaned up", flush=True)
"""


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_good_order(number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with connect(port) as connection:
            connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            assert process.stdout.readline() == "begun\n"
            process.send_signal(number)
            assert exchange(connection, b"").endswith(b"whole")
        assert process.stdout.read() == "cleaned up\n"
        assert process.wait(10) == 0
