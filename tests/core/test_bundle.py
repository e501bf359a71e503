"""Bundles: what is written is read again, and nothing else is taken."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.api import Request, Response
from comity.core import bundle
from comity.core.bundle import Head, Line, reply_line, request_line
from comity.core.canonical import b64url, canonical, parse
from comity.core.token import Seen
from comity.errors import Code, ComityError
from comity.limits import BUNDLE_LINE_BYTES, REPLY_BYTES

HEAD = Head(seen=Seen(size=3, root=b64url(bytes(32))), checkpoint="a\n1\nb\n", cosigned="")
REQUEST = Request("POST", "/dsp/2025-1/catalog/request", "a.b.c", "application/json", b'{"a":1}')
REPLY = Response(200, "d.e.f", "application/octet-stream", bytes(range(256)))
ID = "A" * 22
LINES = (request_line(REQUEST), reply_line(ID, REPLY))


def _written(head: Head = HEAD, lines: tuple[Line, ...] = LINES) -> bytes:
    return b"".join(bundle.write(head, lines))


def _read(*pieces: bytes) -> tuple[Head, list[Line]]:
    head, lines = bundle.read(pieces)
    return head, list(lines)


def test_what_is_written_is_read_again() -> None:
    head, (first, second) = _read(_written())
    assert head == HEAD
    assert isinstance(first, bundle.RequestLine)
    assert isinstance(second, bundle.ReplyLine)
    assert (first.request(), second.response(), second.to) == (REQUEST, REPLY, ID)


@given(st.lists(st.integers(0, len(_written())), max_size=8))
def test_pieces_of_any_size_are_the_same_bundle(cuts: list[int]) -> None:
    data, places = _written(), [0, *sorted(cuts), len(_written())]
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert _read(*pieces) == (HEAD, list(LINES))


def test_the_largest_reply_fits_a_line() -> None:
    largest = Response(200, "t" * 4096, "application/octet-stream", bytes(REPLY_BYTES))
    _, [line] = _read(_written(HEAD, (reply_line(ID, largest),)))
    assert line.body == b64url(largest.body)


def test_an_empty_bundle_still_says_what_its_sender_has() -> None:
    assert _read(_written(HEAD, ())) == (HEAD, [])


FLAWS: dict[str, tuple[Callable[[dict[str, Any]], object], int]] = {
    "unknown-type": (lambda line: line.update(type="note"), 2),
    "no-type": (lambda line: line.pop("type"), 2),
    "unknown-member": (lambda line: line.update(more=1), 2),
    "name-in-our-spelling": (lambda line: line.update(content_type=line.pop("contentType")), 2),
    "padded-body": (lambda line: line.update(body="YQ=="), 2),
    "target-with-a-line-feed": (lambda line: line.update(target="/a\n/b"), 2),
    "another-method": (lambda line: line.update(method="PUT"), 2),
    "token-too-long": (lambda line: line.update(token="t" * 4097), 2),
    "number-as-text": (lambda line: line.update(status="200"), 2),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flawed_lines(flaw: str) -> None:
    change, number = FLAWS[flaw]
    head, first, second = _written().splitlines(keepends=True)
    line = parse(first, BUNDLE_LINE_BYTES)
    change(line)
    with pytest.raises(ComityError) as refused:
        _read(head, canonical(line) + b"\n", second)
    assert (refused.value.code, refused.value.params) == (Code.BUNDLE_INVALID, {"line": number})


@pytest.mark.parametrize(
    ("flaw", "data", "line"),
    [
        ("empty", b"", 1),
        ("no-head", _written().split(b"\n", 1)[1], 1),
        ("two-heads", _written(HEAD, ()) * 2, 2),
        ("another-spelling", _written().replace(b'"status":200', b'"status": 200'), 3),
        ("last-line-without-end", _written()[:-1], 3),
        ("empty-line", _written() + b"\n", 4),
        ("not-json", _written() + b"{\n", 4),
    ],
)
def test_flawed_bundles(flaw: str, data: bytes, line: int) -> None:
    with pytest.raises(ComityError) as refused:
        _read(data)
    assert (refused.value.code, refused.value.params) == (Code.BUNDLE_INVALID, {"line": line}), flaw


def test_a_line_without_end() -> None:
    held = 0

    def endless() -> Iterator[bytes]:
        nonlocal held
        yield _written()
        while True:
            held += 65_536
            yield b"x" * 65_536

    _, lines = bundle.read(endless())
    with pytest.raises(ComityError) as refused:
        list(lines)
    assert refused.value.params == {"line": 4}
    assert held <= BUNDLE_LINE_BYTES + 65_536


def test_more_messages_than_a_bundle_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "BUNDLE_MESSAGES", 3)
    assert len(_read(_written(HEAD, LINES[:1] * 3))[1]) == 3
    with pytest.raises(ComityError) as refused:
        _read(_written(HEAD, LINES[:1] * 4))
    assert refused.value.params == {"line": 5}
