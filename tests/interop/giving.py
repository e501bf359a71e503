"""The node gives: the connector reads its catalog, negotiates, and receives the dataset's file."""

import secrets
from hashlib import sha256
from typing import Any, Final

import httpx

from comity.core.canonical import unb64url
from comity.edge.tls import client_context
from comity.operations import agreeing, filing, offering, transfers
from comity.operations.standing import TransferShown
from interop.connector import CONTEXT, PROTOCOL, until
from interop.play import Play, act, check
from interop.stage import COMITY, EDC, Stage

DATASET: Final = "interop-file"
TERMS: Final[dict[str, Any]] = {
    # More than one each, since the connector writes a longer list otherwise than a list of one.
    "purposes": ["money-laundering", "sanctions"],
    "legalBases": ["treaty"],
    "territories": ["XB", "XC"],
    "expiry": "2100-01-01T00:00:00Z",
    "handling": "TLP:AMBER",
    "receive": {"approval": "one-officer"},
}
SIZE: Final = 300_000


def play(stage: Stage, shown: Play) -> None:
    """Play it."""
    act("The node gives, the connector receives")
    content = secrets.token_bytes(SIZE)
    with shown.step("an officer offers a dataset's file under the profile of Comity"):
        path = stage.folder / "given.bin"
        path.write_bytes(content)
        stage.run(filing.keep, dataset=DATASET, path=str(path), title="A file")
        made = stage.run(offering.make_offer, dataset=DATASET, terms=TERMS, peer=EDC)
    with shown.step("the connector reads the node's catalog"):
        policy = _offered(stage, made.id)
    with shown.step("they negotiate: FINALIZED on both sides"):
        agreement = _negotiate(stage, policy)
    with shown.step("HttpData-PULL: an officer approves, the connector gets the file, bytes equal"):
        _pull(stage, agreement, content)
    with shown.step("HttpData-PUSH: an officer approves, the node sends the file, bytes equal"):
        _push(stage, agreement, content)


def _offered(stage: Stage, offer: str) -> dict[str, Any]:
    """Return the offer as the connector read it from the node's catalog."""
    catalog = stage.edc.call(
        "POST",
        "/catalog/request",
        "CatalogRequest",
        counterPartyAddress=stage.dsp,
        counterPartyId=COMITY,
        protocol=PROTOCOL,
    )
    check(catalog["participantId"], COMITY, "participant")
    (dataset,) = catalog["dataset"]
    formats = {item["format"] for item in dataset["distribution"]}
    check({"HttpData-PULL", "HttpData-PUSH"} <= formats, True, f"formats {formats}")
    (policy,) = [item for item in dataset["hasPolicy"] if item["@id"] == offer]
    # As its user has to send it back: with the parties named, under the context it was read with.
    return {"@context": CONTEXT, **policy, "assigner": COMITY, "target": dataset["@id"]}


def _negotiate(stage: Stage, policy: dict[str, Any]) -> str:
    """Return the connector's id of the agreement."""
    begun = stage.edc.call(
        "POST",
        "/contractnegotiations",
        "ContractRequest",
        counterPartyAddress=stage.dsp,
        protocol=PROTOCOL,
        policy=policy,
    )
    done = stage.edc.wait(f"/contractnegotiations/{begun['@id']}", "FINALIZED")

    def ours() -> agreeing.NegotiationShown | None:
        shown = stage.run(agreeing.negotiation_list).negotiations[0]
        return shown if shown.state == "FINALIZED" else None

    row: agreeing.NegotiationShown = until(ours, "FINALIZED at the node")
    check((row.peer, row.role, row.dataset), (EDC, "provider", DATASET), "negotiation")
    check(row.terms is not None, True, "terms that the node knows")
    return str(done["contractAgreementId"])


def _transfer(stage: Stage, agreement: str, format: str, **more: Any) -> tuple[str, str]:
    """Let the connector ask for a transfer and an officer approve; returns both sides' ids."""
    begun = stage.edc.call(
        "POST",
        "/transferprocesses",
        "TransferRequest",
        counterPartyAddress=stage.dsp,
        protocol=PROTOCOL,
        contractId=agreement,
        transferType=format,
        callbackAddresses=[
            {
                "transactional": False,
                "uri": stage.outside.address("/events"),
                "events": ["transfer.process.started"],
            }
        ],
        **more,
    )

    def waiting() -> TransferShown | None:
        found = stage.run(transfers.transfer_list).transfers
        return next((row for row in found if row.format == format and row.waits), None)

    row: TransferShown = until(waiting, "a transfer that waits for an officer")
    stage.run(transfers.approve, transfer=row.id)
    return str(begun["@id"]), row.id


def _pull(stage: Stage, agreement: str, content: bytes) -> None:
    theirs, ours = _transfer(stage, agreement, "HttpData-PULL")
    stage.edc.wait(f"/transferprocesses/{theirs}", "STARTED")
    told = until(lambda: stage.outside.started(theirs), "the connector tells the data address")
    properties: dict[str, str] = told["properties"]
    certificate = unb64url(stage.node.local.identity.certificate)
    with httpx.Client(verify=client_context(certificate), trust_env=False) as client:
        endpoint = properties["endpoint"]
        authorization = {"Authorization": f"Bearer {properties['authorization']}"}
        reply = client.get(endpoint, headers=authorization)
        check((reply.status_code, _digest(reply.content)), (200, _digest(content)), "the file")
        part = client.get(endpoint, headers={**authorization, "Range": "bytes=1000-1999"})
        check((part.status_code, part.content), (206, content[1000:2000]), "a range of it")
        check(client.get(endpoint).status_code, 401, "without the token")
        stage.run(transfers.complete, transfer=ours)
        stage.edc.wait(f"/transferprocesses/{theirs}", "COMPLETED", "DEPROVISIONED")
        check(client.get(endpoint, headers=authorization).status_code, 401, "afterwards")


def _push(stage: Stage, agreement: str, content: bytes) -> None:
    address = stage.stand_in.address + "/inbox/given"
    destination = {"@type": "DataAddress", "type": "HttpData", "baseUrl": address}
    _transfer(stage, agreement, "HttpData-PUSH", dataDestination=destination)
    taken: bytes = until(lambda: stage.outside.taken.get("/inbox/given"), "the file arrives")
    check(_digest(taken), _digest(content), "the file")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
