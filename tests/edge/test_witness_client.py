"""The client of witnesses: which URLs it takes, and what it does not put up with."""

import socket
import threading
import time

import pytest

from comity.edge.witness_client import WitnessReply, check_url, post
from comity.errors import Code
from comity.limits import ID_CHARS, WITNESS_REPLY_BYTES, WITNESS_SECONDS
from refusals import refuses
from witness_server import Answer, Witness, serving


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://witness.example", "https://witness.example"),
        ("https://witness.example:8443/a/b/", "https://witness.example:8443/a/b"),
        ("http://127.0.0.1:8080/w", "http://127.0.0.1:8080/w"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_urls(url: str, taken: str) -> None:
    assert check_url(url) == taken


@pytest.mark.parametrize(
    "url",
    [
        *("", "witness.example", "http://witness.example", "ftp://witness.example", "https://"),
        *("https://a@witness.example", "https://witness.example?x", "https://witness.example#x"),
        *("https://witness.example:99999", "https://[x", "https://w itness", "https://wítness"),
        f"https://witness.example/{'a' * ID_CHARS}",
    ],
)
def test_urls_that_are_not_taken(url: str) -> None:
    with refuses(Code.ADDRESS_INVALID):
        check_url(url)


def test_what_is_answered_comes_as_it_is() -> None:
    with serving(Witness(instead=Answer(409, b"5\n", "text/x.tlog.size"))) as witness:
        reply = post(f"{witness.url}/add-checkpoint", b"body", "w")
        assert reply == WitnessReply(409, "text/x.tlog.size", b"5\n")
        assert witness.asked == [b"body"]


@pytest.mark.parametrize("status", [301, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with serving(Witness(instead=Answer(status))) as witness:
        assert post(f"{witness.url}/add-checkpoint", b"body", "w").status == status
        assert len(witness.asked) == 1


def test_a_reply_has_an_end() -> None:
    with serving(Witness(instead=Answer(200, b"x" * WITNESS_REPLY_BYTES))) as witness:
        assert len(post(f"{witness.url}/add-checkpoint", b"", "w").body) == WITNESS_REPLY_BYTES
        witness.instead = Answer(200, b"x" * (WITNESS_REPLY_BYTES + 1))
        with refuses(Code.WITNESS_UNREACHABLE, witness="w", reason="size"):
            post(f"{witness.url}/add-checkpoint", b"", "w")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with refuses(Code.WITNESS_UNREACHABLE, witness="w", reason="connection"):
        post(f"http://127.0.0.1:{port}/add-checkpoint", b"", "w")


@pytest.mark.parametrize("drips", [False, True])
def test_silence_and_drips_are_not_waited_for(drips: bool) -> None:
    """A witness that says nothing, or a byte now and then, does not hold an officer."""
    stop = threading.Event()

    def slow(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            if drips:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.05):
                if drips:
                    connection.sendall(b"x")

    assert WITNESS_SECONDS == 30
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=slow, args=(listener,))
        thread.start()
        began = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/add-checkpoint"
        with refuses(Code.WITNESS_UNREACHABLE, witness="w", reason="timeout"):
            post(url, b"", "w", seconds=0.5)
        assert time.monotonic() - began < 5
        stop.set()
        thread.join()
