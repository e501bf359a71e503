"""How contents are kept at rest: the wrap keys that they are under."""

from comity.api import Progress
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import journal, rotation
from comity.store.rows.moving import many
from comity.store.rows.node import WrapKey
from comity.store.wrapping import State


class Rotated(Model):
    """A new wrap key is in force, and the one before it is gone."""

    number: int
    """Of the new key, which is `keys/wrap/<number>.key`."""
    destroyed: int
    """How many wrap keys have been destroyed so far."""
    lost: tuple[int, ...]
    """Keys whose files were gone before their time; what is under them cannot be opened."""


@operation("record.rotate", Nothing, Rotated)
def rotate(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Rotated:
    """Put all contents under a new wrap key and destroy the old: then no old copy opens.

    Raises KEY_FILE_OPEN, DISK_FULL, STORE_FAILED; what is left is then gone on with by the node.
    """
    now = node.local.now()
    number = rotation.rotate(node.store, now)
    with node.store.write() as tx:
        journal.note(tx, now, caller.officer, "record.rotate", key=number)
        keys = many(tx, WrapKey, order="n")
    return Rotated(
        number=number,
        destroyed=sum(key.state == State.DESTROYED for key in keys),
        lost=tuple(key.n for key in keys if key.state == State.LOST),
    )
