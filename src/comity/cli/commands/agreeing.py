"""Agree: offers, catalogs, negotiations, agreements."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.ids import whole
from comity.cli.panels import AGREE
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

offer_app = typer.Typer(no_args_is_help=True, help="What this node offers, under which terms.")
negotiations_app = typer.Typer(help="Negotiations under way and past; lists them by itself.")
agreements_app = typer.Typer(help="Agreements in force and past; lists them by itself.")

Peer = Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")]
TermsFile = Annotated[Path, typer.Option("--terms", metavar="FILE", help="Terms, TOML or JSON.")]
Negotiation = Annotated[str, typer.Argument(help="A negotiation: its id or the beginning of it.")]
Agreement = Annotated[str, typer.Argument(help="An agreement: its id or the beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why. The peer reads it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(offer_app, name="offer", rich_help_panel=AGREE)
    command(app, "catalog", AGREE)(catalog)
    command(app, "negotiate", AGREE)(negotiate)
    app.add_typer(negotiations_app, name="negotiations", rich_help_panel=AGREE)
    app.add_typer(agreements_app, name="agreements", rich_help_panel=AGREE)


@command(offer_app, "make")
def offer_make(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="One of your datasets.")],
    terms: TermsFile,
    peer: Annotated[str, typer.Option("--to", help="Only to this peer; else to all.")] = "",
) -> None:
    """Offer a dataset. A peer that takes the offer as it stands has an agreement at once."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.OfferMake(dataset=dataset, peer=peer, terms=read_draft(terms))
    session.screen.show(session.run(agreeing.make_offer, args), shown.offered)


@command(offer_app, "list")
def offer_list(session: Session) -> None:
    """List what this node offers and offered."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    found = session.run(agreeing.offer_list, Nothing())
    session.screen.show(found, shown.offers)


@command(offer_app, "withdraw")
def offer_withdraw(
    session: Session, offer: Annotated[str, typer.Argument(help="Its id or the beginning of it.")]
) -> None:
    """Withdraw an offer. Agreements made under it stay."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(agreeing.offer_list, Nothing()).offers)

    args = agreeing.OfferId(offer=whole(offer, known))
    session.screen.show(session.run(agreeing.withdraw_offer, args), shown.withdrawn)


def catalog(session: Session, peer: Peer) -> None:
    """Ask a peer what it offers to this node."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    found = session.run(agreeing.catalog, agreeing.PeerArgs(peer=peer))
    session.screen.show(found, shown.catalog)


def negotiate(
    session: Session,
    peer: Peer,
    dataset: Annotated[str, typer.Argument(help="A dataset in the peer's catalog.")],
    offer: Annotated[str, typer.Option(help="Which offer; without it, the latest.")] = "",
    terms: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Changes to the offered terms, TOML or JSON."),
    ] = None,
) -> None:
    """Ask a peer for an agreement, under its offer as it stands or with changes."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    def known() -> "Iterable[str]":
        asked = agreeing.PeerArgs(peer=peer)
        return (one.id for one in session.run(agreeing.catalog, asked).offers)

    args = agreeing.Negotiate(
        peer=peer,
        dataset=dataset,
        offer=whole(offer, known) if offer else "",
        terms=read_draft(terms) if terms else None,
    )
    session.screen.show(session.run(agreeing.negotiate, args), shown.negotiation)


@default(negotiations_app)
def negotiations(session: Session) -> None:
    """Negotiations under way and past; lists them by itself."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    found = session.run(agreeing.negotiation_list, Nothing())
    session.screen.show(found, shown.negotiations)


command(negotiations_app, "list")(negotiations)


@command(negotiations_app, "show")
def negotiation_show(session: Session, negotiation: Negotiation) -> None:
    """Show a negotiation, and what changed against your offer."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.NegotiationId(negotiation=_negotiation(session, negotiation))
    session.screen.show(session.run(agreeing.show, args), shown.negotiation)


@command(negotiations_app, "accept")
def accept(session: Session, negotiation: Negotiation) -> None:
    """Accept the peer's latest proposal."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.NegotiationId(negotiation=_negotiation(session, negotiation))
    session.screen.show(session.run(agreeing.accept, args), shown.negotiation)


@command(negotiations_app, "counter")
def counter(session: Session, negotiation: Negotiation, terms: TermsFile) -> None:
    """Answer the peer's latest proposal with changed terms."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    draft = read_draft(terms)
    args = agreeing.Counter(negotiation=_negotiation(session, negotiation), terms=draft)
    session.screen.show(session.run(agreeing.counter, args), shown.negotiation)


@command(negotiations_app, "decline")
def decline(session: Session, negotiation: Negotiation, reason: Reason) -> None:
    """Decline, for good."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.Decline(negotiation=_negotiation(session, negotiation), reason=reason)
    session.screen.show(session.run(agreeing.decline, args), shown.negotiation)


@default(agreements_app)
def agreements(session: Session) -> None:
    """Agreements in force and past; lists them by itself."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    found = session.run(agreeing.agreement_list, Nothing())
    session.screen.show(found, shown.agreements)


command(agreements_app, "list")(agreements)


@command(agreements_app, "show")
def agreement_show(session: Session, agreement: Agreement) -> None:
    """Show an agreement and all that it allows."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.AgreementId(agreement=_agreement(session, agreement))
    session.screen.show(session.run(agreeing.agreement_show, args), shown.agreement)


@command(agreements_app, "suspend")
def suspend(session: Session, agreement: Agreement, reason: Reason = "") -> None:
    """Suspend your consent, at once. The peer is told."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.AgreementId(agreement=_agreement(session, agreement), reason=reason)
    session.screen.show(session.run(agreeing.suspend, args), shown.agreement)


@command(agreements_app, "resume")
def resume(session: Session, agreement: Agreement) -> None:
    """End a suspension of yours."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.AgreementId(agreement=_agreement(session, agreement))
    session.screen.show(session.run(agreeing.resume, args), shown.agreement)


def _negotiation(session: Session, typed: str) -> str:
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        found = session.run(agreeing.negotiation_list, Nothing()).negotiations
        return (one.id for one in found)

    return whole(typed, known)


def _agreement(session: Session, typed: str) -> str:
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        found = session.run(agreeing.agreement_list, Nothing()).agreements
        return (one.id for one in found)

    return whole(typed, known)
