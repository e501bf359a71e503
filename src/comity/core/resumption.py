"""What a restored node and its peers say to each other: contact messages, outside of the record."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from comity.core.messages import Hash, Text, Wire
from comity.limits import BATCH_BODY_BYTES, RECORD_TAKEN, REPLY_BYTES, TOKEN_BYTES

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Incarnation = Annotated[int, Field(ge=1, le=2**53 - 1)]


class LogHeld(Wire):
    """How much of a log somebody holds without a gap, and its root."""

    size: Count
    root: Hash


class Resume(Wire):
    """Which incarnation the sender is, or takes; and what it holds of both logs.

    It takes one where `incarnation` is greater than `since`, and else it only says which it has.
    """

    type: Literal["comity-resume-1"] = "comity-resume-1"
    incarnation: Incarnation
    since: Incarnation
    """The incarnation that the sender had before: nobody may have taken another since."""
    instance: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{22})?$")]
    """Drawn when a node is restored, so that two copies of one backup are told apart."""
    sent: LogHeld
    """The sender's own log."""
    received: LogHeld
    """The receiver's log."""
    next: Count
    """One past the highest number that the sender knows to have given; messages of older
    incarnations with lower numbers may still come."""


class ResumeReply(Wire):
    """Whether the incarnation stands, and what the replier holds of both logs."""

    type: Literal["comity-resume-reply-1"] = "comity-resume-reply-1"
    taken: bool
    known: Incarnation
    """The asker's incarnation, as far as the replier knows."""
    incarnation: Incarnation
    """The replier's own."""
    sent: Text
    """The replier's checkpoint of its own log, a signed note."""
    received: Text
    """A checkpoint of the asker's log, cosigned by the replier."""
    next: Count
    """One past the highest number of the asker's that the replier holds."""
    sent_agrees: bool
    """Whether the asker's own log, as it holds it, is the beginning of what the replier holds."""
    received_agrees: bool
    """The same for the replier's log."""


class EntriesAsked(Wire):
    """A part of a log that the sender asks for."""

    type: Literal["comity-record-entries-1"] = "comity-record-entries-1"
    log: Literal["asker", "replier"]
    """Who wrote the log."""
    start: Count
    count: Annotated[int, Field(ge=1, le=RECORD_TAKEN)]


class EntryHeld(Wire):
    """One entry, as the replier holds it. Its token says everything else."""

    limit: ClassVar[int] = REPLY_BYTES

    sequence: Count
    leaf: Hash
    token: Annotated[str, Field(max_length=TOKEN_BYTES)]
    size: Count
    """Of the body as it crossed the border."""
    body: Annotated[str, Field(max_length=2 * BATCH_BODY_BYTES)] | None
    """base64url; None where it is not kept."""


class EntriesReply(Wire):
    """The entries of that part that are there, in their order, as many as fit into a reply."""

    limit: ClassVar[int] = REPLY_BYTES

    type: Literal["comity-record-entries-reply-1"] = "comity-record-entries-reply-1"
    entries: Annotated[tuple[EntryHeld, ...], Field(max_length=RECORD_TAKEN)]
    stop: Count
    """What lies below this number, and is not given, the replier does not have."""


class Lost(Wire):
    """The number of this message was given by a state of the sender that is lost.

    Whatever it was, it never came; this message takes its place, so that the log has no gap.
    """

    type: Literal["comity-lost-1"] = "comity-lost-1"
    incarnation: Incarnation


class LostTaken(Wire):
    """The acknowledgement that a place is filled."""

    type: Literal["comity-lost-taken-1"] = "comity-lost-taken-1"
