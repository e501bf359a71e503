"""Wrap keys rotate: all that lives stays readable, whatever dies when, and old copies are dead."""

import shutil
from pathlib import Path

import pytest

from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.limits import REWRAPPED_AT_ONCE, WRAP_KEY_SECONDS
from comity.store import record, rotation
from comity.store.engine import Store
from comity.store.record import IN, OUT
from comity.store.rows.matching import Question
from comity.store.rows.moving import add, change, many
from comity.store.rows.node import WrapKey
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.schema.record import messages
from comity.store.vault import Vault
from refusals import refuses
from store.test_record import PEER
from store.test_vault import entry, request

NOW = 1_800_000_000


@pytest.fixture
def kept(store: Store) -> Store:
    with store.write() as tx:
        record.begin(tx, PEER)
        record.write_all(tx, [entry(seq) for seq in range(5)])
        record.write_all(tx, [entry(seq, OUT) for seq in range(3)])
        add(tx, request())
        add(tx, Question("q", PEER, "m", "rfc", 1, "r", b"sealed", False, 1))
    return store


def all_of(store: Store) -> list[object]:
    with store.read() as tx:
        return [*many(tx, Message, order="seq"), *many(tx, RequestRow), *many(tx, Question)]


def states(store: Store) -> dict[int, str]:
    with store.read() as tx:
        return {key.n: key.state for key in many(tx, WrapKey, order="n")}


def test_what_lives_goes_on_and_the_old_key_is_gone(kept: Store) -> None:
    before = all_of(kept)
    assert rotation.rotate(kept, NOW) == 2
    assert all_of(kept) == before
    assert states(kept) == {1: "destroyed", 2: "current"}
    assert [kept.vault.path(n).exists() for n in (1, 2)] == [False, True]
    with kept.read() as tx:
        assert {row.wrap for row in tx.execute(messages.select())} == {2}
    with kept.write() as tx:
        record.append(tx, entry(5))
    assert rotation.rotate(kept, NOW) == 3
    assert states(kept) == {1: "destroyed", 2: "destroyed", 3: "current"}
    assert len(all_of(kept)) == len(before) + 1


def test_an_old_copy_of_the_database_is_dead(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'comity.db'}"
    store = Store(url, Vault(tmp_path / "wrap"))
    with store.write() as tx:
        record.begin(tx, PEER)
        record.append(tx, entry(0))
    store.close()
    shutil.copy(tmp_path / "comity.db", tmp_path / "old.db")
    store = Store(url, Vault(tmp_path / "wrap"))
    with store.write() as tx:
        change(tx, Message, {"seq": 0}, token="", body=b"")
    rotation.rotate(store, NOW)
    # The copy has the row with all its columns, and whoever took it has the folder of today, too.
    old = Store(f"sqlite:///{tmp_path / 'old.db'}", Vault(tmp_path / "wrap"))
    with refuses(Code.KEY_FILE_INVALID), old.read() as tx:
        many(tx, Message)
    old.close()
    store.close()


def test_it_is_due_after_its_time_and_not_before(kept: Store) -> None:
    rotation.tend(kept, NOW)
    assert states(kept) == {1: "current"}
    rotation.tend(kept, NOW + WRAP_KEY_SECONDS - 1)
    assert states(kept) == {1: "current"}
    rotation.tend(kept, NOW + WRAP_KEY_SECONDS)
    assert states(kept) == {1: "retiring", 2: "current"}
    for _ in range(2):
        rotation.tend(kept, NOW + WRAP_KEY_SECONDS)
    assert states(kept) == {1: "destroyed", 2: "current"}
    rotation.tend(kept, NOW + 2 * WRAP_KEY_SECONDS - 1)
    assert states(kept) == {1: "destroyed", 2: "current"}


def test_many_rows_go_in_parts(store: Store) -> None:
    count = REWRAPPED_AT_ONCE + 1
    with store.write() as tx:
        record.begin(tx, PEER)
        record.write_all(tx, [entry(seq, OUT) for seq in range(count)])
    rotation.tend(store, NOW)
    rotation.tend(store, NOW + WRAP_KEY_SECONDS)
    with store.read() as tx:
        moved = [row.wrap for row in tx.execute(messages.select())]
    assert (moved.count(1), moved.count(2)) == (1, REWRAPPED_AT_ONCE)
    # Rows under either key are read, and new ones go under the new.
    assert len(all_of(store)) == count
    rotation.rotate(store, NOW)
    assert states(store) == {1: "destroyed", 2: "destroyed", 3: "current"}
    assert len(all_of(store)) == count


class Died(BaseException):
    """The process is gone."""


class Dying(Vault):
    """A vault whose process ends at a step, counted from 0."""

    def __init__(self, folder: Path, step: int) -> None:
        super().__init__(folder)
        self.left = step

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Died

    def make(self, number: int) -> None:
        self.step()
        super().make(number)
        self.step()

    def destroy(self, number: int) -> None:
        self.step()
        super().destroy(number)
        self.step()

    def rewrap(self, place: bytes, number: int, key: bytes) -> tuple[bytes, int]:
        self.step()
        return super().rewrap(place, number, key)


@pytest.mark.parametrize("step", range(11))
def test_it_can_die_at_any_step(tmp_path: Path, step: int) -> None:
    url, folder = f"sqlite:///{tmp_path / 'comity.db'}", tmp_path / "wrap"
    made = Store(url, Vault(folder))
    with made.write() as tx:
        record.begin(tx, PEER)
        record.write_all(tx, [entry(seq) for seq in range(5)])
        add(tx, request())
    before = all_of(made)
    made.close()
    dying = Store(url, Dying(folder, step))
    try:
        rotation.rotate(dying, NOW)
        died = False
    except Died:
        died = True
    dying.close()
    assert died == (step < 10)
    after = Store(url, Vault(folder))
    assert all_of(after) == before
    with after.write() as tx:
        record.append(tx, entry(5))
    for _ in range(4):
        rotation.tend(after, NOW)
    assert all_of(after)[:5] == before[:5]
    rotation.rotate(after, NOW)
    assert len(all_of(after)) == len(before) + 1
    assert [path.name for path in folder.iterdir()] == [f"{max(states(after))}.key"]
    assert set(list(states(after).values())[:-1]) == {"destroyed"}
    after.close()


def test_a_key_that_was_lost_is_said_and_holds_up_nothing(
    kept: Store, url: str, tmp_path: Path
) -> None:
    keyfiles.destroy(kept.vault.path(1))
    without = Store(url, Vault(tmp_path / "wrap"))
    rotation.rotate(without, NOW)
    assert states(without) == {1: "lost", 2: "current"}
    with without.write() as tx:
        record.append(tx, entry(5))
    with without.read() as tx:
        assert record.entry(tx, PEER, IN, entry(5).jti) == entry(5)
    with refuses(Code.KEY_FILE_INVALID):
        all_of(without)
    without.close()


def test_a_row_that_was_spoiled_holds_up_nothing(kept: Store) -> None:
    with kept.write() as tx:
        tx.execute(messages.update().where(messages.c.seq == 4).values(key=bytes(60)))
    rotation.rotate(kept, NOW)
    assert states(kept) == {1: "destroyed", 2: "current"}
    with refuses(Code.STORE_FAILED, reason="seal"):
        all_of(kept)
    with kept.read() as tx:
        assert len(many(tx, Message, direction=OUT)) == 3


def test_the_key_that_is_made_is_durable_before_anything_needs_it(kept: Store) -> None:
    kept.vault.path(2).mkdir()
    with pytest.raises(ComityError):
        rotation.rotate(kept, NOW)
    assert states(kept) == {1: "current"}
    with kept.write() as tx:
        record.append(tx, entry(5))
    assert len(all_of(kept)) == 11
