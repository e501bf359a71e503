"""The fast way to canonical JSON and the reference write the same bytes, or refuse alike."""

from enum import StrEnum
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from comity.core.canonical import canonical
from comity.errors import Code
from refusals import refuses


class Word(StrEnum):
    """A string that is also something else."""

    ONE = "one\u00e9\x7f\x1f"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**54), 2**54),
    st.floats(),
    st.text(),
    st.sampled_from(["\U0001f600", "\ufb33", "\ud800", '\x00\b\t\n\f\r"\\/\x7f\u2028', Word.ONE]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(
            st.one_of(st.text(max_size=4), st.sampled_from(["\U0001f600", "\ufb33", "a", "B"])),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(value=VALUES)
def test_the_same_bytes_as_the_reference(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except ValueError:
        with refuses(Code.JSON_INVALID):
            canonical(value)
        return
    assert canonical(value) == expected


def test_what_has_no_form_is_refused_whichever_way_it_would_go() -> None:
    for value in ({1: "a"}, {"a": {None: 1}}, {"a": b"b"}, [object()], {"a": {1, 2}}):
        with refuses(Code.JSON_INVALID):
            canonical(value)
