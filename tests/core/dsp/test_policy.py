import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from comity.core.canonical import JsonValue, canonical, digest, model
from comity.core.dsp.policy import (
    Agreement,
    AtomicConstraint,
    LogicalConstraint,
    MessageOffer,
    Offer,
    Operator,
    Permission,
)
from comity.errors import Code
from comity.limits import BODY_BYTES, JSON_DEPTH
from refusals import refuses

OFFER: dict[str, Any] = {
    "@type": "Offer",
    "@id": "urn:uuid:6bcea82e-c509-443d-ba8c-8eef25984c07",
    "target": "urn:uuid:3dd1add8-4d2d-569e-d634-8394a8836a88",
    "permission": [{"action": "use"}],
}
AGREEMENT = OFFER | {
    "@type": "Agreement",
    "assigner": "did:web:mx.example",
    "assignee": "did:web:us.example",
    "timestamp": "2026-11-04T12:00:00Z",
}
ATOM: dict[str, Any] = {"leftOperand": "partner", "operator": "eq", "rightOperand": "gold"}

names = st.text(st.characters(codec="utf-8"), max_size=8)
anything: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | names,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
extras = st.dictionaries(names.filter(lambda name: name != "@context"), anything, max_size=2)
known = {"@id", "@type", "target", "profile", "permission", "prohibition", "obligation"}
known |= {"assigner", "assignee", "timestamp", "action", "constraint"}
known |= {"leftOperand", "operator", "rightOperand", "and", "andSequence", "or", "xone"}


def with_extras(value: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return extras.map(lambda more: value | {name: more[name] for name in more if name not in known})


constraints: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries(
        {
            "leftOperand": names.filter(bool),
            "operator": st.sampled_from(Operator).map(str),
            "rightOperand": names | st.lists(anything, max_size=2) | extras,
        }
    ).flatmap(with_extras),
    lambda inner: (
        st.tuples(
            st.sampled_from(["and", "andSequence", "or", "xone"]), st.lists(inner, max_size=2)
        )
        .map(lambda pair: dict([pair]))
        .flatmap(with_extras)
    ),
    max_leaves=3,
)
rules = st.fixed_dictionaries(
    {"action": names.filter(bool)}, optional={"constraint": st.lists(constraints, max_size=2)}
).flatmap(with_extras)
agreements = st.fixed_dictionaries(
    {"permission": st.lists(rules, min_size=1, max_size=2)},
    optional={
        "profile": names.filter(bool) | st.lists(names.filter(bool), max_size=2),
        "prohibition": st.lists(rules, min_size=1, max_size=2),
        "obligation": st.lists(rules, min_size=1, max_size=2),
    },
).flatmap(lambda value: with_extras(AGREEMENT | value))


@settings(max_examples=60)
@given(agreements)
def test_a_policy_is_kept_as_it_was_sent(value: dict[str, JsonValue]) -> None:
    read = model(Agreement, canonical(value), BODY_BYTES)
    assert read.to_json() == canonical(value)
    assert read.digest() == digest(value)
    assert model(Agreement, read.to_json(), BODY_BYTES) == read


def test_unknown_properties_are_named_where_they_stand() -> None:
    value = OFFER | {"permission": [{"action": "use", "duty": [], "unit": None}], "x": {"y": 1}}
    read = model(MessageOffer, canonical(value), BODY_BYTES)
    assert read.unknown() == ("x",)
    assert read.permission is not None
    assert read.permission[0].unknown() == ("duty", "unit")


def test_python_names_are_unknown_properties() -> None:
    constraint = ATOM | {"left_operand": "other"}
    value = OFFER | {"id": "urn:x", "permission": [{"action": "use", "constraint": [constraint]}]}
    read = model(MessageOffer, canonical(value), BODY_BYTES)
    assert read.id == OFFER["@id"]
    assert read.unknown() == ("id",)
    assert read.to_json() == canonical(value)
    with refuses(Code.SCHEMA_INVALID, where="permission.0.constraint.0.*.leftOperand"):
        del constraint["leftOperand"]
        model(MessageOffer, canonical(value), BODY_BYTES)


def test_what_we_build_is_what_we_read() -> None:
    built = MessageOffer(
        id="urn:uuid:1",
        type="Offer",
        target="urn:uuid:2",
        permission=(
            Permission(
                action="use",
                constraint=(
                    LogicalConstraint(
                        and_=(
                            AtomicConstraint(
                                left_operand="spatial",
                                operator=Operator.IS_ANY_OF,
                                right_operand=["MX", "US"],
                            ),
                        )
                    ),
                ),
            ),
        ),
    )
    assert json.loads(built.to_json())["permission"][0]["constraint"] == [
        {"and": [{"leftOperand": "spatial", "operator": "isAnyOf", "rightOperand": ["MX", "US"]}]}
    ]
    assert model(MessageOffer, built.to_json(), BODY_BYTES) == built
    with pytest.raises(ValidationError):
        built.target = "urn:uuid:3"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"@type": "Agreement"}, "@type"),
        ({"@type": None}, "@type"),
        ({"@id": ""}, "@id"),
        ({"@id": "urn:a b"}, "@id"),
        ({"@id": "urn:\u202egpj"}, "@id"),
        ({"@id": "urn:\u0007"}, "@id"),
        ({"target": None}, "target"),
        ({"target": ["urn:a"]}, "target"),
        ({"profile": None}, "profile"),
        ({"permission": None}, "permission"),
        ({"permission": []}, "permission"),
        ({"permission": [], "prohibition": [{"action": "use"}]}, "permission"),
        ({"permission": [{}]}, "permission.0.action"),
        ({"permission": [{"action": {"@id": "use"}}]}, "permission.0.action"),
        ({"permission": [{"action": "use", "constraint": ATOM}]}, "permission.0.constraint"),
        ({"permission": {"action": "use"}}, "permission"),
        ({"obligation": []}, "obligation"),
    ],
)
def test_flawed_offers_are_refused(change: dict[str, object], where: str) -> None:
    with refuses(Code.SCHEMA_INVALID, where=where):
        model(MessageOffer, json.dumps(OFFER | change).encode(), BODY_BYTES)


@pytest.mark.parametrize(
    "constraint",
    [
        {},
        {"and": [ATOM], "or": [ATOM]},
        {"and": None},
        {"and": ATOM},
        {"and": [{}]},
        {"leftOperand": "a", "operator": "eq"},
        ATOM | {"and": [ATOM], "or": [ATOM]},
        ATOM | {"operator": "equals"},
        ATOM | {"rightOperand": 5},
        ATOM | {"rightOperand": True},
        ATOM | {"rightOperand": None},
    ],
)
def test_flawed_constraints_are_refused(constraint: dict[str, object]) -> None:
    value = OFFER | {"permission": [{"action": "use", "constraint": [constraint]}]}
    with refuses(Code.SCHEMA_INVALID):
        model(MessageOffer, json.dumps(value).encode(), BODY_BYTES)


@pytest.mark.parametrize("timestamp", ["", "today", "2026-11-04", "2026-13-04T12:00:00Z"])
def test_flawed_timestamps_are_refused(timestamp: str) -> None:
    with refuses(Code.SCHEMA_INVALID, where="timestamp"):
        model(Agreement, canonical(AGREEMENT | {"timestamp": timestamp}), BODY_BYTES)


def test_an_offer_in_a_catalog_has_no_target_and_one_in_a_message_has() -> None:
    with refuses(Code.SCHEMA_INVALID, where="*"):
        model(Offer, canonical(OFFER), BODY_BYTES)
    without = {name: value for name, value in OFFER.items() if name != "target"}
    assert model(Offer, canonical(without), BODY_BYTES).type == "Offer"
    with refuses(Code.SCHEMA_INVALID, where="target"):
        model(MessageOffer, canonical(without), BODY_BYTES)


def test_policies_nested_past_the_limit_are_refused() -> None:
    constraint: dict[str, object] = dict(ATOM)
    for _ in range(JSON_DEPTH):
        constraint = {"and": [constraint]}
    value = OFFER | {"permission": [{"action": "use", "constraint": [constraint]}]}
    with refuses(Code.JSON_TOO_DEEP, limit=JSON_DEPTH):
        model(MessageOffer, json.dumps(value).encode(), BODY_BYTES)
