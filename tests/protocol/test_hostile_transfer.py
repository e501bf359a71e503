"""Transfers with a peer that has code of its own: each flaw refused, and nothing moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from comity.core.canonical import b64url
from comity.core.dsp.transfer import (
    DataAddress,
    EndpointProperty,
    TransferCompletionMessage,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from comity.core.machines import TRANSFER, Role, TransferState
from comity.errors import Code
from comity.node import Node
from comity.protocol.base import DSP, fill_path
from comity.protocol.catalog import MATCH
from comity.protocol.frames import ENDPOINT_TYPE
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.moving import add, change, many
from nodes import MX, US, Pair
from stages import begin, code, pin_third, say, transfer

FIRST = f"{DSP}/transfers/request"


def agreement(node: Node) -> Agreement:
    with node.store.read() as tx:
        (found,) = many(tx, Agreement)
    return found


def first(p: Pair, **changes: Any) -> TransferRequestMessage:
    message = TransferRequestMessage(
        consumer_pid="urn:uuid:1",
        agreement_id=agreement(p.us).id,
        format=MATCH,
        callback_address=US.address + DSP,
    )
    return message.model_copy(update=changes)


DATA_ADDRESS = DataAddress(endpoint_type="urn:x", endpoint="https://evil.example")


UNUSABLE: dict[str, tuple[Code, dict[str, Any]]] = {
    "an agreement that there is not": (Code.AGREEMENT_UNKNOWN, {"agreement_id": "urn:uuid:2"}),
    "a format that we do not have": (Code.TRANSFER_FORMAT_UNKNOWN, {"format": "HttpData-PULL"}),
    "an address to push to": (Code.TRANSFER_FORMAT_UNKNOWN, {"data_address": DATA_ADDRESS}),
    "a callback address elsewhere": (
        Code.ADDRESS_NOT_PINNED,
        {"callback_address": "https://evil.example/dsp"},
    ),
}


@pytest.mark.parametrize("flaw", UNUSABLE)
def test_first_requests_that_cannot_be_used(agreed: Pair, flaw: str) -> None:
    expected, changes = UNUSABLE[flaw]
    assert code(say(agreed.us, MX.id, FIRST, first(agreed, **changes))) == expected
    with agreed.mx.store.read() as tx:
        assert many(tx, Transfer) == []


@pytest.mark.parametrize(
    "instead",
    [
        {"state": "agreed"},
        {"state": "withdrawn"},
        {"role": "consumer"},
        {"peer": "did:web:ca.example"},
    ],
)
def test_an_agreement_that_is_not_in_force_or_not_the_peers(
    agreed: Pair, instead: dict[str, str]
) -> None:
    with agreed.mx.store.write() as tx:
        change(tx, Agreement, {}, **instead)
    assert code(say(agreed.us, MX.id, FIRST, first(agreed))) == Code.AGREEMENT_UNKNOWN


def later(p: Pair) -> dict[str, tuple[str, Any]]:
    """Return every message about a transfer, as the consumer would send it."""
    row = transfer(p.mx)
    pids = {"provider_pid": row.pid, "consumer_pid": row.their_pid}
    return {
        "TransferStartMessage": ("start", TransferStartMessage(**pids)),
        "TransferSuspensionMessage": ("suspension", TransferSuspensionMessage(**pids)),
        "TransferCompletionMessage": ("completion", TransferCompletionMessage(**pids)),
        "TransferTerminationMessage": ("termination", TransferTerminationMessage(**pids)),
    }


@pytest.mark.parametrize("state", TransferState)
def test_each_message_in_each_state(tagged: Pair, state: TransferState) -> None:
    allowed = TRANSFER.allowed(state, Role.CONSUMER)
    for name, (path, message) in later(tagged).items():
        with tagged.mx.store.write() as tx:
            change(tx, Transfer, {"format": MATCH}, state=state)
        row = transfer(tagged.mx)
        reply = say(tagged.us, MX.id, fill_path(f"{DSP}/transfers/{{}}/{path}", row.pid), message)
        if name in allowed:
            expected = TRANSFER.next(state, Role.CONSUMER, message.event)
            assert (reply.status, transfer(tagged.mx).state) == (200, expected)
        else:
            assert code(reply) == Code.STATE_NOT_ALLOWED
            assert transfer(tagged.mx) == row


def test_a_transfer_that_is_over_takes_no_question(tagged: Pair) -> None:
    row = transfer(tagged.mx)
    path, message = later(tagged)["TransferCompletionMessage"]
    say(tagged.us, MX.id, fill_path(f"{DSP}/transfers/{{}}/{path}", row.pid), message)
    target = fill_path("/comity/1/transfers/{}/manifest", row.pid)
    assert code(say(tagged.us, MX.id, target, method="GET")) == Code.TRANSFER_NOT_STARTED


def test_transfers_of_others_do_not_exist(tagged: Pair) -> None:
    third = pin_third(tagged)
    with tagged.mx.store.write() as tx:
        add(tx, replace(many(tx, Transfer)[0], pid="urn:uuid:3", peer=third))
    for pid in ("urn:uuid:3", "urn:uuid:nothing", transfer(tagged.us).pid):
        for template in (f"{DSP}/transfers/{{}}", "/comity/1/transfers/{}/manifest"):
            reply = say(tagged.us, MX.id, fill_path(template, pid), method="GET")
            assert (reply.status, code(reply)) == (404, Code.TRANSFER_UNKNOWN)


def test_pids_that_do_not_belong_together(tagged: Pair) -> None:
    row = transfer(tagged.mx)
    target = fill_path(f"{DSP}/transfers/{{}}/termination", row.pid)
    for provider, consumer in ((row.pid, "urn:x"), ("urn:x", row.their_pid)):
        message = TransferTerminationMessage(provider_pid=provider, consumer_pid=consumer)
        assert code(say(tagged.us, MX.id, target, message)) == Code.TRANSFER_UNKNOWN
    assert transfer(tagged.mx) == row


def named(value: str, endpoint: str = f"{MX.address}/comity/1/transfers/x") -> DataAddress:
    properties = (EndpointProperty(name="manifest", value=value),)
    return DataAddress(
        endpoint_type=ENDPOINT_TYPE, endpoint=endpoint, endpoint_properties=properties
    )


HASH = b64url(bytes(32))


STARTS: dict[str, tuple[Code, Callable[[], DataAddress | None]]] = {
    "no data address": (Code.MANIFEST_INVALID, lambda: None),
    "another type of endpoint": (
        Code.MANIFEST_INVALID,
        lambda: named(HASH).model_copy(update={"endpoint_type": "urn:x"}),
    ),
    "no manifest": (
        Code.MANIFEST_INVALID,
        lambda: named(HASH).model_copy(update={"endpoint_properties": None}),
    ),
    "two manifests": (
        Code.MANIFEST_INVALID,
        lambda: named(HASH).model_copy(
            update={"endpoint_properties": (named(HASH).endpoint_properties or ()) * 2}
        ),
    ),
    "a digest that is none": (Code.JSON_INVALID, lambda: named("../../etc/passwd")),
    "an endpoint elsewhere": (
        Code.ADDRESS_NOT_PINNED,
        lambda: named(HASH, "https://evil.example/comity/1/transfers/x"),
    ),
    "no endpoint": (
        Code.ADDRESS_NOT_PINNED,
        lambda: named(HASH).model_copy(update={"endpoint": None}),
    ),
}


@pytest.mark.parametrize("flaw", STARTS)
def test_a_start_that_names_no_manifest_of_the_peer(agreed: Pair, flaw: str) -> None:
    expected, address = STARTS[flaw]
    begin(agreed, agreement(agreed.us).id)
    row = transfer(agreed.us)
    message = TransferStartMessage(
        provider_pid=row.their_pid, consumer_pid=row.pid, data_address=address()
    )
    target = fill_path(f"{DSP}/transfers/{{}}/start", row.pid)
    assert code(say(agreed.mx, US.id, target, message)) == expected
    assert transfer(agreed.us) == row


def test_a_request_twice_begins_one_transfer(tagged: Pair) -> None:
    with tagged.mx.store.read() as tx:
        before = len(many(tx, Transfer))
    for expected in (before + 1, before + 1):
        assert say(tagged.us, MX.id, FIRST, first(tagged)).status == 201
        with tagged.mx.store.read() as tx:
            assert len(many(tx, Transfer)) == expected
    another = first(tagged, format="Comity-Request")
    assert code(say(tagged.us, MX.id, FIRST, another)) == Code.STATE_NOT_ALLOWED
