"""Negotiations on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.cli.rendering.offering import terms_of
from comity.operations.proposals import Negotiations, NegotiationShown


def negotiation(screen: Screen, one: NegotiationShown) -> None:
    """Show a negotiation."""
    screen.facts(
        [
            ("negotiation", one.id),
            ("peer", one.peer),
            ("role", screen.word("role", one.role)),
            ("dataset", one.dataset),
            ("state", screen.word("state", one.state)),
            ("waits", one.waits),
            ("agreeing", screen.word("approval", one.agreeing)),
            ("approved-by", one.approved_by),
            ("reason", _reason(screen, one.reason)),
            ("agreement", one.agreement),
            ("replaces", one.replaces),
        ]
    )
    terms_of(screen, one)
    if one.changed:
        screen.say("say.changed", "bold")
        screen.table(
            ["field", "offered", "proposed"],
            [[each.field, each.old, each.new] for each in one.changed],
        )
    if one.waits:
        screen.hint("hint.negotiation", negotiation=short(one.id))
    if one.final:
        screen.hint("hint.declined", negotiation=short(one.id))


def negotiations(screen: Screen, found: Negotiations) -> None:
    """List negotiations."""
    screen.table(
        ["negotiation", "peer", "role", "dataset", "state", "waits", "reason"],
        [
            [
                short(one.id),
                one.peer,
                screen.word("role", one.role),
                one.dataset,
                screen.word("state", one.state),
                one.waits,
                _reason(screen, one.reason),
            ]
            for one in found.negotiations
        ],
        empty="say.no-negotiations",
    )


def _reason(screen: Screen, reason: str) -> str:
    """Return a reason, its leading word in the screen's language."""
    code, _, said = reason.partition(" ")
    return f"{screen.word('outcome', code)} {said}".strip()
