"""Transfers on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.operations.transfers import Transfers, TransferShown


def transfers(screen: Screen, found: Transfers) -> None:
    """List transfers, those that wait for officers here first."""
    screen.table(
        ["transfer", "peer", "role", "dataset", "format", "state", "approved-by"],
        [
            [
                short(one.id),
                one.peer,
                screen.word("role", one.role),
                one.dataset,
                one.format,
                one.state,
                f"{len(one.approved_by)}/{one.approvals_needed}" if one.approvals_needed else "",
            ]
            for one in found.transfers
        ],
        empty="say.no-transfers",
    )


def approved(screen: Screen, one: TransferShown) -> None:
    """Say what an approval led to."""
    missing = one.approvals_needed - len(one.approved_by)
    if missing > 0:
        screen.say("say.transfer-partly", transfer=short(one.id), missing=missing)
    else:
        screen.say("say.transfer-starts", transfer=short(one.id), peer=one.peer)
