"""Keys to tag with: durable before anything is made with them, and gone with all of it."""

from pathlib import Path

import pytest

from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.store import keysets
from refusals import refuses

KEYS = {Family.NAME: bytes(range(32)), Family.RFC: bytes(range(32, 64))}
OTHERS = {Family.RFC: bytes(32)}
ENDS = 2_000_000_000


def _made(folder: Path, agreement: str = "one", ends: int = ENDS) -> keysets.KeySet:
    keys = KEYS if agreement == "one" else OTHERS
    made = keysets.make(folder, agreement, "rules-1", ends, keys)
    made.outputs.write_bytes(b"outputs")
    return made


def _left(folder: Path) -> list[Path]:
    return list((folder / "epochs").iterdir())


def test_what_was_made_is_found(tmp_path: Path) -> None:
    made = _made(tmp_path)
    assert keysets.current(tmp_path, "one") == made
    assert (made.ends, made.derivation, made.keys) == (ENDS, "rules-1", KEYS)
    assert keysets.current(tmp_path, "other") is None
    for path in made.path.parent, made.path, made.path / "keys":
        assert path.stat().st_mode & 0o077 == 0


def test_new_keys_take_the_place_of_old_ones(tmp_path: Path) -> None:
    first = _made(tmp_path)
    second = keysets.make(tmp_path, "one", "rules-1", ENDS, OTHERS)
    assert keysets.current(tmp_path, "one") == second
    assert not second.outputs.exists()
    assert len(_left(tmp_path)) == 1
    assert first.secret() != second.secret()


def test_the_secret_is_of_keys_and_rules(tmp_path: Path) -> None:
    secrets = {
        keysets.make(tmp_path, agreement, rules, ENDS, keys).secret()
        for agreement, rules, keys in [
            ("one", "rules-1", KEYS),
            ("two", "rules-1", KEYS),
            ("one", "rules-2", KEYS),
            ("one", "rules-1", OTHERS),
        ]
    }
    assert len(secrets) == 3


@pytest.mark.parametrize("end", ["one agreement", "all", "time", "nothing in force", "no keys"])
def test_ends(tmp_path: Path, end: str) -> None:
    made, other = _made(tmp_path), _made(tmp_path, "other", ENDS + 1)
    secret = (made.path / "keys").read_bytes()
    if end == "one agreement":
        keysets.destroy(tmp_path, "one")
    elif end == "all":
        keysets.destroy_all(tmp_path)
    elif end == "time":
        keysets.destroy_due(tmp_path, ENDS - 1)
        assert len(_left(tmp_path)) == 2
        keysets.destroy_due(tmp_path, ENDS)
    elif end == "nothing in force":
        keysets.clear(tmp_path, {"other"}, 0)
    else:
        (made.path / "keys").unlink()
        assert keysets.current(tmp_path, "one") is None
        keysets.clear(tmp_path, {"one", "other"}, 0)
    assert _left(tmp_path) == ([] if end == "all" else [other.path])
    assert keysets.current(tmp_path, "one") is None
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.read_bytes() != secret for path in files)


def test_what_is_in_force_stays(tmp_path: Path) -> None:
    keysets.clear(tmp_path, {"one"}, 0)
    made = _made(tmp_path)
    (tmp_path / "epochs" / "0123.keys").write_bytes(b"of a manifest")
    keysets.clear(tmp_path, {"one"}, ENDS - 1)
    keysets.destroy(tmp_path, "other")
    assert keysets.current(tmp_path, "one") == made
    keysets.destroy_all(tmp_path)
    assert [path.name for path in _left(tmp_path)] == ["0123.keys"]


def test_one_at_a_time(tmp_path: Path) -> None:
    with keysets.alone(tmp_path, "one"), keysets.alone(tmp_path, "other"):
        again = keysets.alone(tmp_path, "one")
        with refuses(Code.TAGGING_UNDER_WAY, agreement="one"):
            again.__enter__()
    with keysets.alone(tmp_path, "one"):
        pass


def test_others_may_not_read_them(tmp_path: Path) -> None:
    made = _made(tmp_path)
    (made.path / "keys").chmod(0o644)
    with pytest.raises(ComityError) as refused:
        keysets.current(tmp_path, "one")
    assert refused.value.code is Code.KEY_FILE_OPEN
