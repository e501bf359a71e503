"""Byte ranges: whatever a header says, what is selected lies within the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.ranges import UnsatisfiableError, select


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_first_and_last(size: int, first: int, last: int) -> None:
    whole = bytes(range(size))
    try:
        found = select(f"bytes={first}-{last}", size)
    except UnsatisfiableError:
        assert first >= size
        return
    if last < first:
        assert found is None
    else:
        assert found is not None
        assert whole[found[0] : found[1]] == whole[first : last + 1] != b""


@given(st.integers(0, 50), st.integers(0, 60))
def test_the_end(size: int, count: int) -> None:
    try:
        found = select(f"bytes=-{count}", size)
    except UnsatisfiableError:
        assert 0 in (size, count)
        return
    assert found == (max(0, size - count), size)


@given(st.text(max_size=30) | st.from_regex(r"bytes=[0-9,-]{0,20}", fullmatch=True))
def test_anything(header: str) -> None:
    try:
        found = select(header, 10)
    except UnsatisfiableError:
        return
    assert found is None or 0 <= found[0] < found[1] <= 10


@pytest.mark.parametrize("header", ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,3-4"])
def test_the_whole(header: str) -> None:
    assert select(header, 10) is None


def test_numbers_past_every_file() -> None:
    assert select("bytes=0-" + "9" * 18, 10) == (0, 10)
    assert select("bytes=0-" + "9" * 19, 10) is None
