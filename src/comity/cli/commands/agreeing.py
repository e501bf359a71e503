"""Agree: negotiations, and what is said in them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.commands.offering import Agreeing, Peer, TermsFile
from comity.cli.ids import whole
from comity.cli.panels import AGREE
from comity.cli.session import Session
from comity.core.terms import Approval

if TYPE_CHECKING:
    from collections.abc import Iterable

negotiations_app = typer.Typer(help="Negotiations under way and past; lists them by itself.")

Negotiation = Annotated[str, typer.Argument(help="A negotiation: its id or the beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why. The peer reads it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "negotiate", AGREE)(negotiate)
    command(app, "propose", AGREE)(propose)
    app.add_typer(negotiations_app, name="negotiations", rich_help_panel=AGREE)


def negotiate(
    session: Session,
    peer: Peer,
    dataset: Annotated[str, typer.Argument(help="A dataset in the peer's catalog.")],
    offer: Annotated[str, typer.Option(help="Which offer; without it, the latest.")] = "",
    terms: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Changes to the offered terms, TOML or JSON."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An offer as ODRL, where it came another way; JSON."),
    ] = None,
    approval: Agreeing = Approval.AUTOMATIC,
) -> None:
    """Ask a peer for an agreement, under its offer as it stands or with changes."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing, offering

    def known() -> "Iterable[str]":
        asked = offering.PeerArgs(peer=peer)
        return (one.id for one in session.run(offering.catalog, asked).offers)

    args = agreeing.Negotiate(
        peer=peer,
        dataset=dataset,
        offer=whole(offer, known) if offer else "",
        terms=read_draft(terms) if terms else None,
        policy=read_draft(policy) if policy else None,
        agreeing=approval,
    )
    session.screen.show(session.run(agreeing.negotiate, args), shown.negotiation)


def propose(
    session: Session,
    peer: Peer,
    dataset: Annotated[str, typer.Argument(help="One of your datasets.")],
    terms: TermsFile,
    approval: Agreeing = Approval.AUTOMATIC,
) -> None:
    """Offer a dataset to one peer, who accepts, counters or declines."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.Propose(peer=peer, dataset=dataset, terms=read_draft(terms), agreeing=approval)
    session.screen.show(session.run(agreeing.propose, args), shown.negotiation)


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

    args = agreeing.NegotiationId(negotiation=_whole(session, negotiation))
    session.screen.show(session.run(agreeing.show, args), shown.negotiation)


@command(negotiations_app, "accept")
def accept(
    session: Session,
    negotiation: Negotiation,
    unknown_terms: Annotated[
        bool,
        typer.Option(
            "--unknown-terms", help="Also terms that this node does not know and cannot execute."
        ),
    ] = False,
) -> None:
    """Say yes to what waits: the peer's proposal, or the next step to the agreement."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.Accept(negotiation=_whole(session, negotiation), unknown_terms=unknown_terms)
    session.screen.show(session.run(agreeing.accept, args), shown.negotiation)


@command(negotiations_app, "counter")
def counter(session: Session, negotiation: Negotiation, terms: TermsFile) -> None:
    """Answer the peer's latest proposal with changed terms."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    draft = read_draft(terms)
    args = agreeing.Counter(negotiation=_whole(session, negotiation), terms=draft)
    session.screen.show(session.run(agreeing.counter, args), shown.negotiation)


@command(negotiations_app, "decline")
def decline(session: Session, negotiation: Negotiation, reason: Reason) -> None:
    """Decline, for good: it cannot be begun anew until you reopen it."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.Decline(negotiation=_whole(session, negotiation), reason=reason)
    session.screen.show(session.run(agreeing.decline, args), shown.negotiation)


@command(negotiations_app, "reopen")
def reopen(session: Session, negotiation: Negotiation) -> None:
    """Let the peer begin anew what you declined."""
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreeing

    args = agreeing.NegotiationId(negotiation=_whole(session, negotiation))
    session.screen.show(session.run(agreeing.reopen, args), shown.negotiation)


def _whole(session: Session, typed: str) -> str:
    from comity.operations import agreeing
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        found = session.run(agreeing.negotiation_list, Nothing()).negotiations
        return (one.id for one in found)

    return whole(typed, known)
