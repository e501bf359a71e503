"""What is in a backup, and how it is written and read: members, and a manifest of them at the end.

The set of names is closed. What must not outlive its destruction is not in it: keys of epochs, the
keys that bodies are encrypted under, the key that seals what was asked, tokens of officers
(docs/decisions/0035-backup).
"""

import io
import os
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.core.canonical import b64url, canonical, model
from comity.edge import keyfiles, keyring
from comity.edge.config import CONFIG_FILE, DATABASE_FILE
from comity.edge.sealed_stream import Lock, Opener, Reader, Writer
from comity.errors import Code, ComityError
from comity.limits import BACKUP_MANIFEST_BYTES, FILE_CHUNK_BYTES

MANIFEST: Final = "manifest.json"
IDENTITY: Final = "identity.comity"
_FIXED: Final = (CONFIG_FILE, IDENTITY)
_BULK: Final = ("keys", "files", "received")
_MEMBER: Final = re.compile(
    "|".join(map(re.escape, (*_FIXED, DATABASE_FILE)))
    + rf"|keys/(?:{keyring.NAME.pattern})|(?:files|received)/[0-9a-f]{{64}}"
)


class Member(BaseModel):
    """One file: its name below the folder, its size in bytes, its SHA-256 (base64url)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    size: Annotated[int, Field(ge=0)]
    sha256: str


class Manifest(BaseModel):
    """What a backup has, and of which node and when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["comity-backup-1"] = "comity-backup-1"
    id: str
    """The node's."""
    made: int
    """Seconds since 1970-01-01, UTC."""
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class About:
    """Whose backup it is, and of when."""

    id: str
    made: int


def write(folder: Path, database: Path, target: Path, about: About, lock: Lock) -> Manifest:
    """Write a backup of a node's folder to a new file, durably; the node may be serving.

    `database` is the SQLite file. Raises FILE_EXISTS (path), DISK_FULL, STORE_FAILED.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    if target.exists():
        raise ComityError(Code.FILE_EXISTS, path=str(target))
    snapshot = folder / ".backup.db"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        _snapshot(database, snapshot)
        with (
            keyfiles.failures(target),
            open(os.open(part, flags, keyfiles.PRIVATE), "wb") as file,
        ):
            manifest = _pack(folder, snapshot, file, about, lock)
            file.flush()
            os.fsync(file.fileno())
        with keyfiles.failures(target):
            os.link(part, target, follow_symlinks=False)
            keyfiles.sync_folder(target)
    finally:
        for left in (part, snapshot):
            left.unlink(missing_ok=True)
    return manifest


def check(source: Path, opener: Opener) -> Manifest:
    """Read a whole backup and compare it with its manifest; nothing is written.

    Raises FILE_MISSING, BACKUP_INVALID (reason), BACKUP_LOCKED.
    """
    return _unpack(source, opener, None)


def extract(source: Path, opener: Opener, folder: Path) -> Manifest:
    """Write the members of a backup below a folder, and compare all with the manifest.

    The identity comes with another name, so that a folder that is not whole is no node. Raises what
    `check` raises, DISK_FULL, STORE_FAILED.
    """
    return _unpack(source, opener, folder)


def staged(folder: Path) -> Path:
    """Return where the identity is until the folder is whole."""
    return folder / f".{IDENTITY}.restored"


def _snapshot(database: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it meanwhile."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, keyfiles.PRIVATE))
    source = sqlite3.connect(database)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    except sqlite3.Error as error:
        raise ComityError(Code.STORE_FAILED, reason=type(error).__name__) from None
    finally:
        copy.close()
        source.close()


def _pack(folder: Path, snapshot: Path, file: IO[bytes], about: About, lock: Lock) -> Manifest:
    # tarfile wants more of a file than it uses of a stream.
    stream: Any = Writer(file, lock)
    members = []
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for name, path in _members(folder, snapshot):
            added = _add(archive, name, path)
            if added is not None:
                members.append(added)
        manifest = Manifest(id=about.id, made=about.made, members=tuple(members))
        data = canonical(manifest.model_dump(mode="json"))
        archive.addfile(_info(MANIFEST, len(data)), io.BytesIO(data))
    stream.close()
    return manifest


def _members(folder: Path, snapshot: Path) -> Iterator[tuple[str, Path]]:
    """Give what there is of the closed set, the database first: files are only ever added to it."""
    yield DATABASE_FILE, snapshot
    for name in _FIXED:
        if (folder / name).exists():
            yield name, folder / name
    for bulk in _BULK:
        for path in sorted((folder / bulk).glob("*")):
            name = f"{bulk}/{path.name}"
            if _MEMBER.fullmatch(name) and path.is_file():
                yield name, path


def _add(archive: tarfile.TarFile, name: str, path: Path) -> Member | None:
    """Add a file, unless its retention has ended at this moment."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        size = os.fstat(file.fileno()).st_size
        hashed: Any = _Hashed(file, size)
        archive.addfile(_info(name, size), hashed)
    return Member(name=name, size=size, sha256=b64url(hashed.hasher.digest()))


class _Hashed:
    """Reads so much of a file, and hashes it on the way."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size
        self.hasher = sha256()

    def read(self, size: int) -> bytes:
        """Read on."""
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        self.hasher.update(data)
        return data


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, keyfiles.PRIVATE
    return info


def _unpack(source: Path, opener: Opener, folder: Path | None) -> Manifest:
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with source.open("rb") as file:
            stream: Any = Reader(file, opener)
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for info in archive:
                    data = archive.extractfile(info) if info.isreg() else None
                    if data is None or manifest is not None or info.name in found:
                        raise ComityError(Code.BACKUP_INVALID, reason="member")
                    if info.name == MANIFEST:
                        manifest = _manifest(data, info.size)
                    elif _MEMBER.fullmatch(info.name):
                        found[info.name] = _taken(info, data, folder)
                    else:
                        raise ComityError(Code.BACKUP_INVALID, reason="member")
            stream.finish()
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise ComityError(Code.FILE_MISSING, file=source.name) from None
    except (tarfile.TarError, EOFError):
        raise ComityError(Code.BACKUP_INVALID, reason="form") from None
    if manifest is None or {each.name: each for each in manifest.members} != found:
        raise ComityError(Code.BACKUP_INVALID, reason="manifest")
    if not {DATABASE_FILE, *_FIXED} <= set(found):
        raise ComityError(Code.BACKUP_INVALID, reason="member")
    return manifest


def _manifest(data: IO[bytes], size: int) -> Manifest:
    if size > BACKUP_MANIFEST_BYTES:
        raise ComityError(Code.BACKUP_INVALID, reason="manifest")
    try:
        return model(Manifest, data.read(size), BACKUP_MANIFEST_BYTES)
    except ComityError:
        raise ComityError(Code.BACKUP_INVALID, reason="manifest") from None


def _taken(info: tarfile.TarInfo, data: IO[bytes], folder: Path | None) -> Member:
    """Read a member, and write it where a folder is given."""
    hasher = sha256()
    with open(os.devnull, "wb") if folder is None else _target(folder, info.name) as copy:
        while chunk := data.read(FILE_CHUNK_BYTES):
            hasher.update(chunk)
            copy.write(chunk)
        if folder is not None:
            copy.flush()
            os.fsync(copy.fileno())
    return Member(name=info.name, size=info.size, sha256=b64url(hasher.digest()))


def _target(folder: Path, name: str) -> IO[bytes]:
    path = staged(folder) if name == IDENTITY else folder / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with keyfiles.failures(path):
        return open(os.open(path, flags, keyfiles.PRIVATE), "wb")
