"""Asking about one subject, typed in."""

from typing import Any

import pytest

from comity.core.padding import padded_count
from comity.core.records import Kind
from comity.errors import Code
from comity.limits import CANARIES
from comity.operations import finding
from nodes import Pair, run
from refusals import refuses
from stages import check


@pytest.mark.parametrize(
    ("family", "facts"),
    [
        ("rfc", {"rfc": "cnu-130416-uj3"}),
        ("curp", {"curp": "CAIM680202MCHRLR08", "kind": Kind.PERSON}),
        ("passport", {"passport": "A 1234567", "country": "IR"}),
        ("tax-id", {"tax_id": "800018928-0", "country": "CO"}),
        ("imo", {"imo": "IMO 9187629"}),
        ("wallet", {"wallet": "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"}),
        ("name", {"name": "importadora  del golfo"}),
    ],
)
def test_one_subject(tagged: Pair, family: str, facts: dict[str, Any]) -> None:
    result = check(tagged, **facts)
    (hit,) = result.hits
    assert (hit.families, hit.record, hit.holdings, hit.conflicts) == ((family,), "", "", ())
    assert result.asked == {family: padded_count(CANARIES + 1)}


def test_the_result_of_one_check_is_not_that_of_another(tagged: Pair) -> None:
    assert len(check(tagged, rfc="CNU130416UJ3").hits) == 1
    assert check(tagged, rfc="ABC010101AB9").hits == ()
    assert len(check(tagged, imo="9187629").hits) == 1
    assert len(run(finding.hits, tagged.us).hits) == 2


def test_a_subject_of_another_kind_has_another_name(tagged: Pair) -> None:
    assert check(tagged, name="Importadora del Golfo", kind=Kind.PERSON).hits == ()


def test_facts_of_one_subject_that_are_of_two_records(tagged: Pair) -> None:
    found = check(tagged, rfc="CNU130416UJ3", name="Importadora del Golfo")
    assert sorted(hit.families for hit in found.hits) == [("name",), ("rfc",)]
    assert len({hit.handle for hit in found.hits}) == 2


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        (Code.NOTHING_TO_ASK, {}),
        (Code.INPUT_INVALID, {"rfc": "CNU"}),
        (Code.INPUT_INVALID, {"passport": "A1234567"}),
        (Code.PURPOSE_NOT_AGREED, {"rfc": "CNU130416UJ3", "purpose": "a\nb"}),
    ],
)
def test_facts_that_are_none(tagged: Pair, code: Code, facts: dict[str, Any]) -> None:
    with refuses(code):
        check(tagged, **facts)
