"""Set up: a node, its officers, its peers."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from comity.cli.command import command
from comity.cli.fingerprints import compare
from comity.cli.panels import SET_UP
from comity.cli.session import Session
from comity.errors import Code, ComityError

officer_app = typer.Typer(no_args_is_help=True, help="Who may operate this node.")
peer_app = typer.Typer(no_args_is_help=True, help="The participants this node talks to.")

LinkKind = Literal["http", "courier"]
Document = Annotated[Path, typer.Argument(metavar="FILE", help="An identity document.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "init", SET_UP)(init)
    command(app, "identity", SET_UP)(identity)
    app.add_typer(officer_app, name="officer", rich_help_panel=SET_UP)
    app.add_typer(peer_app, name="peer", rich_help_panel=SET_UP)


def init(
    session: Session,
    id: Annotated[str, typer.Option(help="Participant id: a DID, the same for ever.")] = "",
    name: Annotated[str, typer.Option(help="The authority's name, as peers see it.")] = "",
    territory: Annotated[str, typer.Option(help="Where the node stands, ISO 3166: MX.")] = "",
    address: Annotated[str, typer.Option(help="Where peers reach it: https://host:8443.")] = "",
    officer: Annotated[str, typer.Option(help="Name of the first officer.")] = "",
    recovery: Annotated[
        Path, typer.Option(help="Where the recovery key goes. Take it offline afterwards.")
    ] = Path("comity-recovery.key"),
    peer_host: Annotated[
        str, typer.Option(help="Where the peer listener listens; without it, everywhere.")
    ] = "",
    peer_port: Annotated[
        int | None,
        typer.Option(help="Port of the peer listener; without it, that of the address."),
    ] = None,
    operators_port: Annotated[
        int, typer.Option(help="Port of the operators' listener, on loopback.")
    ] = 8700,
    database: Annotated[
        str, typer.Option(help="Database URL; without it, SQLite in the folder.")
    ] = "",
) -> None:
    """Make a node: its keys, its identity document and its first officer.

    Asks for id, name, territory, address and officer where they are not given. The node speaks
    with its officers in the language that --language names.
    """
    from urllib.parse import urlsplit

    from comity.cli.rendering import setup as shown
    from comity.core.identity import check_address, check_id, check_territory
    from comity.edge.config import NodeConfig
    from comity.operations.setup import init as make

    check_address(address := address or session.prompt("ask.address"))
    check_id(id := id or session.prompt("ask.id"))
    check_territory(territory := territory or session.prompt("ask.territory"))
    name = name or session.prompt("ask.name")
    officer = officer or session.prompt("ask.officer")
    if not officer.replace("-", "").replace("_", "").isalnum():
        # Checked before anything is made: the name becomes that of a file.
        raise ComityError(Code.ARGUMENT_INVALID, where="officer")
    settings: dict[str, str | int] = {
        "peer_port": urlsplit(address).port or 8443 if peer_port is None else peer_port,
        **({"peer_host": peer_host} if peer_host else {}),
        **({"database": database} if database else {}),
    }
    config = NodeConfig.model_validate(
        {
            "id": id,
            "name": name,
            "territory": territory,
            "address": address,
            "operators_port": operators_port,
            "language": session.screen.language,
            **settings,
        }
    )
    made = make(session.folder, config, officer, recovery)
    session.screen.show(made, shown.created)


def identity(
    session: Session,
    document: Annotated[
        bool, typer.Option("--document", help="Print only the document, to give to peers.")
    ] = False,
) -> None:
    """Show who this node is, and the fingerprint that peers compare."""
    from comity.cli.rendering import setup as shown
    from comity.operations import setup

    own = session.run(setup.show, setup.Nothing())
    if document and not session.screen.json:
        session.screen.out.print(own.document, soft_wrap=True)
    else:
        session.screen.show(own, shown.identity)


@command(officer_app, "add")
def officer_add(
    session: Session, officer: Annotated[str, typer.Argument(help="Letters, digits, dashes.")]
) -> None:
    """Add an officer, and write a token file for them."""
    from comity.cli.rendering import setup as shown
    from comity.operations import setup

    added = session.run(setup.officer_add, setup.OfficerAdd(officer=officer))
    session.screen.show(added, shown.officer_added)


@command(officer_app, "list")
def officer_list(session: Session) -> None:
    """List the officers."""
    from comity.cli.rendering import setup as shown
    from comity.operations import setup

    session.screen.show(session.run(setup.officer_list, setup.Nothing()), shown.officers)


@command(peer_app, "read")
def peer_read(session: Session, file: Document) -> None:
    """Show what an identity document says, and its fingerprint. Pins nothing."""
    from comity.cli.rendering import setup as shown
    from comity.operations import peers

    read = session.run(peers.peer_read, peers.PeerDocument(document=_read(file)))
    session.screen.show(read, shown.peer)


@command(peer_app, "add")
def peer_add(
    session: Session,
    file: Document,
    fingerprint: Annotated[
        str,
        typer.Option(help="The whole fingerprint, as the peer told it over another channel."),
    ] = "",
) -> None:
    """Pin a peer, once its fingerprint was compared over another channel.

    Shows the fingerprint with two groups left out, and asks for them: the peer reads them to you,
    on the telephone or in person. They are chosen anew each time.
    """
    from comity.cli.rendering import setup as shown
    from comity.operations import peers

    document = _read(file)
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
    peer: Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")],
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


def _read(file: Path) -> str:
    """Read a document. Raises FILE_MISSING, or IDENTITY_INVALID for what cannot be one."""
    from comity.limits import IDENTITY_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(IDENTITY_BYTES + 1).decode("ascii")
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=str(file)) from None
    except UnicodeDecodeError:
        raise ComityError(Code.IDENTITY_INVALID) from None
