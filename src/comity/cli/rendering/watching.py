"""Alarms and comparisons of the record on the screen."""

from typing import Final

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.operations.records import EntryShown
from comity.operations.watching import Alarms, AlarmShown, LogCompared, RecordCompared

_LISTED: Final = 20
"""Numbers on one line; --json has all of them."""


def alarms(screen: Screen, found: Alarms) -> None:
    """List alarms, those that are open first."""
    screen.table(
        ["alarm", "time", "peer", "found", "number", "settled"],
        [
            [
                short(one.id),
                when(one.at),
                one.peer,
                screen.word("alarm", one.kind),
                one.number,
                f"{one.officer}: {one.reason}" if one.settled else "",
            ]
            for one in found.alarms
        ],
        empty="say.no-alarms",
    )
    if any(one.is_open for one in found.alarms):
        screen.hint("hint.alarms")


def settled(screen: Screen, one: AlarmShown) -> None:
    """Say that things go on."""
    screen.say("say.settled", alarm=short(one.id), peer=one.peer)


def compared(screen: Screen, found: RecordCompared) -> None:
    """Say whether both copies of both logs are equal, and else what differs."""
    if found.equal:
        screen.say("say.compared-equal", "bold green", peer=found.peer)
    else:
        screen.say("say.compared-differ", "bold red", peer=found.peer)
    for label, one in (("sent", found.sent), ("received", found.received)):
        _log(screen, label, one)


def _log(screen: Screen, label: str, one: LogCompared) -> None:
    forked = one.begins is not None
    screen.facts(
        [
            ("sender", one.sender),
            ("here", one.here),
            ("there", one.there),
            ("begins", "" if one.begins is None else str(one.begins)),
            ("changed", _numbers(one.changed)),
            ("only-here", _numbers(one.only_here)),
            ("only-there", _numbers(one.only_there)),
            ("moved", _numbers(tuple(place.here for place in one.moved))),
        ],
        title=screen.word("label", label),
    )
    if forked:
        screen.say("say.fork-begins", "bold", number=one.begins or 0)
    if one.entries:
        shown = one.entries[:_LISTED]
        screen.table(["number", "time", "said", "bytes"], [_entry(screen, each) for each in shown])


def _entry(screen: Screen, one: EntryShown) -> list[str | int]:
    reply = screen.word("answer", "reply-to") + " " if one.kind == "response" else ""
    return [one.sequence, when(one.at), reply + screen.word("said", one.what), one.bytes]


def _numbers(numbers: tuple[int, ...]) -> str:
    """Return numbers for a line, runs of them as their ends."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(one) if one == other else f"{one}-{other}" for one, other in runs[:_LISTED]]
    return ", ".join(shown) + (" …" if len(runs) > _LISTED else "")
