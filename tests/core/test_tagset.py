"""Tag sets: padding, order, look-up, and every flaw a file can have."""

import mmap
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core import tagset
from comity.core.tagset import Check, TagSet, encode, file_bytes, find, in_order, padded_size
from comity.errors import Code, ComityError
from comity.limits import SET_ENTRIES, SET_PART_BYTES
from refusals import refuses
from sets import build, digest

ENTRIES = st.lists(
    st.binary(min_size=58, max_size=58), max_size=30, unique_by=lambda entry: entry[:10]
)


def _random(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _file(count: int = 3) -> bytes:
    return build([random.Random(1).randbytes(58 * count)], _random)


LARGEST = 5 * 2**23  # the next bucket, 6 * 2^23, is past SET_ENTRIES


@given(st.integers(0, LARGEST))
def test_sizes_are_four_to_an_octave(count: int) -> None:
    size = padded_size(count)
    assert count <= size
    assert size >= 1024
    assert size == 1024 or size * 4 <= count * 5 + 4
    octave = size.bit_length() - 3
    assert size % (1 << octave) == 0
    assert size >> octave in (4, 5, 6, 7)
    assert padded_size(size) == size


def test_set_entries() -> None:
    assert padded_size(LARGEST) == LARGEST <= SET_ENTRIES
    for count in (LARGEST + 1, SET_ENTRIES, SET_ENTRIES + 1):
        with pytest.raises(ComityError) as error:
            padded_size(count)
        assert error.value.code is Code.TAG_SET_INVALID


@settings(max_examples=25, deadline=None)
@given(ENTRIES, st.integers(1, 4))
def test_what_goes_in_is_found(entries: list[bytes], parts: int) -> None:
    chunks = [b"".join(entries[number::parts]) for number in range(parts)]
    data = build(chunks, _random)
    assert len(data) == file_bytes(1024)
    _check(data, digest(data))
    found = TagSet(data)
    assert len(found) == 1024
    expected = {entry[:10]: entry[10:] for entry in entries}
    beside = [index[:9] + bytes([index[9] ^ 1]) for index in expected]
    for index in (*expected, *beside, bytes(10), b"\xff" * 10):
        assert find(found.entries, index) == expected.get(index)


def test_the_order_of_the_parts_does_not_show() -> None:
    one, other = random.Random(2).randbytes(58 * 5), random.Random(3).randbytes(58 * 7)
    assert build([one, other], _random) == build([other, one], _random)


def test_memory_mapped_file(tmp_path: Path) -> None:
    path = tmp_path / "set"
    path.write_bytes(_file())
    entry = random.Random(1).randbytes(58 * 3)[:58]
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        assert find(TagSet(memoryview(mapped)).entries, entry[:10]) == entry[10:]


def test_two_entries_with_one_index() -> None:
    entry = bytes(range(58))
    for twice in (entry + entry, entry + entry[:10] + bytes(48)):
        with refuses(Code.TAG_SET_INVALID):
            build([twice], _random)


@given(st.lists(st.binary(min_size=58, max_size=58), max_size=30))
def test_entries_in_order(entries: list[bytes]) -> None:
    assert in_order(b"".join(entries)) == b"".join(sorted(entries))


@pytest.mark.parametrize("size", [1, 57, 59, 115])
def test_buffer_that_ends_within_an_entry(size: int) -> None:
    with refuses(Code.TAG_SET_INVALID):
        in_order(bytes(size))
    with refuses(Code.TAG_SET_INVALID):
        list(encode(1024, [bytes(size)]))


ORDERED = [number.to_bytes(10, "big") + bytes(48) for number in range(1, 1025)]


def test_encode_keeps_to_what_was_promised() -> None:
    _check(b"".join(encode(1024, ORDERED)))
    flaws = {
        "one missing": (1024, ORDERED[:-1]),
        "not a bucket": (1023, ORDERED[:-1]),
        "out of order": (1024, ORDERED[1:] + ORDERED[:1]),
        "out of order within": (1024, [ORDERED[1] + ORDERED[0], *ORDERED[2:]]),
        "repeated": (1024, ORDERED[:1] + ORDERED[:-1]),
        "short": (1024, [*ORDERED[:-1], ORDERED[-1][:-1]]),
    }
    for flaw, (count, entries) in flaws.items():
        with pytest.raises(ComityError) as error:
            b"".join(encode(count, entries))
        assert error.value.code is Code.TAG_SET_INVALID, flaw


@given(st.lists(st.integers(0, 1024), max_size=6))
def test_buffers_do_not_show(cuts: list[int]) -> None:
    places = sorted({0, 1024, *cuts})
    buffers = [b"".join(ORDERED[a:b]) for a, b in pairwise(places)]
    assert b"".join(encode(1024, buffers)) == b"".join(encode(1024, ORDERED))


@settings(deadline=None)
@given(st.lists(st.integers(1, 5_000), max_size=40))
def test_a_file_is_checked_in_blocks_of_any_size(sizes: list[int]) -> None:
    data, check, at = _file(), Check(), 0
    for size in sizes:
        check.update(data[at : at + size])
        at += size
    check.update(data[at:])
    check.finish(digest(data))
    with refuses(Code.TAG_SET_INVALID):
        check.finish(digest(b""))


def _check(data: bytes, expected: bytes | None = None) -> None:
    check = Check()
    for at in range(0, len(data), 1000):
        check.update(data[at : at + 1000])
    check.finish(digest(data) if expected is None else expected)


def _swapped(data: bytes) -> bytes:
    return data[:32] + data[90:148] + data[32:90] + data[148:]


FLAWS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "header only, cut": lambda data: data[:31],
    "header only": lambda data: data[:32],
    "other magic": lambda data: b"X" + data[1:],
    "other version": lambda data: data[:17] + b"\2" + data[18:],
    "other entry size": lambda data: data[:19] + b"\x39" + data[20:],
    "reserved bytes used": lambda data: data[:20] + b"\1" + data[21:],
    "one byte short": lambda data: data[:-1],
    "one byte long": lambda data: data + b"\0",
    "count too large": lambda data: data[:24] + b"\xff" * 8 + data[32:],
    "an entry less than a bucket": lambda data: (
        data[:24] + (1023).to_bytes(8, "big") + data[32:-58]
    ),
    "two entries swapped": _swapped,
    "an entry repeated": lambda data: data[:32] + data[90:148] + data[90:],
}


SEEN_AT_ONCE = FLAWS.keys() - {"two entries swapped", "an entry repeated"}
"""Flaws that opening a set sees. It was checked from end to end before it got its name."""


@pytest.mark.parametrize("flaw", FLAWS)
def test_flawed_files(flaw: str) -> None:
    data = FLAWS[flaw](_file())
    with refuses(Code.TAG_SET_INVALID):
        _check(data)
    if flaw in SEEN_AT_ONCE:
        with refuses(Code.TAG_SET_INVALID):
            TagSet(data)


def test_file_of_another_digest() -> None:
    data = _file()
    altered = data[:-1] + bytes([data[-1] ^ 1])  # a sealed label, which order cannot show
    _check(altered)
    with refuses(Code.TAG_SET_INVALID):
        _check(altered, digest(data))


@pytest.mark.parametrize("size", [1, SET_PART_BYTES, SET_PART_BYTES + 1, 5 * SET_PART_BYTES - 1])
def test_parts_cover_the_file(size: int) -> None:
    count = tagset.part_count(size)
    ranges = [tagset.part_range(size, number) for number in range(count)]
    assert [start for start, _ in ranges] == [0, *[stop for _, stop in ranges[:-1]]]
    assert ranges[-1][1] == size
    assert all(0 < stop - start <= SET_PART_BYTES for start, stop in ranges)
    for beyond in (-1, count):
        with pytest.raises(ComityError) as error:
            tagset.part_range(size, beyond)
        assert error.value.code is Code.TAG_SET_INVALID
