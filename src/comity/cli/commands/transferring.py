"""Transfers: those under way, and those that wait for officers."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.ids import whole
from comity.cli.panels import MATCH
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

transfers_app = typer.Typer(help="Transfers under way and past; lists them by itself.")
Transfer = Annotated[str, typer.Argument(help="A transfer: its id or the beginning of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(transfers_app, name="transfers", rich_help_panel=MATCH)


@default(transfers_app)
def transfers(session: Session) -> None:
    """Transfers under way and past; lists them by itself."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers
    from comity.operations.setup import Nothing

    session.screen.show(session.run(transfers.transfer_list, Nothing()), shown.transfers)


command(transfers_app, "list")(transfers)


@command(transfers_app, "approve")
def approve(session: Session, transfer: Transfer) -> None:
    """Approve that a peer matches, where the terms ask for officers. Each officer counts once."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(transfers.transfer_list, Nothing()).transfers)

    args = transfers.TransferId(transfer=whole(transfer, known))
    session.screen.show(session.run(transfers.approve, args), shown.approved)
