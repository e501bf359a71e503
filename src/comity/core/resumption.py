"""What a restored node and its peers say to each other: contact messages, outside of the record."""

from typing import Annotated, Literal

from pydantic import Field

from comity.core.messages import Hash, Text, Wire

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


class Lost(Wire):
    """The number of this message was given by a state of the sender that is lost.

    Whatever it was, it never came; this message takes its place, so that the log has no gap.
    """

    type: Literal["comity-lost-1"] = "comity-lost-1"
    incarnation: Incarnation


class LostTaken(Wire):
    """The acknowledgement that a place is filled."""

    type: Literal["comity-lost-taken-1"] = "comity-lost-taken-1"
