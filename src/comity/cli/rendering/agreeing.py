"""Offers, negotiations and agreements on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.cli.rendering.terms import summary, terms
from comity.operations.agreeing import (
    Agreements,
    AgreementShown,
    Negotiations,
    NegotiationShown,
    Offers,
    OfferShown,
)


def offered(screen: Screen, made: OfferShown) -> None:
    """Show an offer that was made."""
    screen.say("say.offered", "bold", dataset=made.dataset)
    screen.facts([("offer", made.id), ("to", made.peer or screen.word("answer", "every-peer"))])
    terms(screen, made.terms)


def withdrawn(screen: Screen, made: OfferShown) -> None:
    """Say that an offer is withdrawn."""
    screen.say("say.offer-withdrawn", offer=made.id)


def offers(screen: Screen, found: Offers) -> None:
    """List offers of ours."""
    screen.table(
        ["offer", "dataset", "to", "open", "terms"],
        [
            [
                short(one.id),
                one.dataset,
                one.peer or screen.word("answer", "every-peer"),
                one.open,
                summary(screen, one.terms),
            ]
            for one in found.offers
        ],
        empty="say.no-offers",
    )


def catalog(screen: Screen, found: Offers) -> None:
    """Show a peer's catalog, terms in full."""
    if not found.offers:
        screen.say("say.no-catalog", "dim")
    for one in found.offers:
        screen.facts([("dataset", one.dataset), ("title", one.title), ("offer", one.id)])
        terms(screen, one.terms)


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
            ("reason", _reason(screen, one.reason)),
            ("agreement", one.agreement),
        ]
    )
    terms(screen, one.terms)
    if one.changed:
        screen.say("say.changed", "bold")
        screen.table(
            ["field", "offered", "proposed"],
            [[each.field, each.old, each.new] for each in one.changed],
        )
    if one.waits:
        screen.hint("hint.negotiation", negotiation=short(one.id))


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


def agreement(screen: Screen, one: AgreementShown) -> None:
    """Show an agreement."""
    screen.facts(
        [
            ("agreement", one.id),
            ("peer", one.peer),
            ("role", screen.word("role", one.role)),
            ("dataset", one.dataset),
            ("state", screen.word("agreement", one.state)),
            ("signed-by-both", one.signed_by_both),
            ("digest", one.digest),
        ]
    )
    terms(screen, one.terms)


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
                summary(screen, one.terms),
            ]
            for one in found.agreements
        ],
        empty="say.no-agreements",
    )


def _reason(screen: Screen, reason: str) -> str:
    """Return a reason, its leading word in the screen's language."""
    code, _, said = reason.partition(" ")
    return f"{screen.word('outcome', code)} {said}".strip()
