"""The two state machines of DSP 2025-1, as data: contract negotiation and transfer process.

Each is one table of (state, who sends, message, next state). What is not in the table is not
allowed. Both sides run the same table, for what they send and for what they receive. A redelivery
never gets here: the exchange recognises it by its message id and returns the stored reply.

Sources: figures "Contract Negotiation State Machine" and "Transfer Process State Machine". On
termination the negotiation figure shows fewer arrows than the prose allows ("at any state"); we
follow the prose, since consent can be withdrawn at any time (DESIGN T7). On resuming a suspended
transfer the prose names the provider alone and the figure both; we follow the figure.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from comity.errors import Code, ComityError


class Role(StrEnum):
    """The part that a participant plays in one negotiation or transfer."""

    CONSUMER = "consumer"
    PROVIDER = "provider"

    @property
    def other(self) -> "Role":
        """The counterpart's role."""
        return Role.PROVIDER if self is Role.CONSUMER else Role.CONSUMER


class NegotiationState(StrEnum):
    """Where a contract negotiation stands."""

    REQUESTED = "REQUESTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    AGREED = "AGREED"
    VERIFIED = "VERIFIED"
    FINALIZED = "FINALIZED"
    TERMINATED = "TERMINATED"


class TransferState(StrEnum):
    """Where a transfer process stands."""

    REQUESTED = "REQUESTED"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class NegotiationMessage(StrEnum):
    """The messages of a negotiation; an event message counts as what its `eventType` says."""

    REQUEST = "ContractRequestMessage"
    OFFER = "ContractOfferMessage"
    ACCEPTED = "ContractNegotiationEventMessage:ACCEPTED"
    AGREEMENT = "ContractAgreementMessage"
    VERIFICATION = "ContractAgreementVerificationMessage"
    FINALIZED = "ContractNegotiationEventMessage:FINALIZED"
    TERMINATION = "ContractNegotiationTerminationMessage"


class TransferMessage(StrEnum):
    """The messages of a transfer."""

    REQUEST = "TransferRequestMessage"
    START = "TransferStartMessage"
    SUSPENSION = "TransferSuspensionMessage"
    COMPLETION = "TransferCompletionMessage"
    TERMINATION = "TransferTerminationMessage"


State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, Event]):
    """One row: in `state` (None before the first message), `sender` may send `message`."""

    state: State | None
    sender: Role
    message: Event
    next: State


@dataclass(frozen=True, slots=True)
class Machine(Generic[State, Event]):
    """A state machine: its name and its table."""

    name: str
    table: tuple[Transition[State, Event], ...]

    def next(self, state: State | None, sender: Role, message: Event) -> State:
        """Return the state that a message leads to; `state` is None for a first message.

        Raises STATE_NOT_ALLOWED (state, message, sender) for everything that is not in the table.
        """
        for row in self.table:
            if (row.state, row.sender, row.message) == (state, sender, message):
                return row.next
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=state or "none", message=message, sender=sender
        )

    def allowed(self, state: State | None, sender: Role) -> tuple[Event, ...]:
        """List what a side may send in a state."""
        return tuple(
            row.message for row in self.table if (row.state, row.sender) == (state, sender)
        )

    def is_terminal(self, state: State) -> bool:
        """Tell whether nothing leads out of a state."""
        return all(row.state != state for row in self.table)

    def describe(self) -> tuple[tuple[str, str, str, str], ...]:
        """Return the table as text, a row for (state, sender, message, next), to draw it from."""
        return tuple((row.state or "", row.sender, row.message, row.next) for row in self.table)


def _negotiation() -> Machine[NegotiationState, NegotiationMessage]:
    state, message = NegotiationState, NegotiationMessage
    consumer, provider = Role.CONSUMER, Role.PROVIDER
    walk = (
        Transition(None, consumer, message.REQUEST, state.REQUESTED),
        Transition(None, provider, message.OFFER, state.OFFERED),
        Transition(state.REQUESTED, provider, message.OFFER, state.OFFERED),
        Transition(state.REQUESTED, provider, message.AGREEMENT, state.AGREED),
        Transition(state.OFFERED, consumer, message.REQUEST, state.REQUESTED),
        Transition(state.OFFERED, consumer, message.ACCEPTED, state.ACCEPTED),
        Transition(state.ACCEPTED, provider, message.AGREEMENT, state.AGREED),
        Transition(state.AGREED, consumer, message.VERIFICATION, state.VERIFIED),
        Transition(state.VERIFIED, provider, message.FINALIZED, state.FINALIZED),
    )
    ends = tuple(
        Transition(before, sender, message.TERMINATION, state.TERMINATED)
        for before in state
        if before not in {state.FINALIZED, state.TERMINATED}
        for sender in Role
    )
    return Machine("negotiation", walk + ends)


def _transfer() -> Machine[TransferState, TransferMessage]:
    state, message = TransferState, TransferMessage
    walk = (
        Transition(None, Role.CONSUMER, message.REQUEST, state.REQUESTED),
        Transition(state.REQUESTED, Role.PROVIDER, message.START, state.STARTED),
    )
    by_either = tuple(
        Transition(before, sender, sent, after)
        for before, sent, after in (
            (state.STARTED, message.SUSPENSION, state.SUSPENDED),
            (state.SUSPENDED, message.START, state.STARTED),
            (state.STARTED, message.COMPLETION, state.COMPLETED),
            (state.REQUESTED, message.TERMINATION, state.TERMINATED),
            (state.STARTED, message.TERMINATION, state.TERMINATED),
            (state.SUSPENDED, message.TERMINATION, state.TERMINATED),
        )
        for sender in Role
    )
    return Machine("transfer", walk + by_either)


NEGOTIATION: Final = _negotiation()
TRANSFER: Final = _transfer()
