"""Contents at rest: nothing of them in the files, no key that opens another row."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from comity.edge import keyfiles
from comity.errors import Code
from comity.store import record
from comity.store.engine import Store
from comity.store.record import IN, OUT
from comity.store.rows.matching import Question
from comity.store.rows.moving import add, change, change_stored, many, one
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.schema.record import messages
from comity.store.vault import Sealed, Vault
from refusals import refuses
from store.test_record import PEER, message

BODY = b"what nobody may find in a file"
TOKEN = "e30.e30.c2lnbmVk"


def entry(seq: int, direction: str = IN, body: bytes = BODY) -> Message:
    token = f"{TOKEN}{seq}"
    leaf = record.leaf_of(token)
    return replace(message(seq, direction), token=token, body=body, leaf=leaf, size=len(body))


def request(request: str = '{"case":"CASE-1"}') -> RequestRow:
    return RequestRow(
        id="urn:uuid:1",
        peer=PEER,
        role="provider",
        agreement="a",
        handle="h",
        manifest="m",
        request=request,
        state="held",
        answer='{"names":["A"]}',
        approval="",
        approvals=0,
        reason="",
        final=False,
        due=1,
        at=1,
    )


@pytest.fixture
def logs(store: Store) -> Store:
    with store.write() as tx:
        record.begin(tx, PEER)
        record.begin(tx, "did:web:ca.example")
    return store


@pytest.mark.parametrize("body", [b"", BODY, bytes(300_000)])
def test_a_row_that_is_read_equals_the_one_that_was_written(logs: Store, body: bytes) -> None:
    written = [entry(seq, OUT, body) for seq in range(3)]
    with logs.write() as tx:
        record.write_all(tx, written)
        add(tx, request())
    with logs.read() as tx:
        assert record.entries(tx, PEER, OUT) == written
        assert [row.body for row in record.bodies(tx, PEER, OUT)] == ([body] * 3 if body else [])
        assert one(tx, RequestRow, id="urn:uuid:1") == request()
        assert [row.bytes for row in record.listed(tx, PEER, OUT)] == [
            len(row.token) + row.size for row in written
        ]


def test_nothing_of_it_is_in_the_files(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'comity.db'}", Vault(tmp_path / "wrap"))
    with store.write() as tx:
        record.begin(tx, PEER)
        record.append(tx, entry(0))
        add(tx, request(), replace(request(), id="urn:uuid:2"))
        change(tx, RequestRow, {"id": "urn:uuid:2"}, reason=BODY.decode())
        add(tx, Question("q", PEER, "m", "rfc", 1, "r", BODY, False, 1))

    def check() -> None:
        for path in tmp_path.glob("comity.db*"):
            found = path.read_bytes()
            assert not [
                part for part in (BODY, TOKEN.encode(), b"CASE-1", b"names") if part in found
            ]

    assert len(list(tmp_path.glob("comity.db*"))) == 3
    check()
    store.close()
    check()
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "wrap").iterdir()] == [0o600]


def test_what_belongs_to_one_row_opens_in_no_other(logs: Store) -> None:
    other = "did:web:ca.example"
    rows = [entry(0), entry(1), entry(0, OUT), replace(entry(0), peer=other)]
    with logs.write() as tx:
        for row in rows:
            record.write(tx, row)
    for taken in rows:
        for at in rows:
            if at is taken:
                continue
            where = {"peer": at.peer, "direction": at.direction, "seq": at.seq}
            with refuses(Code.STORE_FAILED, reason="seal"), logs.write() as tx:
                _, found = stored(logs, taken)
                change_stored(tx, Message, where, **found)
                one(tx, Message, **where)


def stored(store: Store, row: Message) -> tuple[dict[str, object], dict[str, object]]:
    """Return where a row is, and what its sealed columns have."""
    names = ("token", "body", "key", "wrap")
    where: dict[str, object] = {"peer": row.peer, "direction": row.direction, "seq": row.seq}
    with store.read() as tx:
        query = messages.select().filter_by(**where)
        found = tx.execute(query).mappings().one()
    return where, {name: found[name] for name in names}


@pytest.mark.parametrize("column", ["token", "body", "key", "leaf"])
def test_a_flipped_bit_is_found(logs: Store, column: str) -> None:
    with logs.write() as tx:
        record.write(tx, entry(0))
    with logs.write() as tx:
        [row] = tx.execute(messages.select()).mappings()
        spoiled = bytes([row[column][0] ^ 1]) + row[column][1:]
        tx.execute(update(messages).values({column: spoiled}))
    with refuses(Code.STORE_FAILED, reason="seal"), logs.read() as tx:
        record.entries(tx, PEER, IN)


def test_contents_without_a_key_are_no_contents(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    with refuses(Code.STORE_FAILED, reason="seal"):
        vault.open(b"place", Sealed([b"in clear"], b"", 0))
    assert vault.open(b"place", Sealed([b"", b""], b"", 0)) == [b"", b""]
    assert vault.seal(b"place", [b"", b""]) == Sealed([b"", b""], b"", 0)


def test_what_changes_gets_a_new_key(logs: Store) -> None:
    """An old copy of the row, and the key of today, do not open what was dropped."""
    with logs.write() as tx:
        record.write(tx, entry(0))
    where, before = stored(logs, entry(0))
    with logs.write() as tx:
        assert change(tx, Message, where, body=b"", refused="x") == 1
    _, after = stored(logs, entry(0))
    assert (after["body"], after["key"] != before["key"]) == (b"", True)
    with logs.read() as tx:
        (row,) = record.entries(tx, PEER, IN)
    assert (row.token, row.body, row.refused) == (entry(0).token, b"", "x")
    with refuses(Code.STORE_FAILED, reason="seal"), logs.write() as tx:
        change_stored(tx, Message, where, body=before["body"])
        many(tx, Message)


def test_a_key_that_is_gone_is_named(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "wrap")
    store = Store(f"sqlite:///{tmp_path / 'comity.db'}", vault)
    with store.write() as tx:
        record.begin(tx, PEER)
        record.append(tx, entry(0))
    store.close()
    keyfiles.destroy(vault.path(1))
    again = Store(f"sqlite:///{tmp_path / 'comity.db'}", Vault(tmp_path / "wrap"))
    path = str(vault.path(1))
    with refuses(Code.KEY_FILE_INVALID, path=path, reason="missing"), again.read() as tx:
        many(tx, Message)
    with refuses(Code.KEY_FILE_INVALID, path=path, reason="missing"), again.write() as tx:
        record.append(tx, entry(1))
    # What needs no contents goes on.
    with again.read() as tx:
        assert [row.seq for row in record.listed(tx, PEER, IN)] == [0]
    again.close()


def test_a_vault_takes_its_randomness_from_where_it_is_told(tmp_path: Path) -> None:
    drawn: list[int] = []

    def entropy(size: int) -> bytes:
        drawn.append(size)
        return secrets.token_bytes(size)

    vault = Vault(tmp_path, entropy)
    vault.make(1)
    vault.current = 1
    assert vault.open(b"p", vault.seal(b"p", [b"one", b"two"])) == [b"one", b"two"]
    assert drawn == [32, 44]
