"""Transfers on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.operations.receiving import ReceivedFiles, ReceivedShown
from comity.operations.standing import TransferShown
from comity.operations.transfers import Transfers


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


def transfer(screen: Screen, one: TransferShown) -> None:
    """Show a transfer."""
    screen.facts(
        [
            ("transfer", one.id),
            ("peer", one.peer),
            ("role", screen.word("role", one.role)),
            ("agreement", one.agreement),
            ("dataset", one.dataset),
            ("format", one.format),
            ("state", one.state),
            ("pending", one.pending),
            ("approved-by", ", ".join(one.approved_by)),
            ("suspended-by", screen.word("role", one.suspended_by) if one.suspended_by else ""),
            ("held", one.held),
            ("reason", one.reason),
            ("digest", one.sha256),
            ("push", one.push),
            ("error", one.error),
        ]
    )


def approved(screen: Screen, one: TransferShown) -> None:
    """Say what an approval led to."""
    missing = one.approvals_needed - len(one.approved_by)
    if missing > 0:
        screen.say("say.transfer-partly", transfer=short(one.id), missing=missing)
    else:
        screen.say("say.transfer-starts", transfer=short(one.id), peer=one.peer)


def moved(screen: Screen, one: TransferShown) -> None:
    """Say where a transfer stands after what was done, and that the peer is told."""
    state = one.pending or one.state
    screen.say("say.transfer-now", transfer=short(one.id), state=state, peer=one.peer)


def came(screen: Screen, one: ReceivedShown) -> None:
    """Show a received file: what is known of it without looking into it."""
    screen.facts(
        [
            ("received", one.id),
            ("peer", one.peer),
            ("transfer", one.transfer),
            ("agreement", one.agreement),
            ("dataset", one.dataset),
            ("bytes", one.size),
            ("digest", one.sha256),
            ("media-type", one.media_type),
            ("signed-by-peer", one.signed),
            ("handling", _handling(screen, one.handling)),
            ("looked-by", one.looked_by),
            ("time", when(one.at)),
            ("gone", one.destroyed or None),
        ]
    )


def received(screen: Screen, found: ReceivedFiles) -> None:
    """List what came, and who looked."""
    screen.table(
        [
            "received",
            "peer",
            "dataset",
            "bytes",
            "handling",
            "signed-by-peer",
            "looked-by",
            "time",
        ],
        [
            [
                short(one.id),
                one.peer,
                one.dataset,
                one.size,
                one.handling,
                one.signed,
                screen.word("label", "gone") if one.destroyed else one.looked_by,
                when(one.at),
            ]
            for one in found.files
        ],
        empty="say.no-received",
    )


def _handling(screen: Screen, label: str) -> str:
    """Return a label with its meaning; there is none under terms that are not known."""
    return f"{label}: {screen.word('handling', label)}" if label else ""
