"""The node gives: the connector reads its catalog, negotiates, and receives the dataset's file."""

import secrets
from hashlib import sha256
from typing import Any, Final

import httpx

from comity.core.canonical import unb64url
from comity.edge.tls import client_context
from comity.operations import agreeing, filing, offering, transfers
from comity.operations.proposals import NegotiationShown
from comity.operations.standing import TransferShown
from interop.connector import CONTEXT, PROTOCOL, until
from interop.play import Play, act, check
from interop.stage import COMITY, EDC, Stage

DATASET: Final = "interop-file"
TERMS: Final[dict[str, Any]] = {
    # One purpose and one basis, since a request for a file does not say which it is for.
    "purposes": ["sanctions"],
    "legalBases": ["treaty"],
    # Two, since the connector writes a longer list otherwise than a list of one.
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
    with shown.step("an officer suspends and resumes: the old token opens nothing, a new one does"):
        _suspend(stage, agreement, content)
    with shown.step("a push to an address that is not pinned is refused"):
        _push_elsewhere(stage, agreement)
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

    def ours() -> NegotiationShown | None:
        shown = stage.run(agreeing.negotiation_list).negotiations[0]
        return shown if shown.state == "FINALIZED" else None

    row: NegotiationShown = until(ours, "FINALIZED at the node")
    check((row.peer, row.role, row.dataset), (EDC, "provider", DATASET), "negotiation")
    check(row.terms is not None, True, "terms that the node knows")
    return str(done["contractAgreementId"])


def _request(stage: Stage, agreement: str, format: str, **more: Any) -> str:
    """Let the connector ask for a transfer; returns its id there."""
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
    return str(begun["@id"])


def _transfer(stage: Stage, agreement: str, format: str, **more: Any) -> tuple[str, str]:
    """Let the connector ask for a transfer and an officer approve; returns both sides' ids."""
    theirs = _request(stage, agreement, format, **more)

    def waiting() -> TransferShown | None:
        found = stage.run(transfers.transfer_list).transfers
        return next((row for row in found if row.format == format and row.waits), None)

    stage.edc.wait(f"/transferprocesses/{theirs}", "REQUESTED")
    row: TransferShown = until(waiting, "a transfer that waits for an officer")
    stage.run(transfers.approve, transfer=row.id)
    stage.edc.wait(f"/transferprocesses/{theirs}", "STARTED")
    return theirs, row.id


def _state(stage: Stage, transfer: str) -> str:
    return stage.run(transfers.show, transfer=transfer).state


def _address(stage: Stage, transfer: str) -> tuple[str, dict[str, str]]:
    """Return where the connector was told that the data is, and the header that opens it."""
    told = until(lambda: stage.outside.started(transfer), "the connector tells the data address")
    properties: dict[str, str] = told["properties"]
    check(properties["authType"], "bearer", "authType")
    return properties["endpoint"], {"Authorization": f"Bearer {properties['authorization']}"}


def _client(stage: Stage) -> httpx.Client:
    certificate = unb64url(stage.node.local.identity.certificate)
    return httpx.Client(verify=client_context(certificate), trust_env=False)


def _to(address: str) -> dict[str, str]:
    """Return a destination as the connector's user writes it."""
    return {"@type": "DataAddress", "type": "HttpData", "baseUrl": address}


def _pull(stage: Stage, agreement: str, content: bytes) -> None:
    theirs, ours = _transfer(stage, agreement, "HttpData-PULL")
    endpoint, token = _address(stage, theirs)
    with _client(stage) as client:
        reply = client.get(endpoint, headers=token)
        check((reply.status_code, _digest(reply.content)), (200, _digest(content)), "the file")
        part = client.get(endpoint, headers={**token, "Range": "bytes=1000-1999"})
        check((part.status_code, part.content), (206, content[1000:2000]), "a range of it")
        check(client.get(endpoint).status_code, 401, "without the token")
        stage.run(transfers.complete, transfer=ours)
        stage.edc.wait(f"/transferprocesses/{theirs}", "COMPLETED", "DEPROVISIONED")
        check(client.get(endpoint, headers=token).status_code, 401, "afterwards")


def _suspend(stage: Stage, agreement: str, content: bytes) -> None:
    theirs, ours = _transfer(stage, agreement, "HttpData-PULL")
    endpoint, old = _address(stage, theirs)
    stage.run(transfers.suspend, transfer=ours, reason="A pause.")
    with _client(stage) as client:
        check(client.get(endpoint, headers=old).status_code, 401, "while it is suspended")
        stage.edc.wait(f"/transferprocesses/{theirs}", "SUSPENDED")
        until(lambda: _state(stage, ours) == "SUSPENDED" or None, "SUSPENDED at the node")
        stage.run(transfers.resume, transfer=ours)
        stage.edc.wait(f"/transferprocesses/{theirs}", "STARTED")
        until(lambda: _address(stage, theirs)[1] != old or None, "a new token")
        endpoint, new = _address(stage, theirs)
        check(client.get(endpoint, headers=old).status_code, 401, "the old token")
        check(_digest(client.get(endpoint, headers=new).content), _digest(content), "the file")
    # The connector has the last word this time.
    reason = {"reason": "Enough."}
    stage.edc.call("POST", f"/transferprocesses/{theirs}/terminate", "TerminateTransfer", **reason)
    until(lambda: _state(stage, ours) == "TERMINATED" or None, "TERMINATED at the node")


def _push_elsewhere(stage: Stage, agreement: str) -> None:
    address = stage.outside.address("/inbox/elsewhere")
    begun = _request(stage, agreement, "HttpData-PUSH", dataDestination=_to(address))
    ended = stage.edc.wait(f"/transferprocesses/{begun}", "TERMINATED")
    check("address-not-pinned" in ended["errorDetail"], True, ended["errorDetail"])
    check("/inbox/elsewhere" in stage.outside.taken, False, "something came")


def _push(stage: Stage, agreement: str, content: bytes) -> None:
    address = stage.stand_in.address + "/inbox/given"
    _transfer(stage, agreement, "HttpData-PUSH", dataDestination=_to(address))
    taken: bytes = until(lambda: stage.outside.taken.get("/inbox/given"), "the file arrives")
    check(_digest(taken), _digest(content), "the file")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
