"""Log lines hold ids and numbers, whatever is handed to the logger."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from comity.edge.logs import KEYS, LEVELS, VALUE_CHARS, configure, only_ids, place
from comity.errors import Code

SECRET = "Juan Pérez, CURP PEPJ800101HDFRRN09"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line() -> None:
    stream = io.StringIO()
    configure("info", stream)
    structlog.get_logger().warning("refused", peer="did:web:x", code=Code.QUOTA_EXCEEDED, count=3)
    (line,) = logged(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "refused",
        "level": "warning",
        "peer": "did:web:x",
        "code": "quota-exceeded",
        "count": 3,
    }


def test_contents_are_dropped_and_counted() -> None:
    stream = io.StringIO()
    configure("info", stream)
    log = structlog.get_logger()
    log.info("handled", body=SECRET, peer="did:web:x", args={"name": SECRET})
    log.info("handled", what=[SECRET], jti=SECRET.encode(), request={"x": SECRET})
    log.info("handled", reason="x" * (VALUE_CHARS + 1), place="two\nlines")
    log.info(f"handled {SECRET}", status=200)
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        log.exception("failed", error=error)
    assert [line.get("dropped", 0) for line in logged(stream)] == [2, 3, 2, 1, 2]
    assert logged(stream)[3]["event"] == "unnamed"
    assert "Pérez" not in stream.getvalue().encode().decode("unicode_escape")
    assert "PEPJ800101HDFRRN09" not in stream.getvalue()


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@given(st.dictionaries(st.sampled_from(sorted(KEYS)) | st.text(), VALUES | st.lists(VALUES)))
def test_only_short_scalars_under_known_keys_pass(line: dict[str, Any]) -> None:
    kept = dict(only_ids(None, "info", dict(line)))
    dropped = kept.pop("dropped", 0)
    kept.pop("event")
    for key, value in kept.items():
        assert key in KEYS
        assert line[key] is value
        assert value is None or isinstance(value, int | float | str)
        assert not isinstance(value, str) or (len(value) <= VALUE_CHARS and value.isprintable())
    assert len(kept) + dropped in (len(line), len(line) - 1)


def test_libraries_say_who_and_where_and_no_more() -> None:
    stream = io.StringIO()
    configure("info", stream)
    library = logging.getLogger("some.library")
    library.info("quiet %s", SECRET)
    library.warning("loud %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        library.exception(SECRET)
    loud, failed = logged(stream)
    assert (loud["event"], loud["logger"]) == ("library", "some.library")
    assert loud["place"].startswith("test_logs.py:")
    assert (failed["level"], failed["error"]) == ("error", "ValueError")
    assert "PEPJ800101HDFRRN09" not in stream.getvalue()


@pytest.mark.parametrize("level", LEVELS)
def test_levels(level: str) -> None:
    stream = io.StringIO()
    configure(level, stream)
    for each in LEVELS:
        getattr(structlog.get_logger(), each)("event")
    assert [line["level"] for line in logged(stream)] == list(LEVELS[LEVELS.index(level) :])


def test_the_place_of_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    assert place(caught.value).startswith("decoder.py:")
    assert place(ValueError()) == ""
