"""Example messages: a few written here, and the specification's own where they are at hand."""

import json
from typing import Any

from comity.core.canonical import model
from comity.core.dsp.catalog import (
    CatalogError,
    CatalogRequestMessage,
    DatasetRequestMessage,
    RootCatalog,
    RootDataset,
)
from comity.core.dsp.message import CONTEXT, Message, Part
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationError,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
)
from comity.core.dsp.transfer import (
    TransferCompletionMessage,
    TransferError,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.dsp.version import VersionResponse
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from core.dsp.schemas import ROOT
from shared import shared

MESSAGES: tuple[type[Message], ...] = (
    CatalogError,
    CatalogRequestMessage,
    DatasetRequestMessage,
    RootCatalog,
    RootDataset,
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationError,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
    TransferCompletionMessage,
    TransferError,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
BY_TYPE: dict[str, type[Part]] = {cls.model_fields["type"].default: cls for cls in MESSAGES}

PIDS = {"providerPid": "urn:uuid:a343", "consumerPid": "urn:uuid:3254"}
OFFER = {
    "@type": "Offer",
    "@id": "urn:uuid:6bce",
    "target": "urn:uuid:3dd1",
    "permission": [{"action": "use", "constraint": []}],
}
SERVICE = {"@id": "urn:uuid:4aa2", "@type": "DataService", "endpointURL": "https://mx.example/dsp"}
DATASET = {
    "@id": "urn:uuid:3dd1",
    "@type": "Dataset",
    "title": "69-B",
    "hasPolicy": [{"@id": "urn:uuid:6bce", "@type": "Offer", "permission": [{"action": "use"}]}],
    "distribution": [
        {"@type": "Distribution", "format": "comity:match", "accessService": "urn:uuid:4aa2"},
        {"@type": "Distribution", "format": "HttpData-PULL", "accessService": SERVICE},
    ],
}


def _message(type: str, **properties: object) -> dict[str, Any]:
    return {"@context": [CONTEXT], "@type": type, **properties}


WRITTEN: tuple[dict[str, Any], ...] = (
    _message(
        "Catalog",
        **{"@id": "urn:uuid:1"},
        participantId="did:web:mx.example",
        dataset=[DATASET],
        service=[SERVICE],
        catalog=[{"@id": "urn:uuid:2", "@type": "Catalog", "dataset": [DATASET]}],
    ),
    _message("Dataset", **{name: DATASET[name] for name in DATASET if name != "@type"}),
    _message("CatalogError", code="filter-not-supported", reason=[]),
    _message("ContractRequestMessage", **PIDS, offer=OFFER),
    _message(
        "ContractRequestMessage",
        consumerPid="urn:uuid:3254",
        offer=OFFER,
        callbackAddress="https://us.example:8443/callback",
    ),
    _message("ContractOfferMessage", **PIDS, offer=OFFER),
    _message(
        "ContractAgreementMessage",
        **PIDS,
        signature="aGVhZA.cGF5bG9hZA.c2lnbg",
        agreement=OFFER
        | {
            "@type": "Agreement",
            "assigner": "did:web:mx.example",
            "assignee": "did:web:us.example",
            "timestamp": "2026-11-04T12:00:00Z",
        },
    ),
    _message("ContractNegotiationEventMessage", **PIDS, eventType="FINALIZED"),
    _message("ContractNegotiationTerminationMessage", **PIDS, code="1", reason=[{"no": None}]),
    _message("ContractNegotiation", **PIDS, state="VERIFIED"),
    _message(
        "TransferRequestMessage",
        consumerPid="urn:uuid:3254",
        agreementId="urn:uuid:e8dc",
        format="comity:match",
        callbackAddress="https://us.example:8443/callback",
    ),
    _message(
        "TransferStartMessage",
        **PIDS,
        dataAddress={
            "@type": "DataAddress",
            "endpointType": "urn:comity:exchange",
            "endpointProperties": [{"@type": "EndpointProperty", "name": "n", "value": "v"}],
        },
    ),
    _message("TransferProcess", **PIDS, state="SUSPENDED"),
    {"protocolVersions": [{"version": "2025-1", "path": "/dsp", "binding": "HTTPS"}]},
)


def model_of(value: dict[str, Any]) -> type[Part]:
    """Return the model that a message is read with."""
    return BY_TYPE[value["@type"]] if "@type" in value else VersionResponse


def schema_of(value: dict[str, Any]) -> str:
    """Return the name of the schema that a message is checked against."""
    name: str = value.get("@type", "VersionResponse")
    return name


def published() -> tuple[dict[str, Any], ...]:
    """Return the specification's examples, but for the two that are DID documents' entries."""
    paths = sorted(shared(ROOT).glob("*/example/*.json"))
    values = [json.loads(path.read_bytes()) for path in paths]
    return tuple(value for value in values if "@type" in value or "protocolVersions" in value)


def accepted(cls: type[Part], value: dict[str, Any]) -> Part | None:
    """Read a message, or return None where it is refused in the one way there is."""
    try:
        return model(cls, json.dumps(value).encode(), BODY_BYTES)
    except ComityError as refusal:
        if refusal.code is not Code.SCHEMA_INVALID:
            raise
        return None
