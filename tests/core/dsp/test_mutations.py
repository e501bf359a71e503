import json
from collections.abc import Iterator
from copy import deepcopy
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
from core.dsp.schemas import is_valid

written = pytest.mark.parametrize("value", WRITTEN, ids=schema_of)

WRONG: tuple[object, ...] = (None, 7, True, "", "\u202e", [], [7], [None], {}, {"@id": "urn:x"})


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for name in value:
            yield from paths(value[name], (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def mutations(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Drop each part of a message, and put something wrong in its place."""
    for path in paths(value):
        for wrong in (..., *WRONG):
            changed = deepcopy(value)
            target: Any = changed
            for step in path[:-1]:
                target = target[step]
            if wrong is ...:
                del target[path[-1]]
            else:
                target[path[-1]] = wrong
            yield changed


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
