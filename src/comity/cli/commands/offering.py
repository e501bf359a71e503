"""Agree: what this node offers, and what a peer does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command
from comity.cli.ids import whole
from comity.cli.panels import AGREE
from comity.cli.session import Session
from comity.core.terms import Approval

if TYPE_CHECKING:
    from collections.abc import Iterable

offer_app = typer.Typer(no_args_is_help=True, help="What this node offers, under which terms.")

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]
TermsFile = Annotated[Path, typer.Option("--terms", metavar="FILE", help="Terms, TOML or JSON.")]
Agreeing = Annotated[
    Approval, typer.Option("--agreeing", help="Who approves each step of yours to an agreement.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(offer_app, name="offer", rich_help_panel=AGREE)
    command(app, "catalog", AGREE)(catalog)


@command(offer_app, "make")
def offer_make(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="One of your datasets.")],
    terms: TermsFile,
    peer: Annotated[str, typer.Option("--to", help="Only to this peer; else to all.")] = "",
    approval: Agreeing = Approval.AUTOMATIC,
) -> None:
    """Offer a dataset. A peer that takes it as it stands has an agreement, once you approved."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import offering as shown
    from comity.operations import offering

    args = offering.OfferMake(
        dataset=dataset, peer=peer, terms=read_draft(terms), agreeing=approval
    )
    session.screen.show(session.run(offering.make_offer, args), shown.offered)


@command(offer_app, "list")
def offer_list(session: Session) -> None:
    """List what this node offers and offered."""
    from comity.cli.rendering import offering as shown
    from comity.operations import offering
    from comity.operations.setup import Nothing

    found = session.run(offering.offer_list, Nothing())
    session.screen.show(found, shown.offers)


@command(offer_app, "withdraw")
def offer_withdraw(
    session: Session, offer: Annotated[str, typer.Argument(help="Its id or the beginning of it.")]
) -> None:
    """Withdraw an offer. Agreements made under it stay."""
    from comity.cli.rendering import offering as shown
    from comity.operations import offering
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(offering.offer_list, Nothing()).offers)

    args = offering.OfferId(offer=whole(offer, known))
    session.screen.show(session.run(offering.withdraw_offer, args), shown.withdrawn)


def catalog(session: Session, peer: Peer) -> None:
    """Ask a peer what it offers to this node."""
    from comity.cli.rendering import offering as shown
    from comity.operations import offering

    found = session.run(offering.catalog, offering.PeerArgs(peer=peer))
    session.screen.show(found, shown.catalog)
