from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.machines import (
    NEGOTIATION,
    TRANSFER,
    Machine,
    NegotiationMessage,
    NegotiationState,
    Role,
    TransferMessage,
    TransferState,
)
from comity.errors import Code, ComityError
from refusals import refuses

MACHINES: list[tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], set[StrEnum]]] = [
    (
        NEGOTIATION,
        NegotiationState,
        NegotiationMessage,
        {NegotiationState.FINALIZED, NegotiationState.TERMINATED},
    ),
    (
        TRANSFER,
        TransferState,
        TransferMessage,
        {TransferState.COMPLETED, TransferState.TERMINATED},
    ),
]
each = pytest.mark.parametrize(("machine", "states", "messages", "terminal"), MACHINES)
senders = st.sampled_from(Role)

# The arrows of the two figures, typed off them: from, C or P or both, to.
FIGURE_NEGOTIATION = """
. C REQUESTED  | REQUESTED P OFFERED | REQUESTED P AGREED | REQUESTED CP TERMINATED
. P OFFERED    | OFFERED C REQUESTED | OFFERED C ACCEPTED | OFFERED CP TERMINATED
ACCEPTED P AGREED | ACCEPTED P TERMINATED | AGREED C VERIFIED | AGREED C TERMINATED
VERIFIED P FINALIZED | VERIFIED P TERMINATED"""
FIGURE_TRANSFER = """
. C REQUESTED | REQUESTED P STARTED | REQUESTED CP TERMINATED | STARTED CP COMPLETED
STARTED CP SUSPENDED | STARTED CP TERMINATED | SUSPENDED CP STARTED | SUSPENDED CP TERMINATED"""
# "The message MAY be sent at any state": the prose gives these, the figure does not draw them.
PROSE = {
    ("ACCEPTED", Role.CONSUMER, "TERMINATED"),
    ("AGREED", Role.PROVIDER, "TERMINATED"),
    ("VERIFIED", Role.CONSUMER, "TERMINATED"),
}


def arrows(figure: str) -> set[tuple[str, Role, str]]:
    roles = {"C": Role.CONSUMER, "P": Role.PROVIDER}
    rows = [row.split() for line in figure.split("\n") for row in line.split("|") if row.strip()]
    return {(a.replace(".", ""), roles[sender], b) for a, who, b in rows for sender in who}


def drawn(machine: Machine[Any, Any]) -> set[tuple[str, str, str]]:
    return {(state, sender, after) for state, sender, _, after in machine.describe()}


def test_the_table_is_the_figure_and_the_prose() -> None:
    assert drawn(NEGOTIATION) == arrows(FIGURE_NEGOTIATION) | PROSE
    assert drawn(TRANSFER) == arrows(FIGURE_TRANSFER)


@each
def test_every_step_is_allowed_exactly_where_the_table_has_it(
    machine: Machine[Any, Any], states: type[StrEnum], messages: type[StrEnum], terminal: object
) -> None:
    rows = {(row.state, row.sender, row.message): row.next for row in machine.table}
    assert len(rows) == len(machine.table)
    for state in (None, *states):
        for sender in Role:
            for message in messages:
                step = (state, sender, message)
                assert (message in machine.allowed(state, sender)) == (step in rows)
                if step in rows:
                    assert machine.next(*step) is rows[step]
                    continue
                name = state or "none"
                with refuses(Code.STATE_NOT_ALLOWED, state=name, message=message, sender=sender):
                    machine.next(*step)


@each
def test_terminal_is_terminal(
    machine: Machine[Any, Any],
    states: type[StrEnum],
    messages: type[StrEnum],
    terminal: set[StrEnum],
) -> None:
    assert {state for state in states if machine.is_terminal(state)} == terminal
    for state in terminal:
        assert machine.allowed(state, Role.CONSUMER) == machine.allowed(state, Role.PROVIDER) == ()


@each
def test_either_side_can_end_it_at_any_time(
    machine: Machine[Any, Any],
    states: type[StrEnum],
    messages: type[StrEnum],
    terminal: set[StrEnum],
) -> None:
    end = next(message for message in messages if message.name == "TERMINATION")
    for state in set(states) - terminal:
        assert {machine.next(state, sender, end) for sender in Role} == {states("TERMINATED")}


@each
def test_every_state_is_reachable(
    machine: Machine[Any, Any], states: type[StrEnum], messages: object, terminal: object
) -> None:
    reached: set[StrEnum | None] = {None}
    while new := {row.next for row in machine.table if row.state in reached} - reached:
        reached |= new
    assert reached == {None, *states}


@each
@given(data=st.data())
def test_walks_never_leave_a_terminal_state_nor_end_elsewhere(
    machine: Machine[Any, Any],
    states: type[StrEnum],
    messages: type[StrEnum],
    terminal: set[StrEnum],
    data: st.DataObject,
) -> None:
    state: StrEnum | None = None
    for sender, message in data.draw(st.lists(st.tuples(senders, st.sampled_from(messages)))):
        try:
            after = machine.next(state, sender, message)
        except ComityError as refusal:
            if refusal.code is not Code.STATE_NOT_ALLOWED:
                raise
            continue
        assert state not in terminal
        state = after


def test_roles_have_each_other() -> None:
    assert Role.CONSUMER.other is Role.PROVIDER
    assert Role.PROVIDER.other is Role.CONSUMER


def test_the_straight_negotiation() -> None:
    walk = [
        (Role.CONSUMER, NegotiationMessage.REQUEST, "REQUESTED"),
        (Role.PROVIDER, NegotiationMessage.OFFER, "OFFERED"),
        (Role.CONSUMER, NegotiationMessage.REQUEST, "REQUESTED"),
        (Role.PROVIDER, NegotiationMessage.OFFER, "OFFERED"),
        (Role.CONSUMER, NegotiationMessage.ACCEPTED, "ACCEPTED"),
        (Role.PROVIDER, NegotiationMessage.AGREEMENT, "AGREED"),
        (Role.CONSUMER, NegotiationMessage.VERIFICATION, "VERIFIED"),
        (Role.PROVIDER, NegotiationMessage.FINALIZED, "FINALIZED"),
    ]
    state = None
    for sender, message, after in walk:
        state = NEGOTIATION.next(state, sender, message)
        assert state == after
