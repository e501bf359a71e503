"""The encrypted stream: what was changed, cut or continued is never taken for whole."""

import io

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from comity.edge import sealed_stream
from comity.edge.sealed_stream import MAGIC, Lock, Opener, Reader, Writer
from comity.errors import Code, ComityError
from comity.limits import BACKUP_CHUNK_BYTES, BACKUP_HEADER_BYTES
from refusals import refuses

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
TO_KEY, WITH_KEY = Lock(recipient=KEY.public_key()), Opener(key=KEY)
CHUNK = BACKUP_CHUNK_BYTES


def sealed(data: bytes, lock: Lock = TO_KEY) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, lock)
    for start in range(0, len(data), 50_000):
        writer.write(data[start : start + 50_000])
    writer.close()
    return file.getvalue()


def opened(data: bytes, opener: Opener = WITH_KEY) -> bytes:
    reader = Reader(io.BytesIO(data), opener)
    found = bytearray()
    while part := reader.read(30_000):
        found += part
    reader.finish()
    return bytes(found)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    made = sealed(data)
    assert opened(made) == data
    # A single byte stands in what is random, too.
    assert len(data) < 64 or data[:64] not in made


def test_a_passphrase_opens_and_another_does_not() -> None:
    made = sealed(b"contents", Lock(passphrase="a passphrase of its own"))
    assert opened(made, Opener(passphrase="a passphrase of its own")) == b"contents"
    with refuses(Code.BACKUP_LOCKED, reason="key"):
        opened(made, Opener(passphrase="another passphrase here"))
    with refuses(Code.BACKUP_LOCKED, reason="passphrase"):
        opened(made, WITH_KEY)


def test_another_key_does_not_open() -> None:
    made = sealed(b"contents")
    with refuses(Code.BACKUP_LOCKED, reason="key"):
        opened(made, Opener(key=X25519PrivateKey.generate()))
    with refuses(Code.BACKUP_LOCKED, reason="recipient"):
        opened(made, Opener(passphrase="a passphrase of its own"))


@pytest.mark.parametrize("cut", [1, 17, CHUNK + 16, CHUNK + 17])
def test_what_is_cut_off_is_not_whole(cut: int) -> None:
    with refuses(Code.BACKUP_INVALID, reason="changed"):
        opened(sealed(bytes(3 * CHUNK))[:-cut])


def test_chunks_that_change_places_or_come_twice() -> None:
    made = sealed(bytes(3 * CHUNK + 5))
    head = made.index(b"\n", len(MAGIC)) + 1
    full = CHUNK + 16
    first, second, rest = (
        made[head : head + full],
        made[head + full :][:full],
        made[head + 2 * full :],
    )
    for changed in (first + first + rest, first + rest, first + second + rest + rest):
        with refuses(Code.BACKUP_INVALID, reason="changed"):
            opened(made[:head] + changed)
    with refuses(Code.BACKUP_LOCKED, reason="key"):
        opened(made[:head] + second + first + rest)


MADE = sealed(b"contents of a backup" * 10)


@given(st.integers(0, len(MADE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, flip: int) -> None:
    changed = bytearray(MADE)
    changed[place] ^= flip
    with pytest.raises(ComityError) as raised:
        opened(bytes(changed))
    assert raised.value.code in (Code.BACKUP_INVALID, Code.BACKUP_LOCKED)


def test_a_header_without_end_is_not_read() -> None:
    with refuses(Code.BACKUP_INVALID, reason="form"):
        opened(MAGIC + b"{" * (10 * BACKUP_HEADER_BYTES))
    with refuses(Code.BACKUP_INVALID, reason="form"):
        opened(b"something else")


def test_guessing_a_passphrase_is_dear() -> None:
    assert sealed_stream._SCRYPT == {"n": 131_072, "r": 8, "p": 1}
