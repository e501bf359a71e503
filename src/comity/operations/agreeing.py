"""Offers, catalogs, negotiations and agreements."""

from typing import Any

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import model
from comity.core.dsp.catalog import CatalogRequestMessage, RootCatalog
from comity.core.dsp.policy import MessageOffer, Offer
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.core.terms import Action, Terms, differences, draft_terms
from comity.core.terms_odrl import from_policy, to_message_offer, to_offer
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, REPLY_BYTES, TEXT_CHARS
from comity.node import Node
from comity.operations.peering import call, find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import negotiating, transferring
from comity.protocol.addresses import dsp_base
from comity.protocol.agreed import terms_of
from comity.protocol.answering import FIELDS
from comity.store import journal, peers, rows
from comity.store.rows import Agreement, Dataset, Negotiation, Transfer, add, change, many, one


class OfferMake(Model):
    """A dataset to offer, to whom (empty: to every pinned peer), under which terms.

    `terms` is a draft as people write it: what stands beside the grants holds for each of them.
    """

    dataset: str
    peer: str = ""
    terms: dict[str, Any]


class OfferShown(Model):
    """An offer of ours, or one in a peer's catalog."""

    id: str
    dataset: str
    title: str
    peer: str
    open: bool
    terms: Terms


class Offers(Model):
    """Offers."""

    offers: tuple[OfferShown, ...]


class OfferId(Model):
    """An offer of ours."""

    offer: str


class PeerArgs(Model):
    """A peer, by id or by a unique part of its id or name."""

    peer: str


class Negotiate(Model):
    """A dataset to ask for, under the offer as it stands or under changed terms."""

    peer: str
    dataset: str
    offer: str = ""
    terms: dict[str, Any] | None = None


class NegotiationId(Model):
    """A negotiation of ours."""

    negotiation: str


class Counter(Model):
    """Terms to answer with."""

    negotiation: str
    terms: dict[str, Any]


class Decline(Model):
    """Why a proposal is declined."""

    negotiation: str
    reason: str


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
    reason: str
    agreement: str
    terms: Terms
    changed: tuple[Changed, ...] = ()
    """Against our open offer, where the proposal is about one of ours."""


class Negotiations(Model):
    """Negotiations."""

    negotiations: tuple[NegotiationShown, ...]


class AgreementId(Model):
    """An agreement."""

    agreement: str
    reason: str = ""


class AgreementShown(Model):
    """An agreement, with whom, and what it allows."""

    id: str
    peer: str
    role: str
    dataset: str
    state: str
    digest: str
    signed_by_both: bool
    terms: Terms


class Agreements(Model):
    """Agreements."""

    agreements: tuple[AgreementShown, ...]


@operation("offer.make", OfferMake, OfferShown)
def make_offer(node: Node, caller: Caller, args: OfferMake, progress: Progress) -> OfferShown:
    """Offer a dataset under terms. Raises DATASET_UNKNOWN, TERMS_INVALID, FIELD_NOT_AGREED."""
    terms = draft_terms(args.terms)
    unknown = set(terms.request.fields if terms.request else ()) - set(FIELDS)
    if unknown:
        raise ComityError(Code.FIELD_NOT_AGREED, field=min(unknown))
    with node.store.write() as tx:
        if one(tx, Dataset, id=args.dataset) is None:
            raise ComityError(Code.DATASET_UNKNOWN, dataset=args.dataset)
        peer = find_peer(tx, args.peer).id if args.peer else ""
        offer_id, now = node.local.new_urn(), node.local.now()
        policy = to_offer(terms, offer_id).to_json().decode()
        row = rows.Offer(offer_id, args.dataset, peer, policy, True, caller.officer, now)
        add(tx, row)
        journal.note(tx, now, caller.officer, "offer.make", offer=offer_id, dataset=args.dataset)
        return _offer(tx, row)


@operation("offer.list", Nothing, Offers)
def offer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Offers:
    """List our offers."""
    with node.store.read() as tx:
        made = many(tx, rows.Offer, order="created")
        return Offers(offers=tuple(_offer(tx, row) for row in made))


@operation("offer.withdraw", OfferId, OfferShown)
def withdraw_offer(node: Node, caller: Caller, args: OfferId, progress: Progress) -> OfferShown:
    """Withdraw an offer; agreements made under it stay. Raises OFFER_UNKNOWN."""
    with node.store.write() as tx:
        if not change(tx, rows.Offer, {"id": args.offer}, open=False):
            raise ComityError(Code.OFFER_UNKNOWN)
        journal.note(tx, node.local.now(), caller.officer, "offer.withdraw", offer=args.offer)
        return _offer(tx, _get(tx, rows.Offer, Code.OFFER_UNKNOWN, id=args.offer))


@operation("catalog.show", PeerArgs, Offers, serving=True)
def catalog(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> Offers:
    """Ask a peer what it offers. Raises PEER_UNREACHABLE, PEER_REFUSED, TERMS_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    asked = CatalogRequestMessage()
    target = f"{dsp_base(peer.identity)}/catalog/request"
    reply = call(node, peer, type(asked).__name__, "POST", target, asked.to_json())
    found = model(RootCatalog, reply.body, REPLY_BYTES)
    return Offers(
        offers=tuple(
            OfferShown(
                id=policy.id,
                dataset=dataset.id,
                title=dataset.title or dataset.id,
                peer=peer.id,
                open=True,
                terms=from_policy(policy),
            )
            for dataset in found.dataset or ()
            for policy in dataset.has_policy
        )
    )


@operation("negotiation.start", Negotiate, NegotiationShown, serving=True)
def negotiate(node: Node, caller: Caller, args: Negotiate, progress: Progress) -> NegotiationShown:
    """Ask a peer for an agreement. Raises DATASET_UNKNOWN, OFFER_UNKNOWN and what catalog does."""
    visible = catalog.run(node, caller, PeerArgs(peer=args.peer), progress).offers
    fitting = [
        offer for offer in visible if offer.dataset == args.dataset and args.offer in ("", offer.id)
    ]
    if not fitting:
        raise ComityError(Code.OFFER_UNKNOWN)
    chosen = fitting[-1]
    terms = chosen.terms if args.terms is None else _changed_terms(chosen.terms, args.terms)
    offer = to_message_offer(terms, chosen.id, chosen.dataset)
    with node.store.write() as tx:
        peer = peers.pinned(tx, chosen.peer)
        row = negotiating.start(node.local, tx, peer, offer)
        _note(node, tx, caller, "negotiation.start", row)
    node.wake.set()
    return _negotiation(node, row.pid)


@operation("negotiation.list", Nothing, Negotiations)
def negotiation_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Negotiations:
    """List all negotiations, latest first."""
    with node.store.read() as tx:
        found = sorted(many(tx, Negotiation), key=lambda row: row.updated, reverse=True)
        return Negotiations(negotiations=tuple(_shown(tx, row) for row in found))


@operation("negotiation.show", NegotiationId, NegotiationShown)
def show(node: Node, caller: Caller, args: NegotiationId, progress: Progress) -> NegotiationShown:
    """Show a negotiation. Raises NEGOTIATION_UNKNOWN."""
    return _negotiation(node, args.negotiation)


@operation("negotiation.accept", NegotiationId, NegotiationShown, serving=True)
def accept(node: Node, caller: Caller, args: NegotiationId, progress: Progress) -> NegotiationShown:
    """Accept the peer's latest proposal. Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED."""
    with node.store.write() as tx:
        row, peer = _waiting(tx, args.negotiation)
        if row.role == Role.PROVIDER:
            negotiating.agree(node.local, tx, peer, row)
        else:
            negotiating.send_event(node.local, tx, peer, row, "ACCEPTED")
        _note(node, tx, caller, "negotiation.accept", row)
    node.wake.set()
    return _negotiation(node, row.pid)


@operation("negotiation.counter", Counter, NegotiationShown, serving=True)
def counter(node: Node, caller: Caller, args: Counter, progress: Progress) -> NegotiationShown:
    """Answer with changed terms. Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED, TERMS_INVALID."""
    with node.store.write() as tx:
        row, peer = _waiting(tx, args.negotiation)
        last = model(MessageOffer, row.offer.encode(), BODY_BYTES)
        terms = _changed_terms(from_policy(last), args.terms)
        offer = to_message_offer(terms, last.id, last.target)
        provider = row.role == Role.PROVIDER
        say = negotiating.offer_again if provider else negotiating.request_again
        say(node.local, tx, peer, row, offer)
        _note(node, tx, caller, "negotiation.counter", row)
    node.wake.set()
    return _negotiation(node, row.pid)


@operation("negotiation.decline", Decline, NegotiationShown)
def decline(node: Node, caller: Caller, args: Decline, progress: Progress) -> NegotiationShown:
    """Decline, for good. Raises NEGOTIATION_UNKNOWN, STATE_NOT_ALLOWED, ARGUMENT_INVALID."""
    if not args.reason or len(args.reason) > TEXT_CHARS:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    with node.store.write() as tx:
        row = _get(tx, Negotiation, Code.NEGOTIATION_UNKNOWN, pid=args.negotiation)
        if negotiating.is_over(row):
            raise ComityError(
                Code.STATE_NOT_ALLOWED, state=row.state, message="decline", sender=row.role
            )
        peer = peers.pinned(tx, row.peer)
        negotiating.terminate(node.local, tx, peer, row, "declined", args.reason)
        _note(node, tx, caller, "negotiation.decline", row)
    node.wake.set()
    return _negotiation(node, row.pid)


@operation("agreement.list", Nothing, Agreements)
def agreement_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Agreements:
    """List all agreements."""
    with node.store.read() as tx:
        return Agreements(
            agreements=tuple(_agreement(row) for row in many(tx, Agreement, order="at"))
        )


@operation("agreement.show", AgreementId, AgreementShown)
def agreement_show(
    node: Node, caller: Caller, args: AgreementId, progress: Progress
) -> AgreementShown:
    """Show an agreement. Raises AGREEMENT_UNKNOWN."""
    with node.store.read() as tx:
        return _agreement(_get(tx, Agreement, Code.AGREEMENT_UNKNOWN, id=args.agreement))


@operation("agreement.suspend", AgreementId, AgreementShown)
def suspend(node: Node, caller: Caller, args: AgreementId, progress: Progress) -> AgreementShown:
    """Suspend consent at once; the peer is told. Raises AGREEMENT_UNKNOWN."""
    with node.store.write() as tx:
        if not change(tx, Agreement, {"id": args.agreement, "state": "active"}, state="suspended"):
            raise ComityError(Code.AGREEMENT_UNKNOWN)
        row = _get(tx, Agreement, Code.AGREEMENT_UNKNOWN, id=args.agreement)
        peer = peers.pinned(tx, row.peer)
        for transfer in many(
            tx, Transfer, agreement=row.id, state=TransferState.STARTED, pending=""
        ):
            transferring.suspend(node.local, tx, peer, transfer, args.reason)
        now = node.local.now()
        journal.note(tx, now, caller.officer, "agreement.suspend", agreement=row.id)
    node.wake.set()
    return _agreement(row)


@operation("agreement.resume", AgreementId, AgreementShown)
def resume(node: Node, caller: Caller, args: AgreementId, progress: Progress) -> AgreementShown:
    """End a suspension of ours. Raises AGREEMENT_UNKNOWN."""
    with node.store.write() as tx:
        if not change(tx, Agreement, {"id": args.agreement, "state": "suspended"}, state="active"):
            raise ComityError(Code.AGREEMENT_UNKNOWN)
        row = _get(tx, Agreement, Code.AGREEMENT_UNKNOWN, id=args.agreement)
        peer = peers.pinned(tx, row.peer)
        for transfer in many(
            tx, Transfer, agreement=row.id, state=TransferState.SUSPENDED, pending=""
        ):
            transferring.resume(node.local, tx, peer, transfer)
        now = node.local.now()
        journal.note(tx, now, caller.officer, "agreement.resume", agreement=row.id)
    node.wake.set()
    return _agreement(row)


def _waiting(tx: Connection, pid: str) -> tuple[Negotiation, Pinned]:
    row = _get(tx, Negotiation, Code.NEGOTIATION_UNKNOWN, pid=pid)
    if not row.waits:
        raise ComityError(
            Code.STATE_NOT_ALLOWED, state=row.state, message="answer", sender=row.role
        )
    return row, peers.pinned(tx, row.peer)


def _changed_terms(terms: Terms, changes: dict[str, Any]) -> Terms:
    """Return terms with changes merged in, grant by grant; a grant that was not there is added."""
    merged = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    shared = {name: value for name, value in changes.items() if name not in set(Action)}
    for name in Action:
        grant = changes.get(name, {})
        if not isinstance(grant, dict):
            raise ComityError(Code.TERMS_INVALID, where=name)
        if name in merged or name in changes:
            merged[name] = {**merged.get(name, {}), **shared, **grant}
    return draft_terms(merged)


def _note(node: Node, tx: Connection, caller: Caller, action: str, row: Negotiation) -> None:
    journal.note(tx, node.local.now(), caller.officer, action, negotiation=row.pid, peer=row.peer)


def _get(tx: Connection, cls: type[rows.RowT], code: Code, **where: object) -> rows.RowT:
    found = one(tx, cls, **where)
    if found is None:
        raise ComityError(code)
    return found


def _offer(tx: Connection, row: rows.Offer) -> OfferShown:
    dataset = one(tx, Dataset, id=row.dataset)
    return OfferShown(
        id=row.id,
        dataset=row.dataset,
        title=dataset.title if dataset else row.dataset,
        peer=row.peer,
        open=row.open,
        terms=from_policy(model(Offer, row.policy.encode(), BODY_BYTES)),
    )


def _negotiation(node: Node, pid: str) -> NegotiationShown:
    with node.store.read() as tx:
        return _shown(tx, _get(tx, Negotiation, Code.NEGOTIATION_UNKNOWN, pid=pid))


def _shown(tx: Connection, row: Negotiation) -> NegotiationShown:
    offer = model(MessageOffer, row.offer.encode(), BODY_BYTES)
    terms = from_policy(offer)
    changed: tuple[Changed, ...] = ()
    ours = one(tx, rows.Offer, id=offer.id)
    if ours is not None:
        before = from_policy(model(Offer, ours.policy.encode(), BODY_BYTES))
        changed = tuple(
            Changed(field=item.field, old=item.old, new=item.new)
            for item in differences(before, terms)
        )
    return NegotiationShown(
        id=row.pid,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        state=row.state,
        waits=row.waits,
        reason=row.reason,
        agreement=row.agreement,
        terms=terms,
        changed=changed,
    )


def _agreement(row: Agreement) -> AgreementShown:
    return AgreementShown(
        id=row.id,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        state=row.state,
        digest=row.digest,
        signed_by_both=bool(row.provider_signature and row.consumer_signature),
        terms=terms_of(row),
    )
