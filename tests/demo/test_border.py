"""The border carries bytes as they are, and counts them."""

import socket
from threading import Thread

import pytest

from comity.demo.border import Border
from comity.demo.sides import HOST


def test_bytes_pass_unchanged_and_are_counted_by_direction() -> None:
    sent, replied = bytes(range(256)) * 1_000, b"reply" * 100
    got = bytearray()

    def listen(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            while len(got) < len(sent):
                got.extend(connection.recv(65_536))
            connection.sendall(replied)

    with socket.create_server((HOST, 0)) as listening, Border() as border:
        crossing = border.crossing(listening.getsockname()[1])
        thread = Thread(target=listen, args=(listening,))
        thread.start()
        with socket.create_connection((HOST, crossing.port), timeout=10) as client:
            client.sendall(sent)
            back = bytearray()
            while part := client.recv(65_536):
                back += part
        thread.join()
        assert (bytes(got), bytes(back)) == (sent, replied)
        assert (crossing.inward, crossing.outward) == (len(sent), len(replied))


def test_nobody_behind_it_ends_the_connection() -> None:
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    with (
        Border() as border,
        socket.create_connection((HOST, border.crossing(port).port), timeout=10) as client,
    ):
        assert client.recv(1) == b""


def test_a_border_that_is_closed_takes_nobody() -> None:
    with socket.create_server((HOST, 0)) as listening, Border() as border:
        port = border.crossing(listening.getsockname()[1]).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=10)
