"""Two folders in place of hands: for a data diode, or whatever else moves files by itself."""

import os
from pathlib import Path
from typing import Final

from comity import bundling
from comity.api import Progress
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import couriers
from comity.operations.couriers import PackShown, Unpacked
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import links, peers
from comity.store.links import Kind

SUFFIX: Final = ".comity"
REFUSED: Final = "refused"
"""Folder below the one that is emptied, for what could not be taken."""


class RunShown(Model):
    """What was taken from the one folder, and what was put into the other."""

    taken: Unpacked
    packed: tuple[PackShown, ...]


@operation("courier.run", Nothing, RunShown)
def run(node: Node, caller: Caller, args: Nothing, progress: Progress) -> RunShown:
    """Take in what is in the one folder, and put into the other what is new since the last time.

    Raises SETTING_INVALID where neither folder is set, FILE_MISSING, DISK_FULL, STORE_FAILED.
    """
    if not (node.config.courier_in or node.config.courier_out):
        raise ComityError(Code.SETTING_INVALID, setting="courier_out", where="comity.toml")
    taken = _take(node, caller, progress) if node.config.courier_in else None
    packed = _drop(node, caller, progress) if node.config.courier_out else ()
    return RunShown(taken=taken or Unpacked(files=(), bundles=(), waiting=()), packed=packed)


def _take(node: Node, caller: Caller, progress: Progress) -> Unpacked:
    """Take files in. One that is cut short may still be on its way, and is left for then."""
    folder = _folder(node.config.courier_in)
    files = tuple(str(path) for path in sorted(folder.glob(f"*{SUFFIX}")))
    came = couriers.unpack.run(node, caller, couriers.Unpack(files=files), progress)
    for file in came.files:
        path = Path(file.file)
        if not file.error:
            path.unlink(missing_ok=True)
        elif file.error != Code.COURIER_TRUNCATED:
            (folder / REFUSED).mkdir(mode=0o700, exist_ok=True)
            path.replace(folder / REFUSED / path.name)
    return came


def _drop(node: Node, caller: Caller, progress: Progress) -> tuple[PackShown, ...]:
    """Put a file for each peer there that has something new; its name says nothing."""
    folder, made = _folder(node.config.courier_out), []
    with node.store.read() as tx:
        reached = [
            peer
            for peer in peers.everyone(tx)
            if links.of(tx, peer.id).kind == Kind.COURIER
            and not peer.revoked
            and bundling.is_due(node.local, tx, peer)
        ]
    for peer in reached:
        name = node.local.entropy(8).hex()
        hidden, path = folder / f".{name}", folder / f"{name}{SUFFIX}"
        packed = couriers.pack.run(
            node, caller, couriers.Pack(peer=peer.id, file=str(hidden)), progress
        )
        # Whoever moves files away must not find half of one.
        os.replace(hidden, path)
        made.append(packed.model_copy(update={"files": (str(path),)}))
    return tuple(made)


def _folder(setting: str | None) -> Path:
    folder = Path(setting or "")
    if not folder.is_dir():
        raise ComityError(Code.FILE_MISSING, file=str(folder))
    return folder
