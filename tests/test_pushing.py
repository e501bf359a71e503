"""Files pushed to the pinned address of the peer that asked, and kept there as opaque bytes."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity import gate
from comity.core.canonical import b64url, parse
from comity.core.dsp.transfer import DataAddress, EndpointProperty, TransferRequestMessage
from comity.core.statement import FileStatement
from comity.edge import file_listener
from comity.edge.tls import server_context
from comity.errors import Code
from comity.exchange import UNIFORM
from comity.limits import FILE_CHUNK_BYTES, PUSH_GRACE_SECONDS
from comity.operations import agreements, receiving, transfers
from comity.protocol import filing
from comity.protocol.base import DSP
from comity.protocol.catalog import PUSH
from comity.protocol.filing import HTTP
from comity.store import journal, kept
from comity.store.rows.files import Grant
from comity.store.rows.moving import change, one
from comity.worker import work
from edge.loopback import Scripted, answer
from fileside import CONTENT, Filed, filed, listening, make
from nodes import opened, run
from stages import code, say

SHA256 = hashlib.sha256(CONTENT).digest()
EDC = "https://w3id.org/edc/v0.0.1/ns/"
"""What the Eclipse connector puts before the names of properties (decision 0023)."""
DIGEST = f"sha-256=:{b64encode(SHA256).decode()}:"


@pytest.fixture
def f(tmp_path: Path) -> Iterator[Filed]:
    with filed(tmp_path) as made:
        yield made


def files(f: Filed) -> tuple[receiving.ReceivedShown, ...]:
    return run(receiving.received_list, f.us).files


def lying(f: Filed) -> list[Path]:
    """Return the files below `received` at the receiver."""
    return [path for path in (f.us.folder / "received").rglob("*") if path.is_file()]


def test_a_file_is_pushed_and_completes_the_transfer(f: Filed) -> None:
    f.start(PUSH)
    (came,) = files(f)
    assert (came.size, came.sha256, came.signed) == (len(CONTENT), b64url(SHA256), True)
    assert (came.media_type, came.looked_by) == ("application/pdf", "")
    (path,) = lying(f)
    assert path == kept.received_path(f.us.folder, came.id)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (CONTENT, 0o600)
    assert (f.of(f.mx).state, f.of(f.us).state) == ("COMPLETED", "COMPLETED")
    assert f.of(f.mx).push == "done"
    with f.mx.store.read() as tx:
        assert "file.pushed" in [entry.action for entry, _ in journal.entries(tx)]


def test_a_push_waits_for_the_officers(f: Filed) -> None:
    f.hold()
    f.ask(f.agree("one-officer"), PUSH)
    assert (files(f), f.of(f.mx).waits) == ((), True)
    run(transfers.approve, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    assert len(files(f)) == 1


def waiting(f: Filed) -> tuple[str, str]:
    """Bring the pair to a started push that cannot be made; return its path and token."""
    f.hold()
    agreement = f.agree()
    f.p.clock.forward(seconds=1)
    with_hold(f)
    f.ask(agreement, PUSH)
    assert (f.of(f.mx).state, f.of(f.us).state) == ("STARTED", "STARTED")
    assert files(f) == ()
    return f.wanted()


def with_hold(f: Filed) -> None:
    """Let the giver push nothing by itself."""
    f.mx.pusher.stop()


def post(
    f: Filed, path: str, token: str, body: bytes = CONTENT, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    return f.send(f.us, "POST", path, token, body, **headers)


def test_a_connector_that_knows_nothing_of_comity_pushes(f: Filed) -> None:
    path, token = waiting(f)
    status, _, body = post(f, path, token, Content_Type="text/csv")
    assert (status, parse(body, 1_000)) == (
        200,
        {"sha256": b64url(SHA256), "size": len(CONTENT)},
    )
    (came,) = files(f)
    assert (came.signed, came.media_type, came.sha256) == (False, "text/csv", b64url(SHA256))


def test_in_pieces_without_a_length(f: Filed) -> None:
    path, token = waiting(f)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    with f.open(f.us) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for part in (b"one", b"two"):
            connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            time.sleep(0.05)
        connection.sendall(b"0\r\n\r\n")
        assert answer(connection)[0] == 200
    (came,) = files(f)
    assert kept.received_path(f.us.folder, came.id).read_bytes() == b"onetwo"


def test_twice_the_same_and_then_another(f: Filed) -> None:
    path, token = waiting(f)
    assert post(f, path, token, Repr_Digest=DIGEST)[0] == 200
    assert post(f, path, token, Repr_Digest=DIGEST)[0] == 200
    f.p.pump()
    assert f.of(f.us).state == "COMPLETED"
    assert post(f, path, token, Repr_Digest=DIGEST)[0] == 200
    other = f"sha-256=:{b64encode(bytes(32)).decode()}:"
    assert post(f, path, token, b"another", Repr_Digest=other)[0] == 401
    assert post(f, path, token, b"another")[0] == 401
    assert [came.sha256 for came in files(f)] == [b64url(SHA256)]


def test_whatever_is_wrong_looks_the_same(f: Filed) -> None:
    path, token = waiting(f)
    wrong = [
        post(f, path, token[:-1], b"x"),
        post(f, path, "", b"x"),
        post(f, path + "x", token, b"x"),
        post(f, "/comity/1/inbox/", token, b"x"),
        post(f, "/comity/1/inbox/../../../etc/passwd", token, b"x"),
        post(f, "/comity/1/inbox/..%2f..%2fx", token, b"x"),
        f.send(f.us, "GET", path, token),
        f.send(f.us, "PUT", path, token, b""),
        f.send(f.mx, "POST", path, token, b"x"),
        f.send(f.us, "GET", path.replace("inbox", "files"), token),
    ]
    assert {(status, body) for status, _, body in wrong} == {(401, UNIFORM.body)}
    assert (files(f), lying(f)) == ((), [])
    assert f.gates[f.us.id].refused == 9


@pytest.mark.parametrize("said", [f"sha-256=:{b64encode(bytes(32)).decode()}:", "md5=:x:", "x"])
def test_a_wrong_digest(f: Filed, said: str) -> None:
    path, token = waiting(f)
    status, _, body = post(f, path, token, Repr_Digest=said)
    assert (status, parse(body, 1_000)) == (400, {"code": Code.FILE_DIFFERS})
    assert (files(f), lying(f)) == ((), [])
    assert f.of(f.us).state == "STARTED"


def _statement(f: Filed, **changes: Any) -> FileStatement:
    true = FileStatement(
        provider=f.mx.id,
        consumer=f.us.id,
        agreement=run(agreements.agreement_list, f.us).agreements[0].id,
        transfer=f.of(f.mx).id,
        dataset="report",
        sha256=b64url(SHA256),
        size=len(CONTENT),
        media_type="application/pdf",
        at=1,
    )
    return true.model_copy(update=changes)


def test_a_statement_that_is_not_true(f: Filed) -> None:
    path, token = waiting(f)
    mx, us = f.mx.local.signers.message, f.us.local.signers.message
    for signed in (
        _statement(f, size=1).sign(mx),
        _statement(f, transfer="urn:x").sign(mx),
        _statement(f).sign(us),
        "a.b.c",
    ):
        status, _, body = post(f, path, token, Comity_Digest=signed)
        assert (status, parse(body, 1_000)) == (400, {"code": Code.FILE_DIFFERS})
    assert (files(f), lying(f)) == ((), [])
    assert post(f, path, token, Comity_Digest=_statement(f).sign(mx))[0] == 200
    assert files(f)[0].signed


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_push_after_a_suspension(f: Filed, side: str) -> None:
    path, token = waiting(f)
    node = getattr(f, side)
    run(transfers.suspend, node, transfer=f.of(node).id)
    f.p.pump()
    assert post(f, path, token, b"x")[0] == 401
    run(transfers.resume, node, transfer=f.of(node).id)
    f.p.pump()
    assert post(f, path, token, b"x")[0] == 200


def test_what_else_closes_the_inbox(f: Filed) -> None:
    path, token = waiting(f)
    f.p.clock.forward(days=61)
    assert post(f, path, token, b"x")[0] == 401
    f.p.clock.forward(days=-61)
    agreement = run(agreements.agreement_list, f.us).agreements[0].id
    run(agreements.suspend, f.us, agreement=agreement)
    assert post(f, path, token, b"x")[0] == 401
    assert files(f) == ()


def begin(f: Filed, path: str, token: str, length: int) -> Any:
    connection = f.open(f.us)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
    return connection


def test_a_suspension_in_the_middle_of_a_push(f: Filed) -> None:
    path, token = waiting(f)
    with begin(f, path, token, 3 * FILE_CHUNK_BYTES) as connection:
        connection.sendall(bytes(FILE_CHUNK_BYTES))
        time.sleep(0.2)
        run(transfers.suspend, f.us, transfer=f.of(f.us).id)
        connection.sendall(bytes(2 * FILE_CHUNK_BYTES))
        assert answer(connection)[0] == 401
    assert (files(f), lying(f)) == ((), [])


def gone(f: Filed) -> bool:
    for _ in range(100):
        if not lying(f):
            return True
        time.sleep(0.05)
    return False


def test_a_push_that_is_cut(f: Filed) -> None:
    path, token = waiting(f)
    with begin(f, path, token, 1_000_000) as connection:
        connection.sendall(bytes(300_000))
        time.sleep(0.2)
        assert len(lying(f)) == 1
    assert gone(f)
    assert files(f) == ()
    assert post(f, path, token)[0] == 200


def test_an_overlong_push(f: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    path, token = waiting(f)
    monkeypatch.setattr(file_listener, "FILE_BYTES", 1_000)
    status, _, body = post(f, path, token, bytes(1_001))
    assert (status, parse(body, 1_000)) == (413, {"code": Code.FILE_TOO_LARGE})
    with f.open(f.us) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        connection.sendall(b"3e9\r\n" + bytes(1_001) + b"\r\n0\r\n\r\n")
        assert answer(connection)[0] == 413
    assert (files(f), lying(f)) == ((), [])
    assert post(f, path, token, bytes(1_000))[0] == 200


def test_a_push_that_stands_still(f: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    path, token = waiting(f)
    monkeypatch.setattr(file_listener, "FILE_STALL_SECONDS", 0.3)
    with begin(f, path, token, 100) as connection:
        connection.sendall(b"x")
        assert answer(connection)[0] == 408
    assert (files(f), lying(f)) == ((), [])


def test_a_push_that_drips(f: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    path, token = waiting(f)
    monkeypatch.setattr(file_listener, "FILE_STALL_SECONDS", 0.4)
    with begin(f, path, token, 1_000) as connection:
        for _ in range(30):
            connection.sendall(b"x")
            time.sleep(0.05)
        assert answer(connection)[0] == 408
    assert (files(f), lying(f)) == ((), [])


def test_packed_bytes_are_not_unpacked(f: Filed) -> None:
    path, token = waiting(f)
    assert post(f, path, token, b"x", Content_Encoding="gzip")[0] == 415


def test_what_was_coming_when_the_process_ended_is_gone(f: Filed) -> None:
    incoming = f.us.folder / "received" / "incoming" / "left"
    incoming.parent.mkdir(parents=True)
    incoming.write_bytes(b"x")
    gate.FileGate(f.us.local, f.us.store, lambda: None)
    assert not incoming.exists()


# --- the giver's side ---------------------------------------------------------------------------

ELSEWHERE = {
    "another host": "https://evil.example/comity/1/inbox/x",
    "another port": "https://127.0.0.1:{other}/comity/1/inbox/x",
    "link-local": "https://169.254.169.254/latest",
    "loopback by name": "https://localhost:{port}/x",
    "http": "http://127.0.0.1:{port}/x",
    "userinfo": "https://127.0.0.1:{port}@evil.example/x",
    "path traversal": "https://127.0.0.1:{port}/a/../x",
    "the giver itself": "https://127.0.0.1:{own}/comity/1/inbox/x",
}


@pytest.mark.parametrize("flaw", ELSEWHERE)
def test_an_address_elsewhere_is_refused_when_it_is_asked_for(f: Filed, flaw: str) -> None:
    f.hold(b"x")
    port, own = f.ports[f.us.id], f.ports[f.mx.id]
    endpoint = ELSEWHERE[flaw].format(port=port, other=port - 1, own=own)
    message = request(f, DataAddress(endpoint_type=HTTP, endpoint=endpoint))
    reply = say(f.us, f.mx.id, f"{DSP}/transfers/request", message)
    assert (reply.status, code(reply)) == (400, Code.ADDRESS_NOT_PINNED)
    assert run(transfers.transfer_list, f.mx).transfers == ()
    address = DataAddress(
        endpoint_type="HttpData",
        endpoint_properties=(EndpointProperty(name=f"{EDC}baseUrl", value=endpoint),),
    )
    again = request(f, address)
    assert code(say(f.us, f.mx.id, f"{DSP}/transfers/request", again)) == Code.ADDRESS_NOT_PINNED


def request(f: Filed, address: DataAddress | None) -> TransferRequestMessage:
    return TransferRequestMessage(
        consumer_pid="urn:uuid:1",
        agreement_id=f.agree(),
        format=PUSH,
        data_address=address,
        callback_address=f.us.config.address + DSP,
    )


@pytest.mark.parametrize("address", [None, DataAddress(endpoint_type=HTTP)])
def test_a_push_to_nowhere(f: Filed, address: DataAddress | None) -> None:
    f.hold(b"x")
    reply = say(f.us, f.mx.id, f"{DSP}/transfers/request", request(f, address))
    assert code(reply) == Code.SCHEMA_INVALID


def test_the_address_is_compared_again_before_a_push(f: Filed) -> None:
    waiting(f)
    pid = f.of(f.mx).id
    with f.mx.store.write() as tx:
        elsewhere = DataAddress(endpoint_type=HTTP, endpoint="https://evil.example/x")
        filing.keep_address(f.mx.local, tx, pid, elsewhere)
    f.p.restart("mx")
    f.p.clock.forward(hours=1)
    work(f.mx)
    assert (f.of(f.mx).push, f.of(f.mx).error) == ("waiting", Code.ADDRESS_NOT_PINNED)


def test_an_address_in_the_spelling_of_another_make_and_without_a_token(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as p:
        f = Filed(p, {})
        f.hold(b"a small file")
        # Nobody listens yet.
        f.ask(f.agree(), PUSH)
        assert f.of(f.mx).push == "waiting"
        given = EndpointProperty(name=f"{EDC}baseUrl", value=f"{p.us.config.address}/inbox/1")
        address = DataAddress(endpoint_type="HttpData", endpoint_properties=(given,))
        with p.mx.store.write() as tx:
            filing.keep_address(p.mx.local, tx, f.of(f.mx).id, address)
        keys = p.us.folder / "keys"
        port = int(p.us.config.address.rpartition(":")[2])
        context = server_context(keys / "tls.pem", keys / "tls.key")
        reply = b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"
        p.clock.forward(hours=1)
        with Scripted(context, [reply], port=port) as taking:
            work(p.mx)
        assert f.of(f.mx).push == "done"
        head = taking.asked[0].partition(b"\r\n\r\n")[0].decode().lower()
        assert head.startswith("post /inbox/1 http/1.1")
        assert "authorization" not in head


def test_a_push_is_tried_again_later_and_after_a_crash(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as p:
        f = Filed(p, {})
        f.start(PUSH)  # nobody listens
        assert (f.of(f.mx).push, f.of(f.mx).error) == ("waiting", Code.PEER_UNREACHABLE)
        p.restart("mx")
        with listening(p) as f:
            work(p.mx)
            assert files(f) == ()  # not yet
            p.clock.forward(minutes=10)
            p.pump()
            assert len(files(f)) == 1
        assert f.of(f.mx).state == "COMPLETED"


def test_a_reply_that_was_lost_costs_a_second_push_and_nothing_else(f: Filed) -> None:
    f.start(PUSH)
    with f.mx.store.write() as tx:
        change(tx, Grant, {}, push="waiting")
    # As if the process had ended before the reply: the transfer is over, so nothing is pushed.
    f.p.clock.forward(minutes=10)
    f.p.pump()
    assert (len(files(f)), len(lying(f))) == (1, 1)


def test_a_receiver_of_another_make(tmp_path: Path) -> None:
    """It takes the bytes, ignores our headers, and never says that the transfer is complete."""
    make(tmp_path)
    with opened(tmp_path) as p:
        f = Filed(p, {})
        f.hold(b"a small file")
        agreement = f.agree()
        keys = p.us.folder / "keys"
        port = int(p.us.config.address.rpartition(":")[2])
        context = server_context(keys / "tls.pem", keys / "tls.key")
        with Scripted(context, [b"HTTP/1.1 204 No Content\r\n\r\n"], port=port):
            f.ask(agreement, PUSH)
        assert (f.of(f.mx).push, f.of(f.mx).state) == ("done", "STARTED")
        p.clock.forward(seconds=PUSH_GRACE_SECONDS - 1)
        p.pump()
        assert f.of(f.mx).state == "STARTED"
        p.clock.forward(seconds=1)
        p.pump()
        assert (f.of(f.mx).push, f.of(f.mx).state) == ("over", "COMPLETED")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"HTTP/1.1 302 x\r\nLocation: https://127.0.0.1:1/\r\n", Code.PEER_ANSWER_INVALID),
        (b"HTTP/1.1 307 x\r\nLocation: /x\r\n", Code.PEER_ANSWER_INVALID),
        (b"HTTP/1.1 500 x\r\n", Code.PEER_REFUSED),
    ],
)
def test_a_receiver_that_misbehaves(tmp_path: Path, reply: bytes, error: Code) -> None:
    make(tmp_path)
    with opened(tmp_path) as p:
        f = Filed(p, {})
        f.hold(b"a small file")
        agreement = f.agree()
        keys = p.us.folder / "keys"
        port = int(p.us.config.address.rpartition(":")[2])
        context = server_context(keys / "tls.pem", keys / "tls.key")
        with Scripted(context, [reply + b"Content-Length: 0\r\n\r\n"], port=port):
            f.ask(agreement, PUSH)
        assert (f.of(f.mx).push, f.of(f.mx).error) == ("waiting", error)
        with p.mx.store.read() as tx:
            granted = one(tx, Grant)
        assert granted is not None
        assert granted.attempts == 1
