"""Courier files: what is written is read again, whole; every change to one shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core import courier
from comity.core.courier import PartClaims
from comity.core.keys import Ed25519Signer
from comity.edge import courier_file
from comity.errors import Code, ComityError

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = KEY.public_key().public_bytes_raw()
SIGNER = Ed25519Signer(bytes(32))
OUTSIDE = courier.OUTSIDE_BYTES
CHUNK = courier.CHUNK_BYTES + courier.TAG_BYTES


def _write(path: Path, content: bytes, **changes: object) -> Path:
    claims = PartClaims(
        iss="did:web:us.example",
        aud="did:web:mx.example",
        iat=1,
        exp=2,
        jti="A" * 22,
        num=1,
        prt=1,
        tot=1,
        len=len(content),
        dig=courier.digest(content),
    ).model_copy(update=changes)
    token = courier.sign(claims, SIGNER)
    pieces = (content[at : at + 1000] for at in range(0, len(content), 1000))
    length = courier_file.write(path, token, pieces, len(content), PUBLIC)
    assert length == path.stat().st_size
    return path


def _read(path: Path) -> bytes:
    return b"".join(courier_file.piece(courier_file.read(path, [KEY])))


def _refused(path: Path) -> Code:
    with pytest.raises(ComityError) as refused:
        courier_file.read(path, [KEY])
    return refused.value.code


@pytest.mark.parametrize("size", [0, 1, 64_000, 65_536, 65_537, 70_000, 200_000, 1_048_576])
def test_what_is_written_is_read_again(tmp_path: Path, size: int) -> None:
    content = bytes(n * 7 % 256 for n in range(size))
    path = _write(tmp_path / "a", content)
    assert _read(path) == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == courier.file_bytes(
        courier.padded(size + len(courier_file.read(path, [KEY]).token) + 1)
    )


def test_nothing_of_it_is_in_clear_and_no_two_are_alike(tmp_path: Path) -> None:
    first, second = (_write(tmp_path / name, b"secret" * 100) for name in "ab")
    data = first.read_bytes()
    assert b"secret" not in data
    assert b"did:web" not in data
    assert data[:25] == second.read_bytes()[:25]
    assert data[25:] != second.read_bytes()[25:]


def test_a_key_before_opens_it_and_a_key_of_another_does_not(tmp_path: Path) -> None:
    path = _write(tmp_path / "a", b"x")
    assert courier_file.read(path, [OTHER, KEY]).key is KEY
    with pytest.raises(ComityError) as refused:
        courier_file.read(path, [OTHER])
    assert refused.value.code is Code.COURIER_FOR_ANOTHER


FLAWS: dict[str, tuple[Callable[[bytes], bytes], Code]] = {
    "empty": (lambda data: b"", Code.COURIER_NO_FILE),
    "another-file": (lambda data: b"PK" + data[2:], Code.COURIER_NO_FILE),
    "a-few-bytes": (lambda data: data[:10], Code.COURIER_TRUNCATED),
    "no-chunk": (lambda data: data[:OUTSIDE], Code.COURIER_TRUNCATED),
    "half-a-key": (lambda data: data[: OUTSIDE - 20], Code.COURIER_TRUNCATED),
    "half": (lambda data: data[: len(data) // 2], Code.COURIER_TRUNCATED),
    "last-byte-missing": (lambda data: data[:-1], Code.COURIER_TRUNCATED),
    "cut-between-chunks": (lambda data: data[: OUTSIDE + CHUNK], Code.COURIER_TRUNCATED),
    "cut-at-two-chunks": (lambda data: data[: OUTSIDE + 2 * CHUNK], Code.COURIER_TRUNCATED),
    "longer": (lambda data: data + bytes(3), Code.COURIER_CHANGED),
    "a-chunk-twice": (
        lambda data: data[: OUTSIDE + CHUNK] + data[OUTSIDE:],
        Code.COURIER_CHANGED,
    ),
    "chunks-swapped": (
        lambda data: (
            data[:OUTSIDE]
            + data[OUTSIDE + CHUNK : OUTSIDE + 2 * CHUNK]
            + data[OUTSIDE : OUTSIDE + CHUNK]
            + data[OUTSIDE + 2 * CHUNK :]
        ),
        Code.COURIER_CHANGED,
    ),
    "another-key": (
        lambda data: data[:25] + bytes(80) + data[OUTSIDE:],
        Code.COURIER_CHANGED,
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_hostile_files(tmp_path: Path, flaw: str) -> None:
    change, code = FLAWS[flaw]
    path = _write(tmp_path / "a", bytes(3 * 65_536))
    path.write_bytes(change(path.read_bytes()))
    assert _refused(path) == code


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.integers(1, 255))
def test_every_changed_byte_shows(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: int
) -> None:
    path = _write(tmp_path_factory.mktemp("file") / "a", b"x" * 70_000)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= by
    path.write_bytes(data)
    assert _refused(path) in {
        *(Code.COURIER_CHANGED, Code.COURIER_FOR_ANOTHER, Code.COURIER_NO_FILE),
    }


def test_a_sender_who_says_another_digest_or_size(tmp_path: Path) -> None:
    assert _refused(_write(tmp_path / "a", b"x", dig="A" * 43)) == Code.COURIER_CHANGED
    assert _refused(_write(tmp_path / "b", b"xy", len=1)) == Code.COURIER_CHANGED


def test_no_file_is_written_over_and_none_is_left_half(tmp_path: Path) -> None:
    path = _write(tmp_path / "a", b"x")
    with pytest.raises(ComityError) as refused:
        _write(path, b"y")
    assert refused.value.code is Code.FILE_EXISTS
    assert _read(path) == b"x"
    with pytest.raises(ComityError):
        courier_file.write(tmp_path / "b", b"t\n", [b"short"], 10, PUBLIC)
    assert not (tmp_path / "b").exists()
    with pytest.raises(ComityError) as missing:
        courier_file.read(tmp_path / "b", [KEY])
    assert missing.value.code is Code.FILE_MISSING


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "a", b"x" * 200_000)
    part = courier_file.read(path, [KEY])
    path.unlink()
    _write(path, b"y" * 200_000)
    with pytest.raises(ComityError) as refused:
        b"".join(courier_file.piece(part))
    assert refused.value.code is Code.COURIER_CHANGED
