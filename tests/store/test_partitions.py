"""Rows go in in any order, and come out by their first byte; most of them wait on disk."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity import limits
from comity.errors import Code
from comity.store import partitions
from comity.store.partitions import Partitions
from edge.test_keyfiles import room_for
from refusals import refuses

ROWS = st.lists(st.binary(min_size=7, max_size=7), max_size=60)


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep next to nothing in memory."""
    monkeypatch.setattr(partitions, "SPOOLED_AT_ONCE_BYTES", 21)
    monkeypatch.setattr(partitions, "SPOOL_CHUNK_BYTES", 30)


@pytest.mark.usefixtures("little")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=5), st.sampled_from([1, 2, 64, 256]))
def test_what_goes_in_comes_out_by_its_first_byte(
    tmp_path: Path, puts: list[list[bytes]], count: int
) -> None:
    spool = Partitions(tmp_path / "rows", 7, count)
    for rows in puts:
        spool.put(b"".join(rows))
    every = [row for rows in puts for row in rows]
    assert (spool.rows, len(spool)) == (len(every), count)
    taken: list[bytes] = []
    for number in range(count):
        chunks = list(spool.take(number))
        assert all(0 < len(chunk) <= 30 and len(chunk) % 7 == 0 for chunk in chunks)
        joined = b"".join(chunks)
        found = [joined[at : at + 7] for at in range(0, len(joined), 7)]
        # In the order in which they came, so that whoever sorts may rely on it.
        assert found == [row for row in every if row[0] * count // 256 == number]
        taken += found
        assert list(spool.take(number)) == []
    assert sorted(taken) == sorted(every)
    assert not list(tmp_path.glob("rows/*"))


@pytest.mark.usefixtures("little")
def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    spool = Partitions(tmp_path / "rows", 7)
    spool.put(b"secrets" * 10)
    (path,) = (tmp_path / "rows").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_little_needs_no_file(tmp_path: Path) -> None:
    spool = Partitions(tmp_path / "rows", 1024)
    one = b"a" * 1024
    spool.put(one * (limits.SPOOLED_AT_ONCE_BYTES // 1024 - 1))
    assert not (tmp_path / "rows").exists()
    spool.put(one)
    assert (tmp_path / "rows" / "61").stat().st_size == limits.SPOOLED_AT_ONCE_BYTES
    assert len(spool) == limits.SET_PARTITIONS


def test_so_much_is_read_at_once(tmp_path: Path) -> None:
    spool = Partitions(tmp_path / "rows", 58)
    spool.put(b"a" * 58 * 200_000)
    sizes = [len(chunk) for chunk in spool.take(ord("a"))]
    assert sum(sizes) == 58 * 200_000
    assert limits.SPOOL_CHUNK_BYTES - 58 < max(sizes) <= limits.SPOOL_CHUNK_BYTES


def test_a_full_disk_has_a_code(tmp_path: Path) -> None:
    spool = Partitions(tmp_path / "rows", 1024)
    with room_for(10_000), refuses(Code.DISK_FULL, path=str(tmp_path / "rows" / "61")):
        spool.put(b"a" * 1024 * 64)
