"""What tagging made of records: taken over where nothing has changed, and gone where it has."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.derivation import Presence
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.limits import OUTPUTS_CACHED_BYTES
from comity.store import keysets, outputs
from comity.store.keysets import KeySet
from comity.store.outputs import Made, Outputs

ENDS = 2_000_000_000


def _made(number: int) -> Made:
    return Made(Presence(number % 128), number.to_bytes(65, "big") * (number % 4))


def _body(number: int) -> bytes:
    return b"record %d" % number


@pytest.fixture
def keys(tmp_path: Path) -> KeySet:
    """Return keys with nothing made."""
    return keysets.make(tmp_path, "agreement", "rules", ENDS, {Family.RFC: bytes(32)})


def _pass(keys: KeySet, numbers: list[int]) -> tuple[set[int], int]:
    """Go over records; returns which were here already, and of how many the outputs went."""
    found = set()
    with Outputs(keys) as kept:
        for number in numbers:
            if (made := kept.get(_body(number))) is None:
                kept.put([(_body(number), _made(number))])
            else:
                assert made == _made(number)
                found.add(number)
        return found, kept.let_go()


def _here(keys: KeySet, numbers: range) -> set[int]:
    with Outputs(keys) as kept:
        return {number for number in numbers if kept.get(_body(number))}


def test_a_second_pass(keys: KeySet) -> None:
    assert _pass(keys, list(range(40))) == (set(), 0)
    assert _pass(keys, list(range(10, 50))) == (set(range(10, 40)), 10)
    assert _here(keys, range(60)) == set(range(10, 50))
    assert keys.outputs.stat().st_mode & 0o777 == 0o600


def test_a_pass_that_did_not_come_to_its_end(keys: KeySet) -> None:
    with Outputs(keys) as kept:
        kept.put((_body(number), _made(number)) for number in range(20))
    assert _here(keys, range(40)) == set(range(20))


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 30), unique=True, max_size=20), max_size=5))
def test_after_any_passes_there_is_what_the_last_one_saw(
    tmp_path_factory: pytest.TempPathFactory, passes: list[list[int]]
) -> None:
    folder = tmp_path_factory.mktemp("node")
    keys = keysets.make(folder, "agreement", "rules", ENDS, {Family.RFC: bytes(32)})
    before: set[int] = set()
    for numbers in passes:
        found, gone = _pass(keys, numbers)
        assert found == before & set(numbers)
        assert gone == len(before - set(numbers))
        before = set(numbers)
    assert _here(keys, range(31)) == before


def test_many_go_at_once(keys: KeySet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "OUTPUTS_LET_GO_AT_ONCE", 3)
    _pass(keys, list(range(100)))
    assert _pass(keys, [7]) == ({7}, 99)
    assert _here(keys, range(100)) == {7}


def test_memory_has_an_end(keys: KeySet) -> None:
    with Outputs(keys) as kept:
        ((kibibytes,),) = kept._db.execute("PRAGMA cache_size").fetchall()
    assert -kibibytes * 1024 == OUTPUTS_CACHED_BYTES


def test_nothing_is_left_of_what_went(keys: KeySet) -> None:
    secret = Made(Presence(0), b"\xa5" * 650)
    with Outputs(keys) as kept:
        kept.put([(b"body", secret)])
        kept.put((_body(number), _made(number)) for number in range(100))
    assert secret.units[:65] in keys.outputs.read_bytes()
    _pass(keys, list(range(100)))
    assert secret.units[:65] not in keys.outputs.read_bytes()


def test_of_other_keys_or_rules_nothing_is_here(keys: KeySet) -> None:
    _pass(keys, [1])
    for other in replace(keys, keys={Family.RFC: bytes(31) + b"1"}), replace(keys, derivation="2"):
        assert _here(other, range(5)) == set()
    assert _here(keys, range(5)) == {1}


def test_what_has_rotted_is_made_anew(keys: KeySet) -> None:
    _pass(keys, [1, 2, 3])
    with sqlite3.connect(keys.outputs) as db:
        db.execute(
            "UPDATE outputs SET made = CAST(substr(made, 1, 9) || ? || substr(made, 11) AS BLOB)",
            (b"\xff",),
        )
    db.close()
    assert _pass(keys, [1, 2, 3]) == (set(), 0)
    assert _pass(keys, [1, 2, 3]) == ({1, 2, 3}, 0)


def test_outputs_of_one_record_in_the_place_of_another(keys: KeySet) -> None:
    _pass(keys, [1, 2])
    with sqlite3.connect(keys.outputs) as db:
        db.execute("UPDATE outputs SET made = (SELECT made FROM outputs WHERE place = 2)")
    db.close()
    assert _here(keys, range(5)) == {2}


@pytest.fixture
def broken(keys: KeySet) -> KeySet:
    """Return keys of which the file is no database."""
    _pass(keys, [1])
    keys.outputs.write_bytes(b"nonsense " * 5_000)
    return keys


def test_a_broken_file_goes(broken: KeySet) -> None:
    journal = broken.path / "outputs-journal"
    journal.touch()
    with pytest.raises(ComityError) as failed:
        Outputs(broken)
    assert failed.value.code is Code.STORE_FAILED
    assert not broken.outputs.exists()
    assert not journal.exists()
    assert _pass(broken, [1]) == (set(), 0)


def test_the_disk_is_full(keys: KeySet) -> None:
    with Outputs(keys) as kept:
        kept._db.execute("PRAGMA max_page_count = 8")
        with pytest.raises(ComityError) as full:
            kept.put((_body(number), Made(Presence(0), bytes(6_500))) for number in range(100))
        assert full.value.code is Code.DISK_FULL
        # And nothing of it is there, nor in the way.
        kept.put([(_body(1), _made(1))])
    assert _here(keys, range(100)) == {1}
