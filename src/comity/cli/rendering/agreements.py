"""Agreements on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.cli.rendering.offering import summary_of, terms_of
from comity.operations.agreements import Agreements, AgreementShown


def agreement(screen: Screen, one: AgreementShown) -> None:
    """Show an agreement."""
    screen.facts(
        [
            ("agreement", one.id),
            ("peer", one.peer),
            ("role", screen.word("role", one.role)),
            ("dataset", one.dataset),
            ("state", screen.word("agreement", one.state)),
            ("peer-suspended", one.peer_suspended or None),
            ("signed-by-both", one.signed_by_both),
            ("replaces", one.replaces),
            ("digest", one.digest),
        ]
    )
    terms_of(screen, one)


def agreements(screen: Screen, found: Agreements) -> None:
    """List agreements."""
    screen.table(
        ["agreement", "peer", "role", "dataset", "state", "terms"],
        [
            [
                short(one.id),
                one.peer,
                screen.word("role", one.role),
                one.dataset,
                screen.word("agreement", one.state),
                summary_of(screen, one),
            ]
            for one in found.agreements
        ],
        empty="say.no-agreements",
    )
