"""What the replies of DSP look like: statuses, error bodies, and what comes twice or at once."""

from typing import Any

import pytest

from comity.api import Request, Response
from comity.core.canonical import canonical, parse
from comity.core.dsp.negotiation import (
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
)
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations import agreeing, transfers
from comity.protocol.base import DSP, fill_path
from comity.protocol.catalog import REQUEST
from comity.store.rows.agreements import Agreement, Negotiation, Transfer
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Usage
from comity.store.rows.moving import many
from comity.store.rows.row import Row
from core.dsp.schemas import check_against_schema
from nodes import MX, US, Pair, run
from stages import CATALOG, CATALOG_BODY, MX_LIST, code, first_request, say, seal
from threads import at_once

EXTRA = {"urn:example:more": {"deep": [1, None]}, "dct:title": "x", "extra": True}
FIRST = f"{DSP}/negotiations/request"


def rows_of(node: Node, *tables: type[Row]) -> list[Any]:
    """Return all rows of processes, or of some tables."""
    chosen = tables or (Negotiation, Agreement, Transfer, Usage, Outgoing)
    with node.store.read() as tx:
        return [row for table in chosen for row in many(tx, table)]


def test_all_that_is_said_in_a_whole_conversation(offered: Pair) -> None:
    """Each first message is answered by 201, and each later one by 200."""
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.pump()
    made = rows_of(offered.us, Agreement)[0].id
    run(transfers.request, offered.us, peer=MX.id, agreement=made, format=REQUEST)
    offered.pump()
    for node in (offered.mx, offered.us):
        run(transfers.suspend, node, transfer=rows_of(node, Transfer)[0].pid)
        offered.pump()
        run(transfers.resume, node, transfer=rows_of(node, Transfer)[0].pid)
        offered.pump()
    run(transfers.complete, offered.us, transfer=rows_of(offered.us, Transfer)[0].pid)
    offered.pump()
    assert [rows_of(node, Transfer)[0].state for node in (offered.mx, offered.us)] == [
        "COMPLETED"
    ] * 2
    said = [*offered.to_mx.seen, *offered.to_us.seen]
    assert len(said) >= 12
    for request, response in said:
        first = request.target.endswith(("negotiations/request", "transfers/request"))
        assert response.status == (201 if first else 200), request.target
        assert response.content_type == "application/json"
        name = str(parse(response.body, BODY_BYTES)["@type"])
        if name in ("ContractNegotiation", "TransferProcess", "Catalog"):
            check_against_schema(name, parse(response.body, BODY_BYTES))


def test_all_that_was_said_comes_again(offered: Pair) -> None:
    """The same bytes get the same bytes, and nothing happens a second time."""
    run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.pump()
    before = rows_of(offered.mx), rows_of(offered.us)
    for wire, node in ((offered.to_mx, offered.mx), (offered.to_us, offered.us)):
        for request, response in reversed(wire.seen):
            assert node.exchange.handle(request) == response
    assert (rows_of(offered.mx), rows_of(offered.us)) == before


def test_properties_that_the_standard_does_not_name(offered: Pair) -> None:
    body = canonical({**parse(first_request(offered).to_json(), BODY_BYTES), **EXTRA})
    reply = say(offered.us, MX.id, FIRST, body)
    assert reply.status == 201
    (row,) = rows_of(offered.mx, Negotiation)
    assert row.agreement
    ending = ContractNegotiationTerminationMessage(provider_pid=row.pid, consumer_pid=row.their_pid)
    target = fill_path(f"{DSP}/negotiations/{{}}/termination", row.pid)
    body = canonical({**parse(ending.to_json(), BODY_BYTES), **EXTRA})
    assert say(offered.us, MX.id, target, body).status == 200
    body = canonical({**parse(CATALOG_BODY, BODY_BYTES), **EXTRA})
    assert say(offered.us, MX.id, CATALOG, body).status == 200


@pytest.mark.parametrize("where", ["offer", "permission", "constraint"])
def test_properties_that_nobody_knows_in_a_policy(offered: Pair, where: str) -> None:
    """What stands in a policy may change what it means; so it is not agreed to by ourselves."""
    asked: Any = parse(first_request(offered).to_json(), BODY_BYTES)
    permission = asked["offer"]["permission"][0]
    part = {"offer": asked["offer"], "permission": permission}.get(where)
    (permission["constraint"][0] if part is None else part).update(EXTRA)
    reply = say(offered.us, MX.id, FIRST, canonical(asked))
    assert reply.status == 400 or rows_of(offered.mx, Negotiation)[0].waits
    assert rows_of(offered.mx, Agreement) == []


def waiting(p: Pair) -> Negotiation:
    """Bring a negotiation to wait at the provider; return the provider's side of it."""
    terms = {"match": {"tokensInAll": 9}}
    run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, terms=terms)
    p.pump()
    found: Negotiation = rows_of(p.mx, Negotiation)[0]
    return found


def accepted(row: Negotiation) -> bytes:
    said = {"provider_pid": row.pid, "consumer_pid": row.their_pid, "event_type": "ACCEPTED"}
    return ContractNegotiationEventMessage.model_validate(said).to_json()


def test_error_bodies_name_both_sides_of_the_process(offered: Pair) -> None:
    row = waiting(offered)
    target = fill_path(f"{DSP}/negotiations/{{}}/events", row.pid)
    reply = say(offered.us, MX.id, target, accepted(row))
    body = parse(reply.body, BODY_BYTES)
    assert (reply.status, code(reply)) == (400, "state-not-allowed")
    assert (body["providerPid"], body["consumerPid"]) == (row.pid, row.their_pid)
    check_against_schema("ContractNegotiationError", body)


def test_error_bodies_about_transfers_do_so_too(tagged: Pair) -> None:
    row = rows_of(tagged.mx, Transfer)[0]
    run(transfers.terminate, tagged.mx, transfer=row.pid)
    target = fill_path(f"{DSP}/transfers/{{}}/start", row.pid)
    said = {"providerPid": row.pid, "consumerPid": row.their_pid}
    context = ["https://w3id.org/dspace/2025/1/context.jsonld"]
    message = {"@context": context, "@type": "TransferStartMessage", **said}
    reply = say(tagged.us, MX.id, target, canonical(message))
    body = parse(reply.body, BODY_BYTES)
    assert (reply.status, code(reply)) == (400, "state-not-allowed")
    assert {name: body[name] for name in said} == said
    check_against_schema("TransferError", body)


def sealed(p: Pair, number: int, target: str, body: bytes) -> Request:
    return seal(p, seq=1_000 + number, target=target, body=body)


def test_of_many_acceptances_at_once_one_counts(offered: Pair) -> None:
    row = waiting(offered)
    run(agreeing.counter, offered.mx, negotiation=row.pid, terms={"match": {"tokensInAll": 3}})
    offered.pump()
    target = fill_path(f"{DSP}/negotiations/{{}}/events", row.pid)
    messages = [sealed(offered, number, target, accepted(row)) for number in range(8)]

    def handle(number: int) -> Response:
        return offered.mx.exchange.handle(messages[number])

    statuses = sorted(response.status for response in at_once(8, handle))
    assert statuses == [200, *[400] * 7]
    assert len(rows_of(offered.mx, Agreement)) == 1
    assert rows_of(offered.mx, Negotiation)[0].pending == "ContractAgreementMessage"


def test_a_decline_and_an_acceptance_at_once(offered: Pair) -> None:
    """Whichever is first, the officer's or the peer's, the negotiation has one end."""
    row = waiting(offered)
    ending = ContractNegotiationTerminationMessage(provider_pid=row.pid, consumer_pid=row.their_pid)
    target = fill_path(f"{DSP}/negotiations/{{}}/termination", row.pid)
    message = sealed(offered, 0, target, ending.to_json())

    def act(number: int) -> object:
        if number:
            return offered.mx.exchange.handle(message).status
        try:
            return run(agreeing.accept, offered.mx, negotiation=row.pid).state
        except Exception as error:
            return str(error)

    done = at_once(2, act)
    (after,) = rows_of(offered.mx, Negotiation)
    assert done[1] == 200
    assert after.state == "TERMINATED"
    assert {made.state for made in rows_of(offered.mx, Agreement)} <= {"withdrawn"}


def test_two_negotiations_over_one_offer(offered: Pair) -> None:
    for _ in range(2):
        run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.pump()
    for node in (offered.mx, offered.us):
        assert [row.state for row in rows_of(node, Negotiation)] == ["FINALIZED"] * 2
    ids = [{row.id for row in rows_of(node, Agreement)} for node in (offered.mx, offered.us)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2


def test_messages_that_come_in_another_order(offered: Pair) -> None:
    """What is not due yet is refused, and its number counts; what is due is taken after it."""
    row = waiting(offered)
    events = fill_path(f"{DSP}/negotiations/{{}}/events", row.pid)
    later, earlier = (sealed(offered, number, CATALOG, CATALOG_BODY) for number in (2, 1))
    early = sealed(offered, 3, events, accepted(row))
    assert offered.mx.exchange.handle(early).status == 400
    assert offered.mx.exchange.handle(later).status == 200
    assert offered.mx.exchange.handle(earlier).status == 200
    assert rows_of(offered.mx, Negotiation) == [row]
    assert US.id == row.peer
