"""Private matching without I/O: the holder tags its records, the asker looks its outputs up.

The group operations are the kernel's, the set is given, and what crosses the border in between
(questions and replies) is elsewhere. Everything here is exact equality of tokens.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from comity.api import Inputs, Kernel, Progress
from comity.core.entries import LABEL_BYTES
from comity.core.label import CANARY, Label
from comity.core.oprf import OUTPUT_BYTES
from comity.core.records import Family
from comity.core.tagset import TagSet
from comity.core.tokens import Token, canaries
from comity.errors import Code, ComityError
from comity.limits import CANARIES, RECORDS_PER_TOKEN

TAG_BATCH = 4_096
"""Tokens tagged at once: enough to keep every thread busy, little enough to report progress."""

Sink = Callable[[bytes], None]
"""Takes a buffer of whole entries, unsorted: a list's append, or a sorter's on disk."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """What came of tagging."""

    records: int
    """Records read, whether or not they gave an entry."""
    entries: int
    """Entries made, without canaries."""
    dropped: int
    """Tokens of records past the first RECORDS_PER_TOKEN that have that token: no entries."""


@dataclass(slots=True)
class _Batch:
    """Tokens of one family that wait to be tagged."""

    inputs: list[bytes] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    labels: list[bytes] = field(default_factory=list)


def tag_records(
    kernel: Kernel,
    keys: Mapping[Family, bytes],
    context: bytes,
    records: Iterable[tuple[Label, Iterable[Token]]],
    sink: Sink,
    progress: Progress | None = None,
    total: int = 0,
) -> Tagged:
    """Make the entries of a set: for every token of every record, and for the canaries.

    `keys` are the private keys of the families the agreement names; tokens of other families are
    passed over. `context` is the manifest's binding. Equal tokens get ordinals in the order of
    the records; a token that occurs twice in one record counts once. `progress` hears of the step
    `tag`, in records out of `total`.
    """
    batches = {family: _Batch() for family in keys}
    seen: Counter[bytes] = Counter()
    count = entries = dropped = 0
    for family, key in keys.items():
        sink(_canary_entries(kernel, key, context, family))
    for label, tokens in records:
        count += 1
        sealed = label.encode()
        for token in dict.fromkeys(tokens):
            if token.family not in keys:
                continue
            private_input = token.input()
            ordinal = seen[private_input]
            if ordinal == RECORDS_PER_TOKEN:
                dropped += 1
                continue
            seen[private_input] += 1
            batch = batches[token.family]
            batch.inputs.append(private_input)
            batch.ordinals.append(ordinal)
            batch.labels.append(sealed)
            entries += 1
            if len(batch.inputs) == TAG_BATCH:
                sink(_seal(kernel, keys[token.family], context, batch))
                batches[token.family] = _Batch()
                if progress is not None:
                    progress("tag", count, total)
    for family, batch in batches.items():
        if batch.inputs:
            sink(_seal(kernel, keys[family], context, batch))
    if progress is not None:
        progress("tag", count, total)
    return Tagged(count, entries, dropped)


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


def _canary_entries(kernel: Kernel, key: bytes, context: bytes, family: Family) -> bytes:
    labels = [CANARY.encode()] * CANARIES
    return _seal(kernel, key, context, _Batch(canaries(family), [0] * CANARIES, labels))


def _seal(kernel: Kernel, key: bytes, context: bytes, batch: _Batch) -> bytes:
    inputs, labels = Inputs.pack(batch.inputs), b"".join(batch.labels)
    return kernel.tag_entries(key, inputs, context, batch.ordinals, labels)


def _item(buffer: bytes, position: int, size: int) -> bytes:
    return buffer[position * size : (position + 1) * size]
