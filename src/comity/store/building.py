"""The folder in which a tag set is made: what is in it goes when the set is whole, or is not.

A process that ends in between leaves the folder, and the next one that opens the node does what
this one would have done at its end: `discard`. The folder says under which manifest the set is to
be published before anything under that name leaves it. So what was not published is known by it:
the set, the keys of its epoch, and handles.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.core.canonical import b64url, unb64url
from comity.edge import keyfiles
from comity.edge.keyfiles import failures
from comity.errors import Code, ComityError
from comity.store import files
from comity.store.engine import Store
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import one, remove

FOLDER: Final = "building"
_NOTE: Final = "published-as"
SET: Final = "set"
"""The set while it is written."""


@dataclass(frozen=True, slots=True)
class Building:
    """The making of one set."""

    node: Path
    """The node's folder."""
    path: Path
    """A folder of its own below it."""

    def check_room(self, needed: int) -> None:
        """Raise DISK_FULL where the disk has no room for so many bytes."""
        with failures(self.path):
            if shutil.disk_usage(self.path).free < needed:
                raise ComityError(Code.DISK_FULL, path=str(self.path))

    def announce(self, manifest: str, digest: bytes) -> None:
        """Note what the set will be known by: the digests of its manifest and of its file."""
        keyfiles.replace(self.path / _NOTE, f"{manifest} {b64url(digest)}".encode())

    def settle(self, digest: bytes) -> None:
        """Give the set, which is whole and synced, its place. Raises DISK_FULL, STORE_FAILED."""
        files.settle_set(self.node, digest, self.path / SET)


@contextmanager
def begin(folder: Path, store: Store) -> Iterator[Building]:
    """Make a folder for the making of a set; nothing of it is left when this ends."""
    path = folder / FOLDER / secrets.token_hex(8)
    with failures(path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700)
    try:
        yield Building(folder, path)
    finally:
        discard(folder, store, path)


def clear(folder: Path, store: Store) -> None:
    """Let go what a process left that ended while it made a set."""
    if (folder / FOLDER).exists():
        for path in (folder / FOLDER).iterdir():
            discard(folder, store, path)


def discard(folder: Path, store: Store, path: Path) -> None:
    """Let a folder go, and what was to be published and is not. Raises STORE_FAILED."""
    with failures(path):
        note = path / _NOTE
        if note.exists():
            manifest, _, digest = note.read_text("ascii").partition(" ")
            with store.read() as tx:
                published = one(tx, ManifestRow, digest=manifest) is not None
            if not published:
                files.destroy_keys(folder, manifest)
                files.set_path(folder, unb64url(digest, 32)).unlink(missing_ok=True)
                with store.write() as tx:
                    remove(tx, Handle, manifest=manifest)
            # After this, what is left of the folder means nothing.
            note.unlink()
        shutil.rmtree(path)
