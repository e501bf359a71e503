"""Nodes that were lost and are restored: made of a backup, and put in place of another."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from comity.api import Endpoint
from comity.core.identity import Pinned
from comity.edge.sealed_stream import Opener
from comity.node import Node, open_node
from comity.operations import backing_up, thawing
from nodes import GROUP, OFFICER, Pair, run

PASSPHRASE = "correct horse battery staple"
OPENER = Opener(passphrase=PASSPHRASE)


def back_up(p: Pair, side: str, name: str = "backup") -> Path:
    """Make a backup of one side of a pair."""
    path = p.folder / f"{side}.{name}"
    node: Node = getattr(p, side)
    run(backing_up.backup, node, path=str(path), passphrase=PASSPHRASE)
    return path


def open_folder(
    p: Pair, folder: Path, endpoint: Callable[[Pinned], Endpoint] | None = None
) -> Node:
    """Open a folder as a node of a pair, as another process would."""
    return open_node(folder, clock=p.clock, group=GROUP, endpoint=endpoint or p.wire_to)


def put(p: Pair, side: str, node: Node) -> Node:
    """Let a node stand for one side of a pair from now on."""
    setattr(p, side, node)
    getattr(p, f"to_{side}").target = node.exchange
    return node


def lose(p: Pair, side: str) -> Path:
    """Close a node of a pair for good; returns its folder, which a thief may open again."""
    node: Node = getattr(p, side)
    node.close()
    return node.folder


def restore(p: Pair, side: str, backup: Path, name: str = "restored") -> Node:
    """Lose a node, and put one that is made of a backup in its place."""
    lose(p, side)
    return put(p, side, make_again(p, side, backup, name))


def make_again(p: Pair, side: str, backup: Path, name: str) -> Node:
    """Make a node of a backup, beside whatever else there is."""
    folder = p.folder / f"{side}-{name}"
    backing_up.restore(backup, folder, OFFICER.officer, OPENER)
    return open_folder(p, folder)


def snapshot(p: Pair, side: str) -> Path:
    """Copy the database of one side, as it is now."""
    node: Node = getattr(p, side)
    target = p.folder / f"{side}.db"
    source, copy = sqlite3.connect(node.folder / "comity.db"), sqlite3.connect(target)
    with closing(source), closing(copy):
        source.backup(copy)
    return target


def copy_back(p: Pair, side: str, before: Path) -> Node:
    """Put an older copy of the database in place of a node's own, as somebody might."""
    folder = lose(p, side)
    for left in folder.glob("comity.db*"):
        left.unlink()
    shutil.copy(before, folder / "comity.db")
    return put(p, side, open_folder(p, folder))


def thaw(node: Node, **args: object) -> thawing.Thawed:
    """Let a node come back to its peers."""
    return run(thawing.thaw, node, **args)
