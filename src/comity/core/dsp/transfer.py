"""The messages of transfer processes (DSP 2025-1, Transfer Process Protocol)."""

from typing import Annotated, Literal

from pydantic import Field

from comity.core.dsp.message import Address, ErrorCode, Id, Message, Part, Reasons
from comity.core.machines import TransferMessage, TransferState
from comity.limits import TEXT_CHARS, TOKEN_BYTES


class EndpointProperty(Part):
    """One named property of a data address. The value may be a credential: it is never logged."""

    must_be_sent = frozenset({"type"})

    type: Literal["EndpointProperty"] = "EndpointProperty"
    name: Annotated[str, Field(max_length=TEXT_CHARS)]
    value: Annotated[str, Field(max_length=TOKEN_BYTES)]


class DataAddress(Part):
    """Where data is to be had, or to be sent. Nothing here says that the address may be used."""

    must_be_sent = frozenset({"type"})

    type: Literal["DataAddress"] = "DataAddress"
    endpoint_type: Address
    endpoint: Address | None = None
    endpoint_properties: Annotated[tuple[EndpointProperty, ...], Field(min_length=1)] | None = None


class TransferRequestMessage(Message):
    """A consumer asks for data under an agreement; `data_address` only where it is pushed."""

    type: Literal["TransferRequestMessage"] = "TransferRequestMessage"
    consumer_pid: Id
    agreement_id: Id
    format: Id
    data_address: DataAddress | None = None
    callback_address: Address

    @property
    def event(self) -> TransferMessage:
        """What this is to the state machine."""
        return TransferMessage.REQUEST


class TransferStartMessage(Message):
    """A transfer starts, or goes on; `data_address` where the consumer is to pull."""

    type: Literal["TransferStartMessage"] = "TransferStartMessage"
    provider_pid: Id
    consumer_pid: Id
    data_address: DataAddress | None = None

    @property
    def event(self) -> TransferMessage:
        """What this is to the state machine."""
        return TransferMessage.START


class TransferSuspensionMessage(Message):
    """Either side suspends the transfer."""

    type: Literal["TransferSuspensionMessage"] = "TransferSuspensionMessage"
    provider_pid: Id
    consumer_pid: Id
    code: ErrorCode | None = None
    reason: Reasons | None = None

    @property
    def event(self) -> TransferMessage:
        """What this is to the state machine."""
        return TransferMessage.SUSPENSION


class TransferCompletionMessage(Message):
    """Either side says that the transfer is complete."""

    type: Literal["TransferCompletionMessage"] = "TransferCompletionMessage"
    provider_pid: Id
    consumer_pid: Id

    @property
    def event(self) -> TransferMessage:
        """What this is to the state machine."""
        return TransferMessage.COMPLETION


class TransferTerminationMessage(Message):
    """Either side ends the transfer, with or without saying why."""

    type: Literal["TransferTerminationMessage"] = "TransferTerminationMessage"
    provider_pid: Id
    consumer_pid: Id
    code: ErrorCode | None = None
    reason: Reasons | None = None

    @property
    def event(self) -> TransferMessage:
        """What this is to the state machine."""
        return TransferMessage.TERMINATION


class TransferProcess(Message):
    """The acknowledgement: where the transfer stands."""

    type: Literal["TransferProcess"] = "TransferProcess"
    provider_pid: Id
    consumer_pid: Id
    state: TransferState


class TransferError(Message):
    """The error body. It changes no state, and carries both pids."""

    type: Literal["TransferError"] = "TransferError"
    provider_pid: Id
    consumer_pid: Id
    code: ErrorCode | None = None
    reason: Reasons | None = None
