"""What peers say about contents that go: attestations of deletion, recalls, and what came of them.

Entries are named by direction, number and leaf, so nothing of what they said is said again.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from comity.core.messages import Hash, Id, Line, Text, Wire
from comity.limits import ONWARD_HOLDERS, RECALL_ENTRIES, USES

Number = Annotated[int, Field(ge=0, le=2**53 - 1)]
Outcome = Literal["deleted", "already-used", "declined"]
"""What came of a recall."""
Held = Literal["requested", "acknowledged", "deleted", "already-used", "declined", "overdue"]
"""Where a recall stands with one holder."""
Whom = Literal["authority", "court", "peer", "public"]
"""Who used contents: this authority, a court, a counterpart, or everybody. Never a name."""


class Entry(Wire):
    """One entry of a log, as its sender or receiver names it."""

    direction: Literal["sent", "received"]
    """By whoever says this."""
    sequence: Number
    leaf: Hash


class _Named(Wire):
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=RECALL_ENTRIES)]

    @model_validator(mode="after")
    def _each_once(self) -> "_Named":
        places = {(entry.direction, entry.sequence) for entry in self.entries}
        if len(places) != len(self.entries):
            raise ValueError("repeated")
        return self


class Attestation(_Named):
    """That the contents of entries are destroyed, by whoever says so, and why."""

    type: Literal["comity-attestation-1"] = "comity-attestation-1"
    ground: Literal["retention", "recall"]
    recall: Annotated[str, Field(max_length=200, pattern=r"^[\x21-\x7e]*$")] = ""
    """The recall that is the ground; empty where retention is."""
    at: Number
    """When the last of them was, in seconds since 1970-01-01 UTC."""


class AttestationTaken(Wire):
    """The acknowledgement of an attestation."""

    type: Literal["comity-attestation-taken-1"] = "comity-attestation-taken-1"
    entries: Number


class Recall(_Named):
    """That the giver wants contents back that it sent. All entries are `sent`."""

    type: Literal["comity-recall-1"] = "comity-recall-1"
    id: Id
    reason: Text = ""


class RecallState(Wire):
    """The acknowledgement of a recall: an officer decides."""

    type: Literal["comity-recall-state-1"] = "comity-recall-state-1"
    id: Id
    state: Literal["acknowledged"] = "acknowledged"


class Use(Wire):
    """What contents were used for before they were taken back: a class of purpose, and of users."""

    purpose: Line
    whom: Whom


class Holder(Wire):
    """Somebody to whom contents were passed on: where, and what came of the recall there."""

    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    state: Held


class RecallOutcome(Wire):
    """What an officer decided, and how far onward holders are. A later one takes its place."""

    type: Literal["comity-recall-outcome-1"] = "comity-recall-outcome-1"
    recall: Id
    outcome: Outcome
    reason: Text = ""
    uses: Annotated[tuple[Use, ...], Field(max_length=USES)] = ()
    holders: Annotated[tuple[Holder, ...], Field(max_length=ONWARD_HOLDERS)] = ()


class RecallOutcomeTaken(Wire):
    """The acknowledgement of an outcome."""

    type: Literal["comity-recall-outcome-taken-1"] = "comity-recall-outcome-taken-1"
    recall: Id
