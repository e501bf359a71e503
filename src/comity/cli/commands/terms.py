"""Terms: an example, what they say in plain sentences, and a rehearsal of a draft."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command
from comity.cli.ids import whole
from comity.cli.panels import AGREE
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

terms_app = typer.Typer(no_args_is_help=True, help="Terms: write, understand and rehearse them.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(terms_app, name="terms", rich_help_panel=AGREE)


@command(terms_app, "template")
def template(session: Session) -> None:
    """Print an example of a terms file, to start from. With --json, as JSON."""
    import json

    from comity.cli.drafts import TEMPLATE, parse_draft

    shown = TEMPLATE.rstrip()
    if session.screen.json:
        shown = json.dumps(parse_draft(TEMPLATE.encode(), "template"), indent=2)
    session.screen.out.print(shown, soft_wrap=True)


@command(terms_app, "explain")
def explain(
    session: Session,
    said: Annotated[
        str,
        typer.Argument(
            metavar="AGREEMENT|FILE",
            help="An agreement, its id or the beginning of it; or a file with terms or a policy.",
        ),
    ],
) -> None:
    """Say in plain sentences what terms allow, what they ask for, and what they do not allow."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import explaining as shown
    from comity.operations import agreements, terms
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        found = session.run(agreements.agreement_list, Nothing()).agreements
        return (one.id for one in found)

    if Path(said).is_file():
        args = terms.Explain(terms=read_draft(Path(said)))
    else:
        args = terms.Explain(agreement=whole(said, known))
    session.screen.show(session.run(terms.terms_explain, args), shown.explained)


@command(terms_app, "rehearse")
def rehearse(
    session: Session,
    draft: Annotated[Path, typer.Argument(help="Draft terms, TOML or JSON.")],
    peer: Annotated[str, typer.Option(help="Only what this peer asked; else every peer.")] = "",
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what was asked since this day (UTC)."),
    ] = None,
) -> None:
    """Replay what peers asked against a draft: what would be let through, held or refused."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import explaining as shown
    from comity.operations import rehearsing

    args = rehearsing.Rehearse(
        terms=read_draft(draft), peer=peer, since=since.date() if since else None
    )
    session.screen.show(session.run(rehearsing.rehearse, args), shown.rehearsed)
