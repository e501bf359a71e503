import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from comity.core.canonical import canonical, model
from comity.core.dsp.catalog import (
    Catalog,
    DatasetRequestMessage,
    RootCatalog,
    RootDataset,
)
from comity.core.dsp.message import CONTEXT, Message, Part
from comity.core.dsp.negotiation import (
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationEventMessage,
    ContractRequestMessage,
)
from comity.core.dsp.policy import MessageOffer
from comity.core.dsp.version import VersionResponse
from comity.core.machines import (
    NegotiationMessage,
    NegotiationState,
    TransferMessage,
)
from comity.errors import Code
from comity.limits import BODY_BYTES, ID_CHARS
from core.dsp.examples import (
    BY_TYPE,
    MESSAGES,
    OFFER,
    PIDS,
    WRITTEN,
    accepted,
    model_of,
    published,
    schema_of,
)
from core.dsp.schemas import check_against_schema, is_valid
from core.dsp.sent import sent
from refusals import refuses

ids = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=ID_CHARS)
written = pytest.mark.parametrize("value", WRITTEN, ids=schema_of)


def read(value: dict[str, Any]) -> Part:
    return model(model_of(value), json.dumps(value).encode(), BODY_BYTES)


@written
def test_our_examples_round_trip(value: dict[str, Any]) -> None:
    expected = value if schema_of(value) != "Dataset" else value | {"@type": "Dataset"}
    assert read(value).to_json() == canonical(expected)


def test_the_published_examples_round_trip() -> None:
    examples = published()
    assert {schema_of(value) for value in examples} == {*BY_TYPE, "VersionResponse"}
    for value in examples:
        assert read(value).to_json() == canonical(value)
        check_against_schema(schema_of(value), value)


@written
def test_our_examples_are_what_the_schemas_take(value: dict[str, Any]) -> None:
    check_against_schema(schema_of(value), value)


def test_there_is_a_sent_message_of_every_type() -> None:
    assert {*MESSAGES, VersionResponse} == {type(message) for message in sent("p", "c", "t")}


@given(ids, ids, ids)
def test_what_we_send_is_what_the_other_side_reads(provider: str, consumer: str, text: str) -> None:
    for message in sent(provider, consumer, text):
        assert model(type(message), message.to_json(), BODY_BYTES) == message


def test_every_message_that_leaves_is_what_the_schemas_take() -> None:
    for message in sent("urn:uuid:1", "urn:uuid:2", "urn:é"):
        value = json.loads(message.to_json())
        check_against_schema(schema_of(value), value)


@pytest.mark.parametrize("cls", MESSAGES)
def test_context_and_type_are_required_of_others_and_given_by_us(cls: type[Message]) -> None:
    value = next(value for value in map(as_value, sent("p", "c", "t")) if model_of(value) is cls)
    assert value["@context"] == [CONTEXT]
    for name in ("@context", "@type"):
        if (cls, name) == (RootDataset, "@type"):
            continue  # The schema of a dataset does not ask for its type.
        without = {key: value[key] for key in value if key != name}
        with refuses(Code.SCHEMA_INVALID, where=name):
            model(cls, canonical(without), BODY_BYTES)
    for wrong in ([], [CONTEXT + "x"], CONTEXT, [7]):
        assert accepted(cls, value | {"@context": wrong}) is None
    more = [CONTEXT, "https://w3id.org/edc/context.jsonld"]
    assert accepted(cls, value | {"@context": more}) is not None
    assert accepted(cls, value | {"@type": "Other"}) is None


def as_value(message: Part) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(message.to_json())
    return value


# --- rules that the table of properties does not say --------------------------------------------


def test_unknown_properties_of_a_message_are_ignored() -> None:
    value = as_value(ContractNegotiation(state=NegotiationState.AGREED, **snake(PIDS)))
    more = value | {"@id": "urn:uuid:9", "provider_pid": 7, "edc:x": {"y": None}, "callback": []}
    assert read(more).to_json() == canonical(value)


def test_python_names_are_no_spelling_of_a_property() -> None:
    value = as_value(ContractNegotiation(state=NegotiationState.AGREED, **snake(PIDS)))
    value["provider_pid"] = value.pop("providerPid")
    with refuses(Code.SCHEMA_INVALID, where="providerPid"):
        read(value)


def snake(pids: dict[str, str]) -> Any:
    return {"provider_pid": pids["providerPid"], "consumer_pid": pids["consumerPid"]}


@pytest.mark.parametrize(
    ("type", "own", "other"),
    [
        ("ContractRequestMessage", "consumerPid", "providerPid"),
        ("ContractOfferMessage", "providerPid", "consumerPid"),
    ],
)
def test_a_message_is_the_first_one_or_a_later_one(type: str, own: str, other: str) -> None:
    neither = {"@context": [CONTEXT], "@type": type, own: "urn:a", "offer": OFFER}
    first, later = {"callbackAddress": "https://x"}, {other: "urn:b"}
    assert accepted(BY_TYPE[type], neither | first) is not None
    assert accepted(BY_TYPE[type], neither | later) is not None
    for wrong in (neither, neither | first | later):
        with refuses(Code.SCHEMA_INVALID, where="callbackAddress"):
            read(wrong)
        assert not is_valid(type, wrong)


def test_a_message_that_breaks_a_rule_cannot_be_built_either() -> None:
    offer = model(MessageOffer, canonical(OFFER), BODY_BYTES)
    with pytest.raises(ValidationError):
        ContractRequestMessage(consumer_pid="urn:a", offer=offer)


def test_a_catalog_has_no_policy_of_its_own() -> None:
    for value in WRITTEN[0], WRITTEN[0]["catalog"][0]:
        cls = RootCatalog if "participantId" in value else Catalog
        assert accepted(cls, value) is not None
        assert accepted(cls, value | {"hasPolicy": [{"@id": "urn:x"}]}) is None


def test_ids_and_texts_have_a_bound() -> None:
    value = as_value(DatasetRequestMessage(dataset="d" * ID_CHARS))
    with refuses(Code.SCHEMA_INVALID, where="dataset"):
        read(value | {"dataset": "d" * (ID_CHARS + 1)})


@pytest.mark.parametrize("signature", ["", "a.b", "a.b.c.d", "a.b.c=", "a.b.c\n", "a..c"])
def test_flawed_signatures_are_refused(signature: str) -> None:
    value = as_value(ContractAgreementVerificationMessage(**snake(PIDS)))
    with refuses(Code.SCHEMA_INVALID, where="signature"):
        read(value | {"signature": signature})


def test_messages_say_what_they_are_to_the_state_machine() -> None:
    events = {message.event for message in sent("p", "c", "t") if hasattr(message, "event")}
    accepting = ContractNegotiationEventMessage(event_type="FINALIZED", **snake(PIDS))
    assert events | {accepting.event} == {*NegotiationMessage, *TransferMessage}
    for message in sent("p", "c", "t"):
        if hasattr(message, "event"):
            assert message.event.partition(":")[0] == as_value(message)["@type"]
