"""Our own messages, which ride on DSP transfers: questions, requests, answers, the record.

Everything is strict: nothing unknown is accepted, nothing is converted. Bytes are base64url.
"""

from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel, to_snake

from comity.core.canonical import canonical, digest, model
from comity.core.records import Family
from comity.core.terms import Action
from comity.errors import Code, ComityError
from comity.limits import BATCH_BODY_BYTES, BATCH_ELEMENTS, BODY_BYTES, ID_CHARS, TEXT_CHARS

Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
HandleText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16}$")]
"""A handle: 12 bytes, base64url."""
Id = Annotated[str, Field(min_length=1, max_length=ID_CHARS, pattern=r"^[\x21-\x7e]+$")]
Line = Annotated[str, Field(min_length=1, max_length=ID_CHARS, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text = Annotated[str, Field(max_length=TEXT_CHARS, pattern=r"^[^\x00]*$")]
"""Lines of text. A NUL is none, and not every database can keep one."""
CARRYING: Final = {
    "comity-question-1": Action.MATCH,
    "comity-request-1": Action.REQUEST,
    "comity-answer-1": Action.REQUEST,
}
"""The messages that carry, in themselves or in their replies, what retention is about, and the
grant whose retention that is. All others say how two sides stand to each other, and stay."""
_Elements = Annotated[str, Field(max_length=BATCH_ELEMENTS * 43, pattern=r"^[A-Za-z0-9_-]+$")]


class Wire(BaseModel):
    """Base of our messages."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    limit: ClassVar[int] = BODY_BYTES

    @classmethod
    def make(cls, **values: object) -> Self:
        """Make a message of what an operator typed. Raises ARGUMENT_INVALID (where)."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            where = error.errors(include_url=False, include_context=False, include_input=False)
            name = to_snake(str(where[0]["loc"][0]))
            raise ComityError(Code.ARGUMENT_INVALID, where=name) from None

    @classmethod
    def model_validate_json(
        cls, json_data: str | bytes | bytearray, *, strict: bool | None = None, **_: Any
    ) -> Self:
        """Read JSON by its JSON names only: `legal_basis` is no spelling of `legalBasis`."""
        return super().model_validate_json(json_data, strict=strict, by_alias=True, by_name=False)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse a body. Raises what `canonical.model` raises."""
        return model(cls, body, cls.limit)

    def encode(self) -> bytes:
        """Return the canonical JSON (RFC 8785)."""
        return canonical(self.model_dump(mode="json", by_alias=True))

    def digest(self) -> bytes:
        """Return the SHA-256 of the canonical JSON: 32 bytes."""
        return digest(self.model_dump(mode="json", by_alias=True))


class ManifestReply(Wire):
    """The signed manifest of a transfer (compact JWS)."""

    type: Literal["comity-manifest-1"] = "comity-manifest-1"
    manifest: Annotated[str, Field(max_length=BODY_BYTES)]


class Question(Wire):
    """Blinded elements of one family, at most 10,000 (RFC 9497 section 3.3.2).

    `root` is the Merkle root of the holdings that the inputs come from, or of the typed-in
    subject: what an oversight body later compares opened inputs with.
    """

    limit: ClassVar[int] = BATCH_BODY_BYTES

    type: Literal["comity-question-1"] = "comity-question-1"
    manifest: Hash
    family: Family
    elements: _Elements
    root: Hash
    purpose: Line
    legal_basis: Line


class Evaluation(Wire):
    """The evaluated elements, in order, and the proof over the whole batch."""

    limit: ClassVar[int] = BATCH_BODY_BYTES

    type: Literal["comity-evaluation-1"] = "comity-evaluation-1"
    manifest: Hash
    elements: _Elements
    proof: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{86}$")]


class DetailRequest(Wire):
    """A request for details about one record that matched."""

    type: Literal["comity-request-1"] = "comity-request-1"
    id: Id
    manifest: Hash
    handle: HandleText
    fields: Annotated[tuple[Line, ...], Field(min_length=1, max_length=64)]
    purpose: Line
    legal_basis: Line
    case_reference: Line
    """The asker's own; it means nothing to the holder but comes back with the answer."""
    urgency: Literal["routine", "urgent", "immediate"]


class RequestState(Wire):
    """Where a request stands, in reply to it."""

    type: Literal["comity-request-state-1"] = "comity-request-state-1"
    id: Id
    state: Literal["held", "answered", "declined", "expired"]
    due: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """When silence becomes a decline, in seconds since 1970-01-01 UTC."""


class Answer(Wire):
    """What an officer decided, or that the term ran out. Fields travel as salted digests."""

    type: Literal["comity-answer-1"] = "comity-answer-1"
    request: Id
    request_digest: Hash
    agreement: Id
    agreement_digest: Hash
    case_reference: Line
    outcome: Literal["answered", "declined", "expired"]
    reason: Text = ""
    handling: Line
    """A TLP 2.0 label."""
    digests: tuple[Hash, ...] = ()
    disclosures: tuple[Annotated[str, Field(max_length=BODY_BYTES)], ...] = ()

    def core(self) -> bytes:
        """Return the canonical JSON of all but the disclosures.

        Its digest is in the target of the message, which is signed: so an answer can be shown
        later with some of its fields, or with none.
        """
        return canonical(self.model_dump(mode="json", by_alias=True, exclude={"disclosures"}))


class AnswerTaken(Wire):
    """The acknowledgement of an answer."""

    type: Literal["comity-answer-taken-1"] = "comity-answer-taken-1"
    request: Id


class Consent(Wire):
    """What one side's consent to an agreement is from now on. A withdrawal is for good."""

    type: Literal["comity-consent-1"] = "comity-consent-1"
    agreement: Id
    state: Literal["active", "suspended", "withdrawn"]
    reason: Text = ""


class ConsentTaken(Wire):
    """The acknowledgement of a consent."""

    type: Literal["comity-consent-taken-1"] = "comity-consent-taken-1"
    agreement: Id


class Holds(Wire):
    """How much of the other side's log is held, without a gap, and its root."""

    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    root: Hash


class _Record(Wire):
    """The state of both logs, as one side has them. Notes are C2SP signed notes."""

    checkpoint: Text
    """Of the sender's own log, up to what it knows to have arrived."""
    since: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """The last size that the other side has cosigned, as far as the sender knows; 0 for none."""
    consistency: Annotated[tuple[Hash, ...], Field(max_length=64)]
    """That the checkpoint continues the log of that size (RFC 9162 section 2.1.4)."""
    written: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """How many entries the sender has written, arrived or not."""
    at: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """When, in seconds since 1970-01-01 UTC: an entry of a higher number is not older."""
    holds: Holds
    """Of the other side's log."""
    cosigned: Text
    """The other side's newest checkpoint, with the sender's cosignature; empty for none."""


class RecordState(_Record):
    """What one side says of the record when it makes contact."""

    type: Literal["comity-record-1"] = "comity-record-1"


class RecordReply(_Record):
    """What the other side says to that."""

    type: Literal["comity-record-reply-1"] = "comity-record-reply-1"
