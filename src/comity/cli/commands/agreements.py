"""Agree: agreements in force and past, and what can be done about them."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.commands.offering import TermsFile
from comity.cli.ids import whole
from comity.cli.panels import AGREE
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.operations import Operation
    from comity.operations.agreements import AgreementId, AgreementShown

agreements_app = typer.Typer(help="Agreements in force and past; lists them by itself.")

Agreement = Annotated[str, typer.Argument(help="An agreement: its id or the beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why. The peer reads it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(agreements_app, name="agreements", rich_help_panel=AGREE)


@default(agreements_app)
def agreements(session: Session) -> None:
    """Agreements in force and past; lists them by itself."""
    from comity.cli.rendering import agreements as shown
    from comity.operations import agreements
    from comity.operations.setup import Nothing

    found = session.run(agreements.agreement_list, Nothing())
    session.screen.show(found, shown.agreements)


command(agreements_app, "list")(agreements)


@command(agreements_app, "show")
def agreement_show(session: Session, agreement: Agreement) -> None:
    """Show an agreement and all that it allows."""
    from comity.operations import agreements

    _do(session, agreements.agreement_show, agreement)


@command(agreements_app, "suspend")
def suspend(session: Session, agreement: Agreement, reason: Reason = "") -> None:
    """Suspend your consent, at once. The peer is told."""
    from comity.operations import agreements

    _do(session, agreements.suspend, agreement, reason)


@command(agreements_app, "resume")
def resume(session: Session, agreement: Agreement) -> None:
    """End a suspension of yours."""
    from comity.operations import agreements

    _do(session, agreements.resume, agreement)


@command(agreements_app, "withdraw")
def withdraw(session: Session, agreement: Agreement, reason: Reason = "") -> None:
    """Withdraw your consent for good. What runs under the agreement ends; the peer is told."""
    from comity.operations import agreements

    _do(session, agreements.withdraw, agreement, reason)


@command(agreements_app, "amend")
def amend(session: Session, agreement: Agreement, terms: TermsFile) -> None:
    """Propose other terms in its place. It holds until both have agreed to the new ones."""
    from comity.cli.drafts import read_draft
    from comity.cli.rendering import agreeing as shown
    from comity.operations import agreements

    args = agreements.Amend(agreement=_whole(session, agreement), terms=read_draft(terms))
    session.screen.show(session.run(agreements.amend, args), shown.negotiation)


def _do(
    session: Session,
    operation: "Operation[AgreementId, AgreementShown]",
    agreement: str,
    reason: str = "",
) -> None:
    from comity.cli.rendering import agreements as shown
    from comity.operations import agreements

    args = agreements.AgreementId(agreement=_whole(session, agreement), reason=reason)
    session.screen.show(session.run(operation, args), shown.agreement)


def _whole(session: Session, typed: str) -> str:
    from comity.operations import agreements
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(agreements.agreement_list, Nothing()).agreements)

    return whole(typed, known)
