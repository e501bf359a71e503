"""Strict reading of XML lists: bytes to flat records, or an error that names the line.

A list of this sort is one root element, with records in it, with fields in them that hold text.
Nothing else of XML is needed, and nothing else is accepted: no document type (so no entities of
its own, no expansion, no external files), no processing instructions, no attributes below the
root, no elements inside a field. Only UTF-8.

The parser is expat, of the standard library, driven directly: its handlers refuse a document type
when it begins, before anything of it is read, and know the line.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from comity.errors import Code, ComityError
from comity.formats.tables import Source
from comity.limits import LIST_LINE_BYTES, LIST_RECORDS

_BOM: Final = b"\xef\xbb\xbf"
# A control of latin-1 or a replacement character is text that was decoded wrongly before.
_NO_TEXT = re.compile("[\x7f-\x84\x86-\x9f\ufffd]")
_CUT: Final = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
"""What expat says at the end of a text that goes on."""


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """One record: the line it starts on, counted from 1, and the text of its fields."""

    line: int
    fields: dict[str, str]


def xml_records(source: Source, root: str, record: str, fields: Collection[str]) -> list[XmlRecord]:
    """Return the records of a list; every field occurs at most once in a record.

    Raises FILE_EMPTY, FILE_ENCODING (line), FILE_TRUNCATED (line) where the text stops before the
    root element is closed, and FILE_ROW_INVALID (line, reason: `xml` where it is not well-formed,
    `doctype`, `instruction`, `attribute`, `element`, `text`, `text-too-long`, `too-many-rows`, or
    the name of a field that is repeated).
    """
    if not source.data.removeprefix(_BOM).strip():
        raise ComityError(Code.FILE_EMPTY, file=source.name)
    _check_text(source)
    found = _Handlers(source, root, record, frozenset(fields))
    found.parse()
    return found.records


def _check_text(source: Source) -> None:
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _encoding(source, source.data.count(b"\n", 0, error.start) + 1) from None
    if match := _NO_TEXT.search(text):
        raise _encoding(source, text.count("\n", 0, match.start()) + 1)
    if control := re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        raise _encoding(source, text.count("\n", 0, control.start()) + 1)


def _encoding(source: Source, line: int) -> ComityError:
    return ComityError(Code.FILE_ENCODING, file=source.name, line=line)


@dataclass(slots=True)
class _Handlers:
    """What expat calls; `_path` holds the open elements, the root first."""

    source: Source
    root: str
    record: str
    fields: frozenset[str]
    records: list[XmlRecord] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _bytes: int = 0
    _parser: expat.XMLParserType = field(init=False)

    def parse(self) -> None:
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(self.source.data, True)
        except expat.ExpatError as error:
            if error.code in _CUT:
                raise ComityError(
                    Code.FILE_TRUNCATED, file=self.source.name, line=error.lineno
                ) from None
            raise self._invalid("xml", error.lineno) from None

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            raise _encoding(self.source, 1)

    def _doctype(self, *_: object) -> None:
        raise self._invalid("doctype")

    def _instruction(self, *_: object) -> None:
        raise self._invalid("instruction")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        if depth == 0 and name == self.root:
            pass
        elif depth == 1 and name == self.record:
            if len(self.records) >= LIST_RECORDS:
                raise self._invalid("too-many-rows")
            self.records.append(XmlRecord(self._parser.CurrentLineNumber, {}))
        elif depth == 2 and name in self.fields:
            if name in self.records[-1].fields:
                raise self._invalid(name)
            self._text.clear()
            self._bytes = 0
        else:
            raise self._invalid("element")
        if attributes and depth:
            raise self._invalid("attribute")
        self._path.append(name)

    def _end(self, name: str) -> None:
        self._path.pop()
        if len(self._path) == 2:
            self.records[-1].fields[name] = "".join(self._text)

    def _characters(self, text: str) -> None:
        if len(self._path) < 3:
            if text.strip():
                raise self._invalid("text")
            return
        self._bytes += len(text.encode())
        if self._bytes > LIST_LINE_BYTES:
            raise self._invalid("text-too-long")
        self._text.append(text)

    def _invalid(self, reason: str, line: int = 0) -> ComityError:
        return ComityError(
            Code.FILE_ROW_INVALID,
            file=self.source.name,
            line=line or self._parser.CurrentLineNumber,
            reason=reason,
        )
