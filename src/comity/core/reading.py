"""Messages that read the record of a relation: roots at sizes, and entries."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from comity.core.messages import Hash, Id, Line, Wire
from comity.limits import RECORD_ENTRIES, RECORD_SIZES, REPLY_BYTES, TARGET_BYTES, TOKEN_BYTES

_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Jti = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{22})?$")]
_Hash = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{43})?$")]


class RootsAsked(Wire):
    """A question for the roots that a log had at some sizes. `log` is who writes it."""

    type: Literal["comity-record-roots-1"] = "comity-record-roots-1"
    log: Id
    sizes: Annotated[tuple[_Count, ...], Field(max_length=RECORD_SIZES)]


class Roots(Wire):
    """The roots, in the order of the sizes; empty for more than is held."""

    type: Literal["comity-record-roots-reply-1"] = "comity-record-roots-reply-1"
    log: Id
    size: _Count
    """How many entries are held without a gap."""
    next: _Count
    """One past the highest number that is known."""
    roots: Annotated[tuple[_Hash, ...], Field(max_length=RECORD_SIZES)]


class EntriesAsked(Wire):
    """A question for entries of a log, from a number on."""

    type: Literal["comity-record-entries-1"] = "comity-record-entries-1"
    log: Id
    start: _Count
    count: Annotated[int, Field(ge=1, le=RECORD_ENTRIES)]
    leaves: bool
    """Whether the leaves are enough."""


class Entry(Wire):
    """One entry. All but number and leaf is left out where it is not asked for or not kept."""

    seq: _Count
    leaf: Hash
    """The leaf data (`comity.core.leaf`), base64url."""
    token: Annotated[str, Field(max_length=TOKEN_BYTES)] = ""
    kind: Literal["request", "response", ""] = ""
    method: Annotated[str, Field(max_length=8)] = ""
    target: Annotated[str, Field(max_length=TARGET_BYTES)] = ""
    status: Annotated[int, Field(ge=0, le=599)] = 0
    content_type: Annotated[str, Field(max_length=200)] = ""
    reply_to: _Jti = ""
    """Id of the request that a response is to."""
    what: Line | Literal[""] = ""
    body: Annotated[str, Field(max_length=REPLY_BYTES)] = ""
    """Base64url."""
    size: _Count = 0
    """Of the body as it crossed the border, whether it is kept or not."""


class Entries(Wire):
    """Entries in the order of their numbers, as many as fit; those that are not held are left out.

    The first is missing only where it is not held.
    """

    limit: ClassVar[int] = REPLY_BYTES

    type: Literal["comity-record-entries-reply-1"] = "comity-record-entries-reply-1"
    log: Id
    next: _Count
    """One past the highest number that is known."""
    entries: Annotated[tuple[Entry, ...], Field(max_length=RECORD_ENTRIES)]
