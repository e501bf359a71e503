"""Strict reading of tables: bytes to text to rows, or an error that names the line.

A list is read whole or not at all. So everything that could make rows go missing unnoticed is an
error here: bytes that do not fit the encoding, control characters, a last line without its end, a
quote that is never closed, a row with more or fewer cells than the header.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from comity.errors import Code, ComityError
from comity.formats.report import FileRead
from comity.limits import LIST_LINE_BYTES, LIST_RECORDS

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
# The first bytes of é, ñ, ¿ ... in UTF-8, followed by a byte that can only continue them. Read as
# Windows-1252 that is Ã or Â with a symbol, which no Spanish or English text contains.
_UTF8_INSIDE = re.compile(rb"[\xc2\xc3][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file and the name that errors and reports give it."""

    name: str
    data: bytes

    def read(self, rows: int) -> FileRead:
        """Return what the report says of this file."""
        return FileRead(self.name, len(self.data), hashlib.sha256(self.data).hexdigest(), rows)


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line it starts on, counted from 1."""

    line: int
    cells: list[str]


def decode(source: Source) -> tuple[str, str]:
    """Return the text and the name of its encoding: ascii, utf-8, utf-8-bom or windows-1252.

    A byte order mark promises UTF-8. Without one, what is valid UTF-8 is UTF-8, and the rest is
    Windows-1252 (which latin-1 files in fact are). Raises FILE_EMPTY, FILE_ENCODING (line),
    FILE_TRUNCATED (line) where the last line has no end, FILE_ROW_INVALID (line) where a line is
    longer than LIST_LINE_BYTES or ends in a bare carriage return.
    """
    data = source.data
    if not data.strip():
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    try:
        if data.startswith(b"\xef\xbb\xbf"):
            text, encoding = data[3:].decode("utf-8"), "utf-8-bom"
        elif data.isascii():
            text, encoding = data.decode("ascii"), "ascii"
        else:
            text, encoding = _utf8_or_windows(source)
    except UnicodeDecodeError as error:
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        raise _at(Code.FILE_ENCODING, source, data.count(b"\n", 0, offset) + 1) from None
    if found := _CONTROLS.search(text):
        raise _at(Code.FILE_ENCODING, source, text.count("\n", 0, found.start()) + 1)
    _check_lines(source)
    return text, encoding


def rows(source: Source, text: str, delimiter: str = ",", one_line: bool = False) -> Iterator[Row]:
    """Yield the rows of a CSV text (RFC 4180).

    With `one_line`, no row may go on over a line's end, as where a quote is not closed. Raises
    FILE_ROW_INVALID (line where the row starts, reason).
    """
    reader = csv.reader(_lines(text), strict=True, delimiter=delimiter)
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _at(Code.FILE_ROW_INVALID, source, line, "quotes") from None
        if one_line and reader.line_num > line:
            raise _at(Code.FILE_ROW_INVALID, source, line, "quotes")
        count += 1
        if count > LIST_RECORDS:
            raise _at(Code.FILE_ROW_INVALID, source, line, "too-many-rows")
        yield Row(line, cells)


def _lines(text: str) -> Iterator[str]:
    """Give the lines with their ends; a file of the text would be a second, longer copy of it."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def check_width(source: Source, row: Row, width: int) -> None:
    """Raise FILE_COLUMNS (line, found, expected) where a row is not `width` cells wide."""
    if len(row.cells) != width:
        raise ComityError(
            Code.FILE_COLUMNS,
            file=source.name,
            line=row.line,
            found=len(row.cells),
            expected=width,
        )


def invalid(source: Source, row: Row, reason: str) -> ComityError:
    """Return FILE_ROW_INVALID for a row; `reason` is a stable word or the name of a column."""
    return _at(Code.FILE_ROW_INVALID, source, row.line, reason)


def _utf8_or_windows(source: Source) -> tuple[str, str]:
    try:
        return source.data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if found := _UTF8_INSIDE.search(source.data):
            line = source.data.count(b"\n", 0, found.start()) + 1
            raise _at(Code.FILE_ENCODING, source, line) from None
        return source.data.decode("windows-1252"), "windows-1252"


def _check_lines(source: Source) -> None:
    data = source.data
    ends = [-1, *(found.start() for found in re.finditer(b"\n", data)), len(data)]
    for line, (start, end) in enumerate(pairwise(ends), start=1):
        if end - start > LIST_LINE_BYTES:
            raise _at(Code.FILE_ROW_INVALID, source, line, "line-too-long")
    if found := re.search(rb"\r(?!\n|\Z)", data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise _at(Code.FILE_ROW_INVALID, source, line, "line-end")
    if not data.endswith(b"\n"):
        raise _at(Code.FILE_TRUNCATED, source, data.count(b"\n") + 1)


def _at(code: Code, source: Source, line: int, reason: str = "") -> ComityError:
    if reason:
        return ComityError(code, file=source.name, line=line, reason=reason)
    return ComityError(code, file=source.name, line=line)
