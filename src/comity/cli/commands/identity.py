"""Set up: who this node is, and how its keys are rotated, recovered and revoked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.session import Session

if TYPE_CHECKING:
    from comity.edge.keyring import Use

identity_app = typer.Typer(help="Who this node is, and its keys.")


@default(identity_app)
def own(
    session: Session,
    document: Annotated[
        bool, typer.Option("--document", help="Print only the document, to give to peers.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Print only the update: what peers need that pinned a version before."
        ),
    ] = False,
) -> None:
    """Show who this node is, and the fingerprint that peers compare."""
    from comity.cli.rendering import identity as keys
    from comity.cli.rendering import setup as shown
    from comity.operations import identity, setup

    if update:
        text = session.run(identity.update, setup.Nothing())
        session.screen.show(text, keys.update)
        return
    node = session.run(setup.show, setup.Nothing())
    if document and not session.screen.json:
        session.screen.out.print(node.document, soft_wrap=True)
    else:
        session.screen.show(node, shown.identity)


@command(identity_app, "rotate")
def rotate(
    session: Session,
    message: Annotated[
        bool, typer.Option("--message", help="The key that signs messages.")
    ] = False,
    checkpoint: Annotated[
        bool, typer.Option("--checkpoint", help="The key that signs checkpoints.")
    ] = False,
    cosignature: Annotated[
        bool, typer.Option("--cosignature", help="The key that cosigns the peers' checkpoints.")
    ] = False,
    encryption: Annotated[
        bool, typer.Option("--encryption", help="The key that files are encrypted to.")
    ] = False,
    certificate: Annotated[
        bool, typer.Option("--certificate", help="Key and certificate of the peer listener.")
    ] = False,
) -> None:
    """Make new keys, all or those named, and a new version of the identity document.

    The message key is new wherever those of checkpoints or cosignatures are. The one before
    endorses the document. It also says name, territory and address anew, as they are
    in the settings. Peers take it with peer update; what they refuse until then waits.
    """
    from comity.cli.rendering import identity as shown
    from comity.operations import identity

    wanted: dict[Use, bool] = {
        "message": message,
        "checkpoint": checkpoint,
        "cosignature": cosignature,
        "encryption": encryption,
        "certificate": certificate,
    }
    args = identity.Rotate(keys=tuple(use for use, named in wanted.items() if named))
    session.screen.show(session.run(identity.rotate, args), shown.rotated)


@command(identity_app, "recover")
def recover(
    session: Session,
    recovery_key: Annotated[Path, typer.Option(help="The recovery key, as init wrote it.")],
    next_recovery_key: Annotated[
        Path, typer.Option(help="Where the next recovery key goes. Take it offline afterwards.")
    ],
) -> None:
    """Make new keys with the recovery key, where the message key is lost or stolen.

    The node must not be serving. The recovery key is used up; a new one takes its place. What was
    on its way under the old keys is void.
    """
    from comity.cli.rendering import identity as shown
    from comity.edge import lock
    from comity.operations.recovering import recover as make

    with lock.hold(session.folder):
        made = make(session.folder, session.token(), recovery_key, next_recovery_key)
    session.screen.show(made, shown.rotated)


@command(identity_app, "revoke")
def revoke(
    session: Session,
    reason: Annotated[str, typer.Option(help="stolen, lost or closed.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where the signed revocation goes.")
    ],
    recovery_key: Annotated[
        Path | None, typer.Option(help="The recovery key, where it is to sign.")
    ] = None,
) -> None:
    """Sign that this node's keys are revoked, for peers to take nothing more of them.

    After that only identity recover makes new ones.
    """
    from comity.cli.rendering import identity as shown
    from comity.edge import keyfiles
    from comity.operations import identity

    args = identity.Revoke.model_validate(
        {"reason": reason, "recovery_key": str(recovery_key.resolve()) if recovery_key else ""}
    )
    made = session.run(identity.revoke, args)
    keyfiles.write_once(output, made.statement.encode() + b"\n", 0o644)
    session.screen.show(made, lambda screen, said: shown.revoked(screen, said, output))


@command(identity_app, "history")
def history(session: Session) -> None:
    """Show the versions of this node's identity, and when they ended."""
    from comity.cli.rendering import identity as shown
    from comity.operations import identity
    from comity.operations.setup import Nothing

    session.screen.show(session.run(identity.own_history, Nothing()), shown.history)
