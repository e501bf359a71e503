import json
from datetime import date
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from comity.core.canonical import JsonValue, model
from comity.errors import Code
from comity.limits import BODY_BYTES
from refusals import refuses


class Colour(StrEnum):
    RED = "red"


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("odd")
    return value


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    when: date
    colour: Colour
    even: Annotated[int, AfterValidator(_even)] = 0


class Whole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(alias="@type")
    parts: tuple[Part, ...]
    notes: dict[str, int] = {}


GOOD = {"@type": "t", "parts": [{"when": "2026-02-03", "colour": "red"}]}


def test_model_reads_dates_enums_and_tuples_strictly() -> None:
    whole = model(Whole, json.dumps(GOOD).encode(), BODY_BYTES)
    assert whole.parts == (Part(when=date(2026, 2, 3), colour=Colour.RED),)
    assert whole.type == "t"


def test_model_refuses_what_parse_refuses() -> None:
    with refuses(Code.JSON_DUPLICATE_KEY):
        model(Whole, b'{"@type":"t","@type":"t","parts":[]}', BODY_BYTES)
    with refuses(Code.BODY_TOO_LARGE):
        model(Whole, json.dumps(GOOD).encode(), 10)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        pytest.param({"@type": "t"}, "parts", id="missing"),
        pytest.param({**GOOD, "@type": 1}, "@type", id="number-for-text"),
        pytest.param({**GOOD, "parts": [{"when": "2026-02-03"}]}, "parts.0.colour", id="nested"),
        pytest.param(
            {**GOOD, "parts": [{"when": 20260203, "colour": "red"}]}, "parts.0.when", id="no-date"
        ),
        pytest.param(
            {**GOOD, "parts": [{"when": "2026-02-03", "colour": "Juana Gallo"}]},
            "parts.0.colour",
            id="unknown-word",
        ),
        pytest.param(
            {**GOOD, "parts": [{"when": "2026-02-03", "colour": "red", "even": 3}]},
            "parts.0.even",
            id="own-validator",
        ),
        pytest.param({**GOOD, "Juana Gallo": 1}, "*", id="unknown-key-is-not-echoed"),
        pytest.param({**GOOD, "notes": {"Juana": "x"}}, "notes.*", id="free-key-is-not-echoed"),
        pytest.param({**GOOD, "notes": {"parts": True}}, "notes.parts", id="boolean-for-number"),
    ],
)
def test_model_says_where_and_never_what(value: JsonValue, where: str) -> None:
    with refuses(Code.SCHEMA_INVALID, where=where) as caught:
        model(Whole, json.dumps(value).encode(), BODY_BYTES)
    assert "Juana" not in repr(caught.value.params)
    assert caught.value.__suppress_context__


class Plain:
    """A type pydantic has no JSON schema for."""


class Opaque(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    thing: Plain = Plain()
    number: int


def test_model_without_a_schema_names_nothing() -> None:
    with refuses(Code.SCHEMA_INVALID, where="*"):
        model(Opaque, b'{"number":"x"}', BODY_BYTES)
