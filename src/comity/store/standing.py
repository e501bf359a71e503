"""Whether this node may speak: it may be frozen as a whole, or for one peer alone.

A node that was restored, or that has an old database, does not know which numbers of its own logs
it has given before. So it says nothing until its peers have told it (docs/decisions/0035-backup).
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select

from comity.errors import Code, ComityError
from comity.store.record import IN, OUT
from comity.store.rows.moving import add, change, many, one, remove
from comity.store.rows.node import NodeState
from comity.store.rows.record import Head
from comity.store.schema.node import journal
from comity.store.schema.record import heads

_FROZEN: Final = "frozen"


class Why(StrEnum):
    """Why nothing is said."""

    RESTORED = "restored"
    """The node was made of a backup."""
    OLDER = "older"
    """The database is older than the folder that it is in."""
    BEHIND = "behind"
    """The peer holds more of our log than we do."""
    SUPERSEDED = "superseded"
    """Another instance of this node has taken a later incarnation."""
    ASIDE = "aside"
    """An officer set the peer aside, so that the others need not wait for it."""


def of_node(tx: Connection) -> str:
    """Return why the node is frozen as a whole; empty where it is not."""
    found = one(tx, NodeState, name=_FROZEN)
    return found.value if found else ""


def of_peers(tx: Connection) -> dict[str, str]:
    """Return the peers for whom it is frozen, and why."""
    return {head.peer: head.frozen for head in many(tx, Head, direction=OUT) if head.frozen}


def check_node(tx: Connection) -> None:
    """Raise NODE_FROZEN (reason) where the node as a whole is frozen."""
    if why := of_node(tx):
        raise ComityError(Code.NODE_FROZEN, reason=why)


def freeze_node(tx: Connection, why: Why) -> None:
    """Say nothing to anybody from now on. Who was set aside stays so."""
    remove(tx, NodeState, name=_FROZEN)
    add(tx, NodeState(_FROZEN, why))
    change(tx, Head, {"direction": OUT, "frozen": ""}, frozen=why)


def freeze(tx: Connection, peer: str, why: Why) -> bool:
    """Say nothing to a peer from now on; tells whether that is news."""
    return change(tx, Head, {"peer": peer, "direction": OUT, "frozen": ""}, frozen=why) == 1


def set_aside(tx: Connection, peer: str) -> None:
    """Let the others go on without this peer."""
    change(tx, Head, {"peer": peer, "direction": OUT}, frozen=Why.ASIDE)


def thaw(tx: Connection, peer: str, incarnation: int, instance: str) -> None:
    """Speak to a peer again, as another incarnation."""
    where: dict[str, object] = {"peer": peer, "direction": OUT}
    change(tx, Head, where, frozen="", incarnation=incarnation, instance=instance)


def thaw_node(tx: Connection) -> bool:
    """Let the node go on where no peer keeps it from that; tells whether it does."""
    if any(why != Why.ASIDE for why in of_peers(tx).values()):
        return False
    remove(tx, NodeState, name=_FROZEN)
    return True


def learn(tx: Connection, peer: str, incarnation: int, instance: str, vouched: int) -> None:
    """Remember the incarnation of a peer, and below which number older ones of it wrote."""
    where: dict[str, object] = {"peer": peer, "direction": IN}
    change(tx, Head, where, incarnation=incarnation, instance=instance, vouched=vouched)


def height(tx: Connection) -> int:
    """Return a number that grows with every message and every decision, and never shrinks."""
    said = tx.execute(select(func.coalesce(func.sum(heads.c.next), 0))).scalar_one()
    noted = tx.execute(select(func.coalesce(func.max(journal.c.n), 0))).scalar_one()
    return int(said) + int(noted)
