"""The messages of the catalog (DSP 2025-1, Catalog Protocol)."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from comity.core.dsp.message import Address, ErrorCode, Id, Message, Part
from comity.core.dsp.policy import Offer
from comity.limits import TEXT_CHARS


class CatalogRequestMessage(Message):
    """A consumer asks for the catalog. A filter is any list; we support none."""

    type: Literal["CatalogRequestMessage"] = "CatalogRequestMessage"
    filter: tuple[JsonValue, ...] | None = None


class DatasetRequestMessage(Message):
    """A consumer asks for one dataset."""

    type: Literal["DatasetRequestMessage"] = "DatasetRequestMessage"
    dataset: Id


class DataService(Part):
    """Where negotiations and transfers begin."""

    must_be_sent = frozenset({"type"})

    id: Id
    type: Literal["DataService"] = "DataService"
    endpoint_url: Address = Field(alias="endpointURL")
    serves_dataset: "Annotated[tuple[Dataset, ...], Field(min_length=1)] | None" = None


class Distribution(Part):
    """One way to have a dataset: a transfer format, and the service that gives it."""

    type: Literal["Distribution"] = "Distribution"
    format: Id
    access_service: Id | DataService
    """The service, or its id where the catalog lists it."""
    has_policy: Annotated[tuple[Offer, ...], Field(min_length=1)] | None = None


class Dataset(Part):
    """A dataset in a catalog, with the offers under which it can be had."""

    id: Id
    type: Literal["Dataset"] = "Dataset"
    title: Annotated[str, Field(max_length=TEXT_CHARS)] | None = None
    """What people call it. Ours: DSP 2025-1 defines no title, and other makes ignore it."""
    has_policy: Annotated[tuple[Offer, ...], Field(min_length=1)]
    distribution: Annotated[tuple[Distribution, ...], Field(min_length=1)]


class RootDataset(Message, Dataset):
    """The reply to a dataset request."""

    must_be_sent = frozenset({"context"})


class Catalog(Part):
    """A catalog within a catalog. A catalog has no policy of its own."""

    must_be_sent = frozenset({"type"})

    id: Id
    type: Literal["Catalog"] = "Catalog"
    dataset: Annotated[tuple[Dataset, ...], Field(min_length=1)] | None = None
    catalog: "Annotated[tuple[Catalog, ...], Field(min_length=1)] | None" = None
    service: Annotated[tuple[DataService, ...], Field(min_length=1)] | None = None
    distribution: Annotated[tuple[Distribution, ...], Field(min_length=1)] | None = None
    has_policy: None = None


class RootCatalog(Message, Catalog):
    """The reply to a catalog request."""

    must_be_sent = frozenset({"context", "type"})

    participant_id: Id
    next: Annotated[str, Field(max_length=TEXT_CHARS)] | None = None
    """The query of the next page's link. Ours: the standard has it in a header only, unsigned."""
    previous: Annotated[str, Field(max_length=TEXT_CHARS)] | None = None
    """The query of the previous page's link."""


class CatalogError(Message):
    """The error body of catalog requests: the one without pids."""

    type: Literal["CatalogError"] = "CatalogError"
    code: ErrorCode | None = None
    reason: tuple[JsonValue, ...] | None = None
