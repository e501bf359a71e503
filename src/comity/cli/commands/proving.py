"""Record: evidence for others, the check of it, export, and witnesses."""

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.commands.recording import Peer, record_app
from comity.cli.panels import RECORD
from comity.cli.session import Session

witness_app = typer.Typer(no_args_is_help=True, help="Thirds who watch the logs of this node.")

Name = Annotated[str, typer.Argument(help="What the witness is called here.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "verify", RECORD)(verify)
    app.add_typer(witness_app, name="witness", rich_help_panel=RECORD)


@command(record_app, "prove", dashes=True)
def record_prove(
    session: Session,
    peer: Peer,
    entries: Annotated[
        list[str],
        typer.Argument(
            metavar="ENTRY...",
            help="sent:NUMBER or received:NUMBER, as record show lists them, or a message's id.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new file for the evidence.")],
    withhold: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="A field of answers to leave out; body leaves out all."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="A field of answers to show, and no other."),
    ] = None,
) -> None:
    """Write evidence of messages, for somebody who has no node: a court, an oversight body.

    It proves who sent what to whom and when at the latest, with the identity documents of both
    sides and nothing else. Fields of answers, or whole bodies, can be withheld; the proof holds
    without them.
    """
    from comity.cli.rendering import proving as shown
    from comity.operations import proving

    args = proving.ProveArgs(
        peer=peer,
        entries=tuple(entries),
        withhold=tuple(withhold or ()),
        only=tuple(only or ()),
        path=str(out.resolve()),
    )
    session.screen.show(session.run(proving.prove, args), shown.proved)


@command(record_app, "export")
def record_export(
    session: Session,
    peer: Peer,
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for both logs.")],
) -> None:
    """Write both logs as tiles (C2SP tlog-tiles): hashes, which show no message."""
    from comity.cli.rendering import proving as shown
    from comity.operations import exporting

    args = exporting.ExportArgs(peer=peer, path=str(out.resolve()))
    session.screen.show(session.run(exporting.export, args), shown.exported)


@command(record_app, "witness")
def record_witness(
    session: Session,
    peer: Peer,
    witness: Annotated[
        str, typer.Option(metavar="NAME", help="This witness; without it, all of them.")
    ] = "",
) -> None:
    """Have witnesses cosign the log of this node for a peer.

    They see how many messages there are and a hash over them, and nothing of what they say.
    """
    from comity.cli.rendering import proving as shown
    from comity.operations import witnessing

    args = witnessing.WitnessArgs(peer=peer, witness=witness)
    session.screen.show(session.run(witnessing.witness_log, args), shown.witnessed)


@command(witness_app, "add")
def witness_add(
    session: Session,
    name: Name,
    key: Annotated[
        str, typer.Option(metavar="VKEY", help="Its key, as its operator publishes it.")
    ],
    url: Annotated[str, typer.Option(help="Where it takes checkpoints: https://host/path.")],
) -> None:
    """Name a witness (C2SP tlog-witness)."""
    from comity.cli.rendering import proving as shown
    from comity.operations import witnessing

    args = witnessing.WitnessAdd(name=name, key=key, url=url)
    session.screen.show(session.run(witnessing.witness_add, args), shown.witness)


@command(witness_app, "list")
def witness_list(session: Session) -> None:
    """List the witnesses, and the keys of our logs that their operators have to enter."""
    from comity.cli.rendering import proving as shown
    from comity.operations import witnessing
    from comity.operations.setup import Nothing

    session.screen.show(session.run(witnessing.witness_list, Nothing()), shown.witnesses)


@command(witness_app, "remove")
def witness_remove(session: Session, name: Name) -> None:
    """Remove a witness; what it cosigned stays."""
    from comity.cli.rendering import proving as shown
    from comity.operations import witnessing

    args = witnessing.WitnessNamed(name=name)
    session.screen.show(session.run(witnessing.witness_remove, args), shown.removed)


def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence file.")],
    identity: Annotated[
        list[Path],
        typer.Option(metavar="FILE", help="An identity document; give those of both sides."),
    ],
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="VKEY", help="The key of a witness that is to count."),
    ] = None,
) -> None:
    """Check evidence out of a record, and say what it proves and what it does not.

    Needs no node and no network, and runs anywhere.
    """
    from comity.cli.rendering import proving as shown
    from comity.errors import Code, ComityError
    from comity_verify import VerificationFailure
    from comity_verify.main import check

    try:
        found = check(file, identity, witness or [])
    except VerificationFailure as failed:
        about = failed.about
        raise ComityError(
            Code.EVIDENCE_INVALID, fault=failed.flaw, entry=failed.entry or "", about=about
        ) from None
    except OSError as error:
        raise ComityError(Code.FILE_MISSING, file=str(error.filename)) from None
    shown.evidence(session.screen, found)
