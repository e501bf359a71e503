"""Transactions: durable when they end, gone where they fail, one writer at a time."""

import sqlite3
from pathlib import Path
from threading import Barrier, Thread, Timer

import pytest

from comity.errors import Code, ComityError
from comity.store.engine import Store
from comity.store.rows.moving import add, many, one
from comity.store.rows.node import Officer
from comity.store.vault import Vault
from refusals import refuses


def officer(name: str) -> Officer:
    return Officer(name, bytes(32), 1)


def test_what_is_written_is_there_for_the_next_process(store: Store, url: str) -> None:
    with store.write() as tx:
        add(tx, officer("a"))
    other = Store(url, store.vault)
    with other.read() as tx:
        assert one(tx, Officer, id="a") == officer("a")
    other.close()


class Killed(BaseException):
    """Stands for whatever ends a process in the middle."""


def test_a_transaction_that_does_not_end_leaves_nothing(store: Store) -> None:
    def write(error: BaseException) -> None:
        with store.write() as tx:
            add(tx, officer("a"))
            raise error

    for error in (Killed(), ComityError(Code.STATE_NOT_ALLOWED), ValueError()):
        with pytest.raises(type(error)):
            write(error)
    with store.write() as tx:
        assert one(tx, Officer, id="a") is None
        add(tx, officer("a"))


def test_a_reader_sees_one_state(store: Store) -> None:
    with store.read() as tx:
        assert many(tx, Officer) == []
        with store.write() as writing:
            add(writing, officer("a"))
        assert many(tx, Officer) == []
    with store.read() as tx:
        assert many(tx, Officer) == [officer("a")]


def test_reading_changes_nothing(store: Store) -> None:
    with store.read() as tx:
        add(tx, officer("a"))
    with store.read() as tx:
        assert many(tx, Officer) == []


def test_writers_take_turns(store: Store) -> None:
    ready = Barrier(8)

    def count() -> None:
        ready.wait()
        for _ in range(5):
            with store.write() as tx:
                # Reading before writing: two at once would both see the same.
                add(tx, officer(f"{len(many(tx, Officer)):03}"))

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert [row.id for row in many(tx, Officer, order="id")] == [f"{n:03}" for n in range(40)]


def test_a_row_that_is_there_already_is_no_crash(store: Store) -> None:
    with store.write() as tx:
        add(tx, officer("a"))
    with refuses(Code.STORE_FAILED, reason="IntegrityError"), store.write() as tx:
        add(tx, officer("a"))


def sqlite(folder: Path) -> Store:
    return Store(f"sqlite:///{folder / 'comity.db'}", Vault(folder / "wrap"))


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    pragmas = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
    with store.read() as first, store.read() as second:
        for tx in (first, second):
            found = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas}
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,  # FULL
                "secure_delete": 1,
                "foreign_keys": 1,
                "temp_store": 2,  # in memory, so that no copy of a record is left in /tmp
            }
    store.close()


def test_a_full_disk_has_a_code_and_loses_nothing(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    with store.write() as tx:
        add(tx, officer("a"))
    with refuses(Code.DISK_FULL), store.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        add(tx, *(officer(f"{n:05}") for n in range(5_000)))
    store.close()
    store = sqlite(tmp_path)
    with store.write() as tx:
        assert many(tx, Officer) == [officer("a")]
        add(tx, officer("b"))
    store.close()


def test_deleted_content_is_overwritten(tmp_path: Path) -> None:
    store, secret = sqlite(tmp_path), b"nobody may find this".ljust(32)
    with store.write() as tx:
        add(tx, Officer("a", secret, 1))
    with store.write() as tx:
        tx.exec_driver_sql("DELETE FROM officers")
    store.close()
    assert all(secret not in path.read_bytes() for path in tmp_path.glob("comity.db*"))


@pytest.mark.parametrize(
    ("flaw", "url"),
    [
        ("no URL", "nonsense"),
        ("no such database", "oracle9://x/y"),
        ("no such folder", "sqlite:////nowhere/at/all/comity.db"),
        ("nobody listens", "postgresql+psycopg://x@127.0.0.1:1/y"),
    ],
)
def test_a_database_that_cannot_be_opened(flaw: str, url: str, tmp_path: Path) -> None:
    with refuses(Code.STORE_FAILED):
        Store(url, Vault(tmp_path / "wrap"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "comity.db").write_bytes(b"a letter, not a database".ljust(8_192))
    with refuses(Code.STORE_FAILED):
        sqlite(tmp_path)


def test_a_second_process_that_writes_is_waited_for(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    other = sqlite3.connect(tmp_path / "comity.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = Timer(0.05, lambda: other.execute("COMMIT"))
    release.start()
    with store.write() as tx:
        add(tx, officer("a"))
    release.join()
    other.close()
    store.close()
