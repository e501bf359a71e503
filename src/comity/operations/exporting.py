"""The record as tiles: files that anybody's tools for transparency logs read (C2SP tlog-tiles)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.checkpoint import Checkpoint
from comity.core.tiles import Tile, Tiler
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import vouching
from comity.store import journal, record

_REPORT: Final = 4_096
"""Entries between two reports of progress."""


class ExportArgs(Model):
    """Whose record, and the new folder that it goes to."""

    peer: str
    path: str


class LogExported(Model):
    """One log, as tiles below its own folder."""

    sender: str
    path: str
    size: int
    root: str


class Exported(Model):
    """Both logs of a peer, as far as both vouched for them."""

    peer: str
    logs: tuple[LogExported, ...]


@operation("record.export", ExportArgs, Exported)
def export(node: Node, caller: Caller, args: ExportArgs, progress: Progress) -> Exported:
    """Write both logs as tiles (C2SP tlog-tiles), as far as both vouched for them.

    Raises PEER_UNKNOWN, ENTRY_NOT_COSIGNED where a log has no cosigned checkpoint, RECORD_DIFFERS,
    FILE_EXISTS, DISK_FULL, STORE_FAILED.
    """
    folder, logs = Path(args.path), []
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        for direction, sender in ((record.OUT, node.id), (record.IN, peer.id)):
            signed = vouching.cosigned_note(tx, peer.id, direction)
            if signed is None:
                raise ComityError(Code.ENTRY_NOT_COSIGNED, entry=0, size=0)
            logs.append((direction, sender, signed, Checkpoint.parse(signed.text)))
    if folder.exists():
        raise ComityError(Code.FILE_EXISTS, path=args.path)
    with node.store.write() as tx:
        journal.note(tx, node.local.now(), caller.officer, "record.export", peer=peer.id)
    made = []
    with node.store.read() as tx:
        for direction, sender, signed, tree in logs:
            place = folder / ("sent" if direction == record.OUT else "received")
            leaves = vouching.leaves_of(tx, peer.id, direction, 0, tree.size)
            root = _write(place, _counted(leaves, tree.size, progress))
            if root != tree.root:
                raise ComityError(Code.RECORD_DIFFERS, size=tree.size)
            # Last, so that a folder with a checkpoint is whole.
            keyfiles.write_once(place / "checkpoint", signed.encode())
            made.append(
                LogExported(sender=sender, path=str(place), size=tree.size, root=b64url(root))
            )
    return Exported(peer=peer.id, logs=tuple(made))


def _write(folder: Path, leaves: Iterable[bytes]) -> bytes:
    """Write the tiles of a log below a new folder, as they fill, and return its root."""
    tiler = Tiler()
    with keyfiles.failures(folder):
        folder.mkdir(mode=0o700, parents=True)
        for tile, data in tiler.extend(leaves):
            _put(folder, tile, data)
        for tile, data in tiler.rest():
            _put(folder, tile, data)
    return tiler.root()


def _put(folder: Path, tile: Tile, data: bytes) -> None:
    path = folder / tile.path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)


def _counted(leaves: Iterable[bytes], size: int, progress: Progress) -> Iterator[bytes]:
    for done, leaf in enumerate(leaves, 1):
        yield leaf
        if done % _REPORT == 0 or done == size:
            progress("export", done, size)
