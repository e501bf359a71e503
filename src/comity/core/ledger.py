"""Who gave what: figures that both sides compute from the record that both hold, and nothing else.

A time is what a signed token says, never a local clock. A period is that of the request. What was
unknown, declined, refused, or let run out is one figure, so that nobody learns from it which.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from statistics import median_low
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from comity.core import jws
from comity.core.canonical import model
from comity.core.duration import Period, period_start
from comity.core.keys import Signer
from comity.core.messages import Hash, Id, Wire
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, LEDGER_LINES

TYP: Final = "comity-ledger+jwt"
STATEMENT_CHARS: Final = BODY_BYTES - 1_024
"""A message takes it whole."""
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Action = Literal["match", "request", "receive"]


class Act(StrEnum):
    """What an entry of the record is to the ledger."""

    NONE = ""
    QUESTION = "question"
    REQUEST = "request"
    ANSWER = "answer"
    FILE_STARTED = "file-started"
    FILE_GIVEN = "file-given"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, as far as both sides know the same of it for ever."""

    sender: str
    jti: str
    reply_to: str
    """The request that it answers; empty where it is a request."""
    status: int
    issued: int
    """Seconds since 1970-01-01 UTC, as its token says."""
    bytes: int
    """Token and body, as they crossed."""
    act: Act
    asker: str
    """Who asked for what it is about; empty where it is about nothing that is counted."""
    agreement: str
    subject: str
    """The request for details, or the transfer of a file, that it is about."""
    elements: int
    is_answered: bool
    """Of an answer: whether it is one, and no decline."""
    is_gone: bool = False
    """Whether its contents were destroyed before anybody counted them."""


class Line(Wire):
    """What one side asked under one agreement in one period, and what became of it."""

    period: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
    """The first day; empty where there is one for all."""
    asker: Id
    agreement: Annotated[str, Field(max_length=200)]
    dataset: Annotated[str, Field(max_length=200)]
    action: Action
    asked: Count
    elements: Count
    answered: Count
    not_answered: Count
    open: Count
    median_seconds: Count
    max_seconds: Count


class Volume(Wire):
    """What one side sent in one period."""

    period: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
    sender: Id
    messages: Count
    bytes: Count


class LogSize(Wire):
    """How far one log is counted."""

    sender: Id
    size: Count
    root: Hash


class Span(Wire):
    """Which messages are counted: those issued at or after `since` and before `until`."""

    since: Count = 0
    until: Count = 2**53 - 1
    period: Literal["P1D", "P1W", "P1M", "all"] = "all"

    def window(self, issued: int) -> str:
        """Return the first day of the window that a time lies in; empty for all."""
        if self.period == "all":
            return ""
        start = period_start(Period(self.period), datetime.fromtimestamp(issued, UTC))
        return f"{start:%Y-%m-%d}"


class Ledger(Wire):
    """All figures about one relation, over the same part of both logs."""

    span: Span
    logs: Annotated[tuple[LogSize, ...], Field(min_length=2, max_length=2)]
    lines: Annotated[tuple[Line, ...], Field(max_length=LEDGER_LINES)]
    volume: Annotated[tuple[Volume, ...], Field(max_length=LEDGER_LINES)]


class Statement(Wire):
    """A ledger that one side signs."""

    type: Literal["comity-ledger-1"] = "comity-ledger-1"
    party: Id
    peer: Id
    at: Count
    ledger: Ledger

    def sign(self, signer: Signer) -> str:
        """Return the statement as a compact JWS. Raises LEDGER_TOO_LONG (limit)."""
        signed = jws.sign(TYP, self.encode(), signer)
        if len(signed) > STATEMENT_CHARS:
            raise ComityError(Code.LEDGER_TOO_LONG, limit=LEDGER_LINES)
        return signed


class LedgerMessage(Wire):
    """A signed statement, on its way to the other side or back."""

    type: Literal["comity-ledger-message-1"] = "comity-ledger-message-1"
    statement: Annotated[str, Field(max_length=STATEMENT_CHARS)]


class Difference(NamedTuple):
    """One figure that is not the same on both sides."""

    where: str
    ours: int
    theirs: int


def read(statement: str, public: bytes) -> Statement:
    """Return a statement that a key signed. Raises SIGNATURE_INVALID or what parsing raises."""
    return model(Statement, jws.check(TYP, statement, public), BODY_BYTES)


Key = tuple[str, str, str, str]
"""Period, asker, agreement, action."""
_ACTIONS: Final[Mapping[Act, Action]] = {
    Act.QUESTION: "match",
    Act.REQUEST: "request",
    Act.FILE_STARTED: "receive",
    Act.FILE_GIVEN: "receive",
}


@dataclass(slots=True)
class _Sum:
    asked: int = 0
    elements: int = 0
    answered: int = 0
    not_answered: int = 0
    times: list[int] = field(default_factory=list)


def figures(
    entries: Iterable[Entry], span: Span, datasets: Mapping[str, str]
) -> tuple[tuple[Line, ...], tuple[Volume, ...]]:
    """Compute all figures. `datasets` says which dataset an agreement is about.

    Raises LEDGER_TOO_LONG (limit) where there are more lines than a statement may have.
    """
    known = list(entries)
    replies = {(each.sender, each.reply_to): each for each in known if each.reply_to}
    sums: dict[Key, _Sum] = {}
    sent: dict[tuple[str, str], list[int]] = {}
    counted = _Counted(replies, {each.sender for each in known}, known)
    for each in known:
        if not span.since <= each.issued < span.until:
            continue
        window = span.window(each.issued)
        sent.setdefault((window, each.sender), []).append(each.bytes)
        if action := _ACTIONS.get(each.act):
            key = window, each.asker, each.agreement, str(action)
            counted.add(sums.setdefault(key, _Sum()), each)
    lines = [_line(key, found, datasets) for key, found in sorted(sums.items())]
    volume = [
        Volume(period=period, sender=sender, messages=len(sizes), bytes=sum(sizes))
        for (period, sender), sizes in sorted(sent.items())
    ]
    if max(len(lines), len(volume)) > LEDGER_LINES:
        raise ComityError(Code.LEDGER_TOO_LONG, limit=LEDGER_LINES)
    return tuple(lines), tuple(volume)


class _Counted:
    """What became of each request: who replied to it, and with what."""

    def __init__(
        self,
        replies: Mapping[tuple[str, str], Entry],
        parties: set[str],
        entries: Sequence[Entry],
    ) -> None:
        self._replies = replies
        self._parties = parties
        self._answers: dict[str, Entry] = {}
        self._files: set[tuple[Act, str]] = set()
        for each in entries:
            if each.act is Act.ANSWER and self._taken(each):
                self._answers.setdefault(each.subject, each)

    def add(self, line: _Sum, each: Entry) -> None:
        """Count one request, or what was done about a file."""
        if each.act in (Act.FILE_STARTED, Act.FILE_GIVEN):
            self._add_file(line, each)
            return
        line.asked += 1
        reply = self._reply(each)
        if reply is None:
            return
        if not _is_taken(reply):
            line.not_answered += 1
        elif each.act is Act.QUESTION:
            line.answered += 1
            line.elements += each.elements
            line.times.append(max(reply.issued - each.issued, 0))
        elif answer := self._answers.get(each.subject):
            if answer.is_answered:
                line.answered += 1
                line.times.append(max(answer.issued - each.issued, 0))
            else:
                line.not_answered += 1

    def _add_file(self, line: _Sum, each: Entry) -> None:
        # A transfer may start again after a suspension, and either side may complete it.
        if self._taken(each) and (each.act, each.subject) not in self._files:
            self._files.add((each.act, each.subject))
            if each.act is Act.FILE_STARTED:
                line.asked += 1
            else:
                line.answered += 1

    def _reply(self, each: Entry) -> Entry | None:
        for party in self._parties - {each.sender}:
            if found := self._replies.get((party, each.jti)):
                return found
        return None

    def _taken(self, each: Entry) -> bool:
        reply = self._reply(each)
        return reply is not None and _is_taken(reply)


def _is_taken(reply: Entry) -> bool:
    return 200 <= reply.status < 300


def _line(key: Key, found: _Sum, datasets: Mapping[str, str]) -> Line:
    period, asker, agreement, action = key
    return Line.model_validate(
        {
            "period": period,
            "asker": asker,
            "agreement": agreement,
            "dataset": datasets.get(agreement, ""),
            "action": action,
            "asked": found.asked,
            "elements": found.elements,
            "answered": found.answered,
            "not_answered": found.not_answered,
            # A file may have been started in the period before.
            "open": max(found.asked - found.answered - found.not_answered, 0),
            "median_seconds": median_low(found.times) if found.times else 0,
            "max_seconds": max(found.times, default=0),
        }
    )


def differences(ours: Ledger, theirs: Ledger) -> tuple[Difference, ...]:
    """Return every figure that is not the same on both sides, over the same logs and span."""
    left, right = _flat(ours), _flat(theirs)
    return tuple(
        Difference(where, left.get(where, 0), right.get(where, 0))
        for where in sorted(left.keys() | right.keys())
        if left.get(where, 0) != right.get(where, 0)
    )


def _flat(of: Ledger) -> dict[str, int]:
    """Return all figures by name."""
    flat: dict[str, int] = {}
    for line in of.lines:
        name = "/".join((line.period or "all", line.asker, line.agreement, line.action))
        flat |= {f"{name}/{what}": getattr(line, what) for what in _FIGURES}
    for volume in of.volume:
        name = "/".join((volume.period or "all", volume.sender))
        flat |= {f"{name}/messages": volume.messages, f"{name}/bytes": volume.bytes}
    return flat


_FIGURES: Final = (
    *("asked", "elements", "answered", "not_answered", "open"),
    *("median_seconds", "max_seconds"),
)
