"""Courier: what waits for a peer as a file, and files of peers taken in."""

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import COURIER
from comity.cli.session import Session
from comity.cli.sizes import size
from comity.errors import Code, ComityError

courier_app = typer.Typer(
    no_args_is_help=True, help="Messages as files, for peers that no network connects."
)

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]
Out = Annotated[Path, typer.Option("--output", "-o", help="The new file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(courier_app, name="courier", rich_help_panel=COURIER)


@command(courier_app, "pack")
def pack(
    session: Session,
    peer: Peer,
    out: Out,
    part_size: Annotated[
        str,
        typer.Option(help="How large a file may be, for example 10MiB; then there are several."),
    ] = "",
) -> None:
    """Write all that waits for a peer into a file, signed and encrypted to it.

    Everything that is not known to have arrived goes again, so a file that is lost, late or taken
    twice does no harm.
    """
    from comity.cli.rendering import couriers as shown
    from comity.operations import couriers

    args = couriers.Pack(
        peer=peer, file=str(out.absolute()), part_size=size(part_size) if part_size else 0
    )
    session.screen.show(session.run(couriers.pack, args), shown.packed)


@command(courier_app, "unpack")
def unpack(
    session: Session,
    files: Annotated[list[Path], typer.Argument(help="Files that a courier brought.")],
) -> None:
    """Take in files that a courier brought, in any order, and say what came of them.

    What replies to them waits for the way back. Parts of a larger file are kept until all are here.
    """
    from comity.cli.rendering import couriers as shown
    from comity.operations import couriers

    args = couriers.Unpack(files=tuple(str(file.absolute()) for file in files))
    came = session.run(couriers.unpack, args)
    refused = [each for each in came.files if each.error]
    if len(came.files) == len(refused) == 1:
        raise ComityError(Code(refused[0].error), **refused[0].params)
    session.screen.show(came, shown.unpacked)
    if refused:
        raise typer.Exit(1)


@command(courier_app, "receipt")
def receipt(
    session: Session,
    peer: Peer,
    out: Annotated[Path | None, typer.Option("--output", "-o", help="The new file.")] = None,
) -> None:
    """Make a receipt for what has arrived from a peer, to go back by another way.

    It is a few lines of text, and says how many messages there are and what they hash to.
    """
    from comity.cli.rendering import couriers as shown
    from comity.operations import courier_receipts

    args = courier_receipts.Receipt(peer=peer, file=str(out.absolute()) if out else "")
    session.screen.show(session.run(courier_receipts.receipt, args), shown.receipt)


@command(courier_app, "accept")
def accept(
    session: Session,
    file: Annotated[Path, typer.Argument(help="A receipt, as it came.", show_default=False)],
) -> None:
    """Take a receipt of a peer for what has arrived there."""
    from comity.cli.rendering import couriers as shown
    from comity.limits import NOTE_BYTES
    from comity.operations import courier_receipts

    try:
        with file.open("rb") as opened:
            text = opened.read(NOTE_BYTES + 1).decode()
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=str(file)) from None
    except UnicodeDecodeError:
        raise ComityError(Code.NOTE_INVALID, reason="form") from None
    session.screen.show(
        session.run(courier_receipts.accept, courier_receipts.Accept(text=text)), shown.accepted
    )


@command(courier_app, "run")
def run(
    session: Session,
    every: Annotated[
        int, typer.Option(help="Seconds to wait before it is done again; 0: once.")
    ] = 0,
) -> None:
    """Empty the one folder and fill the other, as the settings courier_in and courier_out say.

    For a data diode, or whatever else moves files by itself.
    """
    from time import sleep

    from comity.cli.rendering import couriers as shown
    from comity.operations import courier_folders
    from comity.operations.setup import Nothing

    while True:
        session.screen.show(session.run(courier_folders.run, Nothing()), shown.ran)
        if not every:
            return
        sleep(every)
