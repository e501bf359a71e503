"""Tagging and looking up: the whole of matching, but for the border in between."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.api import Inputs, Kernel
from comity.core import entries
from comity.core.label import CANARY, Label, Standing
from comity.core.matching import (
    ROW_BYTES,
    Sealed,
    canary_rows,
    check_canaries,
    look_up,
    outputs_of,
    rows_of,
    seal_rows,
)
from comity.core.records import Family, Kind
from comity.core.tagset import TagSet
from comity.core.tokens import Token, canaries
from comity.errors import Code, ComityError
from comity.kernel.portable import Portable
from comity.limits import CANARIES, RECORDS_PER_TOKEN
from sets import build

KERNEL: Kernel = Portable(threads=1)
KEYS = {
    Family.RFC: KERNEL.scalars(b"rfc".ljust(64, b".")),
    Family.NAME: KERNEL.scalars(b"name".ljust(64, b".")),
}
CONTEXT = b"binding".ljust(32, b".")


def _random(size: int) -> bytes:
    return Random(size).randbytes(size)


def _label(number: int) -> Label:
    return Label(number.to_bytes(12, "big"), (Standing(number % 3),))


def _rfc(value: str) -> Token:
    return Token(Family.RFC, None, value)


def _name(value: str) -> Token:
    return Token(Family.NAME, Kind.ORGANISATION, value)


def _tag(records: Iterable[tuple[Label, Iterable[Token]]]) -> tuple[int, TagSet]:
    made, sealed = _seal(records)
    return made, TagSet(build([sealed.entries], _random))


def _seal(records: Iterable[tuple[Label, Iterable[Token]]]) -> tuple[int, Sealed]:
    """Tag records and seal their rows; tells how many there are, without the canaries."""
    some = list(records)
    made = zip(some, outputs_of(KERNEL, KEYS, (tokens for _, tokens in some)), strict=True)
    rows = [rows_of(n, label, units) for n, ((label, _), units) in enumerate(made, 1)]
    count = sum(map(len, rows)) // ROW_BYTES
    return count, seal_rows(KERNEL, CONTEXT, [canary_rows(KERNEL, KEYS), *rows])


def _ask(tag_set: TagSet, tokens: list[Token]) -> list[tuple[Label, ...]]:
    """Look up what a question about these tokens gives (the kernel's tests ask for real)."""
    outputs = b"".join(
        KERNEL.tag(KEYS[token.family], Inputs.pack([token.input()])) for token in tokens
    )
    return look_up(KERNEL, CONTEXT, tag_set, outputs)


def test_records_are_found_by_each_of_their_tokens_and_no_other() -> None:
    made, tag_set = _tag(
        [
            (_label(1), [_rfc("A"), _name("a")]),
            (_label(2), [_rfc("B")]),
            (_label(3), []),
        ]
    )
    assert made == 3
    assert _ask(tag_set, [_rfc("A"), _name("a"), _rfc("B"), _rfc("C"), _name("A")]) == [
        (_label(1),),
        (_label(1),),
        (_label(2),),
        (),
        (),
    ]
    assert look_up(KERNEL, CONTEXT, tag_set, b"") == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from("ABCD"), max_size=3), max_size=8))
def test_ordinals(records: list[list[str]]) -> None:
    made, tag_set = _tag(
        (_label(number), map(_rfc, values)) for number, values in enumerate(records, 1)
    )
    assert made == sum(len(set(values)) for values in records)
    for value, labels in zip("ABCD", _ask(tag_set, list(map(_rfc, "ABCD"))), strict=True):
        assert labels == tuple(
            _label(number) for number, values in enumerate(records, 1) if value in values
        )


def test_records_per_token() -> None:
    many = RECORDS_PER_TOKEN + 2
    records = [(_label(number), [_name("common")]) for number in range(1, many + 1)]
    made, sealed = _seal(records)
    assert made == many
    canaries_and = len(KEYS) * CANARIES + RECORDS_PER_TOKEN
    assert (len(sealed.entries), sealed.dropped) == (canaries_and * 58, 2)
    found = _ask(TagSet(build([sealed.entries], _random)), [_name("common")])[0]
    assert found == tuple(label for label, _ in records[:RECORDS_PER_TOKEN])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2**56 - 1)), max_size=200),
    st.integers(1, 40),
)
def test_the_buffers_that_rows_come_in_do_not_show(
    made: list[tuple[int, int]], at_once: int
) -> None:
    """Nor their order: all that counts is which rows there are."""
    rows = [
        bytes([output]) * 64 + b"\0" + number.to_bytes(7, "big") + bytes(32)
        for output, number in made
    ]
    size = at_once * ROW_BYTES
    joined = b"".join(rows)
    buffers = [joined[at : at + size] for at in range(0, len(joined), size)]
    sealed = seal_rows(KERNEL, CONTEXT, buffers)
    assert sealed == seal_rows(KERNEL, CONTEXT, [b"".join(sorted(rows))])
    counts = Counter(output for output, _ in made)
    kept = {output: min(count, RECORDS_PER_TOKEN) for output, count in counts.items()}
    assert sealed.dropped == len(made) - sum(kept.values())
    indexes = {
        entries.index(bytes([output]) * 64, CONTEXT, ordinal)
        for output, count in kept.items()
        for ordinal in range(count)
    }
    each = range(0, len(sealed.entries), 58)
    assert sorted(indexes) == sorted(sealed.entries[at : at + 10] for at in each)


def test_tokens_of_families_that_are_not_agreed_are_passed_over() -> None:
    made, _ = _tag([(_label(1), [_rfc("A"), Token(Family.IMO, None, "9074729")])])
    assert made == 1


def _with_entry(entry: bytes) -> TagSet:
    return TagSet(build([entry], _random))


def test_false_label_does_not_count() -> None:
    output = KERNEL.tag(KEYS[Family.RFC], Inputs.pack([_rfc("A").input()]))
    other = KERNEL.tag(KEYS[Family.RFC], Inputs.pack([_rfc("B").input()]))
    index = entries.index(output, CONTEXT, 0)
    flaws = {
        "random bytes": _random(48),
        "of another token": entries.seal(other, CONTEXT, 0, _label(1).encode())[10:],
        "of another ordinal": entries.seal(output, CONTEXT, 1, _label(1).encode())[10:],
        "of another manifest": entries.seal(output, bytes(32), 0, _label(1).encode())[10:],
    }
    for flaw, sealed in flaws.items():
        assert look_up(KERNEL, CONTEXT, _with_entry(index + sealed), output) == [()], flaw
    honest = entries.seal(output, CONTEXT, 0, _label(1).encode())
    assert look_up(KERNEL, CONTEXT, _with_entry(honest), output) == [(_label(1),)]


def test_label_that_opens_and_makes_no_sense_is_refused() -> None:
    output = KERNEL.tag(KEYS[Family.RFC], Inputs.pack([_rfc("A").input()]))
    nonsense = _with_entry(entries.seal(output, CONTEXT, 0, b"\xff" * 32))
    with pytest.raises(ComityError) as error:
        look_up(KERNEL, CONTEXT, nonsense, output)
    assert error.value.code is Code.TAG_SET_INVALID


def _canary_outputs(family: Family, key: bytes) -> bytes:
    return KERNEL.tag(key, Inputs.pack(canaries(family)))


def test_canaries_hit_in_every_set() -> None:
    _, tag_set = _tag([])
    for family, key in KEYS.items():
        outputs = _canary_outputs(family, key)
        assert look_up(KERNEL, CONTEXT, tag_set, outputs) == [(CANARY,)] * CANARIES
        check_canaries(KERNEL, CONTEXT, tag_set, family, outputs)


def test_canaries_that_miss() -> None:
    _, tag_set = _tag([])
    outputs = _canary_outputs(Family.RFC, KEYS[Family.RFC])
    seventh = slice(7 * 64, 8 * 64)
    marked = tuple(
        entries.seal(outputs[at : at + 64], CONTEXT, 0, _label(5).encode())
        for at in range(0, len(outputs), 64)
    )
    flaws = {
        "another key": (tag_set, CONTEXT, _canary_outputs(Family.RFC, KEYS[Family.NAME]), 0),
        "another manifest": (tag_set, bytes(32), outputs, 0),
        "one missing": (
            tag_set,
            CONTEXT,
            outputs[: seventh.start] + _random(64) + outputs[seventh.stop :],
            7,
        ),
        "too few asked": (tag_set, CONTEXT, outputs[:-64], 0),
        "a record in their place": (TagSet(build(marked, _random)), CONTEXT, outputs, 0),
    }
    for flaw, (asked, context, given_outputs, index) in flaws.items():
        with pytest.raises(ComityError) as error:
            check_canaries(KERNEL, context, asked, Family.RFC, given_outputs)
        assert error.value.code is Code.CANARY_MISSED, flaw
        assert error.value.params == {"family": "rfc", "index": index}
