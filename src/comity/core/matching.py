"""Private matching without I/O: the holder tags its records, the asker looks its outputs up.

The group operations are the kernel's, the set is given, and what crosses the border in between
(questions and replies) is elsewhere. Everything here is equality of tokens; what the agreement of
several of them says is in `comity.core.fuzzy`.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, groupby
from typing import Final

from comity.api import Inputs, Kernel
from comity.core.entries import LABEL_BYTES
from comity.core.fuzzy.crowded import entries_of
from comity.core.label import CANARY, Label
from comity.core.oprf import OUTPUT_BYTES
from comity.core.records import Family
from comity.core.tagset import TagSet
from comity.core.tokens import Token, canaries
from comity.errors import Code, ComityError
from comity.limits import CANARIES, RECORDS_PER_TOKEN

UNIT_BYTES: Final = OUTPUT_BYTES + 1
"""What tagging makes of one token, whatever is said of its record: its output, and its family's
position in `Family`. It stays the same for as long as the keys do."""
NUMBER_BYTES: Final = 7
ROW_BYTES: Final = UNIT_BYTES + NUMBER_BYTES + LABEL_BYTES
"""What tagging makes of one token of one record: its output, its family's position in `Family`, the
record's number, its label.

Sorted, rows of one token are side by side, in the order of their records.
"""

_ROW: Final = struct.Struct(f"{ROW_BYTES}s")
_UNIT: Final = struct.Struct(f"{UNIT_BYTES}s")
_OUTPUT: Final = struct.Struct(f"{OUTPUT_BYTES}s")
_FAMILY: Final = {family: bytes([number]) for number, family in enumerate(Family)}
_FAMILIES: Final = tuple(Family)
_KEPT: Final = tuple(
    max(entries_of(family, count) for count in range(RECORDS_PER_TOKEN + 1)) for family in Family
)
"""The most entries that a token of each family has."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Entries of a set, unsorted, and what has none."""

    entries: bytes
    dropped: int
    """Rows that have no entry, since too many records share their token (`crowded`)."""


def outputs_of(
    kernel: Kernel, keys: Mapping[Family, bytes], records: Iterable[Iterable[Token]]
) -> list[bytes]:
    """Tag the tokens of records, all at once: for each record its units, one for each token.

    `keys` are private, one for each family that the agreement names; what is of another family
    gives nothing.
    """
    batches: dict[Family, tuple[list[bytes], list[int]]] = {family: ([], []) for family in keys}
    made: list[list[bytes]] = []
    for number, tokens in enumerate(records):
        made.append([])
        for token in dict.fromkeys(tokens):
            if token.family in batches:
                inputs, owners = batches[token.family]
                inputs.append(token.input())
                owners.append(number)
    for family, (inputs, owners) in batches.items():
        outputs = kernel.tag(keys[family], Inputs.pack(inputs)) if inputs else b""
        for owner, (output,) in zip(owners, _OUTPUT.iter_unpack(outputs), strict=True):
            made[owner].append(output + _FAMILY[family])
    return [b"".join(units) for units in made]


def rows_of(number: int, label: Label, units: bytes) -> bytes:
    """Return the rows of the record of that number, which has that label and those units."""
    rest = number.to_bytes(NUMBER_BYTES, "big") + label.encode()
    return b"".join([unit + rest for (unit,) in _UNIT.iter_unpack(units)])


def canary_rows(kernel: Kernel, keys: Mapping[Family, bytes]) -> bytes:
    """Return the rows of the canaries of all families."""
    return b"".join(
        rows_of(0, CANARY, output + _FAMILY[family])
        for family, key in keys.items()
        for (output,) in _OUTPUT.iter_unpack(kernel.tag(key, Inputs.pack(canaries(family))))
    )


def seal_rows(kernel: Kernel, context: bytes, chunks: Iterable[bytes]) -> Sealed:
    """Make entries of rows, which come in buffers of whole rows.

    Equal outputs get ordinals in the order of their records, so all rows of an output must be
    among them. How many have entries is `crowded.entries_of`; what cannot have one is let go with
    each buffer: a token that every record has takes no more memory than others. `context` is the
    manifest's binding.
    """
    rows: list[bytes] = []
    ordinals: list[int] = []
    came = 0
    for chunk in chunks:
        came += len(chunk) // ROW_BYTES
        rows += [row for (row,) in _ROW.iter_unpack(chunk)]
        rows.sort()
        ordinals = list(_ordinals(rows))
        if max(ordinals, default=0) > min(_KEPT):
            # One more than have entries, so that it is seen in the end that there are more.
            first = [
                ordinal <= _KEPT[row[OUTPUT_BYTES]]
                for row, ordinal in zip(rows, ordinals, strict=True)
            ]
            rows, ordinals = list(compress(rows, first)), list(compress(ordinals, first))
    if max(ordinals, default=0) >= min(_KEPT):
        left = list(_with_entries(rows, ordinals))
        rows, ordinals = list(compress(rows, left)), list(compress(ordinals, left))
    outputs = b"".join([row[:OUTPUT_BYTES] for row in rows])
    labels = b"".join([row[-LABEL_BYTES:] for row in rows])
    sealed = kernel.seal(outputs, context, array("H", ordinals), labels)
    return Sealed(sealed, came - len(rows))


def _with_entries(rows: Sequence[bytes], ordinals: Sequence[int]) -> Iterator[bool]:
    """Tell for each of sorted rows whether it has an entry."""
    for _, same in groupby(zip(rows, ordinals, strict=True), lambda pair: pair[0][:OUTPUT_BYTES]):
        group = list(same)
        entries = entries_of(_FAMILIES[group[0][0][OUTPUT_BYTES]], len(group))
        yield from (ordinal < entries for _, ordinal in group)


def look_up(
    kernel: Kernel, context: bytes, tag_set: TagSet, outputs: bytes
) -> list[tuple[Label, ...]]:
    """Return for each 64-byte output the labels of the records that have its token.

    Goes through the ordinals until one is not in the set, or its label does not open: only a
    label that opens counts. Raises TAG_SET_INVALID for a label that opens and makes no sense.
    """
    found: list[list[Label]] = [[] for _ in range(len(outputs) // OUTPUT_BYTES)]
    hits = kernel.look_up(outputs, context, tag_set.entries, RECORDS_PER_TOKEN)
    for number, output in enumerate(hits.outputs):
        found[output].append(Label.decode(_item(hits.labels, number, LABEL_BYTES)))
    return [tuple(labels) for labels in found]


def check_canaries(
    kernel: Kernel, context: bytes, tag_set: TagSet, family: Family, outputs: bytes
) -> None:
    """Check that the outputs for `tokens.canaries(family)` all hit, and hit canaries.

    Raises CANARY_MISSED (family, index): key, manifest and set do not belong together, and no
    result of theirs counts.
    """
    if len(outputs) != CANARIES * OUTPUT_BYTES:
        raise ComityError(Code.CANARY_MISSED, family=family.value, index=0)
    for number, labels in enumerate(look_up(kernel, context, tag_set, outputs)):
        if labels != (CANARY,):
            raise ComityError(Code.CANARY_MISSED, family=family.value, index=number)


def _ordinals(rows: Iterable[bytes]) -> Iterator[int]:
    """Give for each of sorted rows how many before it have its output."""
    before, ordinal = b"", 0
    for row in rows:
        output = row[:OUTPUT_BYTES]
        ordinal = ordinal + 1 if output == before else 0
        before = output
        yield ordinal


def _item(buffer: bytes, position: int, size: int) -> bytes:
    return buffer[position * size : (position + 1) * size]
