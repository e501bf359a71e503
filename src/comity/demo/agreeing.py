"""Step 4: an offer, changed terms, a counter-offer, and an agreement that both have signed."""

from comity.core.duration import Duration
from comity.core.machines import NegotiationState
from comity.core.terms import Quota
from comity.demo import terms
from comity.demo.sides import Side
from comity.demo.stage import Stage
from comity.operations import agreeing, agreements, offering
from comity.operations.agreements import AgreementShown
from comity.operations.offering import OfferShown
from comity.operations.proposals import Negotiations, NegotiationShown


def with_counter(stage: Stage, questions: int) -> AgreementShown:
    """Let the Mexican side offer, the other ask for more, and both meet; return the agreement.

    `questions` is how many tokens a question about the whole other list takes.
    """
    mx, us, screen = stage.mx, stage.us, stage.screen
    dataset = stage.lists.mx.dataset
    mx.run(offering.make_offer, dataset=dataset, peer=us.id, terms=terms.draft("US", terms.OFFERED))
    offered = _offer_in_catalog(us, mx, dataset)
    screen.say("catalog", name=us.name, peer=mx.name, title=offered.title)
    screen.facts(_terms(stage, offered))
    begun = us.run(
        agreeing.negotiate,
        peer=mx.id,
        dataset=dataset,
        offer=offered.id,
        terms=terms.quota(terms.ASKED),
    )
    waiting = mx.wait(agreeing.negotiation_list, lambda found: _waiting(found) is not None)
    proposal = _waiting(waiting)
    changed = [(each.field, each.old, each.new) for each in proposal.changed] if proposal else []
    met = terms.enough(questions)
    stage.claims.check(
        "changed",
        changed == [("match.tokensPerPeriod.count", (str(terms.OFFERED),), (str(terms.ASKED),))],
        name=mx.name,
        old=terms.OFFERED,
        new=terms.ASKED,
    )
    if proposal is not None:
        mx.run(agreeing.counter, negotiation=proposal.id, terms=terms.quota(met))
    countered = us.wait(agreeing.show, lambda found: found.waits, negotiation=begun.id)
    grant = countered.terms.match if countered.terms else None
    limit = grant.tokens_per_period if grant else None
    stage.claims.check("countered", limit is not None and limit.count == met, new=met)
    us.run(agreeing.accept, negotiation=begun.id)
    return _finalized(stage, us, mx, begun)


def as_offered(stage: Stage) -> AgreementShown:
    """Let the United States side offer and the other take it as it stands."""
    mx, us = stage.mx, stage.us
    dataset = stage.lists.us.dataset
    stage.screen.say("turn", holder=us.name, asker=mx.name)
    draft = terms.draft("MX", terms.CHECKS)
    us.run(offering.make_offer, dataset=dataset, peer=mx.id, terms=draft)
    offered = _offer_in_catalog(mx, us, dataset)
    begun = mx.run(agreeing.negotiate, peer=us.id, dataset=dataset, offer=offered.id)
    return _finalized(stage, mx, us, begun)


def _offer_in_catalog(asker: Side, holder: Side, dataset: str) -> OfferShown:
    offers = asker.run(offering.catalog, peer=holder.id).offers
    return next(offer for offer in offers if offer.dataset == dataset)


def _waiting(found: Negotiations) -> NegotiationShown | None:
    return next((each for each in found.negotiations if each.waits), None)


def _finalized(stage: Stage, asker: Side, holder: Side, begun: NegotiationShown) -> AgreementShown:
    """Wait until both sides have it in force, and compare what they have."""
    done = asker.wait(
        agreeing.show,
        lambda found: found.state == NegotiationState.FINALIZED,
        negotiation=begun.id,
    )
    held = holder.wait(
        agreements.agreement_show,
        lambda found: found.state == "active" and found.signed_by_both,
        agreement=done.agreement,
    )
    ours = asker.run(agreements.agreement_show, agreement=done.agreement)
    stage.claims.check(
        "agreed",
        ours.state == "active" and ours.signed_by_both and ours.digest == held.digest,
        asker=asker.name,
        holder=holder.name,
        digest=held.digest[:16],
    )
    return ours


def _within(stage: Stage, term: Duration) -> str:
    unit = f"{term.unit}1" if term.count == 1 else term.unit
    return f"{term.count} {stage.screen.word('unit', unit)}"


def _quota(stage: Stage, limit: Quota | None) -> str:
    return f"{limit.count:,} {stage.screen.word('period', limit.period)}" if limit else ""


def _terms(stage: Stage, offered: OfferShown) -> list[tuple[str, str]]:
    screen, found = stage.screen, offered.terms
    if found is None or found.match is None or found.request is None:
        return []
    match, request = found.match, found.request
    limit = match.tokens_per_period
    return [
        ("purpose", ", ".join(match.purposes)),
        ("legal-basis", ", ".join(match.legal_bases)),
        ("families", screen.words("family", match.families)),
        ("quota", _quota(stage, limit)),
        ("fields", screen.words("field", request.fields)),
        ("approval", screen.word("approval", request.approval.value)),
        ("answer-within", _within(stage, request.answer_within)),
        ("handling", request.handling.value),
        ("expiry", match.expiry.date().isoformat()),
    ]
