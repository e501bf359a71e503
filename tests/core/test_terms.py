import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from comity.core.canonical import canonical, model
from comity.core.duration import Duration
from comity.core.terms import (
    Approval,
    Difference,
    Handling,
    Terms,
    differences,
    draft_terms,
)
from comity.errors import Code
from comity.limits import BODY_BYTES, TERM_TOKENS, TERM_VALUES
from core.drafts import TERMS, terms
from refusals import refuses

DRAFT = """
purposes = ["sanctions"]
legalBases = ["UNSCR 1373"]
expiry = 2027-06-30T18:00:00-06:00
handling = "TLP:AMBER"
retention = "P30D"

[match]
approval = "automatic"
families = ["rfc", "name"]
tokensPerPeriod = { count = 10000, period = "P1D" }

[request]
approval = "two-officers"
handling = "TLP:RED"
fields = ["status"]
answerWithin = "P10D"
"""


def draft(**changes: object) -> dict[str, Any]:
    return tomllib.loads(DRAFT) | changes


def draft_match(**changes: object) -> dict[str, Any]:
    value = draft()
    return value | {"match": value["match"] | changes}


def test_a_draft_shares_what_stands_beside_the_grants() -> None:
    read = draft_terms(draft())
    assert read.receive is None
    assert read.match is not None
    assert read.request is not None
    assert read.match.families == ("name", "rfc")
    assert read.match.expiry == datetime(2027, 7, 1, tzinfo=UTC)
    assert read.match.retention == read.request.retention == Duration(30, "D")
    assert (read.match.handling, read.request.handling) == (Handling.AMBER, Handling.RED)
    assert read.request.approval is Approval.TWO_OFFICERS
    assert not read.request.onward


def test_approvals_count_officers() -> None:
    assert [approval.officers for approval in Approval] == [0, 1, 2]


@settings(max_examples=30)
@given(terms)
def test_json_round_trips(value: Terms) -> None:
    written = canonical(value.model_dump(mode="json", exclude_none=True))
    assert model(Terms, written, BODY_BYTES) == value


def test_lists_are_sets() -> None:
    one = draft_terms(draft(purposes=["a", "b"]))
    assert one == draft_terms(draft(purposes=["b", "a"]))


@pytest.mark.parametrize(
    ("flawed", "where"),
    [
        ({}, ""),
        ({"purposes": ["sanctions"]}, ""),
        (draft(match=3), "match"),
        (draft(purpose=["sanctions"]), "match.purpose"),
        (draft(purposes=[]), "match.purposes"),
        (draft(purposes=["a", "a"]), "match.purposes"),
        (draft(purposes=[" a"]), "match.purposes.0"),
        (draft(purposes=["a\u202eb"]), "match.purposes.0"),
        (draft(purposes=["a\n"]), "match.purposes.0"),
        (draft(purposes=[f"p{n}" for n in range(TERM_VALUES + 1)]), "match.purposes"),
        (draft(handling="TLP:WHITE"), "match.handling"),
        (draft(expiry=datetime(2027, 1, 1)), "match.expiry"),
        (draft(expiry=datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=UTC)), "match.expiry"),
        (draft(retention="30 days"), "match.retention"),
        (draft(territories=["mx"]), "match.territories.0"),
        (draft(onward="no"), "match.onward"),
        (draft_match(approval="three-officers"), "match.approval"),
        (draft_match(families=[]), "match.families"),
        (draft_match(families=["face"]), "match.families.0"),
        (draft_match(fields=["status"]), "match.fields"),
        (
            draft_match(tokensPerPeriod={"count": 1, "period": "P2D"}),
            "match.tokensPerPeriod.period",
        ),
        (draft_match(tokensPerPeriod={"count": 0, "period": "P1D"}), "match.tokensPerPeriod.count"),
        (draft_match(tokensInAll=TERM_TOKENS + 1), "match.tokensInAll"),
        (draft_match(tokensInAll="9"), "match.tokensInAll"),
        (draft(request=draft()["request"] | {"fields": ["Name"]}), "request.fields.0"),
        (draft(request=draft()["request"] | {"answerWithin": "P31D"}), "request.answerWithin"),
        (draft(request=draft()["request"] | {"answerWithin": "P1M"}), "request.answerWithin"),
    ],
)
def test_flawed_drafts_are_refused(flawed: dict[str, object], where: str) -> None:
    with refuses(Code.TERMS_INVALID, where=where):
        draft_terms(flawed)


def test_terms_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        TERMS.match = None  # type: ignore[misc]


@settings(max_examples=30)
@given(terms)
def test_nothing_differs_from_itself(value: Terms) -> None:
    assert differences(value, value) == ()


@settings(max_examples=30)
@given(terms, terms)
def test_differences_are_seen_from_both_sides(old: Terms, new: Terms) -> None:
    there = {(change.field, change.old, change.new) for change in differences(old, new)}
    back = {(change.field, change.new, change.old) for change in differences(new, old)}
    assert there == back
    assert bool(there) == (old != new)


def test_a_counter_offer_shows_what_it_changes() -> None:
    counter = draft_match(tokensPerPeriod={"count": 500, "period": "P1D"}, families=["rfc"])
    counter["request"] = counter["request"] | {"onward": True}
    del counter["retention"]
    assert differences(draft_terms(draft()), draft_terms(counter)) == (
        Difference("match.retention", ("P30D",), ()),
        Difference("match.families", ("name", "rfc"), ("rfc",)),
        Difference("match.tokensPerPeriod.count", ("10000",), ("500",)),
        Difference("request.retention", ("P30D",), ()),
        Difference("request.onward", ("false",), ("true",)),
    )


def test_a_grant_more_is_a_difference_in_all_it_states() -> None:
    alone = Terms(match=TERMS.match)
    changed = differences(alone, TERMS)
    assert all(change.field.startswith("request.") and not change.old for change in changed)
    assert Difference("request.handling", (), ("TLP:RED",)) in changed
