"""Agreements: what holds, and what an officer can do about it."""

from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection

from comity.api import Progress
from comity.core.agreement import IN_FORCE
from comity.core.canonical import model
from comity.core.dsp.policy import Agreement as Policy
from comity.core.machines import Role
from comity.core.terms import Terms
from comity.core.terms_odrl import known_terms, to_message_offer
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, TEXT_CHARS
from comity.node import Node
from comity.operations.offering import changed_terms
from comity.operations.proposals import NegotiationShown, shown
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import consent, negotiating
from comity.protocol.agreed import terms_of
from comity.store import journal, peers
from comity.store.rows.agreements import Agreement
from comity.store.rows.moving import many, one


class AgreementId(Model):
    """An agreement, and a reason that the peer reads."""

    agreement: str
    reason: str = ""


class Amend(Model):
    """An agreement, and what should change in its terms."""

    agreement: str
    terms: dict[str, Any]


class AgreementShown(Model):
    """An agreement, with whom, and what it allows."""

    id: str
    peer: str
    role: str
    dataset: str
    state: str
    peer_suspended: bool
    """Whether the peer suspended its consent."""
    digest: str
    signed_by_both: bool
    replaces: str
    """The agreement that this one takes the place of, or empty."""
    terms: Terms | None
    """None where this node does not know the terms: then it allows nothing."""
    policy: dict[str, JsonValue]
    """The agreement as it is written, ODRL."""


class Agreements(Model):
    """Agreements."""

    agreements: tuple[AgreementShown, ...]


@operation("agreement.list", Nothing, Agreements)
def agreement_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Agreements:
    """List all agreements."""
    with node.store.read() as tx:
        return Agreements(agreements=tuple(_shown(row) for row in many(tx, Agreement, order="at")))


@operation("agreement.show", AgreementId, AgreementShown)
def agreement_show(
    node: Node, caller: Caller, args: AgreementId, progress: Progress
) -> AgreementShown:
    """Show an agreement. Raises AGREEMENT_UNKNOWN."""
    with node.store.read() as tx:
        return _shown(_get(tx, args.agreement))


@operation("agreement.suspend", AgreementId, AgreementShown)
def suspend(node: Node, caller: Caller, args: AgreementId, progress: Progress) -> AgreementShown:
    """Suspend consent at once; the peer is told. Raises AGREEMENT_UNKNOWN, ARGUMENT_INVALID."""
    with node.store.write() as tx:
        row = _get(tx, args.agreement)
        peer = peers.pinned(tx, row.peer)
        consent.suspend(node.local, tx, peer, row, _reason(args))
        return _note(node, tx, caller, "agreement.suspend", row.id)


@operation("agreement.resume", AgreementId, AgreementShown)
def resume(node: Node, caller: Caller, args: AgreementId, progress: Progress) -> AgreementShown:
    """End a suspension of ours. Raises AGREEMENT_UNKNOWN."""
    with node.store.write() as tx:
        row = _get(tx, args.agreement)
        consent.resume(node.local, tx, peers.pinned(tx, row.peer), row)
        return _note(node, tx, caller, "agreement.resume", row.id)


@operation("agreement.withdraw", AgreementId, AgreementShown)
def withdraw(node: Node, caller: Caller, args: AgreementId, progress: Progress) -> AgreementShown:
    """Withdraw consent for good: transfers end, keys of tag sets are destroyed, the peer is told.

    Raises AGREEMENT_UNKNOWN, ARGUMENT_INVALID.
    """
    with node.store.write() as tx:
        row = _get(tx, args.agreement)
        consent.withdraw(node.local, tx, peers.pinned(tx, row.peer), row, _reason(args))
        return _note(node, tx, caller, "agreement.withdraw", row.id)


@operation("agreement.amend", Amend, NegotiationShown, serving=True)
def amend(node: Node, caller: Caller, args: Amend, progress: Progress) -> NegotiationShown:
    """Propose other terms in the place of an agreement, in a negotiation of its own.

    The agreement holds until the new one is finalized. Raises AGREEMENT_UNKNOWN, TERMS_INVALID,
    TERMS_UNKNOWN.
    """
    with node.store.write() as tx:
        row = _get(tx, args.agreement)
        if row.state not in IN_FORCE:
            raise ComityError(Code.AGREEMENT_UNKNOWN)
        terms = changed_terms(terms_of(row), args.terms)
        # An amendment is about an agreement, so that is what its offer is known by.
        offer = to_message_offer(terms, row.id, row.dataset, replaces=row.id)
        peer = peers.pinned(tx, row.peer)
        begun = negotiating.start(node.local, tx, peer, offer, Role(row.role))
        now = node.local.now()
        journal.note(tx, now, caller.officer, "agreement.amend", agreement=row.id, peer=row.peer)
        result = shown(tx, begun)
    node.wake.set()
    return result


def agreement_with(tx: Connection, peer: str, dataset: str, role: Role) -> Agreement:
    """Return the latest agreement in force with a peer about a dataset.

    Raises AGREEMENT_UNKNOWN, or AGREEMENT_SUSPENDED where that is the only one.
    """
    found = many(tx, Agreement, peer=peer, dataset=dataset, role=role, order="at")
    active = [row for row in found if row.state == "active"]
    if active:
        return active[-1]
    if any(row.state == "suspended" for row in found):
        raise ComityError(Code.AGREEMENT_SUSPENDED, agreement=found[-1].id)
    raise ComityError(Code.AGREEMENT_UNKNOWN)


def _get(tx: Connection, id: str) -> Agreement:
    found = one(tx, Agreement, id=id)
    if found is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    return found


def _reason(args: AgreementId) -> str:
    if len(args.reason) > TEXT_CHARS:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    return args.reason


def _note(node: Node, tx: Connection, caller: Caller, action: str, id: str) -> AgreementShown:
    journal.note(tx, node.local.now(), caller.officer, action, agreement=id)
    # The outbox is looked into again after the commit: the worker waits for the same lock.
    node.wake.set()
    return _shown(_get(tx, id))


def _shown(row: Agreement) -> AgreementShown:
    policy = model(Policy, row.agreement.encode(), BODY_BYTES)
    return AgreementShown(
        id=row.id,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        state=row.state,
        peer_suspended=row.peer_suspended,
        digest=row.digest,
        signed_by_both=bool(row.provider_signature and row.consumer_signature),
        replaces=row.replaces,
        terms=known_terms(policy),
        policy=policy.to_value(),
    )
