"""What negotiations and transfers share: finding a process, and moving it along its table."""

from typing import Final, TypeVar

from sqlalchemy import Connection

from comity.core.machines import Event, Machine, Role, State
from comity.errors import Code, ComityError
from comity.protocol.base import Moved, Reply
from comity.protocol.sending import State as Sending
from comity.store.rows.agreements import Negotiation, Transfer
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change, many
from comity.store.schema.delivery import outbox

NO_PID: Final = "urn:none"
"""What stands for a pid that is not known: the standard wants both in every message."""
Process = TypeVar("Process", Negotiation, Transfer)


def advance(
    machine: Machine[State, Event],
    state: State,
    pending: Event | None,
    sender: Role,
    message: Event,
) -> State:
    """Return the state that a message of the peer (in role `sender`) leads to.

    A peer that answers a message of ours has taken it, even if its acknowledgement is still on
    the way; so a message that fits the state after our pending one is fit now. But where our
    pending one ends the process, only what ends it too is taken: whatever else the peer sent
    crossed with it, and the peer takes ours all the same. Raises STATE_NOT_ALLOWED.
    """
    try:
        after = machine.next(state, sender, message)
    except ComityError:
        if pending is None:
            raise
        return machine.next(machine.next(state, sender.other, pending), sender, message)
    ends = pending is not None and is_ending(machine, state, pending, sender.other)
    if ends and not machine.is_terminal(after):
        raise ComityError(Code.STATE_NOT_ALLOWED, state=state, message=message, sender=sender)
    return after


def is_ending(machine: Machine[State, Event], state: State, pending: str, mine: Role) -> bool:
    """Whether a message of ours that awaits its acknowledgement is one that ends the process.

    The peer may have taken it already, so it cannot be taken back.
    """
    return any(
        (row.state, row.sender, row.message) == (state, mine, pending)
        and machine.is_terminal(row.next)
        for row in machine.table
    )


def is_older(reply: Reply, tx: Connection) -> bool:
    """Whether a reply is to an older message than the last of its kind about its process."""
    about = {"peer": reply.peer.id, "kind": reply.kind, "subject": reply.subject}
    return bool(many(tx, Outgoing, outbox.c.state != Sending.DONE, limit=1, **about))


def move(tx: Connection, process: Process, **values: object) -> None:
    """Change a process that is still where it was read. Raises Moved where it is not."""
    where = {"pid": process.pid, "state": process.state, "pending": process.pending}
    if change(tx, type(process), where, **values) != 1:
        raise Moved
