"""Files as they are given and received: opaque bytes below the node's folder, never parsed.

Files of ours are named by their digest, files of peers by an id that we gave; nothing in a message
names one. What is not whole yet is beside them, in `parts`.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from comity.core.canonical import b64url, unb64url
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.limits import FILE_BYTES, FILE_CHUNK_BYTES, MIB

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is here, whole: its SHA-256 (base64url) and its bytes."""

    digest: str
    size: int


def file_path(folder: Path, digest: str) -> Path:
    """Return where the file of ours with that digest is, or goes."""
    return folder / "files" / unb64url(digest, 32).hex()


def received_path(folder: Path, id: str) -> Path:
    """Return where a received file is, or goes; the id is one that we gave."""
    return folder / "received" / _name(id)


def part_path(folder: Path, transfer: str, digest: str) -> Path:
    """Return where a file that is fetched grows: another file grows somewhere else."""
    parts = folder / "received" / "parts"
    return parts / f"{_name(transfer)}.{_name(digest)}"


def drop_parts(folder: Path, transfer: str) -> None:
    """Let go what came of a transfer and is not needed any more."""
    for part in (folder / "received" / "parts").glob(f"{_name(transfer)}.*"):
        part.unlink(missing_ok=True)


def keep(folder: Path, source: Path) -> Kept:
    """Copy a file into the node's folder, under its digest.

    Raises FILE_MISSING (file), FILE_TOO_LARGE (file, limit), DISK_FULL, STORE_FAILED.
    """
    part = folder / "files" / f".{secrets.token_hex(8)}"
    try:
        with source.open("rb") as file, growing(part) as copy:
            kept = _copy(file, copy, source)
        settle(part, file_path(folder, kept.digest))
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise ComityError(Code.FILE_MISSING, file=source.name) from None
    finally:
        part.unlink(missing_ok=True)
    return kept


def take(path: Path, target: Path) -> None:
    """Copy a received file to where an officer wants it: a new file, for the owner alone.

    Raises FILE_EXISTS, FILE_MISSING, DISK_FULL, STORE_FAILED.
    """
    if target.exists():
        raise ComityError(Code.FILE_EXISTS, path=str(target))
    with keyfiles.failures(target):
        fd = os.open(target, _FLAGS | os.O_EXCL, keyfiles.PRIVATE)
        try:
            with path.open("rb") as file, open(fd, "wb") as copy:
                _copy(file, copy, path)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


@contextmanager
def growing(part: Path, *, fresh: bool = False) -> Iterator[IO[bytes]]:
    """Open a file that is not whole yet, at its end; what was written is synced when this ends.

    Raises DISK_FULL or STORE_FAILED.
    """
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with keyfiles.failures(part), open(os.open(part, _FLAGS, keyfiles.PRIVATE), "r+b") as file:
        # Two attempts at once would write into each other.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if fresh:
            file.truncate(0)
        file.seek(0, os.SEEK_END)
        yield file
        file.flush()
        os.fsync(file.fileno())


def digest_of(file: IO[bytes]) -> tuple[bytes, int]:
    """Return the SHA-256 of a file from where it stands, and the bytes read."""
    hasher, size = sha256(), 0
    while chunk := file.read(FILE_CHUNK_BYTES):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.digest(), size


def settle(part: Path, path: Path) -> None:
    """Give a synced file its name, durably. Raises DISK_FULL or STORE_FAILED."""
    with keyfiles.failures(path):
        os.replace(part, path)
        for folder in {part.parent, path.parent}:
            keyfiles.sync_folder(folder)


def _name(id: str) -> str:
    return sha256(id.encode()).hexdigest()


def _copy(file: IO[bytes], copy: IO[bytes], source: Path) -> Kept:
    hasher, size = sha256(), 0
    while chunk := file.read(FILE_CHUNK_BYTES):
        size += len(chunk)
        if size > FILE_BYTES:
            raise ComityError(Code.FILE_TOO_LARGE, file=source.name, limit=FILE_BYTES // MIB)
        hasher.update(chunk)
        copy.write(chunk)
    return Kept(b64url(hasher.digest()), size)
