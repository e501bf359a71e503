"""Backups: made while the node serves, checked and restored anywhere.

`check` and `restore` need no node, so they are no operations.
"""

from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from pydantic import Field
from sqlalchemy import make_url

from comity.api import Progress
from comity.core import identity
from comity.core.canonical import b64url, unb64url
from comity.core.identity import fingerprint
from comity.edge import archive, keyfiles
from comity.edge.archive import About, Manifest
from comity.edge.config import DATABASE_FILE, NodeConfig, read_config, write_config
from comity.edge.sealed_stream import Lock, Opener
from comity.errors import Code, ComityError
from comity.limits import PASSPHRASE_CHARS
from comity.node import IDENTITY_FILE, WRAP_KEYS, Node, SystemClock
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import OFFICERS, add_officer, check_officer
from comity.store import journal, rotation, standing
from comity.store.engine import Store
from comity.store.forgetting import forget_sealed
from comity.store.rows.files import SealedAddress
from comity.store.rows.matching import ManifestRow, Question
from comity.store.rows.moving import change, many, remove
from comity.store.rows.node import Officer
from comity.store.vault import Vault


class BackupArgs(Model):
    """Where a backup goes, and what it is closed with: a passphrase, or a public key."""

    path: str
    """A new file, absolute: the node writes it."""
    passphrase: str = Field("", repr=False)
    recipient: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{43})?$")] = ""
    """An X25519 public key, base64url."""


class Backup(Model):
    """A backup, whole and checked."""

    file: str
    id: str
    made: int
    """Seconds since 1970-01-01, UTC."""
    members: int
    bytes: int
    """Of the members, before encryption."""


class BackupKey(Model):
    """A key pair for backups: the public half stays with the node, the private one offline."""

    recipient: str
    key_file: str


class Restored(Model):
    """A node made of a backup. It is frozen."""

    id: str
    name: str
    folder: str
    made: int
    fingerprint: str
    officer: str
    officer_token_file: str


@operation("node.backup", BackupArgs, Backup)
def backup(node: Node, caller: Caller, args: BackupArgs, progress: Progress) -> Backup:
    """Write a backup of this node, as it is at one moment, to a new file.

    Raises BACKUP_ELSEWHERE where the database is not SQLite, ARGUMENT_INVALID, FILE_EXISTS,
    DISK_FULL, STORE_FAILED.
    """
    lock = _lock(args)
    path = Path(args.path)
    if not path.is_absolute():
        raise ComityError(Code.ARGUMENT_INVALID, where="path")
    progress("back-up", 0, 1)
    about = About(node.id, node.local.now())
    manifest = archive.write(node.folder, _database(node), path, about, lock)
    with node.store.write() as tx:
        journal.note(
            tx, node.local.now(), caller.officer, "node.backup", members=len(manifest.members)
        )
    progress("back-up", 1, 1)
    return _shown(path, manifest)


def make_key(path: Path) -> BackupKey:
    """Make a key pair for backups; the private key goes to a new file. Raises FILE_EXISTS."""
    public = keyfiles.make_decryption(path).public_key().public_bytes_raw()
    return BackupKey(recipient=b64url(public), key_file=str(path))


def check(path: Path, opener: Opener) -> Backup:
    """Read a backup to its end and compare all of it with its manifest.

    Raises FILE_MISSING, BACKUP_INVALID (reason), BACKUP_LOCKED.
    """
    return _shown(path, archive.check(path, opener))


def restore(path: Path, folder: Path, officer: str, opener: Opener) -> Restored:
    """Make a node's folder of a backup. The node starts frozen.

    Its officers are not those of the backup: `officer` is the only one, with a new token. Raises
    NODE_EXISTS, FILE_EXISTS where something else is in the folder, and what `check` raises. A
    folder that this could not finish is no node; it may be tried again.
    """
    check_officer(officer)
    if (folder / IDENTITY_FILE).exists():
        raise ComityError(Code.NODE_EXISTS, folder=str(folder))
    if folder.exists() and any(folder.iterdir()) and not archive.staged(folder).exists():
        raise ComityError(Code.FILE_EXISTS, path=str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # From now on the folder is one that may be tried again.
    keyfiles.replace(archive.staged(folder), b"")
    for name in (f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", "keys/sealing.key", "height"):
        (folder / name).unlink(missing_ok=True)
    manifest = archive.extract(path, opener, folder)
    document = archive.staged(folder).read_text("ascii").strip()
    own = identity.read(document)
    config = read_config(folder).model_copy(update={"database": None})
    write_config(folder, config)
    keyfiles.make_secret(folder / "keys" / "sealing.key")
    token_file = _prepare(folder, config, officer, manifest.made)
    # The identity comes last: without it the folder is not a node.
    keyfiles.write_once(folder / IDENTITY_FILE, document.encode() + b"\n", 0o644)
    archive.staged(folder).unlink()
    return Restored(
        id=own.id,
        name=own.name,
        folder=str(folder),
        made=manifest.made,
        fingerprint=fingerprint(document),
        officer=officer,
        officer_token_file=str(token_file),
    )


def _prepare(folder: Path, config: NodeConfig, officer: str, made: int) -> Path:
    """Freeze the node, and take out of its database what means nothing any more."""
    now = int(SystemClock().now().timestamp())
    with closing(Store(config.database_url(folder), Vault(folder / WRAP_KEYS))) as store:
        with store.write() as tx:
            standing.freeze_node(tx, standing.Why.RESTORED)
            for known in many(tx, Officer):
                # Who was let go since then must not come back with an old token.
                remove(tx, Officer, id=known.id)
            # Keys of epochs and sealed inputs are not in a backup: what needs them is over.
            change(tx, ManifestRow, {"ready": True}, ready=False)
            forget_sealed(tx)
            remove(tx, Question, answered=False)
            remove(tx, SealedAddress)
            journal.note(tx, now, officer, "node.restored", made=made)
        # What was under the keys that are not here is emptied; what comes now goes under a new one.
        rotation.rotate(store, now)
        with suppress(FileNotFoundError):
            (folder / OFFICERS / f"{officer}.token").unlink()
        return add_officer(folder, store, officer, officer)


def _lock(args: BackupArgs) -> Lock:
    """Return what closes a backup. Raises ARGUMENT_INVALID (where)."""
    if args.recipient:
        try:
            raw = unb64url(args.recipient, 32)
            return Lock(recipient=X25519PublicKey.from_public_bytes(raw))
        except (ComityError, ValueError):
            raise ComityError(Code.ARGUMENT_INVALID, where="recipient") from None
    if len(args.passphrase) < PASSPHRASE_CHARS:
        raise ComityError(Code.ARGUMENT_INVALID, where="passphrase")
    return Lock(passphrase=args.passphrase)


def _database(node: Node) -> Path:
    """Return the file of the database. Raises BACKUP_ELSEWHERE for another one than SQLite."""
    url = make_url(node.config.database_url(node.folder))
    if url.get_backend_name() != "sqlite" or not url.database:
        raise ComityError(Code.BACKUP_ELSEWHERE, database=url.get_backend_name())
    return Path(url.database)


def _shown(path: Path, manifest: Manifest) -> Backup:
    return Backup(
        file=str(path),
        id=manifest.id,
        made=manifest.made,
        members=len(manifest.members),
        bytes=sum(each.size for each in manifest.members),
    )
