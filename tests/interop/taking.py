"""The node takes: it reads the connector's catalog, negotiates, and receives the asset's bytes."""

import secrets
from hashlib import sha256
from typing import Any, Final

from comity.core.canonical import b64url
from comity.operations import agreeing, agreements, offering, receiving, transfers
from comity.operations.proposals import NegotiationShown
from interop.connector import ODRL, VOCAB, until
from interop.play import Play, act, check
from interop.stage import EDC, Stage

ASSET: Final = "interop-asset"
SIZE: Final = 700_000
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
    with shown.step("the node fetches the asset's bytes, bytes equal, and completes"):
        _fetch(stage, transfer, content)


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

    def finalized() -> NegotiationShown | None:
        shown = stage.run(agreeing.show, negotiation=begun.id)
        return shown if shown.state == "FINALIZED" else None

    row: NegotiationShown = until(finalized, "FINALIZED at the node")
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

    _both(stage, asked.id, "STARTED")
    return asked.id


def _fetch(stage: Stage, transfer: str, content: bytes) -> None:
    received = stage.run(receiving.fetch, transfer=transfer)
    check((received.size, received.sha256), (SIZE, b64url(sha256(content).digest())), "the file")
    path = stage.folder / "taken.bin"
    stage.run(receiving.take, id=received.id, path=str(path))
    check(path.read_bytes() == content, True, "the copy")
    # Once complete, the connector clears up and calls the state by that.
    _both(stage, transfer, "COMPLETED", "DEPROVISIONING", "DEPROVISIONED")


def _both(stage: Stage, transfer: str, state: str, *or_there: str) -> None:
    """Wait until both sides say that a transfer is in a state; the connector may be further."""

    def ours() -> bool | None:
        return stage.run(transfers.show, transfer=transfer).state == state or None

    until(ours, f"{state} at the node")
    (theirs,) = [
        item
        for item in stage.edc.call("POST", "/transferprocesses/request", "QuerySpec")
        if item["type"] == "PROVIDER"
    ]
    stage.edc.wait(f"/transferprocesses/{theirs['@id']}", state, *or_there)
