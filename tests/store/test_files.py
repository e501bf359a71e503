"""Tag sets and epoch keys as files: whole, checked, and gone when they should be."""

import os
from pathlib import Path

import pytest

import sets
from comity.core.canonical import b64url
from comity.core.records import Family
from comity.core.tagset import SMALLEST
from comity.errors import Code
from comity.limits import SET_PART_BYTES
from comity.store import files
from edge.test_keyfiles import room_for
from refusals import refuses

ENTRIES = 20_480
DATA = sets.build([], os.urandom)
LARGE = sets.build([os.urandom(58 * (ENTRIES - 1))], os.urandom)
DIGEST, LARGE_DIGEST = sets.digest(DATA), sets.digest(LARGE)


def test_a_set_is_written_and_looked_up(tmp_path: Path) -> None:
    sets.write(tmp_path, DIGEST, DATA)
    with files.open_set(tmp_path, DIGEST) as tags:
        assert len(tags) == SMALLEST
    assert files.set_path(tmp_path, DIGEST).stat().st_mode & 0o777 == 0o600
    assert files.set_path(tmp_path, DIGEST).parent.stat().st_mode & 0o777 == 0o700


def parts(folder: Path) -> int:
    """Fetch the large set in parts, in any order; returns how many there were."""
    sets.write(folder / "holder", LARGE_DIGEST, LARGE)
    missing = files.missing_parts(folder, LARGE_DIGEST, len(LARGE))
    for number in reversed(missing):
        part = files.read_part(folder / "holder", LARGE_DIGEST, number)
        assert len(part) <= SET_PART_BYTES
        files.write_part(folder, LARGE_DIGEST, number, part)
    return len(missing)


def test_a_set_is_fetched_in_parts(tmp_path: Path) -> None:
    (tmp_path / "holder").mkdir()
    assert parts(tmp_path) == 2
    assert files.missing_parts(tmp_path, LARGE_DIGEST, len(LARGE)) == []
    files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))
    assert files.set_path(tmp_path, LARGE_DIGEST).read_bytes() == LARGE
    assert list((tmp_path / "sets" / "parts").iterdir()) == []


@pytest.mark.parametrize(
    ("flaw", "part"),
    [
        ("another byte", b"\1" + LARGE[1:SET_PART_BYTES]),
        ("cut", LARGE[: SET_PART_BYTES - 1]),
        ("too long", LARGE[: SET_PART_BYTES + 1]),
        ("empty", b""),
    ],
)
def test_an_altered_part_voids_the_set_and_fetching_starts_over(
    tmp_path: Path, flaw: str, part: bytes
) -> None:
    (tmp_path / "holder").mkdir()
    parts(tmp_path)
    files.write_part(tmp_path, LARGE_DIGEST, 0, part)
    with refuses(Code.TAG_SET_INVALID):
        files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))
    assert not files.set_path(tmp_path, LARGE_DIGEST).exists()
    assert files.missing_parts(tmp_path, LARGE_DIGEST, len(LARGE)) == [0, 1]


def test_a_part_that_never_came(tmp_path: Path) -> None:
    (tmp_path / "holder").mkdir()
    files.write_part(tmp_path, LARGE_DIGEST, 0, LARGE[:SET_PART_BYTES])
    with refuses(Code.TAG_SET_INVALID):
        files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))


def test_a_join_that_was_killed_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "holder").mkdir()
    parts(tmp_path)
    half = tmp_path / "sets" / "parts" / f"{LARGE_DIGEST.hex()}.whole"
    half.write_bytes(LARGE[:100] + b"what was there before" * 100_000)
    told: list[int] = []
    files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE), told.append)
    assert files.set_path(tmp_path, LARGE_DIGEST).read_bytes() == LARGE
    assert list((tmp_path / "sets" / "parts").iterdir()) == []
    assert told == [1, 2]


def test_of_two_who_fetched_it_one_joins_it(tmp_path: Path) -> None:
    (tmp_path / "holder").mkdir()
    parts(tmp_path)
    for _ in range(2):
        files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))
    assert files.set_path(tmp_path, LARGE_DIGEST).read_bytes() == LARGE


def test_a_full_disk_keeps_the_parts(tmp_path: Path) -> None:
    (tmp_path / "holder").mkdir()
    parts(tmp_path)
    with room_for(SET_PART_BYTES), refuses(Code.DISK_FULL):
        files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))
    assert files.missing_parts(tmp_path, LARGE_DIGEST, len(LARGE)) == []
    assert not list((tmp_path / "sets").rglob("*.whole"))
    files.join_parts(tmp_path, LARGE_DIGEST, len(LARGE))


def test_a_part_that_came_half_is_missing(tmp_path: Path) -> None:
    files.write_part(tmp_path, LARGE_DIGEST, 0, LARGE[:100])
    assert files.missing_parts(tmp_path, LARGE_DIGEST, len(LARGE)) == [0, 1]


def test_no_part_past_the_last_and_no_set_that_is_not_here(tmp_path: Path) -> None:
    sets.write(tmp_path, DIGEST, DATA)
    with refuses(Code.TAG_SET_INVALID):
        files.read_part(tmp_path, DIGEST, 1)
    with refuses(Code.TAG_SET_INVALID):
        files.read_part(tmp_path, LARGE_DIGEST, 0)
    with refuses(Code.TAG_SET_INVALID), files.open_set(tmp_path, LARGE_DIGEST):
        pass


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"\0", b"X" + DATA[1:], LARGE[:32]])
def test_a_set_that_changed_on_disk(tmp_path: Path, data: bytes) -> None:
    sets.write(tmp_path, DIGEST, data)
    with refuses(Code.TAG_SET_INVALID), files.open_set(tmp_path, DIGEST):
        pass


MANIFEST = b64url(bytes(range(32)))
KEYS = {Family.NAME: bytes([1]) * 32, Family.RFC: bytes([2]) * 32}


def test_keys_of_an_epoch_live_until_it_ends(tmp_path: Path) -> None:
    files.write_keys(tmp_path, MANIFEST, KEYS)
    assert files.read_keys(tmp_path, MANIFEST) == KEYS
    (path,) = (tmp_path / "epochs").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    files.destroy_keys(tmp_path, MANIFEST)
    files.destroy_keys(tmp_path, MANIFEST)
    assert not path.exists()
    with refuses(Code.EPOCH_ENDED):
        files.read_keys(tmp_path, MANIFEST)


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    files.write_keys(tmp_path, MANIFEST, KEYS)
    with refuses(Code.FILE_EXISTS):
        files.write_keys(tmp_path, MANIFEST, {Family.RFC: bytes(32)})


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    files.write_keys(tmp_path, MANIFEST, KEYS)
    (path,) = (tmp_path / "epochs").iterdir()
    path.chmod(0o640)
    with refuses(Code.KEY_FILE_OPEN):
        files.read_keys(tmp_path, MANIFEST)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 42, "A" * 44, "=" * 43])
def test_nothing_in_a_message_names_a_file(tmp_path: Path, name: str) -> None:
    with refuses(Code.JSON_INVALID):
        files.read_keys(tmp_path, name)
