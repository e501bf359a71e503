"""Set up: the participants that this node talks to, and what becomes of their keys."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from comity.cli.command import command
from comity.cli.fingerprints import compare
from comity.cli.session import Session
from comity.errors import Code, ComityError

peer_app = typer.Typer(no_args_is_help=True, help="The participants this node talks to.")

LinkKind = Literal["http", "courier"]
Document = Annotated[Path, typer.Argument(metavar="FILE", help="An identity document.")]
Fingerprint = Annotated[
    str, typer.Option(help="The whole fingerprint, as the peer told it over another channel.")
]
Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]


@command(peer_app, "read")
def peer_read(session: Session, file: Document) -> None:
    """Show what an identity document says, and its fingerprint. Pins nothing."""
    from comity.cli.rendering import setup as shown
    from comity.limits import IDENTITY_BYTES
    from comity.operations import peers

    read = session.run(
        peers.peer_read, peers.PeerDocument(document=read_text(file, IDENTITY_BYTES))
    )
    session.screen.show(read, shown.peer)


@command(peer_app, "add")
def peer_add(
    session: Session,
    file: Document,
    fingerprint: Fingerprint = "",
) -> None:
    """Pin a peer, once its fingerprint was compared over another channel.

    Shows the fingerprint with two groups left out, and asks for them: the peer reads them to you,
    on the telephone or in person. They are chosen anew each time.
    """
    from comity.cli.rendering import setup as shown
    from comity.limits import IDENTITY_BYTES
    from comity.operations import peers

    document = read_text(file, IDENTITY_BYTES)
    if not fingerprint:
        read = session.run(peers.peer_read, peers.PeerDocument(document=document))
        if not session.screen.json:
            shown.candidate(session.screen, read)
        fingerprint = compare(session, read.fingerprint)
    args = peers.PeerAdd(document=document, fingerprint=fingerprint)
    session.screen.show(session.run(peers.peer_add, args), shown.pinned)


@command(peer_app, "link")
def peer_link(
    session: Session,
    peer: Peer,
    link: Annotated[LinkKind, typer.Argument(help="How messages get there from now on.")],
    one_way: Annotated[
        bool, typer.Option("--one-way", help="A courier brings nothing back (a data diode).")
    ] = False,
) -> None:
    """Set how messages get to a peer: by calls, or as files that a courier carries.

    Both sides set it. What goes by courier may be on its way for weeks, and the peer takes it only
    where it has set the same.
    """
    from comity.cli.rendering import couriers as shown
    from comity.operations import linking
    from comity.store.links import Kind

    args = linking.PeerLink(peer=peer, kind=Kind(link), one_way=one_way)
    session.screen.show(session.run(linking.peer_link, args), shown.linked)


@command(peer_app, "list")
def peer_list(session: Session) -> None:
    """List the pinned peers."""
    from comity.cli.rendering import setup as shown
    from comity.operations import peers
    from comity.operations.setup import Nothing

    session.screen.show(session.run(peers.peer_list, Nothing()), shown.peers)


@command(peer_app, "update")
def peer_update(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An update of an identity.")],
    fingerprint: Fingerprint = "",
) -> None:
    """Pin a peer's new document, which its keys before or its recovery key endorse.

    Shows what changes and the fingerprint with two groups left out, and asks for them, as when the
    peer was pinned. What waited for the peer goes then.
    """
    from comity.cli.rendering import identity as shown
    from comity.limits import UPDATE_BYTES
    from comity.operations import pinning

    text = read_text(file, UPDATE_BYTES)
    if not fingerprint:
        read = session.run(pinning.update_read, pinning.UpdateText(text=text))
        if not session.screen.json:
            shown.candidate(session.screen, read)
        fingerprint = compare(session, read.fingerprint)
    args = pinning.PeerUpdate(text=text, fingerprint=fingerprint)
    session.screen.show(session.run(pinning.update, args), shown.updated)


@command(peer_app, "revoke")
def peer_revoke(
    session: Session,
    revoked: Annotated[
        str,
        typer.Argument(
            metavar="FILE|PEER", help="A signed revocation; or a peer, to stop it without one."
        ),
    ],
) -> None:
    """Take nothing more of what a peer's keys sign, and send it nothing more.

    What came before stays good evidence. New keys of the peer are pinned with peer update; a peer
    that was stopped without a signed revocation is believed again with peer add.
    """
    from comity.cli.rendering import identity as shown
    from comity.limits import TOKEN_BYTES
    from comity.operations import pinning

    path = Path(revoked)
    if path.is_file():
        args = pinning.PeerRevoke(statement=read_text(path, TOKEN_BYTES))
    else:
        args = pinning.PeerRevoke(peer=revoked)
    session.screen.show(session.run(pinning.revoke, args), shown.peer_revoked)


@command(peer_app, "history")
def peer_history(session: Session, peer: Peer) -> None:
    """Show all documents of a peer that were pinned here, and when they ended."""
    from comity.cli.rendering import identity as shown
    from comity.operations import pinning
    from comity.operations.records import PeerArgs

    session.screen.show(session.run(pinning.peer_history, PeerArgs(peer=peer)), shown.history)


def read_text(file: Path, limit: int) -> str:
    """Read what a peer handed over. Raises FILE_MISSING, or IDENTITY_INVALID for other bytes."""
    try:
        with file.open("rb") as opened:
            return opened.read(limit + 1).decode("ascii")
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=str(file)) from None
    except UnicodeDecodeError:
        raise ComityError(Code.IDENTITY_INVALID) from None
