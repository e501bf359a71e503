"""Offers of ours, and what peers offer."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import canonical, model
from comity.core.dsp.catalog import CatalogRequestMessage, Dataset, RootCatalog
from comity.core.dsp.policy import MessageOffer, Offer
from comity.core.identity import Pinned
from comity.core.terms import Action, Approval, Terms, draft_terms
from comity.core.terms_odrl import known_terms, to_offer
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, CATALOG_PAGES, REPLY_BYTES
from comity.node import Node
from comity.operations.onward import check_offerable
from comity.operations.peering import call, find_peer, has_asked, resumed
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol.addresses import dsp_base
from comity.protocol.answering import FIELDS
from comity.protocol.catalog import page_target
from comity.store import journal
from comity.store.rows.agreements import Offer as OfferRow
from comity.store.rows.holdings import Dataset as DatasetRow
from comity.store.rows.moving import add, change, many, one

_ASKED: Final = "catalog"
_SHOWN: Final = "catalog shown"
"""Catalogs that a courier brings: asked for, and shown to somebody."""


class OfferMake(Model):
    """A dataset to offer, to whom (empty: to every pinned peer), under which terms.

    `terms` is a draft as people write it: what stands beside the grants holds for each of them.
    `agreeing` says who approves each step towards an agreement; where nobody has to, a peer that
    takes the offer as it stands has one at once.
    """

    dataset: str
    peer: str = ""
    terms: dict[str, Any]
    agreeing: Approval = Approval.AUTOMATIC


class OfferShown(Model):
    """An offer of ours, or one in a peer's catalog."""

    id: str
    dataset: str
    title: str
    peer: str
    open: bool
    terms: Terms | None
    """None where this node does not know the terms: then it could allow nothing under them."""
    policy: dict[str, JsonValue]
    """The offer as it is written, ODRL."""
    agreeing: Approval = Approval.AUTOMATIC
    formats: tuple[str, ...] = ()
    """How it can be had, in a peer's catalog."""


class Offers(Model):
    """Offers."""

    offers: tuple[OfferShown, ...]


class OfferId(Model):
    """An offer of ours."""

    offer: str


class PeerArgs(Model):
    """A peer, by id or by a unique part of its id or name."""

    peer: str


@operation("offer.make", OfferMake, OfferShown)
def make_offer(node: Node, caller: Caller, args: OfferMake, progress: Progress) -> OfferShown:
    """Offer a dataset under terms.

    Raises DATASET_UNKNOWN, ONWARD_NOT_AGREED, TERMS_INVALID, FIELD_NOT_AGREED.
    """
    terms = offerable(args.terms)
    with node.store.write() as tx:
        check_held(tx, args.dataset)
        peer = find_peer(tx, args.peer).id if args.peer else ""
        offer_id, now = node.local.new_urn(), node.local.now()
        row = OfferRow(
            id=offer_id,
            dataset=args.dataset,
            peer=peer,
            policy=to_offer(terms, offer_id).to_json().decode(),
            open=True,
            officer=caller.officer,
            created=now,
            officers=args.agreeing.officers,
        )
        add(tx, row)
        journal.note(tx, now, caller.officer, "offer.make", offer=offer_id, dataset=args.dataset)
        return _shown(tx, row)


@operation("offer.list", Nothing, Offers)
def offer_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Offers:
    """List our offers."""
    with node.store.read() as tx:
        made = many(tx, OfferRow, order="created")
        return Offers(offers=tuple(_shown(tx, row) for row in made))


@operation("offer.withdraw", OfferId, OfferShown)
def withdraw_offer(node: Node, caller: Caller, args: OfferId, progress: Progress) -> OfferShown:
    """Withdraw an offer; agreements made under it stay. Raises OFFER_UNKNOWN."""
    with node.store.write() as tx:
        if not change(tx, OfferRow, {"id": args.offer}, open=False):
            raise ComityError(Code.OFFER_UNKNOWN)
        journal.note(tx, node.local.now(), caller.officer, "offer.withdraw", offer=args.offer)
        found = one(tx, OfferRow, id=args.offer)
        if found is None:
            raise ComityError(Code.OFFER_UNKNOWN)
        return _shown(tx, found)


@operation("catalog.show", PeerArgs, Offers, serving=True)
def catalog(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> Offers:
    """Ask a peer what it offers, page by page.

    Raises PEER_UNREACHABLE, PEER_REFUSED, COURIER_WAITS.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    return _catalog(node, peer, _ASKED)


def last_catalog(node: Node, peer: Pinned) -> Offers:
    """Return what a peer offers; where a courier carries, as it was shown last.

    Raises what `catalog` raises.
    """
    return _catalog(node, peer, _ASKED if has_asked(node, peer, _ASKED) else _SHOWN)


def _catalog(node: Node, peer: Pinned, scope: str) -> Offers:
    with resumed(node, peer, scope, keep=_SHOWN):
        return Offers(
            offers=tuple(
                OfferShown(
                    id=policy.id,
                    dataset=dataset.id,
                    title=dataset.title or dataset.id,
                    peer=peer.id,
                    open=True,
                    terms=known_terms(policy),
                    policy=policy.to_value(),
                    formats=tuple(sorted({item.format for item in dataset.distribution})),
                )
                for dataset in _datasets(node, peer)
                for policy in dataset.has_policy
            )
        )


def check_held(tx: Connection, dataset: str) -> None:
    """Check that there is such a dataset, and that it is ours to offer.

    Raises DATASET_UNKNOWN, ONWARD_NOT_AGREED.
    """
    found = one(tx, DatasetRow, id=dataset)
    if found is None:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    check_offerable(tx, found)


def offerable(draft: dict[str, Any]) -> Terms:
    """Return the terms of a draft that this node can offer. Raises TERMS_INVALID and others."""
    terms = draft_terms(draft)
    unknown = set(terms.request.fields if terms.request else ()) - set(FIELDS)
    if unknown:
        raise ComityError(Code.FIELD_NOT_AGREED, field=min(unknown))
    return terms


def changed_terms(terms: Terms, changes: dict[str, Any]) -> Terms:
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


def message_offer(policy: dict[str, JsonValue], dataset: str) -> MessageOffer:
    """Return an offer as a message has it: it names the dataset that it is about."""
    try:
        return model(
            MessageOffer,
            canonical({**policy, "@type": "Offer", "target": policy.get("target", dataset)}),
            BODY_BYTES,
        )
    except ComityError:
        raise ComityError(Code.TERMS_INVALID, where="policy") from None


def _datasets(node: Node, peer: Pinned) -> Iterator[Dataset]:
    """Ask for the pages of a peer's catalog, one after another."""
    asked = CatalogRequestMessage()
    target: str | None = page_target(dsp_base(peer.identity), None)
    for _ in range(CATALOG_PAGES):
        if target is None:
            return
        reply = call(node, peer, type(asked).__name__, "POST", target, asked.to_json())
        found = model(RootCatalog, reply.body, REPLY_BYTES)
        yield from found.dataset or ()
        # Only a page's name comes from the peer, never an address.
        target = page_target(dsp_base(peer.identity), found.next) if found.next else None


def _shown(tx: Connection, row: OfferRow) -> OfferShown:
    dataset = one(tx, DatasetRow, id=row.dataset)
    policy = model(Offer, row.policy.encode(), BODY_BYTES)
    return OfferShown(
        id=row.id,
        dataset=row.dataset,
        title=dataset.title if dataset else row.dataset,
        peer=row.peer,
        open=row.open,
        terms=known_terms(policy),
        policy=policy.to_value(),
        agreeing=approval_of(row.officers),
    )


def approval_of(officers: int) -> Approval:
    """Return the word for a number of officers."""
    return next(word for word in Approval if word.officers == officers)
