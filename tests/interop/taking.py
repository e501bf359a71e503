"""The node takes: it reads the connector's catalog, negotiates, and receives the asset's bytes."""

import secrets
from typing import Any, Final

from comity.operations import agreeing, agreements, offering, transfers
from interop.connector import ODRL, VOCAB, until
from interop.play import Play, act, check
from interop.stage import EDC, Stage

ASSET: Final = "interop-asset"
SIZE: Final = 200_000
RULE: Final[dict[str, Any]] = {
    "action": "use",
    "constraint": {
        "leftOperand": f"{VOCAB}inForceDate",
        "operator": "gteq",
        "rightOperand": "2024-01-01T00:00:00Z",
    },
}
"""A policy of the connector's own, which its engine evaluates and ours does not know."""


def play(stage: Stage, shown: Play) -> None:
    """Play it."""
    act("The connector gives, the node receives")
    content = secrets.token_bytes(SIZE)
    with shown.step("the connector has an asset, a policy and a contract definition"):
        _seed(stage, content)
    with shown.step("an officer reads the connector's catalog, whose terms the node does not know"):
        (found,) = stage.run(offering.catalog, peer=EDC).offers
        check((found.dataset, found.terms), (ASSET, None), "offer")
        check("HttpData-PULL" in found.formats, True, f"formats {found.formats}")
    with shown.step("they negotiate under its offer: FINALIZED on both sides"):
        agreement = _negotiate(stage)
    with shown.step("HttpData-PULL: STARTED on both sides, with a data address"):
        transfer = _start(stage, agreement)
    _ = transfer


def _seed(stage: Stage, content: bytes) -> None:
    stage.outside.files["/asset"] = content
    address = {"@type": "DataAddress", "type": "HttpData"}
    stage.edc.call(
        "POST",
        "/assets",
        "Asset",
        **{
            "@id": ASSET,
            "properties": {"name": "An asset"},
            "dataAddress": {**address, "baseUrl": stage.outside.address("/asset")},
        },
    )
    policy = {"@context": ODRL, "@type": "Set", "permission": [RULE]}
    stage.edc.call(
        "POST", "/policydefinitions", "PolicyDefinition", **{"@id": "policy", "policy": policy}
    )
    stage.edc.call(
        "POST",
        "/contractdefinitions",
        "ContractDefinition",
        **{
            "@id": "definition",
            "accessPolicyId": "policy",
            "contractPolicyId": "policy",
            "assetsSelector": [],
        },
    )


def _negotiate(stage: Stage) -> str:
    """Return the id of the agreement, the same on both sides."""
    begun = stage.run(agreeing.negotiate, peer=EDC, dataset=ASSET)

    def finalized() -> agreeing.NegotiationShown | None:
        shown = stage.run(agreeing.show, negotiation=begun.id)
        return shown if shown.state == "FINALIZED" else None

    row: agreeing.NegotiationShown = until(finalized, "FINALIZED at the node")
    (theirs,) = [
        item
        for item in stage.edc.call("POST", "/contractnegotiations/request", "QuerySpec")
        if item["type"] == "PROVIDER"
    ]
    stage.edc.wait(f"/contractnegotiations/{theirs['@id']}", "FINALIZED")
    agreed = stage.run(agreements.agreement_show, agreement=row.agreement)
    check((agreed.state, agreed.role, agreed.terms), ("active", "consumer", None), "agreement")
    return row.agreement


def _start(stage: Stage, agreement: str) -> str:
    """Ask for a transfer; returns its id when it has started on both sides."""
    asked = stage.run(transfers.request, peer=EDC, agreement=agreement, format="HttpData-PULL")

    def started() -> transfers.TransferShown | None:
        shown = stage.run(transfers.show, transfer=asked.id)
        return shown if shown.state == "STARTED" else None

    until(started, "STARTED at the node")
    (theirs,) = [
        item
        for item in stage.edc.call("POST", "/transferprocesses/request", "QuerySpec")
        if item["type"] == "PROVIDER"
    ]
    stage.edc.wait(f"/transferprocesses/{theirs['@id']}", "STARTED")
    return asked.id
