"""Ask and answer: details about a hit, and the officers who decide."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from comity.cli.command import command, default
from comity.cli.ids import whole
from comity.cli.panels import ASK
from comity.cli.session import Session
from comity.errors import Code, ComityError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.operations.registry import Operation
    from comity.operations.requests import Requests
    from comity.operations.setup import Nothing

inbox_app = typer.Typer(help="What peers ask of this node; lists it by itself.")

Request = Annotated[str, typer.Argument(help="A request: its id or the beginning of it.")]
Urgency = Literal["routine", "urgent", "immediate"]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "ask", ASK, dashes=True)(ask)
    command(app, "requests", ASK)(requests)
    app.add_typer(inbox_app, name="inbox", rich_help_panel=ASK)
    command(app, "approve", ASK)(approve)
    command(app, "decline", ASK)(decline)
    command(app, "reopen", ASK)(reopen)


def ask(
    session: Session,
    handle: Annotated[str, typer.Argument(help="A handle out of the hits.")],
    case: Annotated[str, typer.Option(help="Your own case reference; it comes back.")],
    purpose: Annotated[
        str, typer.Option(help="One of the agreed purposes; without it, the first.")
    ] = "",
    legal_basis: Annotated[
        str, typer.Option(help="One of the agreed legal bases; without it, the first.")
    ] = "",
    urgency: Annotated[Urgency, typer.Option(help="How soon an answer is needed.")] = "routine",
    field: Annotated[
        list[str] | None,
        typer.Option(help="A field to ask for; may be given again. Without it, all agreed ones."),
    ] = None,
    wait: Annotated[int, typer.Option(help="Seconds to wait until the peer takes it.")] = 60,
) -> None:
    """Ask a peer for details about a hit. One of its officers decides."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox

    args = inbox.Ask(
        handle=handle,
        purpose=purpose,
        legal_basis=legal_basis,
        case_reference=case,
        urgency=urgency,
        fields=tuple(field or ()),
        wait_seconds=wait,
    )
    session.screen.show(session.run(inbox.ask, args), shown.request)


def requests(
    session: Session,
    request: Annotated[str, typer.Argument(help="Only this one, with its answer.")] = "",
) -> None:
    """Show what this node asked, and what came of it."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox
    from comity.operations.setup import Nothing

    if request:
        args = inbox.RequestId(request=_whole(session, inbox.request_list, request))
        session.screen.show(session.run(inbox.show, args), shown.request)
    else:
        found = session.run(inbox.request_list, Nothing())
        session.screen.show(found, shown.requests)


@default(inbox_app)
def inbox(session: Session) -> None:
    """What peers ask of this node; lists it by itself."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox
    from comity.operations.setup import Nothing

    session.screen.show(session.run(inbox.inbox, Nothing()), shown.inbox)


command(inbox_app, "list")(inbox)


@command(inbox_app, "show")
def inbox_show(session: Session, request: Request) -> None:
    """Show a request, and the exact answer that would leave."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox

    args = inbox.RequestId(request=_whole(session, inbox.inbox, request))
    session.screen.show(session.run(inbox.show, args), shown.request)


def approve(
    session: Session,
    request: Request,
    approval: Annotated[
        str,
        typer.Option(
            metavar="DIGEST",
            help="The approval digest that inbox show printed; without it, you are asked.",
        ),
    ] = "",
) -> None:
    """Approve one exact answer. It leaves once enough officers have.

    Shows what would leave, under which label, to whom and for what, and asks.
    """
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox

    id = _whole(session, inbox.inbox, request)
    if not approval:
        held = session.run(inbox.show, inbox.RequestId(request=id))
        if held.state != "held":
            raise ComityError(Code.REQUEST_DECIDED)
        if not session.screen.json:
            shown.leaving(session.screen, held)
        session.confirm("ask.approve", peer=held.peer)
        approval = held.approval
    args = inbox.Approve(request=id, approval=approval)
    session.screen.show(session.run(inbox.approve, args), shown.decided)


def decline(
    session: Session,
    request: Request,
    reason: Annotated[str, typer.Option(help="Why. The peer reads it.")],
) -> None:
    """Decline a request. That is final until you reopen it."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox

    id = _whole(session, inbox.inbox, request)
    args = inbox.DeclineRequest(request=id, reason=reason)
    session.screen.show(session.run(inbox.decline, args), shown.decided)


def reopen(session: Session, request: Request) -> None:
    """Let the peer ask again about a record that you declined to answer about."""
    from comity.cli.rendering import asking as shown
    from comity.operations import inbox

    args = inbox.RequestId(request=_whole(session, inbox.inbox, request))
    session.screen.show(session.run(inbox.reopen, args), shown.reopened)


def _whole(session: Session, listing: "Operation[Nothing, Requests]", typed: str) -> str:
    from comity.operations.setup import Nothing

    def known() -> "Iterable[str]":
        return (one.id for one in session.run(listing, Nothing()).requests)

    return whole(typed, known)
