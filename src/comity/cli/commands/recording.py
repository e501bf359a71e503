"""Record: what was said and decided, and what a peer can cause here."""

from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import RECORD
from comity.cli.session import Session

record_app = typer.Typer(no_args_is_help=True, help="What was said between this node and a peer.")

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    from comity.cli.commands import watching  # noqa: F401 - adds its commands to the group

    app.add_typer(record_app, name="record", rich_help_panel=RECORD)
    command(app, "journal", RECORD)(journal)
    command(app, "posture", RECORD)(posture)


@command(record_app, "show")
def record_show(session: Session, peer: Peer) -> None:
    """Show what was said, by whom, when: both logs in one order."""
    from comity.cli.rendering import recording as shown
    from comity.operations import records

    found = session.run(records.show, records.PeerArgs(peer=peer))
    session.screen.show(found, shown.record)


@command(record_app, "verify")
def record_verify(session: Session, peer: Peer) -> None:
    """Compare both logs with the peer's copies, and exchange cosignatures."""
    from comity.cli.rendering import recording as shown
    from comity.operations import records

    found = session.run(records.verify, records.PeerArgs(peer=peer))
    session.screen.show(found, shown.verified)


@command(record_app, "rotate")
def record_rotate(session: Session) -> None:
    """Put all contents under a new wrap key; then no old copy of the database opens."""
    from comity.cli.rendering import recording as shown
    from comity.operations import keeping
    from comity.operations.setup import Nothing

    session.screen.show(session.run(keeping.rotate, Nothing()), shown.rotated)


@command(record_app, "check")
def record_check(session: Session, peer: Peer) -> None:
    """Check every signature in the record with the key that was valid for it then.

    It needs nobody else, and says how much of the record rests on keys that were replaced or
    revoked since.
    """
    from comity.cli.rendering import identity as shown
    from comity.operations import pinning, records

    found = session.run(pinning.check, records.PeerArgs(peer=peer))
    session.screen.show(found, shown.checked)


def journal(session: Session) -> None:
    """Show what was decided here, by whom. It never leaves this node."""
    from comity.cli.rendering import recording as shown
    from comity.operations import records
    from comity.operations.setup import Nothing

    session.screen.show(session.run(records.journal_show, Nothing()), shown.journal)


def posture(session: Session, peer: Peer) -> None:
    """Print everything that a peer can cause to happen here."""
    from comity.cli.rendering import posture as shown
    from comity.operations import posture as operations
    from comity.operations.records import PeerArgs

    found = session.run(operations.posture, PeerArgs(peer=peer))
    session.screen.show(found, shown.posture)
