"""The catalog: what is offered here, to the peer that asks (DSP 2025-1, Catalog Protocol)."""

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
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
from comity.limits import BODY_BYTES, CATALOG_PAGE
from comity.protocol.base import DSP, Act, Inbound, Local, Outcome, Route, nothing
from comity.store import rows
from comity.store.rows import many, one
from comity.store.schema import offers

MATCH, REQUEST = "Comity-Match", "Comity-Request"
"""Our transfer formats."""


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


def _catalog(inbound: Inbound, tx: Connection, message: CatalogRequestMessage) -> Act:
    page = _page(message.filter)
    visible = open_offers(tx, inbound.peer.id)
    datasets = tuple(
        Dataset(
            id=dataset,
            title=_title(tx, dataset),
            has_policy=_policies(made),
            distribution=_distributions(inbound.local),
        )
        for dataset, made in list(visible.items())[page]
    )
    catalog = RootCatalog(
        id=f"{inbound.local.identity.id}#catalog",
        participant_id=inbound.local.identity.id,
        dataset=datasets or None,
        service=(_service(inbound.local),),
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


def _page(filter: tuple[JsonValue, ...] | None) -> slice:
    """Return which datasets are asked for. Raises FILTER_NOT_SUPPORTED for any other filter."""
    if not filter:
        return slice(CATALOG_PAGE)
    try:
        (only,) = filter
        query = _Query.model_validate(only)
    except ValueError:
        raise ComityError(Code.FILTER_NOT_SUPPORTED) from None
    return slice(query.offset, query.offset + min(query.limit, CATALOG_PAGE))


def _dataset(inbound: Inbound, tx: Connection, _: None) -> Act:
    dataset = inbound.params[0]
    made = open_offers(tx, inbound.peer.id).get(dataset)
    if not made:
        raise ComityError(Code.DATASET_UNKNOWN, dataset=dataset)
    found = RootDataset(
        id=dataset,
        title=_title(tx, dataset),
        has_policy=_policies(made),
        distribution=_distributions(inbound.local),
    )
    return partial(Outcome, 200, found.to_json())


def _title(tx: Connection, dataset: str) -> str | None:
    found = one(tx, rows.Dataset, id=dataset)
    return found.title if found else None


def _policies(made: list[rows.Offer]) -> tuple[Policy, ...]:
    return tuple(model(Policy, offer.policy.encode(), BODY_BYTES) for offer in made)


def _service(local: Local) -> DataService:
    return DataService(id=f"{local.identity.id}#node", endpoint_url=local.identity.address + DSP)


def _distributions(local: Local) -> tuple[Distribution, ...]:
    service = _service(local)
    return tuple(Distribution(format=name, access_service=service) for name in (MATCH, REQUEST))


ROUTES = (
    Route(
        "CatalogRequestMessage",
        "POST",
        f"{DSP}/catalog/request",
        lambda body: model(CatalogRequestMessage, body, BODY_BYTES),
        _catalog,
        _refusal,
    ),
    Route(
        "DatasetRequestMessage", "GET", f"{DSP}/catalog/datasets/{{}}", nothing, _dataset, _refusal
    ),
)
