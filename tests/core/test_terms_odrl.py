import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.core.agreement import draw_up
from comity.core.canonical import canonical, model
from comity.core.dsp.policy import MessageOffer, Offer, Operator, Prohibition
from comity.core.terms import Terms, draft_terms
from comity.core.terms_odrl import (
    OPERANDS,
    PROFILE,
    REPLACES,
    from_policy,
    replaces_of,
    to_message_offer,
    to_offer,
)
from comity.errors import Code
from comity.limits import BODY_BYTES
from core.drafts import EXPIRY, TERMS, terms
from core.dsp.schemas import check_against_schema
from refusals import refuses

SMALLEST = """{
  "@type": "Offer", "@id": "urn:uuid:1", "target": "urn:uuid:2", "profile": "urn:comity:terms:1",
  "permission": [{"action": "urn:comity:terms:1:receive", "constraint": [
    {"leftOperand": "urn:comity:terms:1:approval", "operator": "eq",
     "rightOperand": "two-officers"},
    {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["customs"]},
    {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2027-01-01T00:00:00Z"},
    {"leftOperand": "urn:comity:terms:1:handling", "operator": "eq", "rightOperand": "TLP:RED"}
  ]}]}"""

QUOTA = 10
"""Where the constraint on tokens in each period stands in the grant to match of TERMS."""


def offer_value() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(
        to_message_offer(TERMS, "urn:uuid:1", "urn:uuid:2").to_json()
    )
    return value


def read(value: dict[str, Any]) -> Terms:
    return from_policy(model(MessageOffer, canonical(value), BODY_BYTES))


@settings(max_examples=50)
@given(terms)
def test_reading_is_the_inverse_of_writing(value: Terms) -> None:
    assert from_policy(to_offer(value, "urn:uuid:1")) == value
    sent = to_message_offer(value, "urn:uuid:1", "urn:uuid:2").to_json()
    received = model(MessageOffer, sent, BODY_BYTES)
    assert received.to_json() == sent
    assert from_policy(received) == value


@settings(max_examples=20)
@given(terms)
def test_terms_are_policies_as_the_schema_has_them(value: Terms) -> None:
    check_against_schema("Offer", json.loads(to_offer(value, "urn:uuid:1").to_json()))
    sent = to_message_offer(value, "urn:uuid:1", "urn:uuid:2").to_json()
    check_against_schema("MessageOffer", json.loads(sent))


def test_an_offer_typed_by_hand() -> None:
    value = read(json.loads(SMALLEST))
    assert value.match is None
    assert value.request is None
    assert value.receive is not None
    assert value.receive.purposes == ("customs",)
    assert not value.receive.onward


def test_every_operand_is_a_term_of_odrl_or_of_the_profile() -> None:
    own = {operand.left for operand in OPERANDS if not operand.left.startswith(f"{PROFILE}:")}
    assert own == {"purpose", "spatial", "dateTime", "count"}


def test_one_value_may_stand_without_its_list() -> None:
    value = json.loads(SMALLEST)
    value["permission"][0]["constraint"][1]["rightOperand"] = "customs"
    assert read(value) == read(json.loads(SMALLEST))


def test_a_list_of_the_one_profile_is_the_profile() -> None:
    assert read(offer_value() | {"profile": [PROFILE]}) == TERMS


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(offer: dict[str, Any]) -> None:
        target: Any = offer
        for step in path[:-1]:
            target = target[step]
        if isinstance(target, list) and path[-1] == len(target):
            target.append(value)
        else:
            target[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def change(offer: dict[str, Any]) -> None:
        target: Any = offer
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]

    return change


MATCH = ("permission", 0)
FIRST = (*MATCH, "constraint", 0)
AND = (*MATCH, "constraint", QUOTA)
COUNT = {"leftOperand": "count", "operator": "lteq", "rightOperand": "5"}
FAMILY = {
    "leftOperand": f"{PROFILE}:family",
    "operator": "isAnyOf",
    "rightOperand": ["rfc"],
}
FREE = {"leftOperand": "weather", "operator": "eq", "rightOperand": "fine"}
PERIOD = {"leftOperand": f"{PROFILE}:period", "operator": "eq", "rightOperand": "P1D"}
USE = {"action": "use"}
JOINS = ("and", "andSequence", "or", "xone")
CONDITIONS = {
    "approval": "automatic",
    "purposes": ["customs"],
    "expiry": "2027-01-01T00:00:00Z",
    "handling": "TLP:RED",
}

UNKNOWN = {
    "no profile": (drop("profile"), "profile"),
    "another profile": (put("profile", value="urn:comity:terms:2"), "profile"),
    "a profile more": (put("profile", value=[PROFILE, "urn:other"]), "profile"),
    "a prohibition": (put("prohibition", value=[USE]), "prohibition"),
    "an obligation": (put("obligation", value=[USE]), "obligation"),
    "an unknown property of the policy": (put("inheritFrom", value="urn:x"), "policy"),
    "an unknown property that is null": (put("conflict", value=None), "policy"),
    "a python name": (put("left_operand", value="count"), "policy"),
    "an unknown action": (put(*MATCH, "action", value="use"), "permission.0.action"),
    "an action of another profile": (
        put(*MATCH, "action", value="urn:comity:terms:2:match"),
        "permission.0.action",
    ),
    "an action twice": (
        lambda offer: offer["permission"].append(offer["permission"][0]),
        "permission.2.action",
    ),
    "the constraints of another action": (
        put("permission", 1, "action", value=f"{PROFILE}:receive"),
        "permission.1.constraint.5",
    ),
    "a duty": (put(*MATCH, "duty", value=[USE]), "permission.0"),
    "a target of a rule": (put(*MATCH, "target", value="urn:uuid:3"), "permission.0"),
    "an unknown operand": (put(*AND, value=FREE), f"permission.0.constraint.{QUOTA}"),
    "an operand of another action": (
        put("permission", 1, "constraint", 7, value=FAMILY),
        "permission.1.constraint.7",
    ),
    "an operand twice": (
        put(*MATCH, "constraint", 11, value=COUNT),
        "permission.0.constraint.11",
    ),
    "an unknown operator": (put(*FIRST, "operator", value="neq"), "permission.0.constraint.0"),
    "a looser operator": (
        put(*MATCH, "constraint", 9, value=COUNT | {"operator": "gteq"}),
        "permission.0.constraint.9",
    ),
    "a unit": (put(*FIRST, "unit", value="xsd:int"), "permission.0.constraint.0"),
    "or": (put(*AND, value={"or": [COUNT, PERIOD]}), f"permission.0.constraint.{QUOTA}"),
    "xone": (put(*AND, value={"xone": [COUNT, PERIOD]}), f"permission.0.constraint.{QUOTA}"),
    "andSequence": (
        put(*AND, value={"andSequence": [COUNT, PERIOD]}),
        f"permission.0.constraint.{QUOTA}",
    ),
    "and of nothing": (put(*AND, value={"and": []}), f"permission.0.constraint.{QUOTA}"),
    "and of one": (put(*AND, value={"and": [COUNT]}), f"permission.0.constraint.{QUOTA}"),
    "and of and": (
        put(*AND, value={"and": [COUNT, {"and": [PERIOD]}]}),
        f"permission.0.constraint.{QUOTA}",
    ),
    "and of three": (
        put(*AND, value={"and": [COUNT, PERIOD, FREE]}),
        f"permission.0.constraint.{QUOTA}",
    ),
    "and of others": (
        put(*AND, value={"and": [FREE, PERIOD]}),
        f"permission.0.constraint.{QUOTA}.and.0",
    ),
    "and the other way round": (
        put(*AND, value={"and": [PERIOD, COUNT]}),
        f"permission.0.constraint.{QUOTA}.and.0",
    ),
    "another period": (
        put(*AND, value={"and": [COUNT, FREE]}),
        f"permission.0.constraint.{QUOTA}.and.1",
    ),
    "a unit within and": (
        put(*AND, value={"and": [COUNT | {"unit": "x"}, PERIOD]}),
        f"permission.0.constraint.{QUOTA}.and.0",
    ),
    "a unit of the period": (
        put(*AND, value={"and": [COUNT, PERIOD | {"unit": "x"}]}),
        f"permission.0.constraint.{QUOTA}.and.1",
    ),
    "an operand beside and": (
        put(*AND, "leftOperand", value="count"),
        f"permission.0.constraint.{QUOTA}",
    ),
}


@pytest.mark.parametrize(("change", "where"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_profile_does_not_define_denies(
    change: Callable[[dict[str, Any]], None], where: str
) -> None:
    value = offer_value()
    assert read(value) == TERMS
    change(value)
    with refuses(Code.TERMS_UNKNOWN, where=where):
        read(value)


REPLACED = "urn:uuid:7d0b8a52-0000-4000-8000-000000000001"


def test_a_policy_may_say_which_agreement_it_replaces() -> None:
    sent = to_message_offer(TERMS, "urn:uuid:1", "urn:uuid:2", replaces=REPLACED)
    assert json.loads(sent.to_json())[REPLACES] == REPLACED
    received = model(MessageOffer, sent.to_json(), BODY_BYTES)
    assert received == sent
    assert replaces_of(received) == REPLACED
    assert from_policy(received) == TERMS
    assert replaces_of(to_offer(TERMS, "urn:uuid:1", replaces=REPLACED)) == REPLACED
    agreed = draw_up(
        received, id="urn:uuid:3", provider="did:web:a", consumer="did:web:b", timestamp=EXPIRY
    )
    assert (replaces_of(agreed), from_policy(agreed)) == (REPLACED, TERMS)


def test_what_says_which_agreement_it_replaces_is_a_policy_as_the_schema_has_them() -> None:
    offer = to_offer(TERMS, "urn:uuid:1", replaces=REPLACED)
    check_against_schema("Offer", json.loads(offer.to_json()))


def test_a_policy_replaces_nothing_by_itself() -> None:
    assert REPLACES not in offer_value()
    assert replaces_of(to_message_offer(TERMS, "urn:uuid:1", "urn:uuid:2")) is None


@pytest.mark.parametrize(
    "value", [None, "", 7, ["urn:uuid:1"], {"@id": "urn:uuid:1"}, "urn:uuid: 1", "a" * 201]
)
def test_a_policy_that_replaces_no_agreement_is_refused(value: object) -> None:
    offer = model(MessageOffer, canonical(offer_value() | {REPLACES: value}), BODY_BYTES)
    for read_it in (replaces_of, from_policy):
        with refuses(Code.TERMS_INVALID, where="replaces"):
            read_it(offer)


def test_a_rule_replaces_nothing() -> None:
    value = offer_value()
    value["permission"][0][REPLACES] = REPLACED
    with refuses(Code.TERMS_UNKNOWN, where="permission.0"):
        read(value)


def places(value: object) -> Iterator[dict[str, Any]]:
    """Give every object of a policy: the policy, its permissions, their constraints."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(inner, dict | list):
            yield from places(inner)


def operands() -> st.SearchStrategy[str]:
    known = {operand.left for operand in OPERANDS}
    return st.text(min_size=1, max_size=20).filter(lambda name: name not in known)


@settings(max_examples=200)
@given(terms, st.text(max_size=12), st.none() | st.booleans() | st.text(max_size=5), st.data())
def test_any_property_more_denies(
    start: Terms, name: str, value: object, data: st.DataObject
) -> None:
    policy = json.loads(to_message_offer(start, "urn:uuid:1", "urn:uuid:2").to_json())
    place = data.draw(st.sampled_from(list(places(policy))))
    assume(name not in place and name not in {"obligation", "prohibition", *JOINS})
    assume(name != "constraint" or "constraint" in place)
    place[name] = value
    with refuses(Code.TERMS_UNKNOWN):
        read(policy)


@settings(max_examples=100)
@given(terms, st.data())
def test_any_constraint_more_denies(start: Terms, data: st.DataObject) -> None:
    policy = json.loads(to_message_offer(start, "urn:uuid:1", "urn:uuid:2").to_json())
    constraints = data.draw(st.sampled_from(policy["permission"]))["constraint"]
    strange = data.draw(
        st.fixed_dictionaries(
            {"leftOperand": operands(), "operator": st.just("eq"), "rightOperand": st.text()}
        )
        # Said twice is a second reading, of the same value too.
        | st.sampled_from(constraints)
    )
    constraints.insert(data.draw(st.integers(0, len(constraints))), strange)
    with refuses(Code.TERMS_UNKNOWN):
        read(policy)


@settings(max_examples=100)
@given(terms, st.sampled_from(Operator), st.data())
def test_any_other_operator_denies(start: Terms, operator: Operator, data: st.DataObject) -> None:
    policy = json.loads(to_message_offer(start, "urn:uuid:1", "urn:uuid:2").to_json())
    atoms = [place for place in places(policy) if "operator" in place]
    atom = data.draw(st.sampled_from(atoms))
    assume(atom["operator"] != operator)
    atom["operator"] = operator.value
    with refuses(Code.TERMS_UNKNOWN):
        read(policy)


def test_every_grant_can_say_how_often() -> None:
    quota = {"count": 3, "period": "P1W"}
    drafts = {
        "request": {"requestsPerPeriod": quota, "requestsInAll": 7},
        "receive": {"transfersPerPeriod": quota, "transfersInAll": 7},
    }
    for action, said in drafts.items():
        extra = {"fields": ["names"], "answerWithin": "P1D"} if action == "request" else {}
        value = draft_terms({**CONDITIONS, action: {**extra, **said}})
        (policy,) = json.loads(to_offer(value, "urn:uuid:1").to_json())["permission"]
        assert {"leftOperand": "count", "operator": "lteq", "rightOperand": "7"} in policy[
            "constraint"
        ]
        assert {"and": [COUNT | {"rightOperand": "3"}, PERIOD | {"rightOperand": "P1W"}]} in policy[
            "constraint"
        ]
        assert from_policy(to_offer(value, "urn:uuid:1")) == value


def test_a_prohibition_alone_denies() -> None:
    offer = Offer(id="urn:uuid:1", profile=PROFILE, prohibition=(Prohibition(action="use"),))
    with refuses(Code.TERMS_UNKNOWN, where="prohibition"):
        from_policy(offer)


def right(index: int, value: object) -> Callable[[dict[str, Any]], None]:
    return put(*MATCH, "constraint", index, "rightOperand", value=value)


INVALID = {
    "no constraint": (drop(*MATCH, "constraint"), "permission.0.approval"),
    "no purpose": (drop(*MATCH, "constraint", 1), "permission.0.purposes"),
    "no expiry": (drop(*MATCH, "constraint", 4), "permission.0.expiry"),
    "an approval of nobody": (right(0, "no-officer"), "permission.0.approval"),
    "approvals as a list": (right(0, ["automatic"]), "permission.0.constraint.0"),
    "no purposes": (right(1, []), "permission.0.constraint.1"),
    "a purpose that is no text": (right(1, ["a", {"@id": "x"}]), "permission.0.constraint.1"),
    "purposes as an object": (right(1, {"@id": "x"}), "permission.0.constraint.1"),
    "a territory by name": (right(3, ["Mexico"]), "permission.0.territories"),
    "an expiry elsewhere": (right(4, "2027-07-01T00:00:00+02:00"), "permission.0.constraint.4"),
    "an expiry with a fraction": (right(4, "2027-07-01T00:00:00.5Z"), "permission.0.constraint.4"),
    "an expiry that never comes": (right(4, "2027-02-30T00:00:00Z"), "permission.0.expiry"),
    "a retention in words": (right(5, "a month"), "permission.0.retention"),
    "an onward of 1": (right(6, "1"), "permission.0.constraint.6"),
    "an onward of True": (right(6, "True"), "permission.0.constraint.6"),
    "a family nobody knows": (right(8, ["dna"]), "permission.0.families"),
    "a quota of nothing": (right(9, "0"), "permission.0.constraint.9"),
    "a quota with a sign": (right(9, "+5"), "permission.0.constraint.9"),
    "a quota past the bound": (right(9, "9999999999999"), "permission.0.tokensInAll"),
    "a quota as a list": (right(9, ["5"]), "permission.0.constraint.9"),
    "a period quota of nothing": (
        put(*AND, "and", 0, "rightOperand", value="0"),
        "permission.0.constraint.10.and.0",
    ),
    "a period as a list": (
        put(*AND, "and", 1, "rightOperand", value=["P1D"]),
        "permission.0.constraint.10.and.1",
    ),
    "a period of two days": (
        put(*AND, "and", 1, "rightOperand", value="P2D"),
        "permission.0.tokensPerPeriod",
    ),
    "an answer after two months": (
        put("permission", 1, "constraint", 6, "rightOperand", value="P2M"),
        "permission.1.answerWithin",
    ),
}


@pytest.mark.parametrize(("change", "where"), INVALID.values(), ids=INVALID)
def test_values_that_mean_nothing_are_refused(
    change: Callable[[dict[str, Any]], None], where: str
) -> None:
    value = offer_value()
    change(value)
    with refuses(Code.TERMS_INVALID, where=where):
        read(value)
