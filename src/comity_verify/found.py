"""What evidence shows, once it has been checked."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Party:
    """A participant, as its identity document describes it."""

    id: str
    name: str
    territory: str
    fingerprint: str
    """Of the whole document: what people compare over another way."""
    message: bytes = field(repr=False)
    """Public key for messages: 32 bytes, as the next two."""
    checkpoint: bytes = field(repr=False)
    cosignature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody who had seen a log at a size, at a time by its own clock."""

    name: str
    time: int
    """Seconds since 1970-01-01, UTC."""


@dataclass(frozen=True, slots=True)
class Log:
    """The messages of one participant to the other, as both vouched for them at one size."""

    sender: Party
    receiver: Party
    size: int
    """Entries."""
    root: bytes = field(repr=False)
    cosigned: Vouched
    """By the receiver."""
    witnesses: tuple[Vouched, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """What is shown of a body: all of it, fields of an answer, or nothing."""

    how: str
    """`whole`, `fields`, `nothing`, or `empty` where there was none."""
    value: Any = None
    """The body, read as JSON; of an answer, what stands beside its fields."""
    fields: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    """Name and value of each field of an answer that is shown."""
    withheld: int = 0
    """Fields of an answer that are not shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, at its place in a log."""

    log: Log
    signer: Party
    """The sender, by the document whose key signed the message: it may be older than the log's."""
    index: int
    """Its number in the log, from 0."""
    id: str
    said: int
    """When it was made, by its sender's own clock; seconds since 1970-01-01, UTC."""
    method: str
    """Of a request; empty for a response."""
    target: str
    status: int
    """Of a response; 0 for a request."""
    answers: str
    """Digest of the token of the request that a response answers, in base64url."""
    token: str
    """Digest of its own token."""
    body: str
    """Digest of its body."""
    released: Released


@dataclass(frozen=True, slots=True)
class Found:
    """All that an evidence file shows."""

    logs: tuple[Log, ...]
    entries: tuple[Entry, ...]

    def replies_to(self, entry: Entry) -> int:
        """Return the number in the file, from 1, of the request that an entry answers, or 0."""
        numbers = {each.token: number for number, each in enumerate(self.entries, 1)}
        return numbers.get(entry.answers, 0) if entry.answers else 0

    def parties(self) -> tuple[Party, ...]:
        """Return who takes part, once for each document that something was checked with."""
        both = [party for log in self.logs for party in (log.sender, log.receiver)]
        return tuple(dict.fromkeys([*both, *(entry.signer for entry in self.entries)]))
