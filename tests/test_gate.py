"""Files pulled over HTTPS from a real listener, by whoever has the token and by nobody else."""

import asyncio
import hashlib
import time
from base64 import b64encode
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest

from comity.core import statement
from comity.core.canonical import b64url, canonical
from comity.edge import file_listener
from comity.edge.file_listener import FileListener
from comity.edge.peer_listener import peer_app
from comity.errors import Code
from comity.exchange import UNIFORM
from comity.limits import (
    FILE_CHUNK_BYTES,
    FILE_REQUESTS,
    FILE_SLOWEST_BYTES,
    FILE_STALL_SECONDS,
    FILES_AT_ONCE,
)
from comity.operations import agreements, filing, transfers
from comity.store import journal
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from edge.loopback import answer
from fileside import CONTENT, DATASET, Filed, filed
from nodes import run

SHA256 = hashlib.sha256(CONTENT).digest()
TAG = f'"{SHA256.hex()}"'


@pytest.fixture
def f(tmp_path: Path) -> Iterator[Filed]:
    with filed(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filed]:
    with filed(tmp_path_factory.mktemp("started")) as made:
        made.start()
        yield made


def get(f: Filed, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    path, token = f.given()
    return f.send(f.mx, method, path, token, b"", **headers)


def test_the_whole_file_and_what_is_said_of_it(started: Filed) -> None:
    status, headers, body = get(started)
    assert (status, body) == (200, CONTENT)
    assert headers["content-type"] == "application/pdf"
    assert headers["etag"] == TAG
    assert headers["repr-digest"] == f"sha-256=:{b64encode(SHA256).decode()}:"
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    key = started.mx.local.signers.message.public
    said = statement.read(headers["comity-digest"], key)
    assert (said.provider, said.consumer) == (started.mx.id, started.us.id)
    assert (said.transfer, said.dataset) == (started.of(started.mx).id, DATASET)
    assert (said.sha256, said.size) == (b64url(SHA256), len(CONTENT))
    assert said.agreement == run(agreements.agreement_list, started.mx).agreements[0].id


def test_the_head_alone(started: Filed) -> None:
    path, token = started.given()
    with started.open(started.mx) as connection:
        head = f"HEAD {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        connection.sendall(f"{head}Range: bytes=0-0\r\nConnection: close\r\n\r\n".encode())
        said = b""
        while part := connection.recv(65_536):
            said += part
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(b"\r\n\r\n")
    assert f"content-length: {len(CONTENT)}".encode() in said.lower()


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=1000000-", 1_000_000, len(CONTENT)),
        ("bytes=-7", len(CONTENT) - 7, len(CONTENT)),
        (f"bytes=10-{10**17}", 10, len(CONTENT)),
    ],
)
def test_a_range(started: Filed, wanted: str, start: int, stop: int) -> None:
    status, headers, body = get(started, Range=wanted)
    assert (status, body) == (206, CONTENT[start:stop])
    assert headers["content-range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    # Of the whole file, whatever is sent of it.
    assert headers["repr-digest"] == f"sha-256=:{b64encode(SHA256).decode()}:"


@pytest.mark.parametrize("wanted", ["bytes=2000000-", "bytes=1024000-1024001", "bytes=-0"])
def test_a_range_past_the_end(started: Filed, wanted: str) -> None:
    status, headers, _ = get(started, Range=wanted)
    assert (status, headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=0-1", "bytes=9-1", "bytes=-", "x"])
def test_a_range_that_may_be_ignored(started: Filed, wanted: str) -> None:
    status, _, body = get(started, Range=wanted)
    assert (status, len(body)) == (200, len(CONTENT))


@pytest.mark.parametrize(("tag", "status"), [(TAG, 206), ('"other"', 200), (f"W/{TAG}", 200)])
def test_a_range_of_the_same_file_only(started: Filed, tag: str, status: int) -> None:
    assert get(started, Range="bytes=1-2", If_Range=tag)[0] == status


def test_whatever_is_wrong_looks_the_same(started: Filed) -> None:
    path, token = started.given()
    before = started.gates[started.mx.id].refused
    wrong = [
        started.send(started.mx, "GET", path, "x" * len(token)),
        started.send(started.mx, "GET", path, ""),
        started.send(started.mx, "GET", path, token[:-1]),
        started.send(started.mx, "GET", path, "a" * 5_000),
        started.send(started.mx, "GET", path + "?x=1", token),
        started.send(started.mx, "GET", path + "/", token),
        started.send(started.mx, "GET", "/comity/1/files/", token),
        started.send(started.mx, "GET", "/comity/1/files/../files/x", token),
        started.send(started.mx, "GET", "/comity/1/files/%2e%2e%2f%2e%2e%2fidentity", token),
        started.send(started.mx, "POST", path, token, b"x"),
        started.send(started.mx, "DELETE", path, token),
        started.send(started.mx, "POST", path.replace("files", "inbox"), token, b"x"),
        started.send(started.us, "GET", path, token),
    ]
    assert {(status, body) for status, _, body in wrong} == {(401, UNIFORM.body)}
    assert UNIFORM.body == canonical({"code": Code.NOT_AUTHENTIC})
    assert started.gates[started.mx.id].refused > before
    assert get(started)[0] == 200


def test_another_scheme_than_bearer(started: Filed) -> None:
    path, token = started.given()
    with started.open(started.mx) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n\r\n"
        connection.sendall(head.encode())
        assert answer(connection)[0] == 401


def test_the_token_of_another_transfer(f: Filed) -> None:
    f.start()
    agreement = run(agreements.agreement_list, f.us).agreements[0].id
    path, token = f.given()
    run(transfers.complete, f.us, transfer=f.of(f.us).id)
    f.p.clock.forward(seconds=5)
    f.p.pump()
    f.ask(agreement)
    f.p.clock.forward(seconds=5)
    other, fresh = f.given()
    assert (other, fresh) != (path, token)
    assert f.send(f.mx, "GET", other, token)[0] == 401
    assert f.send(f.mx, "GET", path, fresh)[0] == 401
    assert f.send(f.mx, "GET", path, token)[0] == 401
    assert f.send(f.mx, "GET", other, fresh)[0] == 200


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_suspension_closes_and_a_new_start_gives_a_new_token(f: Filed, side: str) -> None:
    f.start()
    path, token = f.given()
    node = getattr(f, side)
    run(transfers.suspend, node, transfer=f.of(node).id)
    if side == "mx":
        # At once, before the peer knows.
        assert f.send(f.mx, "GET", path, token)[0] == 401
    f.p.pump()
    assert f.send(f.mx, "GET", path, token)[0] == 401
    run(transfers.resume, node, transfer=f.of(node).id)
    f.p.pump()
    again, fresh = f.given()
    assert again == path
    assert (fresh != token) == (side == "mx")
    assert f.send(f.mx, "GET", path, fresh)[0] == 200
    if side == "mx":
        assert f.send(f.mx, "GET", path, token)[0] == 401


def test_what_else_closes_the_path(f: Filed) -> None:
    f.start()
    agreement = run(agreements.agreement_list, f.mx).agreements[0].id
    run(agreements.suspend, f.mx, agreement=agreement)
    assert get(f)[0] == 401
    run(agreements.resume, f.mx, agreement=agreement)
    f.p.pump()
    assert get(f)[0] == 200
    f.p.clock.forward(days=61)  # past the terms' expiry
    assert get(f)[0] == 401


def test_a_transfer_that_is_over_gives_nothing(f: Filed) -> None:
    f.start()
    run(transfers.terminate, f.mx, transfer=f.of(f.mx).id)
    assert get(f)[0] == 401


def test_a_suspension_in_the_middle_of_a_download(f: Filed) -> None:
    content = bytes(40 * FILE_CHUNK_BYTES)
    f.start(content=content)
    path, token = f.given()
    with f.open(f.mx) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200")
        run(transfers.suspend, f.mx, transfer=f.of(f.mx).id)
        came = 0
        while part := connection.recv(1_000_000):
            came += len(part)
    assert came < len(content)
    assert _gave(f)[0][1] == 0


def _gave(f: Filed) -> list[tuple[int, int]]:
    for _ in range(100):
        with f.mx.store.read() as tx:
            found = [
                (int(detail["bytes"]), int(detail["whole"]))
                for entry, detail in journal.entries(tx)
                if entry.action == "file.gave"
            ]
        if found:
            return found
        time.sleep(0.05)
    return []


def test_what_crossed_is_in_the_journal(f: Filed) -> None:
    f.start()
    get(f)
    assert _gave(f) == [(len(CONTENT), 1)]


def test_a_token_is_good_for_so_many_requests(f: Filed) -> None:
    f.start()
    f.use_up(f.mx, FILE_REQUESTS - 1)
    assert get(f)[0] == 200
    assert get(f)[0] == 401


def test_the_token_is_in_no_table_and_in_no_body(f: Filed) -> None:
    f.start()
    _, token = f.given()
    for node in (f.mx, f.us):
        node.store.close()  # so that the database's own journal is written back
    for side in ("mx", "us"):
        for path in (f.p.folder / side).rglob("*"):
            if path.is_file():
                assert token.encode() not in path.read_bytes(), path


def test_a_reason_stays_in_the_record(f: Filed) -> None:
    f.start()
    run(transfers.suspend, f.mx, transfer=f.of(f.mx).id, reason="Under review.")
    f.p.pump()
    for node in (f.mx, f.us):
        with node.store.read() as tx:
            kinds = {row.what: row.body for row in many(tx, Message, kind="request")}
        assert b"Under review." in kinds["TransferSuspensionMessage"]
        assert kinds["TransferStartMessage"] == b""


def test_so_many_files_at_once(f: Filed) -> None:
    f.start(content=bytes(60 * FILE_CHUNK_BYTES))
    path, token = f.given()
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    held = [f.open(f.mx) for _ in range(FILES_AT_ONCE)]
    for connection in held:
        connection.sendall(head)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
    assert get(f)[0] == 429
    for connection in held:
        connection.close()
    for _ in range(100):
        if get(f, "GET", Range="bytes=0-0")[0] == 206:
            return
        time.sleep(0.1)
    raise AssertionError("no place was given back")


def test_a_reader_that_does_not_read(f: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert FILE_STALL_SECONDS > 1
    monkeypatch.setattr(file_listener, "FILE_STALL_SECONDS", 0.3)
    f.start(content=bytes(60 * FILE_CHUNK_BYTES))
    path, token = f.given()
    with f.open(f.mx) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(head.encode())
        (sent,) = _gave(f)
    assert sent[1] == 0


def test_a_reader_that_drips(f: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert FILE_SLOWEST_BYTES > 0
    monkeypatch.setattr(file_listener, "FILE_SLOWEST_BYTES", 10**12)
    monkeypatch.setattr(file_listener, "FILE_STALL_SECONDS", 0.2)
    f.start(content=bytes(60 * FILE_CHUNK_BYTES))
    path, token = f.given()
    with f.open(f.mx) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(head.encode())
        while connection.recv(50_000):
            time.sleep(0.05)
    assert _gave(f)[0][1] == 0


def test_an_empty_file(f: Filed) -> None:
    f.start(content=b"")
    status, headers, body = get(f)
    assert (status, headers["content-length"], body) == (200, "0", b"")
    assert get(f, Range="bytes=0-")[0] == 416


def test_the_file_of_the_start_is_given_whatever_is_held_later(f: Filed) -> None:
    f.start()
    f.hold(b"another one")
    assert get(f)[2] == CONTENT
    run(transfers.suspend, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    run(transfers.resume, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    assert get(f)[2] == b"another one"


def test_the_copy_is_for_the_owner_alone(f: Filed) -> None:
    f.hold()
    (copy,) = (f.mx.folder / "files").iterdir()
    assert (copy.read_bytes(), copy.stat().st_mode & 0o777) == (CONTENT, 0o600)
    run(filing.keep, f.mx, dataset=DATASET, path=str(f.p.folder / "source.bin"))
    assert list((f.mx.folder / "files").iterdir()) == [copy]
    f.hold(b"new")
    assert [path.read_bytes() for path in (f.mx.folder / "files").iterdir()] == [b"new"]


def test_the_stop_waits_for_files_before_it_is_said(started: Filed) -> None:
    """What is said last ends the loop, and with it whatever is still under way."""
    said: list[str] = []

    class Files(FileListener):
        def close(self) -> None:
            said.append("closed")

    async def receive() -> dict[str, str]:
        return {"type": "lifespan"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message["type"])

    app = peer_app(started.mx.exchange, b"{}", files=Files(started.gates[started.mx.id]))

    async def live() -> None:
        await app({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    assert said == ["lifespan.startup.complete", "closed", "lifespan.shutdown.complete"]
