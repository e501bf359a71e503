"""Key files are for their owner alone, and every write is whole or not at all."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.core.keys import verify
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.limits import KEY_FILE_BYTES

# RFC 8410 section 10.3, and the seed that is in it.
RFC_8410_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
"""
RFC_8410_PUBLIC = bytes.fromhex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")


def private(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(value: int) -> Iterator[None]:
    old = os.umask(value)
    try:
        yield
    finally:
        os.umask(old)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow past `size` bytes, as on a disk that is full."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_signer_is_the_same_after_reading(tmp_path: Path) -> None:
    with umask(0):
        made = keyfiles.make_signer(tmp_path / "message.key")
    assert mode(tmp_path / "message.key") == 0o600
    read = keyfiles.read_signer(tmp_path / "message.key")
    assert read.public == made.public
    verify(made.public, read.sign(b"text"), b"text")


def test_a_key_of_rfc_8410_is_read(tmp_path: Path) -> None:
    assert keyfiles.read_signer(private(tmp_path / "key", RFC_8410_KEY)).public == RFC_8410_PUBLIC


def test_a_secret_is_the_same_after_reading(tmp_path: Path) -> None:
    made = keyfiles.make_secret(tmp_path / "epoch.key", 48)
    assert len(made) == 48
    assert mode(tmp_path / "epoch.key") == 0o600
    assert keyfiles.read_secret(tmp_path / "epoch.key", 48) == made


def test_keys_are_never_made_over_others(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keyfiles.make_signer(path)
    before = path.read_bytes()
    for make in (keyfiles.make_signer, keyfiles.make_secret):
        with pytest.raises(ComityError) as caught:
            make(path)
        assert caught.value.code is Code.FILE_EXISTS
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["key"]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ComityError) as caught:
        keyfiles.make_secret(tmp_path / "key")
    assert caught.value.code is Code.FILE_EXISTS
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("open_mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_readable_by_others(tmp_path: Path, open_mode: int) -> None:
    with pytest.raises(ComityError) as caught:
        keyfiles.read_signer(private(tmp_path / "key", RFC_8410_KEY, open_mode))
    assert caught.value.code is Code.KEY_FILE_OPEN
    assert caught.value.params["reason"] == "mode"


def test_owned_by_somebody_else(tmp_path: Path) -> None:
    path = private(tmp_path / "key", RFC_8410_KEY)
    if os.geteuid() == 0:
        os.chown(path, 1, -1)
    else:
        path = Path("/etc/passwd")
    with pytest.raises(ComityError) as caught:
        keyfiles.read_signer(path)
    assert (caught.value.code, caught.value.params["reason"]) == (Code.KEY_FILE_OPEN, "owner")


def test_not_a_plain_file(tmp_path: Path) -> None:
    target = private(tmp_path / "key", RFC_8410_KEY)
    (tmp_path / "link").symlink_to(target)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    reasons = {}
    for name in ("link", "pipe", "folder", "absent"):
        with pytest.raises(ComityError) as caught:
            keyfiles.read_signer(tmp_path / name)
        assert caught.value.code is Code.KEY_FILE_INVALID
        reasons[name] = caught.value.params["reason"]
    assert reasons == {"link": "link", "pipe": "kind", "folder": "kind", "absent": "missing"}


def pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


@pytest.mark.parametrize(
    ("flaw", "data", "reason"),
    [
        ("empty", b"", "format"),
        ("truncated", RFC_8410_KEY[:80], "format"),
        ("raw-seed", bytes(32), "format"),
        ("encrypted", pem(Ed25519PrivateKey.generate(), b"password"), "format"),
        ("other-curve", pem(ec.generate_private_key(ec.SECP256R1()), None), "algorithm"),
        ("too-large", RFC_8410_KEY + b"\n" * KEY_FILE_BYTES, "size"),
    ],
)
def test_malformed_signer(tmp_path: Path, flaw: str, data: bytes, reason: str) -> None:
    with pytest.raises(ComityError) as caught:
        keyfiles.read_signer(private(tmp_path / flaw, data))
    assert caught.value.code is Code.KEY_FILE_INVALID
    assert caught.value.params["reason"] == reason


@pytest.mark.parametrize(
    ("flaw", "data", "reason"),
    [
        ("empty", b"", "size"),
        ("short", b"AAAA\n", "size"),
        ("long", b"A" * 64 + b"\n", "size"),
        ("not-base64", b"!" * 44, "format"),
        ("no-padding", b"A" * 43, "format"),
        ("two-lines", b"A" * 22 + b"\n" + b"A" * 22, "format"),
    ],
)
def test_malformed_secret(tmp_path: Path, flaw: str, data: bytes, reason: str) -> None:
    with pytest.raises(ComityError) as caught:
        keyfiles.read_secret(private(tmp_path / flaw, data))
    assert caught.value.code is Code.KEY_FILE_INVALID
    assert caught.value.params["reason"] == reason


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings"
    keyfiles.replace(path, b"old")
    with room_for(1_000):
        for write, name in ((keyfiles.replace, "settings"), (keyfiles.write_once, "new")):
            with pytest.raises(ComityError) as caught:
                write(tmp_path / name, b"x" * 100_000)
            assert caught.value.code is Code.DISK_FULL
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["settings"]


def test_replace_keeps_what_is_being_read(tmp_path: Path) -> None:
    path = tmp_path / "settings"
    keyfiles.replace(path, b"old")
    with path.open("rb") as reader:
        keyfiles.replace(path, b"new", 0o640)
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o640


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ComityError) as caught:
        keyfiles.write_once(tmp_path / "absent" / "key", b"")
    assert caught.value.code is Code.STORE_FAILED
    assert caught.value.params["reason"] == "enoent"


def test_destroy_overwrites_before_it_removes(tmp_path: Path) -> None:
    path = tmp_path / "epoch.key"
    keyfiles.make_secret(path)
    before = path.read_bytes()
    os.link(path, tmp_path / "same-blocks")
    keyfiles.destroy(path)
    assert not path.exists()
    after = (tmp_path / "same-blocks").read_bytes()
    assert len(after) == len(before)
    assert after != before
    keyfiles.destroy(path)


def test_destroy_does_not_follow_links(tmp_path: Path) -> None:
    target = private(tmp_path / "key", RFC_8410_KEY)
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(ComityError) as caught:
        keyfiles.destroy(tmp_path / "link")
    assert caught.value.params["reason"] == "eloop"
    assert target.read_bytes() == RFC_8410_KEY
