"""Files pulled by a node: from the pinned address only, gone on with, checked, looked at once."""

import hashlib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.core.canonical import b64url
from comity.core.dsp.transfer import DataAddress, EndpointProperty
from comity.core.statement import FileStatement
from comity.edge import file_client
from comity.edge.tls import server_context
from comity.errors import Code, ComityError
from comity.limits import FILE_CHUNK_BYTES
from comity.operations import Caller, agreeing, agreements, offering, receiving, transfers
from comity.operations import filing as filing_operations
from comity.operations.receiving import ReceivedShown
from comity.protocol import filing
from comity.protocol.base import DSP
from comity.store import journal, kept
from comity.store.rows.agreements import Agreement
from comity.store.rows.files import Received
from comity.store.rows.moving import change, many, one
from edge.loopback import Scripted
from fileside import CONTENT, DATASET, Filed, filed, listening, make
from nodes import OFFICER, opened, run
from refusals import refuses
from stages import TERMS, agree, say

SEVERAL = 120 * FILE_CHUNK_BYTES  # more than sockets hold
SECOND = Caller("officer-2")


@pytest.fixture
def f(tmp_path: Path) -> Iterator[Filed]:
    with filed(tmp_path) as made:
        yield made


def fetch(f: Filed) -> ReceivedShown:
    return run(receiving.fetch, f.us, transfer=f.of(f.us).id)


def part_of(f: Filed, content: bytes = CONTENT) -> Path:
    digest = b64url(hashlib.sha256(content).digest())
    return kept.part_path(f.us.folder, f.of(f.us).id, digest)


def readdress(f: Filed, **changes: Any) -> DataAddress:
    """Change what the receiver was told about where the file is."""
    pid = f.of(f.us).id
    with f.us.store.write() as tx:
        before = filing.kept_address(f.us.local, tx, pid)
        assert before is not None
        after = before.model_copy(update=changes)
        filing.keep_address(f.us.local, tx, pid, after)
    return after


def reprop(f: Filed, **values: str) -> None:
    """Change properties of the address; those that become empty go."""
    pid = f.of(f.us).id
    with f.us.store.read() as tx:
        before = filing.kept_address(f.us.local, tx, pid)
    assert before is not None
    named = {item.name: item.value for item in before.endpoint_properties or ()}
    named |= {name if name in named else f"comity:{name}": text for name, text in values.items()}
    properties = tuple(
        EndpointProperty(name=name, value=value) for name, value in named.items() if value
    )
    readdress(f, endpoint_properties=properties)


def test_a_file_comes_whole_and_completes_the_transfer(f: Filed) -> None:
    f.start()
    came = fetch(f)
    assert (came.size, came.sha256) == (len(CONTENT), b64url(hashlib.sha256(CONTENT).digest()))
    assert (came.peer, came.dataset, came.media_type) == (f.mx.id, DATASET, "application/pdf")
    assert (came.signed, came.handling, came.looked_by) == (True, "TLP:AMBER", "")
    assert came.agreement == run(agreements.agreement_list, f.us).agreements[0].id
    f.p.pump()
    assert (f.of(f.mx).state, f.of(f.us).state) == ("COMPLETED", "COMPLETED")
    held = kept.received_path(f.us.folder, came.id)
    assert (held.read_bytes(), held.stat().st_mode & 0o777) == (CONTENT, 0o600)
    # To ask again changes nothing.
    assert fetch(f) == came


def test_who_looks_is_in_the_journal(f: Filed, tmp_path: Path) -> None:
    f.start()
    came = fetch(f)
    out = tmp_path / "out.pdf"
    looked = run(receiving.take, f.us, SECOND, id=came.id, path=str(out))
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (CONTENT, 0o600)
    assert looked.looked_by == SECOND.officer
    assert run(receiving.received_list, f.us).files == (looked,)
    with refuses(Code.FILE_EXISTS, path=str(out)):
        run(receiving.take, f.us, OFFICER, id=came.id, path=str(out))
    with refuses(Code.RECEIVED_UNKNOWN):
        run(receiving.take, f.us, OFFICER, id="urn:x", path=str(out))
    # The first one stays named; all of them are in the journal.
    assert run(receiving.received_list, f.us).files == (looked,)
    with f.us.store.read() as tx:
        took = [
            entry.officer for entry, _ in journal.entries(tx) if entry.action == "received.take"
        ]
    assert took == [SECOND.officer, OFFICER.officer]


def test_an_attempt_that_broke_off_is_gone_on_with(f: Filed) -> None:
    f.start()
    part = part_of(f)
    with kept.growing(part) as file:
        file.write(CONTENT[:700_000])
    came = fetch(f)
    assert kept.received_path(f.us.folder, came.id).read_bytes() == CONTENT
    with f.mx.store.read() as tx:
        gave = [detail for entry, detail in journal.entries(tx) if entry.action == "file.gave"]
    assert [(item["start"], item["bytes"]) for item in gave] == [(700_000, len(CONTENT) - 700_000)]
    assert not part.exists()


def test_all_of_it_was_there_before_the_process_ended(f: Filed) -> None:
    f.start()
    with kept.growing(part_of(f)) as file:
        file.write(CONTENT)
    assert fetch(f).size == len(CONTENT)


def test_what_came_of_another_file_starts_over(f: Filed) -> None:
    f.start()
    part = part_of(f)
    with kept.growing(part) as file:
        file.write(b"another file")
    with refuses(Code.FILE_DIFFERS, reason="digest"):
        fetch(f)
    assert not part.exists()
    assert fetch(f).size == len(CONTENT)


def test_a_file_that_changed_with_a_new_start_is_fetched_anew(f: Filed) -> None:
    f.start()
    with kept.growing(part_of(f)) as file:
        file.write(CONTENT[:1_000])
    f.hold(b"another one, and longer than nothing" * 100)
    run(transfers.suspend, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    run(transfers.resume, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    assert fetch(f).size == 3_600


ELSEWHERE = {
    "another host": "https://evil.example/comity/1/files/x",
    "loopback by name": "https://localhost:{port}/comity/1/files/x",
    "another port": "https://127.0.0.1:{other}/comity/1/files/x",
    "link-local": "https://169.254.169.254/latest/meta-data",
    "http": "http://127.0.0.1:{port}/comity/1/files/x",
    "userinfo": "https://127.0.0.1:{port}@evil.example/x",
    "userinfo before": "https://user@127.0.0.1:{port}/x",
    "a query": "https://127.0.0.1:{port}/x?to=https://evil.example",
    "path traversal": "https://127.0.0.1:{port}/a/../../x",
    "an escape": "https://127.0.0.1:{port}/%2e%2e/x",
    "a file": "file:///etc/passwd",
    "nothing": "x",
}


@pytest.mark.parametrize("flaw", ELSEWHERE)
def test_nothing_is_fetched_from_an_address_elsewhere(f: Filed, flaw: str) -> None:
    f.start(content=b"x")
    port = f.ports[f.mx.id]
    readdress(f, endpoint=ELSEWHERE[flaw].format(port=port, other=port - 1))
    with refuses(Code.ADDRESS_NOT_PINNED, peer=f.mx.id):
        fetch(f)
    # Other makes say it in a property.
    reprop(f, endpoint=ELSEWHERE[flaw].format(port=port, other=port - 1))
    readdress(f, endpoint=None)
    with refuses(Code.ADDRESS_NOT_PINNED, peer=f.mx.id):
        fetch(f)
    reprop(f, endpoint="")
    with refuses(Code.ADDRESS_NOT_PINNED, peer=f.mx.id):
        fetch(f)


@pytest.mark.parametrize("prefix", ["", "https://w3id.org/edc/v0.0.1/ns/"])
def test_an_address_in_the_spelling_of_another_make(f: Filed, prefix: str) -> None:
    f.start()
    given = readdress(f)
    token = filing.property_of(given, filing.AUTHORIZATION)
    said = {"endpoint": given.endpoint or "", "authType": "bearer", "authorization": token}
    properties = tuple(
        EndpointProperty(name=prefix + name, value=value) for name, value in said.items()
    )
    readdress(f, endpoint=None, endpoint_properties=properties)
    assert fetch(f).sha256 == b64url(hashlib.sha256(CONTENT).digest())


def test_a_file_under_terms_that_are_not_known_has_no_handling(f: Filed) -> None:
    f.start()
    with f.us.store.write() as tx:
        (agreed,) = many(tx, Agreement)
        policy = agreed.agreement.replace("urn:comity:terms:1", "urn:other")
        change(tx, Agreement, {}, agreement=policy)
    reprop(f, statement="")
    assert (fetch(f).handling, fetch(f).size) == ("", len(CONTENT))


def test_a_wrong_token_gets_nothing(f: Filed) -> None:
    f.start(content=b"x")
    reprop(f, authorization="wrong")
    with refuses(Code.PEER_REFUSED, peer=f.mx.id, status=401, reason="unknown"):
        fetch(f)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": b64url(bytes(32))}, "digest"),
        ({"size": "10"}, "size"),
        ({"size": "2000000"}, "statement"),
        ({"statement": "a.b.c"}, "statement"),
    ],
)
def test_a_file_that_is_not_what_was_announced(
    f: Filed, changes: dict[str, str], reason: str
) -> None:
    f.start()
    if reason == "statement" and "size" in changes:
        # Short of what was announced, as far as the announcement goes: the statement decides.
        changes = {"statement": _statement(f, size=2_000_000)}
    reprop(f, **{f"comity:{name}": value for name, value in changes.items()})
    with refuses(Code.FILE_DIFFERS, reason=reason):
        fetch(f)
    with f.us.store.read() as tx:
        assert one(tx, Received) is None
    assert f.of(f.us).state == "STARTED"


def _true(f: Filed) -> FileStatement:
    agreement = run(agreements.agreement_list, f.us).agreements[0].id
    return FileStatement(
        provider=f.mx.id,
        consumer=f.us.id,
        agreement=agreement,
        transfer=f.of(f.mx).id,
        dataset=DATASET,
        sha256=b64url(hashlib.sha256(CONTENT).digest()),
        size=len(CONTENT),
        media_type="application/pdf",
        at=f.mx.local.now(),
    )


def _statement(f: Filed, **changes: Any) -> str:
    return _true(f).model_copy(update=changes).sign(f.mx.local.signers.message)


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": "did:web:ca.example"},
        {"consumer": "did:web:ca.example"},
        {"agreement": "urn:x"},
        {"transfer": "urn:x"},
        {"dataset": "other"},
        {"sha256": b64url(bytes(32))},
        {"size": 1},
    ],
)
def test_a_statement_about_something_else(f: Filed, changes: dict[str, Any]) -> None:
    f.start()
    reprop(f, **{"comity:statement": _statement(f, **changes)})
    with refuses(Code.FILE_DIFFERS, reason="statement"):
        fetch(f)
    reprop(f, **{"comity:statement": _statement(f)})
    assert fetch(f).signed


def test_a_statement_that_another_key_signed(f: Filed) -> None:
    f.start()
    forged = _true(f).sign(f.us.local.signers.message)
    reprop(f, **{"comity:statement": forged})
    with refuses(Code.FILE_DIFFERS, reason="statement"):
        fetch(f)


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_suspended_transfer_is_not_fetched(f: Filed, side: str) -> None:
    f.start()
    node = getattr(f, side)
    run(transfers.suspend, node, transfer=f.of(node).id)
    if side == "us":
        with refuses(Code.TRANSFER_SUSPENDED):
            fetch(f)
    f.p.pump()
    with refuses(Code.TRANSFER_NOT_STARTED, state="SUSPENDED"):
        fetch(f)
    run(transfers.resume, node, transfer=f.of(node).id)
    f.p.pump()
    assert fetch(f).size == len(CONTENT)


def test_a_suspension_in_the_middle_of_a_fetch(f: Filed) -> None:
    f.start(content=bytes(SEVERAL))

    def suspend(step: str, done: int, total: int) -> None:
        if f.of(f.mx).state == "STARTED" and not f.of(f.mx).held:
            run(transfers.suspend, f.mx, transfer=f.of(f.mx).id)

    args = receiving.fetch.args(transfer=f.of(f.us).id)
    with pytest.raises(ComityError) as caught:
        receiving.fetch.run(f.us, OFFICER, args, suspend)
    assert caught.value.code is Code.PEER_ANSWER_INVALID
    have = part_of(f, bytes(SEVERAL)).stat().st_size
    assert 0 < have < SEVERAL
    f.p.pump()
    run(transfers.resume, f.mx, transfer=f.of(f.mx).id)
    f.p.pump()
    # With the new token it goes on where it stopped.
    assert fetch(f).size == SEVERAL


def test_our_own_suspension_in_the_middle_of_a_fetch(f: Filed) -> None:
    f.start(content=bytes(SEVERAL))

    def suspend(step: str, done: int, total: int) -> None:
        if not f.of(f.us).held:
            run(transfers.suspend, f.us, transfer=f.of(f.us).id)

    args = receiving.fetch.args(transfer=f.of(f.us).id)
    with refuses(Code.TRANSFER_NOT_STARTED, state="STARTED"):
        receiving.fetch.run(f.us, OFFICER, args, suspend)


def test_only_a_receiver_fetches_what_is_pulled(f: Filed) -> None:
    f.start()
    with refuses(Code.TRANSFER_NOT_STARTED):
        run(receiving.fetch, f.mx, transfer=f.of(f.mx).id)
    with refuses(Code.TRANSFER_UNKNOWN):
        run(receiving.fetch, f.us, transfer="urn:x")


# --- a giver with code of its own, at the pinned address -----------------------------------------

LENGTH = b"Content-Length: %d\r\n" % len(CONTENT)
HOSTILE: dict[str, tuple[Code, list[bytes]]] = {
    "a redirect": (
        Code.PEER_ANSWER_INVALID,
        [b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n"],
    ),
    "a permanent redirect": (
        Code.PEER_ANSWER_INVALID,
        [b"HTTP/1.1 308 x\r\nLocation: /comity/1/files/y\r\nContent-Length: 0\r\n\r\n"],
    ),
    "packed": (
        Code.PEER_ANSWER_INVALID,
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"],
    ),
    "cut": (Code.PEER_ANSWER_INVALID, [b"HTTP/1.1 200 OK\r\n", LENGTH, b"\r\n", CONTENT[:500]]),
    "other bytes": (
        Code.FILE_DIFFERS,
        [b"HTTP/1.1 200 OK\r\n", LENGTH, b"\r\n", bytes(len(CONTENT))],
    ),
    "more than was announced": (
        Code.FILE_DIFFERS,
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", CONTENT, CONTENT[:976_000]],
    ),
    "a part that nobody asked for": (
        Code.PEER_REFUSED,
        [b"HTTP/1.1 206 x\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\nx"],
    ),
    "no HTTP": (Code.PEER_ANSWER_INVALID, [b"\x00\x01\x02 nothing\r\n\r\n"]),
    "an error": (Code.PEER_REFUSED, [b"HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"]),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_a_giver_that_misbehaves(tmp_path: Path, flaw: str) -> None:
    expected, script = HOSTILE[flaw]
    make(tmp_path)
    with opened(tmp_path) as p:
        with listening(p) as f:
            f.start()
        keys, port = p.mx.folder / "keys", f.ports[p.mx.id]
        context = server_context(keys / "tls.pem", keys / "tls.key")
        with Scripted(context, script, port=port), pytest.raises(ComityError) as caught:
            fetch(f)
        assert caught.value.code is expected
        with p.us.store.read() as tx:
            assert one(tx, Received) is None


def test_a_giver_that_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_client.FileClient.__init__, "__defaults__", (0.3,))
    make(tmp_path)
    with opened(tmp_path) as p:
        with listening(p) as f:
            f.start()
        keys, port = p.mx.folder / "keys", f.ports[p.mx.id]
        context = server_context(keys / "tls.pem", keys / "tls.key")
        script = [b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n" + CONTENT[:9], *[b"x"] * 50]
        with Scripted(context, script, 0.1, port=port), pytest.raises(ComityError) as caught:
            fetch(f)
        assert caught.value.code is Code.PEER_UNREACHABLE
        assert caught.value.params["reason"] == "timeout"


def test_a_giver_with_another_certificate(tmp_path: Path) -> None:
    make(tmp_path)
    with opened(tmp_path) as p:
        with listening(p) as f:
            f.start()
        keys, port = p.us.folder / "keys", f.ports[p.mx.id]
        context: ssl.SSLContext = server_context(keys / "tls.pem", keys / "tls.key")
        with (
            Scripted(context, [b"HTTP/1.1 200 OK\r\n\r\n"], port=port),
            pytest.raises(ComityError) as caught,
        ):
            fetch(f)
        assert caught.value.code is Code.PEER_UNREACHABLE


def test_a_giver_of_another_make_signs_nothing(tmp_path: Path) -> None:
    """Its file is kept all the same, and shown as unsigned."""
    make(tmp_path)
    with opened(tmp_path) as p:
        with listening(p) as f:
            f.start()
        reprop(f, **{"comity:statement": "", "comity:sha256": "", "comity:size": ""})
        keys, port = p.mx.folder / "keys", f.ports[p.mx.id]
        context = server_context(keys / "tls.pem", keys / "tls.key")
        digest = b64encode(hashlib.sha256(CONTENT).digest()).decode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(CONTENT)}\r\nX: {digest}\r\n\r\n"
        with Scripted(context, [head.encode(), CONTENT], port=port):
            came = fetch(f)
        assert (came.signed, came.media_type) == (False, "application/octet-stream")


# --- what the terms say about a file that came -------------------------------------------------


def received(f: Filed, **receive: Any) -> ReceivedShown:
    """Receive a file under terms."""
    f.hold()
    terms: dict[str, Any] = {**TERMS, "receive": {"approval": "automatic", **receive}}
    f.ask(agree(f.p, terms, DATASET))
    return fetch(f)


def copied(f: Filed, one: ReceivedShown) -> Path:
    path = f.p.folder / "copy.bin"
    run(receiving.take, f.us, id=one.id, path=str(path))
    return path


def test_a_file_is_destroyed_at_the_end_of_its_retention(f: Filed) -> None:
    one = received(f, retention="P10D")
    f.p.clock.forward(days=9)
    f.p.pump()
    assert not run(receiving.received_list, f.us).files[0].destroyed
    f.p.clock.forward(days=1)
    f.p.pump()
    assert run(receiving.received_list, f.us).files[0].destroyed
    assert not kept.received_path(f.us.folder, one.id).exists()
    with refuses(Code.STORE_FAILED):
        run(receiving.take, f.us, id=one.id, path=str(f.p.folder / "late.bin"))
    with f.us.store.read() as tx:
        ended = [entry for entry, _ in journal.entries(tx) if entry.action == "retention.ended"]
    assert len(ended) == 1


def test_what_came_without_onward_sharing_is_not_offered_on(f: Filed) -> None:
    path = copied(f, received(f))
    run(filing_operations.keep, f.us, dataset="mine-now", path=str(path))
    draft = {**TERMS, "territories": [], "receive": {"approval": "automatic"}}
    with refuses(Code.ONWARD_NOT_AGREED, dataset="mine-now"):
        run(offering.make_offer, f.us, dataset="mine-now", terms=draft)
    with refuses(Code.ONWARD_NOT_AGREED, dataset="mine-now"):
        run(agreeing.propose, f.us, peer=f.mx.id, dataset="mine-now", terms=draft)


def test_what_came_with_onward_sharing_may_be_offered_on(f: Filed) -> None:
    path = copied(f, received(f, onward=True))
    run(filing_operations.keep, f.us, dataset="mine-now", path=str(path))
    draft = {**TERMS, "territories": [], "receive": {"approval": "automatic"}}
    assert run(offering.make_offer, f.us, dataset="mine-now", terms=draft).open


def test_no_more_transfers_than_the_terms_allow(f: Filed) -> None:
    f.hold()
    terms: dict[str, Any] = {
        **TERMS,
        "receive": {"approval": "automatic", "transfersInAll": 2},
    }
    agreement = agree(f.p, terms, DATASET)
    for _ in range(2):
        f.ask(agreement)
        assert f.of(f.us).state == "STARTED"
    # One that is repeated is not counted again.
    request, reply = next(
        (request, reply)
        for request, reply in f.p.to_mx.seen
        if request.target.endswith("/transfers/request")
    )
    target = f"{DSP}/transfers/request"
    assert say(f.us, f.mx.id, target, request.body).status == reply.status == 201
    third = f.ask(agreement)
    (shown,) = (one for one in run(transfers.transfer_list, f.us).transfers if one.id == third.id)
    assert shown.state == "TERMINATED"
    assert Code.QUOTA_EXCEEDED.encode() in f.p.to_mx.seen[-1][1].body
