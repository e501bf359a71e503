"""The catalog: what is offered here, to the peer that asks (DSP 2025-1, Catalog Protocol)."""

import re
from bisect import bisect_left, bisect_right
from functools import partial
from typing import Final
from urllib.parse import quote, unquote

from sqlalchemy import Connection, or_

from comity.core.canonical import model
from comity.core.dsp.catalog import (
    CatalogError,
    CatalogRequestMessage,
    DataService,
    Dataset,
    Distribution,
    RootCatalog,
    RootDataset,
)
from comity.core.dsp.policy import Offer as Policy
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, CATALOG_PAGE, REPLY_BYTES
from comity.protocol.base import DSP, Act, Inbound, Local, Outcome, Route, nothing
from comity.store import rows
from comity.store.rows import many, one
from comity.store.schema import offers

MATCH, REQUEST = "Comity-Match", "Comity-Request"
"""Our transfer formats."""
PULL, PUSH = "HttpData-PULL", "HttpData-PUSH"
"""The plain ones: a dataset's file, over HTTP."""
_PAGE: Final = re.compile(r"(?:after|before)=[A-Za-z0-9._~%-]{1,800}", re.ASCII)
"""A place in the sorted list of datasets, as the query of a link: stable when others come or go."""


def _refusal(code: Code, _: tuple[str, str]) -> bytes:
    return CatalogError(code=str(code)).to_json()


def open_offers(tx: Connection, peer: str) -> dict[str, list[rows.Offer]]:
    """Return the offers that a peer may see, by dataset."""
    found: dict[str, list[rows.Offer]] = {}
    for offer in many(
        tx, rows.Offer, or_(offers.c.peer == "", offers.c.peer == peer), open=True, order="created"
    ):
        found.setdefault(offer.dataset, []).append(offer)
    return dict(sorted(found.items()))


def page_target(base: str, page: str | None) -> str:
    """Return the target of one page of a catalog, the first one where `page` is None.

    `page` is the query of a link. Raises SCHEMA_INVALID where it is anything but a place in the
    list: a peer names a page, never an address.
    """
    if page is None:
        return f"{base}/catalog/request"
    if not _PAGE.fullmatch(page):
        raise ComityError(Code.SCHEMA_INVALID, where="next")
    return f"{base}/catalog/request?{page}"


def links(local: Local, body: bytes) -> str:
    """Return the Link header of a catalog (RFC 8288), from what the signed body says."""
    try:
        page = model(RootCatalog, body, REPLY_BYTES)
    except ComityError:
        return ""
    base = local.identity.address + DSP
    named = (("previous", page.previous), ("next", page.next))
    return ", ".join(f'<{page_target(base, at)}>; rel="{rel}"' for rel, at in named if at)


def _catalog(inbound: Inbound, tx: Connection, message: CatalogRequestMessage) -> Act:
    if message.filter:
        raise ComityError(Code.FILTER_NOT_SUPPORTED)
    visible = open_offers(tx, inbound.peer.id)
    names = list(visible)
    start, stop = _span(names, inbound.query)
    datasets = tuple(
        Dataset(
            id=dataset,
            title=_title(tx, dataset),
            has_policy=_policies(visible[dataset]),
            distribution=_distributions(inbound.local, tx, dataset),
        )
        for dataset in names[start:stop]
    )
    catalog = RootCatalog(
        id=f"{inbound.local.identity.id}#catalog",
        participant_id=inbound.local.identity.id,
        dataset=datasets or None,
        service=(_service(inbound.local),),
        previous=f"before={quote(names[start], safe='')}" if start and datasets else None,
        next=f"after={quote(names[stop - 1], safe='')}" if stop < len(names) else None,
    )
    return partial(Outcome, 200, catalog.to_json())


def _span(names: list[str], query: str) -> tuple[int, int]:
    """Return which of the sorted names a page shows. Raises SCHEMA_INVALID."""
    if not query:
        return 0, min(CATALOG_PAGE, len(names))
    if not _PAGE.fullmatch(query):
        raise ComityError(Code.SCHEMA_INVALID, where="query")
    way, _, name = query.partition("=")
    if way == "after":
        start = bisect_right(names, unquote(name))
        return start, min(start + CATALOG_PAGE, len(names))
    stop = bisect_left(names, unquote(name))
    return max(0, stop - CATALOG_PAGE), stop


def _dataset(inbound: Inbound, tx: Connection, _: None) -> Act:
    dataset = inbound.params[0]
    made = open_offers(tx, inbound.peer.id).get(dataset)
    if not made:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    found = RootDataset(
        id=dataset,
        title=_title(tx, dataset),
        has_policy=_policies(made),
        distribution=_distributions(inbound.local, tx, dataset),
    )
    return partial(Outcome, 200, found.to_json())


def _title(tx: Connection, dataset: str) -> str | None:
    found = one(tx, rows.Dataset, id=dataset)
    return found.title if found else None


def _policies(made: list[rows.Offer]) -> tuple[Policy, ...]:
    return tuple(model(Policy, offer.policy.encode(), BODY_BYTES) for offer in made)


def _service(local: Local) -> DataService:
    return DataService(id=f"{local.identity.id}#node", endpoint_url=local.identity.address + DSP)


def formats(tx: Connection, dataset: str) -> tuple[str, ...]:
    """Return the formats in which a dataset can really be had."""
    found = one(tx, rows.Dataset, id=dataset)
    listed = (MATCH, REQUEST) if found and found.records else ()
    filed = (PULL, PUSH) if one(tx, rows.DatasetFile, dataset=dataset) else ()
    return listed + filed


def _distributions(local: Local, tx: Connection, dataset: str) -> tuple[Distribution, ...]:
    service = _service(local)
    # What is offered and no longer held has no format; the schema asks for one.
    names = formats(tx, dataset) or (MATCH, REQUEST)
    return tuple(Distribution(format=name, access_service=service) for name in names)


ROUTES = (
    Route(
        "CatalogRequestMessage",
        "POST",
        f"{DSP}/catalog/request",
        lambda body: model(CatalogRequestMessage, body, BODY_BYTES),
        _catalog,
        _refusal,
        links=links,
    ),
    Route(
        "DatasetRequestMessage", "GET", f"{DSP}/catalog/datasets/{{}}", nothing, _dataset, _refusal
    ),
)
