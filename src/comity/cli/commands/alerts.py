"""Alerts: lists that are asked about again in each epoch, and what changed in what was found."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.command import command, default
from comity.cli.commands.matching import (
    Families,
    Holdings,
    LegalBasis,
    Peer,
    Purpose,
    Theirs,
    Wait,
    family_list,
)
from comity.cli.ids import whole
from comity.cli.panels import MATCH
from comity.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.operations.alerts import ChangesShown

watch_app = typer.Typer(help="Lists asked about again in each epoch; shows what changed.")

Watch = Annotated[str, typer.Argument(help="A saved list: its id or the beginning of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(watch_app, name="watch", rich_help_panel=MATCH)


@default(watch_app)
def watch(session: Session) -> None:
    """Lists asked about again in each epoch; shows what changed.

    New hits, statuses that changed, and hits that are gone, since you looked last. Nobody is
    asked: a serving node asks by itself once a peer has made a new tag set, or watch run does.
    """
    from comity.cli.rendering import alerts as shown
    from comity.operations import alerts

    found = session.run(alerts.changes, alerts.ChangesSince())
    session.screen.show(found, shown.changes)
    _looked(session, found.watches)


@command(watch_app, "add")
def watch_add(
    session: Session,
    peer: Peer,
    dataset: Theirs,
    holdings: Holdings = "",
    families: Families = "",
    purpose: Purpose = "",
    legal_basis: LegalBasis = "",
) -> None:
    """Ask a peer about a whole list again in each epoch, within the quota."""
    from comity.cli.rendering import alerts as shown
    from comity.operations import saved_sets

    args = saved_sets.WatchAdd(
        peer=peer,
        dataset=dataset,
        holdings=holdings,
        families=family_list(families),
        purpose=purpose,
        legal_basis=legal_basis,
    )
    session.screen.show(session.run(saved_sets.save, args), shown.saved)


@command(watch_app, "list")
def watch_list(session: Session) -> None:
    """Show the saved lists, and when each was asked about."""
    from comity.cli.rendering import alerts as shown
    from comity.operations import saved_sets
    from comity.operations.setup import Nothing

    session.screen.show(session.run(saved_sets.list_, Nothing()), shown.watches)


@command(watch_app, "show")
def watch_show(
    session: Session,
    watch: Watch,
    since: Annotated[
        int, typer.Option(metavar="EPOCH", help="Compare with this epoch, not with the last look.")
    ] = 0,
) -> None:
    """Show again what changed in one saved list. It does not count as a look."""
    from comity.cli.rendering import alerts as shown
    from comity.operations import alerts

    args = alerts.ChangesSince(watch=_whole(session, watch), epoch=since)
    session.screen.show(session.run(alerts.changes, args), shown.changes)


@command(watch_app, "remove")
def watch_remove(session: Session, watch: Watch) -> None:
    """Ask about a saved list no more. Its hits stay."""
    from comity.cli.rendering import alerts as shown
    from comity.operations import saved_sets

    args = saved_sets.WatchId(watch=_whole(session, watch))
    session.screen.show(session.run(saved_sets.drop, args), shown.removed)


@command(watch_app, "run")
def watch_run(
    session: Session,
    watch: Annotated[str, typer.Argument(help="Only this saved list.")] = "",
    wait: Wait = 60,
) -> None:
    """Ask now where a peer has a tag set that was not asked yet, and show what changed."""
    from comity.cli.rendering import alerts as shown
    from comity.operations import asking_again

    args = asking_again.WatchRun(watch=_whole(session, watch) if watch else "", wait_seconds=wait)
    ran = session.run(asking_again.run, args)
    session.screen.show(ran, shown.ran)
    _looked(session, ran.watches)
    if any(each.error for each in ran.rounds):
        raise typer.Exit(1)


def _looked(session: Session, found: "Iterable[ChangesShown]") -> None:
    """Note what was shown, after it was."""
    from comity.operations import alerts

    looks = tuple(alerts.Look(watch=each.watch, round=each.round) for each in found if each.round)
    if looks:
        session.run(alerts.looked, alerts.Looked(looks=looks))


def _whole(session: Session, typed: str) -> str:
    from comity.operations import saved_sets
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (each.id for each in session.run(saved_sets.list_, Nothing()).watches)

    return whole(typed, known)
