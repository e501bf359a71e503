"""Recalls: asking for contents back, and deciding about what peers ask back."""

from typing import Annotated, Literal

import typer

from comity.cli.command import command
from comity.cli.ids import whole
from comity.cli.panels import RECORD
from comity.cli.session import Session

recall_app = typer.Typer(no_args_is_help=True, help="Contents that are asked back.")
Recall = Annotated[str, typer.Argument(help="A recall: its id, or the beginning of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(recall_app, name="recall", rich_help_panel=RECORD)


@command(recall_app, "request")
def recall_request(
    session: Session,
    peer: Annotated[str, typer.Argument(help="A peer: its id, or a part of id or name.")],
    entry: Annotated[
        list[int], typer.Argument(help="Numbers of entries that we sent; see record show.")
    ],
    reason: Annotated[str, typer.Option(help="Why. The peer reads it.")] = "",
) -> None:
    """Ask a peer for contents back that this node sent."""
    from comity.cli.rendering import recalling as shown
    from comity.operations import recalling

    args = recalling.RecallRequest(peer=peer, entries=tuple(entry), reason=reason)
    session.screen.show(session.run(recalling.request, args), shown.recall)


@command(recall_app, "list")
def recall_list(session: Session) -> None:
    """List recalls, those that wait for you first."""
    from comity.cli.rendering import recalling as shown
    from comity.operations import recalling
    from comity.operations.setup import Nothing

    session.screen.show(session.run(recalling.list_, Nothing()), shown.recalls)


@command(recall_app, "show")
def recall_show(session: Session, recall: Recall) -> None:
    """Show a recall: which entries, why, and what came of it, here and further on."""
    from comity.cli.rendering import recalling as shown
    from comity.operations import recalling

    args = recalling.RecallId(recall=_whole(session, recall))
    session.screen.show(session.run(recalling.show, args), shown.recall)


@command(recall_app, "honour")
def recall_honour(
    session: Session,
    recall: Recall,
    used: Annotated[
        str, typer.Option(help="What it was used for before: a class of purpose, no case.")
    ] = "",
    by: Annotated[
        Literal["authority", "court", "peer", "public"], typer.Option(help="Who used it.")
    ] = "authority",
) -> None:
    """Destroy what the peer wants back, attest it, and pass the recall on."""
    from comity.cli.rendering import recalling as shown
    from comity.operations import recalling

    args = recalling.Honour(recall=_whole(session, recall), used=used, by=by)
    session.screen.show(session.run(recalling.honour, args), shown.recall)


@command(recall_app, "decline")
def recall_decline(
    session: Session,
    recall: Recall,
    reason: Annotated[str, typer.Option(help="Why. The peer reads it.")],
) -> None:
    """Keep what the peer wants back. You can still honour it later."""
    from comity.cli.rendering import recalling as shown
    from comity.operations import recalling

    args = recalling.DeclineRecall(recall=_whole(session, recall), reason=reason)
    session.screen.show(session.run(recalling.decline, args), shown.recall)


def _whole(session: Session, typed: str) -> str:
    from comity.operations import recalling
    from comity.operations.setup import Nothing

    return whole(typed, lambda: (one.id for one in session.run(recalling.list_, Nothing()).recalls))
