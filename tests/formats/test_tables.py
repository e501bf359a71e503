"""Strict reading: each flaw is named, with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import Code, ComityError
from comity.formats import tables
from comity.formats.tables import Source, decode, rows
from comity.limits import LIST_LINE_BYTES
from outcomes import outcome
from refusals import refuses


def test_encodings_are_told_apart() -> None:
    said = {
        "ascii": b"a,b\n",
        "utf-8": "año,b\n".encode(),
        "utf-8-bom": "\ufeffaño,b\n".encode(),
        "windows-1252": "año,“b”\n".encode("windows-1252"),
    }
    assert {decode(Source("f", data))[1] for data in said.values()} == set(said)
    for encoding, data in said.items():
        assert decode(Source("f", data))[1] == encoding
    assert decode(Source("f", said["utf-8-bom"]))[0] == "año,b\n"
    assert decode(Source("f", said["windows-1252"]))[0] == "año,“b”\n"


HOSTILE = {
    "empty": (b"", Code.FILE_EMPTY, 0, ""),
    "blank": (b" \r\n\n", Code.FILE_EMPTY, 0, ""),
    "last line cut": (b"a,b\nc", Code.FILE_TRUNCATED, 2, ""),
    "NUL": (b"a,b\nc,\0\n", Code.FILE_ENCODING, 2, ""),
    "escape": (b"a,b\nc,d\ne,\x1b[2J\n", Code.FILE_ENCODING, 3, ""),
    "UTF-16": ("a,b\n".encode("utf-16"), Code.FILE_ENCODING, 1, ""),
    "UTF-8 promised and not kept": (b"\xef\xbb\xbfa\nb\xf1o\n", Code.FILE_ENCODING, 2, ""),
    "two encodings": ("a\nñ\n".encode() + "ñ\n".encode("latin-1"), Code.FILE_ENCODING, 2, ""),
    "replacement character": ("a\nb\ufffd\n".encode(), Code.FILE_ENCODING, 2, ""),
    "no Windows-1252": (b"a\nb\x81\n", Code.FILE_ENCODING, 2, ""),
    "control of latin-1": ("a\nb\x85\n".encode(), Code.FILE_ENCODING, 2, ""),
    "bare carriage return": (b"a\r\nb\rc\r\n", Code.FILE_ROW_INVALID, 2, "line-end"),
    "huge line": (
        b"a\n" + b"b" * (LIST_LINE_BYTES + 1) + b"\n",
        Code.FILE_ROW_INVALID,
        2,
        "line-too-long",
    ),
}


@pytest.mark.parametrize(("data", "code", "line", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes(data: bytes, code: Code, line: int, reason: str) -> None:
    params: dict[str, str | int] = {"file": "f.csv"}
    params |= {"line": line} if line else {}
    params |= {"reason": reason} if reason else {}
    with refuses(code, **params):
        decode(Source("f.csv", data))


def test_rows_know_their_lines() -> None:
    found = list(rows(Source("f", b""), 'a,"b\nb"\n\nc,d\n'))
    assert [(row.line, row.cells) for row in found] == [
        (1, ["a", "b\nb"]),
        (3, []),
        (4, ["c", "d"]),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\nc,"d\ne,f\n', 2),
        ('a,b\n"c"d,e\n', 2),
        ('a,b\nc,"d\ne,f"g\n', 2),
        ("a,b\n" + "c" * 140_000 + "\n", 2),
    ],
    ids=["quote never closed", "text after a quote", "quote closed too late", "huge cell"],
)
def test_hostile_rows(text: str, line: int) -> None:
    with refuses(Code.FILE_ROW_INVALID, file="f", line=line, reason="quotes"):
        list(rows(Source("f", b""), text))


def test_row_over_two_lines_where_none_may_be() -> None:
    with refuses(Code.FILE_ROW_INVALID, file="f", line=2, reason="quotes"):
        list(rows(Source("f", b""), 'a,b\nc,"d\ne",f\n', one_line=True))


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LIST_RECORDS", 2)
    with refuses(Code.FILE_ROW_INVALID, file="f", line=3, reason="too-many-rows"):
        list(rows(Source("f", b""), "a\nb\nc\n"))


@given(st.binary(max_size=60) | st.text(st.sampled_from('a,"\n\ré'), max_size=30).map(str.encode))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    source = Source("f", data)
    said = outcome(lambda: list(rows(source, decode(source)[0])))
    if isinstance(said, ComityError):
        assert said.params["file"] == "f"
    else:
        assert len(said) <= data.count(b"\n")
