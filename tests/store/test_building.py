"""What is left of a set that was being made: nothing, unless it was published."""

from pathlib import Path

import pytest

from comity.core.canonical import b64url
from comity.core.records import Family
from comity.errors import Code
from comity.limits import HANDLES_AT_ONCE
from comity.store import building, files
from comity.store.building import Building
from comity.store.engine import Store
from comity.store.handles import Handles
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import add, many
from refusals import refuses

DIGEST, NAME = bytes(range(32)), b64url(bytes(range(32, 64)))
OTHER = b64url(bytes(32))


def _make(folder: Path, store: Store, work: Building) -> None:
    """Come as far as one can without publishing."""
    handles = Handles(work.path)
    handles.put(bytes(12), "r1")
    (work.path / building.SET).write_bytes(b"a set")
    work.announce(NAME, DIGEST)
    work.settle(DIGEST)
    files.write_keys(folder, NAME, {Family.RFC: bytes(32)})
    assert list(handles.store(store, NAME, "list")) == [1]
    handles.close()


def _publish(store: Store, digest: str) -> None:
    with store.write() as tx:
        add(tx, ManifestRow(digest, "us", "agreement", "provider", "signed", 1, True, 9))


def _handles(store: Store) -> list[str]:
    with store.read() as tx:
        return [row.manifest for row in many(tx, Handle, order="manifest")]


def _left(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.rglob("*") if path.is_file()} & {
        "sets",
        "epochs",
        *(path.name for path in (folder / "building").iterdir()),
    }


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> Path:
    """Return a node's folder with a handle of another set in the database."""
    _publish(store, OTHER)
    with store.write() as tx:
        add(tx, Handle(OTHER, "handle", "list", "r1"))
    return tmp_path


def test_a_published_set_stays(folder: Path, store: Store) -> None:
    with building.begin(folder, store) as work:
        assert work.path.stat().st_mode & 0o777 == 0o700
        _make(folder, store, work)
        _publish(store, NAME)
    assert _left(folder) == {"sets", "epochs"}
    assert files.set_path(folder, DIGEST).read_bytes() == b"a set"
    assert _handles(store) == [OTHER, NAME]
    assert list((folder / "building").iterdir()) == []


def test_of_one_that_failed_nothing_stays(folder: Path, store: Store) -> None:
    def fail() -> None:
        with building.begin(folder, store) as work:
            _make(folder, store, work)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert _left(folder) == set()
    assert _handles(store) == [OTHER]


@pytest.mark.parametrize("published", [False, True])
def test_what_a_crash_left_goes_at_the_start(folder: Path, store: Store, published: bool) -> None:
    path = folder / "building" / "0123"
    path.mkdir(parents=True)
    _make(folder, store, Building(folder, path))
    if published:
        _publish(store, NAME)
    for _ in range(2):
        building.clear(folder, store)
        assert _left(folder) == ({"sets", "epochs"} if published else set())
        assert _handles(store) == ([OTHER, NAME] if published else [OTHER])


def test_what_a_crash_left_before_there_was_a_name(folder: Path, store: Store) -> None:
    (folder / "building" / "0123" / "rows").mkdir(parents=True)
    (folder / "building" / "0123" / "rows" / "00").write_bytes(b"rows")
    building.clear(folder, store)
    assert list((folder / "building").iterdir()) == []


def test_room_is_looked_for_first(folder: Path, store: Store) -> None:
    with building.begin(folder, store) as work:
        work.check_room(1)
        with refuses(Code.DISK_FULL, path=str(work.path)):
            work.check_room(2**60)


def test_handles_at_once(tmp_path: Path, store: Store) -> None:
    made = Handles(tmp_path)
    count = HANDLES_AT_ONCE + 10
    for number in range(count):
        # All in one partition, and in no order.
        made.put(bytes([7, *(number * 7919 % 65_521).to_bytes(2, "big")]) + bytes(9), f"r{number}")
    assert list(made.store(store, NAME, "list")) == [HANDLES_AT_ONCE, count]
    made.close()
    with store.read() as tx:
        found = {row.handle: row.record for row in many(tx, Handle)}
    assert found == {
        b64url(bytes([7, *(number * 7919 % 65_521).to_bytes(2, "big")]) + bytes(9)): f"r{number}"
        for number in range(count)
    }


@pytest.mark.parametrize("id", ["é" * 200, "日本" * 100, ""])
def test_ids_of_any_letters(tmp_path: Path, store: Store, id: str) -> None:
    made = Handles(tmp_path)
    made.put(bytes(12), "before")
    made.put(b"\xff" * 12, id)
    assert list(made.store(store, NAME, "list")) == [1, 2]
    made.close()
    with store.read() as tx:
        assert {row.record for row in many(tx, Handle)} == {"before", id}
