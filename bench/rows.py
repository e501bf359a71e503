"""Rows of a tag set, made as a node makes them (`comity.operations.tag_sets`), with no database."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from comity.api import Kernel
from comity.core.label import Label
from comity.core.matching import canary_rows, outputs_of, rows_of
from comity.core.records import Family
from comity.core.tokens import Token
from comity.operations.tag_sets import RECORDS_AT_ONCE


def tagged(
    on: Kernel, keys: Mapping[Family, bytes], records: Iterable[tuple[Label, Iterable[Token]]]
) -> Iterator[bytes]:
    """Give the rows of the canaries and of records, in buffers of whole rows."""
    yield canary_rows(on, keys)
    count, waiting = 0, iter(records)
    while some := list(islice(waiting, RECORDS_AT_ONCE)):
        outputs = outputs_of(on, keys, [tokens for _, tokens in some])
        numbered = enumerate(zip(some, outputs, strict=True), count + 1)
        yield b"".join([rows_of(n, label, units) for n, ((label, _), units) in numbered])
        count += len(some)
