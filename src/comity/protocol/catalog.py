"""The catalog: what is offered here, to the peer that asks (DSP 2025-1, Catalog Protocol)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Annotated, Final, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Connection, bindparam, or_, select

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
from comity.core.identity import Identity
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, CATALOG_PAGE, REPLY_BYTES
from comity.protocol.base import DSP, Act, Inbound, Local, Outcome, Route, nothing
from comity.store.rows.agreements import Offer
from comity.store.rows.files import DatasetFile
from comity.store.rows.holdings import Dataset as DatasetRow
from comity.store.rows.moving import one
from comity.store.schema.agreements import offers
from comity.store.statements import Statement

MATCH, REQUEST = "Comity-Match", "Comity-Request"
"""Our transfer formats."""
PULL, PUSH = "HttpData-PULL", "HttpData-PUSH"
"""The plain ones: a dataset's file, over HTTP."""
_PAGE: Final = re.compile(r"(?:after|before)=[A-Za-z0-9._~%-]{1,800}", re.ASCII)
"""A place in the sorted list of datasets, as the query of a link: stable when others come or go."""


def _refusal(code: Code, _: tuple[str, str]) -> bytes:
    return CatalogError(code=str(code)).to_json()


_VISIBLE: Final = Statement(
    select(offers)
    .where(or_(offers.c.peer == "", offers.c.peer == bindparam("to")), offers.c.open.is_(True))
    .order_by(offers.c.created)
)


def open_offers(tx: Connection, peer: str) -> dict[str, list[Offer]]:
    """Return the offers that a peer may see, by dataset."""
    found: dict[str, list[Offer]] = {}
    for offer in (Offer(*row) for row in _VISIBLE.rows(tx, {"to": peer})):
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
    query = _query(message.filter)
    visible = open_offers(tx, inbound.peer.id)
    names = list(visible)
    start, stop = _span(names, inbound.query) if query is None else query.span(len(names))
    datasets = tuple(
        Dataset(
            id=dataset,
            title=_title(tx, dataset),
            has_policy=_policies(visible[dataset]),
            distribution=_distributions(inbound.local.identity, formats(tx, dataset)),
        )
        for dataset in names[start:stop]
    )
    catalog = RootCatalog(
        id=f"{inbound.local.identity.id}#catalog",
        participant_id=inbound.local.identity.id,
        dataset=datasets or None,
        service=(_service(inbound.local.identity),),
        previous=f"before={quote(names[start], safe='')}" if start and datasets else None,
        next=f"after={quote(names[stop - 1], safe='')}" if stop < len(names) else None,
    )
    return partial(Outcome, 200, catalog.to_json())


class _Query(BaseModel):
    """What the Eclipse connector sends as the filter of each catalog request, meant or not.

    Without criteria it asks for a part of the catalog by place, so it can be answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["QuerySpec"] = Field(alias="@type")
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1)] = CATALOG_PAGE
    sort_order: Literal["ASC", "DESC"] | None = Field(default=None, alias="sortOrder")
    """Of the field to sort by, which is not there."""
    criteria: Annotated[list[JsonValue], Field(max_length=0)] = Field(alias="filterExpression")

    def span(self, count: int) -> tuple[int, int]:
        """Return which of so many datasets are asked for."""
        start = min(self.offset, count)
        return start, min(start + min(self.limit, CATALOG_PAGE), count)


def _query(filter: tuple[JsonValue, ...] | None) -> _Query | None:
    """Return the query that a filter is, or None. Raises FILTER_NOT_SUPPORTED for any other."""
    if not filter:
        return None
    try:
        (only,) = filter
        return _Query.model_validate(only)
    except ValueError:
        raise ComityError(Code.FILTER_NOT_SUPPORTED) from None


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
    held = one(tx, DatasetRow, id=dataset)
    title, names = held.title if held else None, _formats(tx, dataset, held)
    body = _shown(inbound.local.identity, dataset, title, tuple(made), names)
    return partial(Outcome, 200, body)


@lru_cache(maxsize=256)
def _shown(
    identity: Identity,
    dataset: str,
    title: str | None,
    made: tuple[Offer, ...],
    names: tuple[str, ...],
) -> bytes:
    """Return what is said of a dataset. All that it is made of is given, so it stays the same."""
    found = RootDataset(
        id=dataset,
        title=title,
        has_policy=_policies(made),
        distribution=_distributions(identity, names),
    )
    return found.to_json()


def _title(tx: Connection, dataset: str) -> str | None:
    found = one(tx, DatasetRow, id=dataset)
    return found.title if found else None


def _policies(made: Sequence[Offer]) -> tuple[Policy, ...]:
    return tuple(_policy(offer.policy) for offer in made)


@lru_cache(maxsize=256)
def _policy(text: str) -> Policy:
    return model(Policy, text.encode(), BODY_BYTES)


def formats(tx: Connection, dataset: str) -> tuple[str, ...]:
    """Return the formats in which a dataset can really be had."""
    return _formats(tx, dataset, one(tx, DatasetRow, id=dataset))


def _formats(tx: Connection, dataset: str, held: DatasetRow | None) -> tuple[str, ...]:
    listed = (MATCH, REQUEST) if held and held.records else ()
    filed = (PULL, PUSH) if one(tx, DatasetFile, dataset=dataset) else ()
    # What is offered and no longer held has no format; the schema asks for one.
    return (listed + filed) or (MATCH, REQUEST)


def _service(identity: Identity) -> DataService:
    return DataService(id=f"{identity.id}#node", endpoint_url=identity.address + DSP)


def _distributions(identity: Identity, names: tuple[str, ...]) -> tuple[Distribution, ...]:
    service = _service(identity)
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
        reads=True,
    ),
    Route(
        "DatasetRequestMessage",
        "GET",
        f"{DSP}/catalog/datasets/{{}}",
        nothing,
        _dataset,
        _refusal,
        reads=True,
    ),
)
