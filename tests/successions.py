"""How a test lets a node change its keys, and the other side follow."""

from pathlib import Path

from comity.core.identity import fingerprint
from comity.node import Node
from comity.operations import identity, pinning
from comity.operations.recovering import recover
from comity.operations.setup import OFFICERS
from comity.store.peers import history
from comity.store.rows.peers import IdentityRow
from nodes import OFFICER, Pair, run


def follow(source: Node, target: Node) -> pinning.PeerChanged:
    """Hand an update over, and pin what it says, with the fingerprint compared."""
    text = run(identity.update, source).text
    return run(pinning.update, target, text=text, fingerprint=fingerprint(source.document))


def recovered(p: Pair, side: str) -> identity.Rotated:
    """Recover one side with its recovery key, as another process would, and open it again."""
    node: Node = getattr(p, side)
    folder = node.folder
    node.close()
    keys = sorted(p.folder.glob(f"{side}-recovery*.key"), key=lambda path: len(path.name))
    made = recover(
        folder,
        (folder / OFFICERS / f"{OFFICER.officer}.token").read_text().strip(),
        keys[-1],
        p.folder / f"{keys[-1].stem}-next.key",
        p.clock,
    )
    p.restart(side)
    return made


def versions(node: Node, id: str) -> list[IdentityRow]:
    """Return what a node knows of the documents of a participant."""
    with node.store.read() as tx:
        return list(history(tx, id))


def private_files(node: Node) -> set[str]:
    """Return the names of the key files of a node."""
    return {path.name for path in Path(node.folder / "keys").iterdir()}
