"""Run: backups, and a node that comes back from one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command
from comity.cli.panels import RUN
from comity.cli.session import Session
from comity.errors import Code, ComityError

if TYPE_CHECKING:
    from comity.edge.sealed_stream import Opener

PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="A file that only you can read, with the passphrase; else it is asked for."),
]
KeyFile = Annotated[
    Path | None, typer.Option("--key", help="The private key, where the backup was made to a key.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "backup", RUN)(backup)
    command(app, "restore", RUN)(restore)
    command(app, "thaw", RUN)(thaw)
    command(app, "unsettled", RUN)(unsettled)


def backup(
    session: Session,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The new backup.")
    ] = None,
    to: Annotated[
        str, typer.Option(metavar="KEY", help="Close it to this public key, not to a passphrase.")
    ] = "",
    passphrase_file: PassphraseFile = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read a backup to its end and check it.")
    ] = None,
    key: KeyFile = None,
    make_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make a key pair for backups.")
    ] = None,
) -> None:
    """Write an encrypted backup of the node, which may be serving meanwhile.

    In it are the database, settings, identity, its keys, and files given and received. Not in it
    are keys that must end: of epochs, of bodies, of what was asked; and tokens of officers.
    """
    from comity.cli.rendering import restoring as shown
    from comity.operations import backing_up

    if sum(each is not None for each in (output, check, make_key)) != 1:
        raise ComityError(Code.ARGUMENT_INVALID, where="output")
    if make_key is not None:
        session.screen.show(backing_up.make_key(make_key), shown.made_key)
    elif check is not None:
        opener = _opener(session, passphrase_file, key)
        session.screen.show(backing_up.check(check, opener), shown.checked)
    elif output is not None:
        passphrase = "" if to else _passphrase(session, passphrase_file, confirm=True)
        args = backing_up.BackupArgs(
            path=str(output.absolute()), passphrase=passphrase, recipient=to
        )
        session.screen.show(session.run(backing_up.backup, args), shown.backup)


def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    officer: Annotated[
        str, typer.Option(help="Name of the officer who goes on; others are added again.")
    ],
    passphrase_file: PassphraseFile = None,
    key: KeyFile = None,
) -> None:
    """Make a node of a backup, in the folder that --folder names. It starts frozen.

    A frozen node shows what it has, and says nothing to anybody, until it knows from its peers what
    it has said since the backup: comity thaw.
    """
    from comity.cli.rendering import restoring as shown
    from comity.operations import backing_up

    opener = _opener(session, passphrase_file, key)
    made = backing_up.restore(file, session.folder, officer, opener)
    session.screen.show(made, shown.restored)


def thaw(
    session: Session,
    peer: Annotated[str, typer.Argument(help="One peer; without it, all that wait.")] = "",
    supersede: Annotated[
        bool,
        typer.Option(help="Go on though another copy of this node has: that one then stops."),
    ] = False,
    aside: Annotated[
        bool, typer.Option(help="Set the peer aside: stay frozen for it, and for it alone.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why it is set aside; for the journal.")] = "",
) -> None:
    """Come back to the peers of a frozen node, and take back what is missing here."""
    from comity.cli.rendering import restoring as shown
    from comity.operations import thawing

    if aside:
        found = session.run(thawing.aside, thawing.AsideArgs(peer=peer, reason=reason))
    else:
        args = thawing.ThawArgs(peer=peer, supersede=supersede)
        found = session.run(thawing.thaw, args)
    session.screen.show(found, shown.thawed)
    if any(one.outcome == "frozen" for one in found.peers):
        raise typer.Exit(1)


def unsettled(
    session: Session,
    settle: Annotated[
        str, typer.Option(metavar="ID", help="Say that you have looked at this one.")
    ] = "",
) -> None:
    """List what a restored node could not rebuild from the record, for an officer to look at."""
    from comity.cli.rendering import restoring as shown
    from comity.operations import thawing
    from comity.operations.setup import Nothing

    if settle:
        found = session.run(thawing.settle, thawing.SettleArgs(id=settle))
    else:
        found = session.run(thawing.unsettled, Nothing())
    session.screen.show(found, shown.unsettled)


def _opener(session: Session, passphrase_file: Path | None, key: Path | None) -> "Opener":
    from comity.edge.keyfiles import read_decryption
    from comity.edge.sealed_stream import Opener

    if key is not None:
        return Opener(key=read_decryption(key))
    return Opener(passphrase=_passphrase(session, passphrase_file))


def _passphrase(session: Session, file: Path | None, *, confirm: bool = False) -> str:
    """Read the passphrase, or ask for it. Raises NOT_CONFIRMED where nobody can be asked."""
    from comity.edge.keyfiles import read_private

    if file is None:
        return session.secret("ask.passphrase", confirm=confirm)
    return read_private(file).decode("utf-8", "replace").strip()
