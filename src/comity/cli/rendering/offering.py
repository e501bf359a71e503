"""Offers and catalogs on the screen, and terms that may not be known."""

from typing import Protocol

from pydantic import JsonValue

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.cli.rendering.terms import summary, terms
from comity.core.terms import Terms
from comity.operations.offering import Offers, OfferShown


class Written(Protocol):
    """What has terms, as far as this node knows them, and the policy as it is written."""

    @property
    def terms(self) -> Terms | None:
        """The terms, or None where the node does not know them."""
        ...

    @property
    def policy(self) -> dict[str, JsonValue]:
        """The policy, ODRL."""
        ...


def terms_of(screen: Screen, shown: Written) -> None:
    """Show terms, or the policy as it is written where the node does not know them."""
    if shown.terms is not None:
        terms(screen, shown.terms)
        return
    screen.say("say.terms-unknown", "yellow")
    screen.written(shown.policy)


def summary_of(screen: Screen, shown: Written) -> str:
    """Return terms on one line."""
    return summary(screen, shown.terms) if shown.terms else screen.text("say.terms-unknown")


def offered(screen: Screen, made: OfferShown) -> None:
    """Show an offer that was made."""
    screen.say("say.offered", "bold", dataset=made.dataset)
    screen.facts([("offer", made.id), ("to", made.peer or screen.word("answer", "every-peer"))])
    approval = screen.word("approval", made.agreeing)
    screen.facts([("agreeing", approval)])
    terms_of(screen, made)


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
                summary_of(screen, one),
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
        screen.facts([("formats", one.formats)])
        terms_of(screen, one)
