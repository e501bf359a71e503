"""The messages of contract negotiation (DSP 2025-1, Contract Negotiation Protocol)."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from comity.core.dsp.message import Address, ErrorCode, Id, Message, Reasons, fault
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.machines import NegotiationMessage, NegotiationState
from comity.limits import TOKEN_BYTES

_JWS = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
Signature: TypeAlias = Annotated[str, Field(max_length=TOKEN_BYTES, pattern=_JWS)]
"""A compact JWS over the agreement (`comity.core.agreement`): our one addition to a message."""


class ContractRequestMessage(Message):
    """A consumer asks for an agreement: at first with a callback address, later with both pids."""

    type: Literal["ContractRequestMessage"] = "ContractRequestMessage"
    consumer_pid: Id
    provider_pid: Id | None = None
    offer: MessageOffer
    callback_address: Address | None = None

    @model_validator(mode="after")
    def _is_first_or_later(self) -> Self:
        if (self.provider_pid is None) == (self.callback_address is None):
            raise fault("missing", "callbackAddress")
        return self

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        return NegotiationMessage.REQUEST


class ContractOfferMessage(Message):
    """A provider makes an offer: at first with a callback address, later with both pids."""

    type: Literal["ContractOfferMessage"] = "ContractOfferMessage"
    provider_pid: Id
    consumer_pid: Id | None = None
    offer: MessageOffer
    callback_address: Address | None = None

    @model_validator(mode="after")
    def _is_first_or_later(self) -> Self:
        if (self.consumer_pid is None) == (self.callback_address is None):
            raise fault("missing", "callbackAddress")
        return self

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        return NegotiationMessage.OFFER


class ContractAgreementMessage(Message):
    """A provider agrees. `signature` is its own, over the agreement; other makes have none."""

    type: Literal["ContractAgreementMessage"] = "ContractAgreementMessage"
    provider_pid: Id
    consumer_pid: Id
    agreement: Agreement
    signature: Signature | None = None

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        return NegotiationMessage.AGREEMENT


class ContractAgreementVerificationMessage(Message):
    """A consumer has checked the agreement. `signature` is its own, over the same agreement."""

    type: Literal["ContractAgreementVerificationMessage"] = "ContractAgreementVerificationMessage"
    provider_pid: Id
    consumer_pid: Id
    signature: Signature | None = None

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        return NegotiationMessage.VERIFICATION


class ContractNegotiationEventMessage(Message):
    """A consumer accepts the last offer, or a provider finalises the agreement."""

    type: Literal["ContractNegotiationEventMessage"] = "ContractNegotiationEventMessage"
    provider_pid: Id
    consumer_pid: Id
    event_type: Literal["ACCEPTED", "FINALIZED"]

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        if self.event_type == "ACCEPTED":
            return NegotiationMessage.ACCEPTED
        return NegotiationMessage.FINALIZED


class ContractNegotiationTerminationMessage(Message):
    """Either side ends the negotiation, with or without saying why."""

    type: Literal["ContractNegotiationTerminationMessage"] = "ContractNegotiationTerminationMessage"
    provider_pid: Id
    consumer_pid: Id
    code: ErrorCode | None = None
    reason: Reasons | None = None

    @property
    def event(self) -> NegotiationMessage:
        """What this is to the state machine."""
        return NegotiationMessage.TERMINATION


class ContractNegotiation(Message):
    """The acknowledgement: where the negotiation stands."""

    type: Literal["ContractNegotiation"] = "ContractNegotiation"
    provider_pid: Id
    consumer_pid: Id
    state: NegotiationState


class ContractNegotiationError(Message):
    """The error body. It changes no state, and carries both pids."""

    type: Literal["ContractNegotiationError"] = "ContractNegotiationError"
    provider_pid: Id
    consumer_pid: Id
    code: ErrorCode | None = None
    reason: Reasons | None = None
