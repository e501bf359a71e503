"""Set up: a node, its officers, its peers."""

from pathlib import Path
from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.commands.identity import identity_app
from comity.cli.commands.pinning import peer_app
from comity.cli.panels import SET_UP
from comity.cli.session import Session
from comity.errors import Code, ComityError

officer_app = typer.Typer(no_args_is_help=True, help="Who may operate this node.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "init", SET_UP)(init)
    app.add_typer(identity_app, name="identity", rich_help_panel=SET_UP)
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
    listen: Annotated[
        bool,
        typer.Option(help="Whether peers reach it; without, it collects what waits at theirs."),
    ] = True,
    pkcs11_module: Annotated[
        str, typer.Option(help="PKCS #11 library whose token keeps the message key.")
    ] = "",
    pkcs11_token: Annotated[
        str, typer.Option(help="Label of that token; without it, comity.")
    ] = "",
    pkcs11_pin_file: Annotated[
        Path | None, typer.Option(help="File with the token's PIN, closed to others.")
    ] = None,
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
        **({} if listen else {"listen": "none"}),
        **({"database": database} if database else {}),
        **({"pkcs11_module": pkcs11_module} if pkcs11_module else {}),
        **({"pkcs11_pin_file": str(pkcs11_pin_file.resolve())} if pkcs11_pin_file else {}),
        **({"pkcs11_token": pkcs11_token} if pkcs11_token else {}),
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
