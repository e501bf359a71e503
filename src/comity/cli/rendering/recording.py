"""The record and the journal on the screen."""

from typing import Final

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.operations.keeping import Rotated
from comity.operations.records import (
    DirectionVerified,
    EntryShown,
    Journal,
    RecordShown,
    RecordVerified,
)

_BRIEF: Final = 60


def record(screen: Screen, found: RecordShown) -> None:
    """Show both logs in one order."""
    screen.table(
        ["time", "direction", "number", "said", "result", "bytes"],
        [
            [
                when(one.at),
                screen.word("direction", one.direction),
                one.sequence,
                _said(screen, one),
                _result(screen, one),
                one.bytes,
            ]
            for one in found.entries
        ],
        empty="say.no-record",
    )
    screen.facts(
        [
            ("sent", screen.text("say.messages", count=found.sent, bytes=found.sent_bytes)),
            (
                "received",
                screen.text("say.messages", count=found.received, bytes=found.received_bytes),
            ),
        ]
    )


def verified(screen: Screen, found: RecordVerified) -> None:
    """Say that both records are equal."""
    screen.say("say.verified", "bold green", peer=found.peer)
    for label, one in (("sent", found.sent), ("received", found.received)):
        _direction(screen, label, one)


def rotated(screen: Screen, found: Rotated) -> None:
    """Say which wrap key is in force."""
    screen.say("say.rotated", "bold green", number=found.number, destroyed=found.destroyed)
    for number in found.lost:
        screen.say("say.wrap-lost", "bold red", number=number)


def journal(screen: Screen, found: Journal) -> None:
    """Show the private log."""
    screen.table(
        ["time", "officer", "action", "detail"],
        [
            [
                when(one.at),
                one.officer or screen.word("answer", "node-itself"),
                screen.word("did", one.action),
                ", ".join(f"{name}={_brief(value)}" for name, value in one.detail.items()),
            ]
            for one in found.entries
        ],
        empty="say.no-journal",
    )


def _brief(value: str | int) -> str:
    """Return a value of the journal as a table has room for it; --json has it whole."""
    text = short(str(value))
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF]}…"


def _direction(screen: Screen, label: str, one: DirectionVerified) -> None:
    screen.facts(
        [("sender", one.sender), ("entries", one.size), ("root", one.root)],
        title=screen.word("label", label),
    )


def _said(screen: Screen, one: EntryShown) -> str:
    kind = screen.word("answer", "reply-to") + " " if one.kind == "response" else ""
    return kind + screen.word("said", one.what)


def _result(screen: Screen, one: EntryShown) -> str:
    """Return the HTTP status of a reply, the code of a refusal, and what is gone where."""
    said = [str(one.status or ""), one.refused]
    if one.destroyed:
        said.append(f"{screen.word('answer', 'destroyed')} ({screen.word('ground', one.ground)})")
    if one.attested:
        said.append(screen.word("answer", "attested"))
    return " ".join(part for part in said if part)
