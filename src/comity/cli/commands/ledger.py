"""Record: who gave what, as both sides compute it."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from comity.cli.command import command
from comity.cli.panels import RECORD
from comity.cli.session import Session
from comity.errors import Code, ComityError

_PERIODS: Final = {"day": "P1D", "week": "P1W", "month": "P1M", "all": "all"}
_ENDLESS: Final = 2**53 - 1


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "ledger", RECORD)(shown_ledger)


def shown_ledger(
    session: Session,
    peer: Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")],
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The first day, UTC: 2026-11-01.")
    ] = "",
    until: Annotated[
        str, typer.Option("--to", metavar="DATE", help="The day after the last one, UTC.")
    ] = "",
    period: Annotated[
        str, typer.Option(help="One line for each day, week or month; or all in one.")
    ] = "all",
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Sign them, get the peer's, and compare.")
    ] = False,
    statements: Annotated[
        bool, typer.Option("--statements", help="Show what was exchanged before.")
    ] = False,
) -> None:
    """Show who asked what of whom, and what became of it: the same figures on both sides.

    They come from the record that both hold, and from the times in its signatures. What was
    unknown, declined or left to run out is one figure.
    """
    from comity.cli.rendering import ledger as shown
    from comity.operations import ledger
    from comity.operations.records import PeerArgs

    if statements:
        found = session.run(ledger.statements, PeerArgs(peer=peer))
        session.screen.show(found, shown.statements)
        return
    args = ledger.LedgerArgs.model_validate(
        {
            "peer": peer,
            "since": _seconds("from", since, 0),
            "until": _seconds("to", until, _ENDLESS),
            "period": _period(period),
        }
    )
    if exchange:
        session.screen.show(session.run(ledger.exchange, args), shown.exchanged)
    else:
        session.screen.show(session.run(ledger.show, args), shown.figures)


def _period(text: str) -> str:
    if text not in _PERIODS:
        raise ComityError(Code.ARGUMENT_INVALID, where="period")
    return _PERIODS[text]


def _seconds(where: str, text: str, default: int) -> int:
    """Return the start of a day in UTC. Raises ARGUMENT_INVALID."""
    if not text:
        return default
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise ComityError(Code.ARGUMENT_INVALID, where=where) from None
