"""Negotiations: begun by either side, and what an officer says to each proposal."""

from typing import Any

from pydantic import Field, JsonValue
from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url, digest
from comity.core.identity import Pinned
from comity.core.machines import Role
from comity.core.terms import Approval
from comity.core.terms_odrl import from_policy, replaces_of, to_message_offer
from comity.errors import Code, ComityError
from comity.limits import TEXT_CHARS
from comity.node import Node
from comity.operations.offering import (
    changed_terms,
    check_held,
    last_catalog,
    message_offer,
    offerable,
)
from comity.operations.peering import find_peer
from comity.operations.proposals import Negotiations, NegotiationShown, shown
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import negotiating
from comity.protocol.signing import offer_of
from comity.store import journal, peers
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, change, many, one, remove
from comity.store.rows.requests import Approval as Approved


class Negotiate(Model):
    """A dataset to ask for, under the offer as it stands or under changed terms.

    `policy` is an offer that came another way than by the peer's catalog, as DSP writes it (ODRL
    with `@id` and, of the dataset, `target`). `agreeing` says who approves each later step here.
    """

    peer: str
    dataset: str
    offer: str = ""
    terms: dict[str, Any] | None = None
    policy: dict[str, JsonValue] | None = None
    agreeing: Approval = Approval.AUTOMATIC


class Propose(Model):
    """A dataset of ours to offer to one peer, in a negotiation that this side begins."""

    peer: str
    dataset: str
    terms: dict[str, Any]
    agreeing: Approval = Approval.AUTOMATIC


class NegotiationId(Model):
    """A negotiation of ours."""

    negotiation: str


class Accept(Model):
    """A negotiation whose latest proposal is accepted.

    `unknown_terms` for a policy that this node does not know: it will allow nothing under it, but
    what the peer allows is the peer's to say.
    """

    negotiation: str
    unknown_terms: bool = False


class Counter(Model):
    """Terms to answer with, as changes, or a whole policy as DSP writes it."""

    negotiation: str
    terms: dict[str, Any] = Field(default_factory=dict)
    policy: dict[str, JsonValue] | None = None


class Decline(Model):
    """Why a proposal is declined."""

    negotiation: str
    reason: str


@operation("negotiation.start", Negotiate, NegotiationShown, serving=True)
def negotiate(node: Node, caller: Caller, args: Negotiate, progress: Progress) -> NegotiationShown:
    """Ask a peer for an agreement.

    Raises OFFER_UNKNOWN, TERMS_INVALID, TERMS_UNKNOWN (to change), and what `catalog.show` raises.
    """
    written = args.policy
    if written is None:
        with node.store.read() as tx:
            peer = find_peer(tx, args.peer)
        visible = last_catalog(node, peer).offers
        fitting = [
            offer
            for offer in visible
            if offer.dataset == args.dataset and args.offer in ("", offer.id)
        ]
        if not fitting:
            raise ComityError(Code.OFFER_UNKNOWN)
        written = fitting[-1].policy
    offer = message_offer(written, args.dataset)
    if args.terms is not None:
        offer = to_message_offer(
            changed_terms(from_policy(offer), args.terms), offer.id, offer.target
        )
    with node.store.write() as tx:
        peer = find_peer(tx, args.peer)
        row = negotiating.start(node.local, tx, peer, offer, Role.CONSUMER, args.agreeing.officers)
        return _note(node, tx, caller, "negotiation.start", row)


@operation("negotiation.offer", Propose, NegotiationShown, serving=True)
def propose(node: Node, caller: Caller, args: Propose, progress: Progress) -> NegotiationShown:
    """Offer a dataset to one peer, who decides (DSP: the provider begins).

    Raises PEER_UNKNOWN, DATASET_UNKNOWN, ONWARD_NOT_AGREED, TERMS_INVALID, FIELD_NOT_AGREED.
    """
    terms = offerable(args.terms)
    with node.store.write() as tx:
        check_held(tx, args.dataset)
        peer = find_peer(tx, args.peer)
        offer = to_message_offer(terms, node.local.new_urn(), args.dataset)
        row = negotiating.start(node.local, tx, peer, offer, Role.PROVIDER, args.agreeing.officers)
        return _note(node, tx, caller, "negotiation.offer", row)


@operation("negotiation.list", Nothing, Negotiations)
def negotiation_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Negotiations:
    """List all negotiations, latest first."""
    with node.store.read() as tx:
        found = sorted(many(tx, Negotiation), key=lambda row: row.updated, reverse=True)
        return Negotiations(negotiations=tuple(shown(tx, row) for row in found))


@operation("negotiation.show", NegotiationId, NegotiationShown)
def show(node: Node, caller: Caller, args: NegotiationId, progress: Progress) -> NegotiationShown:
    """Show a negotiation. Raises NEGOTIATION_UNKNOWN."""
    with node.store.read() as tx:
        return shown(tx, _get(tx, args.negotiation))


@operation("negotiation.accept", Accept, NegotiationShown, serving=True)
def accept(node: Node, caller: Caller, args: Accept, progress: Progress) -> NegotiationShown:
    """Say yes to the step that waits, as one of the officers that it needs.

    Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED, TERMS_UNKNOWN, APPROVAL_REPEATED.
    """
    with node.store.write() as tx:
        row, peer = _waiting(tx, args.negotiation)
        if not args.unknown_terms:
            from_policy(offer_of(row))
        approvals = _approve(node, tx, caller, row)
        if approvals >= max(1, row.officers):
            remove(tx, Approved, request=row.pid)
            negotiating.step(node.local, tx, peer, row)
        return _note(node, tx, caller, "negotiation.accept", row)


@operation("negotiation.counter", Counter, NegotiationShown, serving=True)
def counter(node: Node, caller: Caller, args: Counter, progress: Progress) -> NegotiationShown:
    """Answer with other terms.

    Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED, TERMS_INVALID, TERMS_UNKNOWN (to change).
    """
    with node.store.write() as tx:
        row, peer = _waiting(tx, args.negotiation)
        last = offer_of(row)
        if args.policy is not None:
            offer = message_offer(args.policy, row.dataset)
        else:
            terms = changed_terms(from_policy(last), args.terms)
            offer = to_message_offer(terms, last.id, last.target, replaces_of(last))
        negotiating.counter(node.local, tx, peer, row, offer)
        return _note(node, tx, caller, "negotiation.counter", row)


@operation("negotiation.decline", Decline, NegotiationShown)
def decline(node: Node, caller: Caller, args: Decline, progress: Progress) -> NegotiationShown:
    """Decline, for good: what the peer began, it cannot begin again until it is reopened here.

    Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED, ARGUMENT_INVALID.
    """
    if not args.reason or len(args.reason) > TEXT_CHARS:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    with node.store.write() as tx:
        row = _get(tx, args.negotiation)
        if negotiating.is_over(row):
            raise ComityError(
                Code.STATE_NOT_ALLOWED, state=row.state, message="decline", sender=row.role
            )
        peer, theirs = peers.pinned(tx, row.peer), row.begun_by != row.role
        negotiating.terminate(node.local, tx, peer, row, "declined", args.reason, final=theirs)
        return _note(node, tx, caller, "negotiation.decline", row)


@operation("negotiation.reopen", NegotiationId, NegotiationShown)
def reopen(node: Node, caller: Caller, args: NegotiationId, progress: Progress) -> NegotiationShown:
    """Let the peer begin anew what was declined here. Raises NEGOTIATION_UNKNOWN."""
    with node.store.write() as tx:
        row = _get(tx, args.negotiation)
        if not change(tx, Negotiation, {"pid": row.pid, "final": True}, final=False):
            raise ComityError(Code.NEGOTIATION_UNKNOWN)
        return _note(node, tx, caller, "negotiation.reopen", row)


def _approve(node: Node, tx: Connection, caller: Caller, row: Negotiation) -> int:
    """Note an officer's yes to exactly this step; returns how many there are now.

    An approval of another step, or of what the proposal was before, is void.
    """
    step = b64url(digest({"state": row.state, "offer": row.offer, "agreement": row.agreement}))
    for item in many(tx, Approved, request=row.pid):
        if item.approval != step:
            remove(tx, Approved, request=row.pid, officer=item.officer)
        elif item.officer == caller.officer:
            raise ComityError(Code.APPROVAL_REPEATED, officer=caller.officer)
    add(tx, Approved(row.pid, caller.officer, step, node.local.now()))
    return len(many(tx, Approved, request=row.pid))


def _waiting(tx: Connection, pid: str) -> tuple[Negotiation, Pinned]:
    row = _get(tx, pid)
    if not row.waits:
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message="answer", sender=row.role
        )
    return row, peers.pinned(tx, row.peer)


def _note(
    node: Node, tx: Connection, caller: Caller, action: str, row: Negotiation
) -> NegotiationShown:
    """Note what an officer did, and return what came of it."""
    journal.note(tx, node.local.now(), caller.officer, action, negotiation=row.pid, peer=row.peer)
    # The outbox is looked into again after the commit: the worker waits for the same lock.
    node.wake.set()
    return shown(tx, _get(tx, row.pid))


def _get(tx: Connection, pid: str) -> Negotiation:
    found = one(tx, Negotiation, pid=pid)
    if found is None:
        raise ComityError(Code.NEGOTIATION_UNKNOWN)
    return found
