import json
from typing import Any

import pytest

from comity.core.canonical import model
from comity.limits import BODY_BYTES
from core.dsp.examples import (
    WRITTEN,
    accepted,
    model_of,
    published,
    schema_of,
)
from core.dsp.mutations import mutations
from core.dsp.schemas import is_valid

written = pytest.mark.parametrize("value", WRITTEN, ids=schema_of)


@written
def test_mutations_are_refused_or_are_what_the_schemas_take(value: dict[str, Any]) -> None:
    check_mutations(value)


def test_mutations_of_published_examples_are_refused_or_are_what_the_schemas_take() -> None:
    for value in published():
        if len(json.dumps(value)) < 2_000:
            check_mutations(value)


def check_mutations(value: dict[str, Any]) -> None:
    cls, schema, refused = model_of(value), schema_of(value), 0
    for changed in mutations(value):
        message = accepted(cls, changed)
        refused += message is None
        if message is not None:
            assert is_valid(schema, changed), changed
            assert model(cls, message.to_json(), BODY_BYTES) == message
    assert refused
