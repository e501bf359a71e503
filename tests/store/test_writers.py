"""Group commit: one sync for many writers, and nobody goes on before it or without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from sqlalchemy import event

from comity.errors import Code, ComityError
from comity.limits import WRITERS_PER_COMMIT
from comity.store import writers
from comity.store.engine import Store
from comity.store.rows.moving import add, many
from comity.store.rows.node import Officer
from comity.store.vault import Vault
from threads import at_once

Write = Callable[[Store], None]


class Together:
    """Writers that queue while another has its turn, so that they share its transaction."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outcomes: dict[str, str] = {}
        """Of each writer that has returned: what it found, or the code of its error."""
        self.groups = 0
        self._threads: list[Thread] = []
        self._reading = Lock()

        @event.listens_for(store._engine, "checkin")
        def counted(*_: object) -> None:
            # A group gives its connection back; readers keep theirs.
            self.groups += 1

    @contextmanager
    def first(self) -> Iterator[None]:
        """Have the first turn, and let it end when the block does."""
        ready, go = Event(), Event()

        def write() -> None:
            with self.store.write() as tx:
                add(tx, Officer("first", bytes(32), 1))
                ready.set()
                go.wait()

        self._start("first", write)
        ready.wait()
        self.groups = 0
        yield
        go.set()
        for thread in self._threads:
            thread.join()

    def queue(self, name: str, write: Callable[[Store], None]) -> None:
        """Let another writer queue; returns when it does."""
        before = self.store._writers._waiting
        self._start(name, lambda: write(self.store))
        while self.store._writers._waiting == before:
            pass

    def _start(self, name: str, call: Callable[[], None]) -> None:
        def run() -> None:
            try:
                call()
                self.outcomes[name] = " ".join(self.there())
            except ComityError as error:
                self.outcomes[name] = str(error.code)

        thread = Thread(target=run)
        self._threads.append(thread)
        thread.start()

    def there(self) -> list[str]:
        """Return what is in the database."""
        with self._reading, self.store.read() as tx:
            return [row.id for row in many(tx, Officer, order="id")]


@pytest.fixture
def together(store: Store) -> Together:
    return Together(store)


def adding(name: str) -> Write:
    def write(store: Store) -> None:
        with store.write() as tx:
            add(tx, Officer(name, bytes(32), 1))

    return write


def failing(name: str) -> Write:
    def write(store: Store) -> None:
        with store.write() as tx:
            add(tx, Officer(name, bytes(32), 1))
            raise ComityError(Code.STATE_NOT_ALLOWED)

    return write


def test_who_queues_shares_the_commit_and_waits_for_it(together: Together) -> None:
    with together.first():
        for name in ("b", "c", "d"):
            together.queue(name, adding(name))
    # Each of them, when it returned, found what all of them had written.
    assert set(together.outcomes.values()) == {"b c d first"}


def test_a_writer_that_fails_takes_only_its_own_with_it(together: Together) -> None:
    with together.first():
        together.queue("b", adding("b"))
        together.queue("c", failing("c"))
        together.queue("twice", adding("first"))
        together.queue("d", adding("d"))
    assert together.there() == ["b", "d", "first"]
    assert together.outcomes["c"] == Code.STATE_NOT_ALLOWED
    assert together.outcomes["twice"] == Code.STORE_FAILED
    assert together.outcomes["b"] == together.outcomes["d"] == "b d first"


def test_who_fails_alone_leaves_nothing(together: Together) -> None:
    with pytest.raises(ComityError):
        failing("a")(together.store)
    adding("b")(together.store)
    assert together.there() == ["b"]


def sqlite(folder: Path) -> Store:
    return Store(f"sqlite:///{folder / 'comity.db'}", Vault(folder / "wrap"))


def test_a_commit_that_fails_fails_for_all_of_them(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    with store.write() as tx:
        # A constraint that is looked at only when the transaction ends.
        tx.exec_driver_sql(
            "CREATE TABLE later (id TEXT REFERENCES officers DEFERRABLE INITIALLY DEFERRED)"
        )

    def orphan(store: Store) -> None:
        with store.write() as tx:
            tx.exec_driver_sql("INSERT INTO later VALUES ('nobody')")

    together = Together(store)
    with together.first():
        together.queue("b", adding("b"))
        together.queue("orphan", orphan)
        together.queue("c", adding("c"))
    assert together.outcomes == dict.fromkeys(("first", "b", "orphan", "c"), Code.STORE_FAILED)
    assert together.there() == []
    adding("d")(store)
    assert together.there() == ["d"]
    store.close()


def test_a_full_disk_loses_nothing_that_was_said_to_be_there(tmp_path: Path) -> None:
    store = sqlite(tmp_path)

    def fill(store: Store) -> None:
        with store.write() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            add(tx, *(Officer(f"{n:05}", bytes(32), 1) for n in range(5_000)))

    together = Together(store)
    with together.first():
        together.queue("b", adding("b"))
        together.queue("fill", fill)
    assert together.outcomes["fill"] == Code.DISK_FULL
    failed = (Code.DISK_FULL, Code.STORE_FAILED)
    said = [name for name in ("b", "first") if together.outcomes[name] not in failed]
    assert together.there() == said
    store.close()


def test_many_writers_make_few_commits(together: Together) -> None:
    with together.first():
        for n in range(30):
            together.queue(f"{n:02}", adding(f"{n:02}"))
    assert together.groups == 1
    assert len(together.there()) == 31


def test_a_group_has_an_end(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    assert WRITERS_PER_COMMIT > 30
    monkeypatch.setattr(writers, "WRITERS_PER_COMMIT", 2)
    with together.first():
        for n in range(5):
            together.queue(str(n), adding(str(n)))
    # Six writers, two to a commit.
    assert together.groups == 3
    assert len(together.there()) == 6


def test_a_group_that_everybody_relied_on_is_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_PATIENCE", 0.05)
    # As if somebody had queued and was interrupted before its turn.
    store._writers._waiting += 1
    adding("a")(store)
    store._writers._waiting -= 1
    assert Together(store).there() == ["a"]


def test_writers_at_random_leave_what_they_said(store: Store) -> None:
    def write(number: int) -> str:
        name = f"{number:03}"
        try:
            (failing if number % 3 == 0 else adding)(name)(store)
        except ComityError:
            return ""
        return name

    said = at_once(40, write)
    assert Together(store).there() == sorted(filter(None, said))
    assert len(said) == 40
