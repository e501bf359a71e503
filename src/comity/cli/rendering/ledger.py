"""The ledger on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.operations.ledger import DifferenceShown, Exchanged, LedgerShown, Statements


def figures(screen: Screen, found: LedgerShown) -> None:
    """Show who asked what, and how much crossed."""
    screen.table(
        [
            *("period", "asker", "dataset", "action", "asked-for", "elements"),
            *("answered", "not-answered", "open", "median", "longest"),
        ],
        [
            [
                line.period,
                line.asker,
                line.dataset or short(line.agreement),
                screen.word("action", line.action),
                line.asked,
                line.elements,
                line.answered,
                line.not_answered,
                line.open,
                line.median_seconds,
                line.max_seconds,
            ]
            for line in found.lines
        ],
        empty="say.no-ledger",
    )
    screen.table(
        ["period", "sender", "messages", "bytes"],
        [[one.period, one.sender, one.messages, one.bytes] for one in found.volume],
        empty="say.no-record",
    )
    if found.gone:
        screen.say("say.ledger-gone", "bold", count=found.gone)


def exchanged(screen: Screen, found: Exchanged) -> None:
    """Show the figures, and whether the other side signed the same."""
    figures(screen, found.ledger)
    if found.equal:
        screen.say("say.ledger-equal", "bold green")
    else:
        screen.say("say.ledger-differs", "bold red", peer=found.ledger.peer)
        _differences(screen, found.differences)


def statements(screen: Screen, found: Statements) -> None:
    """List what was exchanged before."""
    screen.table(
        ["time", "officer", "period", "sent", "received", "result"],
        [
            [
                when(one.at),
                one.officer or found.peer,
                one.period,
                *(log.size for log in sorted(one.logs, key=lambda log: log.sender == found.peer)),
                screen.word("ledger", "equal" if one.equal else "differs"),
            ]
            for one in found.statements
        ],
        empty="say.no-statements",
    )
    for one in found.statements:
        if one.differences:
            _differences(screen, one.differences)


def _differences(screen: Screen, found: tuple[DifferenceShown, ...]) -> None:
    screen.table(
        ["where", "figure-ours", "figure-theirs"],
        [[one.where, one.ours, one.theirs] for one in found],
    )
