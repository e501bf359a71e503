"""A negotiation as one side sees it: what is proposed, what changed, whose turn it is."""

from pydantic import JsonValue
from sqlalchemy import Connection

from comity.core.canonical import model
from comity.core.dsp.policy import Offer
from comity.core.terms import Approval, Terms, differences
from comity.core.terms_odrl import known_terms, replaces_of
from comity.limits import BODY_BYTES
from comity.operations.offering import (
    approval_of,
)
from comity.operations.registry import Model
from comity.protocol.signing import offer_of
from comity.store.rows.agreements import Negotiation
from comity.store.rows.agreements import Offer as OfferRow
from comity.store.rows.moving import many, one
from comity.store.rows.requests import Approval as Approved


class Changed(Model):
    """One field in which the latest proposal differs from the one before."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class NegotiationShown(Model):
    """A negotiation as this side sees it."""

    id: str
    peer: str
    role: str
    dataset: str
    state: str
    waits: bool
    """For an officer here."""
    agreeing: Approval
    """Who approves each step here."""
    approved_by: tuple[str, ...] = ()
    """The officers who approved the step that waits."""
    reason: str
    final: bool
    """Declined here until it is reopened here."""
    agreement: str
    replaces: str
    """The agreement that this would take the place of, or empty."""
    terms: Terms | None
    """None where this node does not know the terms: then it would allow nothing under them."""
    policy: dict[str, JsonValue]
    """The latest proposal as it is written, ODRL."""
    changed: tuple[Changed, ...] = ()
    """Against our open offer, where the proposal is about one of ours."""


class Negotiations(Model):
    """Negotiations."""

    negotiations: tuple[NegotiationShown, ...]


def shown(tx: Connection, row: Negotiation) -> NegotiationShown:
    """Return a negotiation as surfaces show it."""
    offer = offer_of(row)
    terms = known_terms(offer)
    ours = one(tx, OfferRow, id=offer.id)
    before = known_terms(model(Offer, ours.policy.encode(), BODY_BYTES)) if ours else None
    changes = differences(before, terms) if before and terms else ()
    return NegotiationShown(
        id=row.pid,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        state=row.state,
        waits=row.waits,
        agreeing=approval_of(row.officers),
        approved_by=tuple(item.officer for item in many(tx, Approved, request=row.pid)),
        reason=row.reason,
        final=row.final,
        agreement=row.agreement,
        replaces=replaces_of(offer) or "" if terms else "",
        terms=terms,
        policy=offer.to_value(),
        changed=tuple(Changed(field=item.field, old=item.old, new=item.new) for item in changes),
    )
