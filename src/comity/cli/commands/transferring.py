"""Transfers: those under way, those that wait for officers, and what officers do with them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.ids import whole
from comity.cli.panels import MATCH
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

transfers_app = typer.Typer(help="Transfers under way and past; lists them by itself.")
received_app = typer.Typer(help="Files that came from peers; lists them by itself.")
Transfer = Annotated[str, typer.Argument(help="A transfer: its id or the beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why; the peer reads it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(transfers_app, name="transfers", rich_help_panel=MATCH)
    app.add_typer(received_app, name="received", rich_help_panel=MATCH)


@default(transfers_app)
def transfers(session: Session) -> None:
    """Transfers under way and past; lists them by itself."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers
    from comity.operations.setup import Nothing

    session.screen.show(session.run(transfers.transfer_list, Nothing()), shown.transfers)


command(transfers_app, "list")(transfers)


@command(transfers_app, "show")
def show(session: Session, transfer: Transfer) -> None:
    """Show a transfer: where it stands, who suspended it and why."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    session.screen.show(session.run(transfers.show, args), shown.transfer)


@command(transfers_app, "request")
def request(
    session: Session,
    peer: Annotated[str, typer.Argument(help="The peer: its id, or part of its id or name.")],
    agreement: Annotated[str, typer.Argument(help="An agreement: its id or the beginning of it.")],
    format: Annotated[
        str,
        typer.Option(help="HttpData-PULL, HttpData-PUSH, Comity-Match or Comity-Request."),
    ] = "HttpData-PULL",
) -> None:
    """Ask a peer for a transfer under an agreement."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import agreements, transfers
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(agreements.agreement_list, Nothing()).agreements)

    args = transfers.TransferRequest(peer=peer, agreement=whole(agreement, known), format=format)
    session.screen.show(session.run(transfers.request, args), shown.moved)


@command(transfers_app, "approve")
def approve(session: Session, transfer: Transfer) -> None:
    """Approve a transfer, where the terms ask for officers. Each officer counts once."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    session.screen.show(session.run(transfers.approve, args), shown.approved)


@command(transfers_app, "start")
def start(session: Session, transfer: Transfer) -> None:
    """Start a transfer that was asked for, where nobody's approval is missing."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    session.screen.show(session.run(transfers.start, args), shown.moved)


@command(transfers_app, "suspend")
def suspend(session: Session, transfer: Transfer, reason: Reason = "") -> None:
    """Suspend a transfer, at once: nothing is taken or given in it until it is resumed."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferReason(transfer=_whole(session, transfer), reason=reason)
    session.screen.show(session.run(transfers.suspend, args), shown.moved)


@command(transfers_app, "resume")
def resume(session: Session, transfer: Transfer) -> None:
    """End a suspension of ours; one of the peer's is not ours to end."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    session.screen.show(session.run(transfers.resume, args), shown.moved)


@command(transfers_app, "fetch")
def fetch(
    session: Session,
    transfer: Transfer,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new file to copy what came to.")
    ] = None,
) -> None:
    """Pull the file of a started transfer; an attempt that broke off is gone on with."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import receiving, transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    one = session.run(receiving.fetch, args)
    if out is not None:
        path = str(out.resolve())
        one = session.run(receiving.take, receiving.ReceivedTake(id=one.id, path=path))
    session.screen.show(one, shown.came)


@command(transfers_app, "complete")
def complete(session: Session, transfer: Transfer) -> None:
    """Say that a transfer is complete."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferId(transfer=_whole(session, transfer))
    session.screen.show(session.run(transfers.complete, args), shown.moved)


@command(transfers_app, "terminate")
def terminate(session: Session, transfer: Transfer, reason: Reason = "") -> None:
    """End a transfer for good, whatever state it is in."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import transfers

    args = transfers.TransferReason(transfer=_whole(session, transfer), reason=reason)
    session.screen.show(session.run(transfers.terminate, args), shown.moved)


@default(received_app)
def received(session: Session) -> None:
    """Files that came from peers, unlooked at until somebody takes them; lists them by itself."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import receiving
    from comity.operations.setup import Nothing

    session.screen.show(session.run(receiving.received_list, Nothing()), shown.received)


command(received_app, "list")(received)


@command(received_app, "take")
def take(
    session: Session,
    file: Annotated[str, typer.Argument(help="A received file: its id or the beginning of it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new file to copy it to.")],
) -> None:
    """Copy a received file to look at it. Who did is in the journal."""
    from comity.cli.rendering import transferring as shown
    from comity.operations import receiving
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(receiving.received_list, Nothing()).files)

    args = receiving.ReceivedTake(id=whole(file, known), path=str(out.resolve()))
    session.screen.show(session.run(receiving.take, args), shown.came)


def _whole(session: Session, transfer: str) -> str:
    from comity.operations import transfers
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(transfers.transfer_list, Nothing()).transfers)

    return whole(transfer, known)
