"""What negotiations and transfers share: finding a process, and moving it along its table."""

from typing import TypeVar

from sqlalchemy import Connection

from comity.core.machines import Event, Machine, Role, State
from comity.errors import ComityError
from comity.protocol.base import Moved
from comity.store.rows import Negotiation, Transfer, change

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
    the way; so a message that fits the state after our pending one is fit now. Raises
    STATE_NOT_ALLOWED.
    """
    try:
        return machine.next(state, sender, message)
    except ComityError:
        if pending is None:
            raise
        return machine.next(machine.next(state, sender.other, pending), sender, message)


def move(tx: Connection, process: Process, **values: object) -> None:
    """Change a process that is still where it was read. Raises Moved where it is not."""
    where = {"pid": process.pid, "state": process.state, "pending": process.pending}
    if change(tx, type(process), where, **values) != 1:
        raise Moved
