"""Key files, and the durable writes that they and every other small file of a node rest on.

Private keys, Ed25519 and X25519, are PKCS #8 in PEM (RFC 8410), symmetric ones one line of base64.
All are created for the owner alone and refused when anybody else could have read them.
"""

import base64
import binascii
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from comity.core.keys import Ed25519Signer
from comity.errors import Code, ComityError
from comity.limits import KEY_FILE_BYTES

PRIVATE: Final = 0o600
"""Mode of whatever only the node's own account may read."""
# EFBIG is what a quota on file sizes gives; for the person who reads the error it is the same.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def make_signer(path: Path) -> Ed25519Signer:
    """Make an Ed25519 key in a new file. Raises what `write_once` raises."""
    key = Ed25519PrivateKey.generate()
    write_key(path, key)
    return Ed25519Signer(key.private_bytes_raw())


def write_key(path: Path, key: Ed25519PrivateKey | X25519PrivateKey) -> None:
    """Write a private key into a new file. Raises what `write_once` raises."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_once(path, pem, PRIVATE)


def read_signer(path: Path) -> Ed25519Signer:
    """Read an Ed25519 key. Raises KEY_FILE_OPEN or KEY_FILE_INVALID (path, reason)."""
    key = _read_pem(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise _invalid(path, "algorithm")
    return Ed25519Signer(key.private_bytes_raw())


def make_decryption(path: Path) -> X25519PrivateKey:
    """Make an X25519 key in a new file. Raises what `write_once` raises."""
    key = X25519PrivateKey.generate()
    write_key(path, key)
    return key


def read_decryption(path: Path) -> X25519PrivateKey:
    """Read an X25519 key. Raises what `read_signer` raises."""
    key = _read_pem(path)
    if not isinstance(key, X25519PrivateKey):
        raise _invalid(path, "algorithm")
    return key


def make_secret(path: Path, size: int = 32) -> bytes:
    """Make a symmetric key of `size` bytes in a new file. Raises what `write_once` raises."""
    secret = secrets.token_bytes(size)
    write_once(path, base64.b64encode(secret) + b"\n", PRIVATE)
    return secret


def replace_secret(path: Path, secret: bytes) -> None:
    """Write a symmetric key in place of any older one. Raises what `replace` raises."""
    replace(path, base64.b64encode(secret) + b"\n", PRIVATE)


def read_secret(path: Path, size: int = 32) -> bytes:
    """Read a symmetric key of exactly `size` bytes. Raises what `read_signer` raises."""
    text = read_private(path)
    try:
        secret = base64.b64decode(text.removesuffix(b"\n"), validate=True)
    except binascii.Error:
        raise _invalid(path, "format") from None
    if len(secret) != size:
        raise _invalid(path, "size")
    return secret


def read_private(path: Path) -> bytes:
    """Read a small file that nobody else can read.

    Raises KEY_FILE_OPEN (path, reason: mode or owner), or KEY_FILE_INVALID (path, reason: missing,
    unreadable, link, kind or size).
    """
    # Without O_NONBLOCK, a named pipe in place of the file would hold us for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path, flags)
    except FileNotFoundError:
        raise _invalid(path, "missing") from None
    except OSError as error:
        raise _invalid(path, "link" if error.errno == errno.ELOOP else "unreadable") from None
    try:
        # Asked of the open file, not of its name: the name may mean another file by now.
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise _invalid(path, "kind")
        if found.st_uid != os.geteuid():
            raise ComityError(Code.KEY_FILE_OPEN, path=str(path), reason="owner")
        if found.st_mode & 0o077:
            raise ComityError(Code.KEY_FILE_OPEN, path=str(path), reason="mode")
        data = os.read(fd, KEY_FILE_BYTES + 1)
    finally:
        os.close(fd)
    if len(data) > KEY_FILE_BYTES:
        raise _invalid(path, "size")
    return data


def write_once(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write a new file, durably: it is there whole or not at all.

    Raises FILE_EXISTS (path), DISK_FULL (path), or STORE_FAILED (path, reason: the errno's name).
    """
    with failures(path), _beside(path, data, mode) as made:
        # A link fails where the name is taken, even by a dangling link; a rename would replace it.
        os.link(made, path, follow_symlinks=False)


def replace(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write a file in place of any older one, durably: readers see the old or the new, whole.

    Raises DISK_FULL (path), or STORE_FAILED (path, reason: the errno's name).
    """
    with failures(path), _beside(path, data, mode) as made:
        os.replace(made, path)


def destroy(path: Path) -> None:
    """Overwrite a file once with random bytes, then remove it. One that is gone already is fine.

    The promise ends at the file system: flash storage, snapshots, copy-on-write and journals may
    keep the old blocks. So the folder belongs on an encrypted volume, and keys that must be
    destroyed are short-lived and never in a backup. Raises STORE_FAILED (path, reason).
    """
    with failures(path):
        try:
            fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        # Opened without truncation: the random bytes must land on the blocks of the old ones.
        with open(fd, "wb") as file:
            file.write(secrets.token_bytes(os.fstat(fd).st_size))
            file.flush()
            os.fsync(fd)
        os.unlink(path)
        sync_folder(path)


@contextmanager
def _beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Write and sync a file next to `path`; it goes away unless the block gives it that name."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(made, flags, PRIVATE), "wb") as file:
            file.write(data)
            file.flush()
            # The mode asked for, whatever the umask is; only now, when the content is complete.
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield made
    finally:
        with suppress(FileNotFoundError):
            made.unlink()
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """Make the change of a name durable; syncing the file alone does not."""
    fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Turn the errors of the operating system into ours."""
    try:
        yield
    except FileExistsError:
        raise ComityError(Code.FILE_EXISTS, path=str(path)) from None
    except OSError as error:
        if error.errno in _FULL:
            raise ComityError(Code.DISK_FULL, path=str(path)) from None
        reason = errno.errorcode.get(error.errno or 0, "unknown").lower()
        raise ComityError(Code.STORE_FAILED, path=str(path), reason=reason) from None


def _read_pem(path: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # TypeError is what an encrypted key gives without a password.
        raise _invalid(path, "format") from None


def _invalid(path: Path, reason: str) -> ComityError:
    return ComityError(Code.KEY_FILE_INVALID, path=str(path), reason=reason)
