"""A third pinned peer asks for what is another's: it hears what it would of nothing at all."""

from collections.abc import Iterator
from typing import Any

import pytest

from comity.core.dsp.message import Message as DspMessage
from comity.core.dsp.negotiation import (
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractRequestMessage,
)
from comity.core.dsp.transfer import (
    TransferCompletionMessage,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.identity import fingerprint
from comity.node import Node, open_node
from comity.operations import agreeing, offering, peers
from comity.protocol.base import DATA, DSP, fill_path
from comity.protocol.catalog import REQUEST
from comity.store.rows.agreements import Agreement, Negotiation, Offer, Transfer
from comity.store.rows.matching import Usage
from comity.store.rows.moving import many
from comity.store.rows.row import Row, RowT
from nodes import GROUP, MX, US, Pair, run
from stages import MX_LIST, MX_ROWS, TERMS, THIRD, first_request, load, pin_third, say

NOBODYS = "urn:uuid:00000000-0000-4000-8000-000000000000"
OURS = "urn:uuid:11111111-1111-4111-8111-111111111111"
"""What the third calls its own side of a process."""


@pytest.fixture
def third(tagged: Pair) -> Iterator[Node]:
    """A third participant that Mexico has pinned, and that has pinned Mexico."""
    load(tagged.mx, "second-list", *MX_ROWS)
    for dataset in (MX_LIST, "second-list"):
        run(offering.make_offer, tagged.mx, dataset=dataset, terms=TERMS, peer=US.id)
    terms = {"match": {"tokensInAll": 9}}
    run(agreeing.negotiate, tagged.us, peer=MX.id, dataset="second-list", terms=terms)
    tagged.pump()
    pin_third(tagged)
    node = open_node(tagged.folder / "ca", clock=tagged.clock, group=GROUP, endpoint=tagged.wire_to)
    document = tagged.mx.document
    run(peers.peer_add, node, document=document, fingerprint=fingerprint(document))
    yield node
    node.close()


def found(node: Node, cls: type[RowT], **where: Any) -> RowT:
    with node.store.read() as tx:
        return many(tx, cls, **where)[0]


def everything(node: Node) -> list[Row]:
    tables: tuple[type[Row], ...] = (Negotiation, Transfer, Agreement, Offer, Usage)
    with node.store.read() as tx:
        return [row for table in tables for row in many(tx, table)]


def check_same(
    third: Node, asked: list[tuple[str, str, str]], bodies: list[tuple[bytes, bytes]]
) -> None:
    """Ask for what is another's and for what is not there; the answers differ in the id alone."""
    for (method, target, real), (body, blank) in zip(asked, bodies, strict=True):
        told = say(third, MX.id, fill_path(target, real) if real else target, body, method)
        nothing = say(third, MX.id, fill_path(target, NOBODYS) if real else target, blank, method)
        assert told.status == nothing.status == 404, (target, told.body)
        assert told.content_type == nothing.content_type
        for id in (real, NOBODYS):
            told_body = told.body.replace(id.encode(), b"?") if id else told.body
            assert told_body.count(US.id.encode()) == 0
        assert told.body.replace(real.encode(), b"?") == nothing.body.replace(
            NOBODYS.encode(), b"?"
        ), target


def later(kind: str, pid: str) -> dict[str, DspMessage]:
    """Return what may be said of a process, as a consumer would say it."""
    pids = {"provider_pid": pid, "consumer_pid": OURS}
    if kind == "transfers":
        return {
            "start": TransferStartMessage(**pids),
            "suspension": TransferSuspensionMessage(**pids),
            "completion": TransferCompletionMessage(**pids),
            "termination": TransferTerminationMessage(**pids),
        }
    event: dict[str, Any] = {**pids, "event_type": "ACCEPTED"}
    return {
        "events": ContractNegotiationEventMessage.model_validate(event),
        "termination": ContractNegotiationTerminationMessage(**pids),
    }


def test_processes_of_another(tagged: Pair, third: Node) -> None:
    before = everything(tagged.mx)
    processes = {
        "negotiations": found(tagged.mx, Negotiation).pid,
        "transfers": found(tagged.mx, Transfer).pid,
    }
    for kind, real in processes.items():
        asked = [("GET", f"{DSP}/{kind}/{{}}", real)]
        bodies = [(b"", b"")]
        for path, message in later(kind, real).items():
            asked.append(("POST", f"{DSP}/{kind}/{{}}/{path}", real))
            bodies.append((message.to_json(), later(kind, NOBODYS)[path].to_json()))
        check_same(third, asked, bodies)
    assert everything(tagged.mx) == before


def test_what_is_given_in_transfers_of_another(tagged: Pair, third: Node) -> None:
    real = found(tagged.mx, Transfer, format="Comity-Match").pid
    asked = [("GET", f"{DATA}/transfers/{{}}/{rest}", real) for rest in ("manifest", "set/0")]
    check_same(third, asked, [(b"", b"")] * 2)


def test_datasets_offered_to_another(tagged: Pair, third: Node) -> None:
    check_same(third, [("GET", f"{DSP}/catalog/datasets/{{}}", "second-list")], [(b"", b"")])
    shown = run(offering.catalog, third, peer=MX.id).offers
    with tagged.mx.store.read() as tx:
        for_all = {row.id for row in many(tx, Offer, peer="")}
    assert {offer.id for offer in shown} == for_all


def test_offers_to_another(tagged: Pair, third: Node) -> None:
    before = everything(tagged.mx)
    asked = first_request(tagged, callback_address=THIRD.address + DSP)
    unknown = asked.model_copy(
        update={"offer": asked.offer.model_copy(update={"id": NOBODYS, "target": "no-list"})}
    )
    told, nothing = (
        say(third, MX.id, f"{DSP}/negotiations/request", message) for message in (asked, unknown)
    )
    assert (told.status, told.body) == (nothing.status, nothing.body)
    assert isinstance(asked, ContractRequestMessage)
    assert everything(tagged.mx) == before


def test_agreements_with_another(tagged: Pair, third: Node) -> None:
    before = everything(tagged.mx)
    told, nothing = (
        say(
            third,
            MX.id,
            f"{DSP}/transfers/request",
            TransferRequestMessage(
                consumer_pid=OURS,
                agreement_id=agreement,
                format=REQUEST,
                callback_address=THIRD.address + DSP,
            ),
        )
        for agreement in (found(tagged.mx, Agreement).id, NOBODYS)
    )
    assert (told.status, told.body) == (nothing.status, nothing.body)
    assert told.status == 404
    assert everything(tagged.mx) == before
