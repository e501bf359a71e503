"""Record: alarms, and both logs compared with the peer's copies."""

from typing import Annotated

import typer

from comity.cli.command import command
from comity.cli.commands.recording import Peer, record_app
from comity.cli.ids import whole
from comity.cli.session import Session

Alarm = Annotated[str, typer.Argument(help="An alarm: its id or the beginning of it.")]


@command(record_app, "alarms")
def alarms(session: Session) -> None:
    """List what peers did to the record, and what shows it."""
    from comity.cli.rendering import watching as shown
    from comity.operations import watching
    from comity.operations.setup import Nothing

    session.screen.show(session.run(watching.alarm_list, Nothing()), shown.alarms)


@command(record_app, "settle")
def settle(
    session: Session,
    alarm: Alarm,
    reason: Annotated[str, typer.Option(help="Why to go on; it stays in the private log.")],
) -> None:
    """Go on with a peer in spite of an alarm."""
    from comity.cli.rendering import watching as shown
    from comity.operations import watching
    from comity.operations.setup import Nothing

    def known() -> list[str]:
        return [one.id for one in session.run(watching.alarm_list, Nothing()).alarms]

    args = watching.Settle(alarm=whole(alarm, known), reason=reason)
    session.screen.show(session.run(watching.settle, args), shown.settled)


@command(record_app, "compare")
def compare(session: Session, peer: Peer) -> None:
    """Find what one side has and the other has not, and where a fork began."""
    from comity.cli.rendering import watching as shown
    from comity.operations import watching
    from comity.operations.records import PeerArgs

    session.screen.show(session.run(watching.compare, PeerArgs(peer=peer)), shown.compared)
