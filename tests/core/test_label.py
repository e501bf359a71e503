"""Labels: always 32 bytes, and nothing impossible is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.derivation import Presence
from comity.core.label import CANARY, Label, Standing
from comity.errors import Code, ComityError
from comity.limits import STATUSES_PER_LABEL

HANDLE = bytes(range(1, 13))
STANDINGS = st.builds(
    Standing, st.integers(0, 255), st.none() | st.dates(min_value=date(1970, 1, 2))
)
LABELS = st.builds(
    Label,
    st.binary(min_size=12, max_size=12),
    st.lists(STANDINGS, max_size=STATUSES_PER_LABEL).map(tuple),
    st.booleans(),
    st.integers(0, sum(Presence)).map(Presence),
)


def test_layout() -> None:
    label = Label(
        HANDLE,
        (Standing(2, date(2024, 5, 17)), Standing(255)),
        more=True,
        presence=Presence.BIRTH_DATE | Presence.WALLET,
    )
    assert label.encode().hex() == (
        "0102030405060708090a0b0c" + "82" + "02004d94" + "ff000000" + "00" * 8 + "0041" + "00"
    )


@given(LABELS)
def test_round_trip(label: Label) -> None:
    encoded = label.encode()
    assert len(encoded) == 32
    assert Label.decode(encoded) == label


@given(st.binary(min_size=32, max_size=32) | LABELS.map(Label.encode))
def test_whatever_is_read_is_written_the_same(data: bytes) -> None:
    try:
        label = Label.decode(data)
    except ComityError:
        return
    assert label.encode() == data


GOOD = Label(HANDLE, (Standing(1, date(2020, 1, 1)),)).encode()


def _changed(at: int, value: int) -> bytes:
    return GOOD[:at] + bytes([value]) + GOOD[at + 1 :]


@pytest.mark.parametrize(
    "data",
    [
        GOOD[:-1],
        GOOD + b"\0",
        _changed(12, 0x05),
        _changed(12, 0x41),
        _changed(12, 0x00),
        _changed(20, 1),
        _changed(14, 0xFF),
        _changed(29, 4),
        _changed(29, 0x80),
        _changed(31, 1),
    ],
    ids=[
        "short",
        "long",
        "five statuses",
        "unknown flag",
        "a status that is not counted",
        "an unused slot that is used",
        "a date after the year 9999",
        "unknown presence bit",
        "another unknown presence bit",
        "last byte not zero",
    ],
)
def test_impossible_labels(data: bytes) -> None:
    assert Label.decode(GOOD)
    with pytest.raises(ComityError) as error:
        Label.decode(data)
    assert error.value.code is Code.TAG_SET_INVALID


def test_more_statuses_than_there_is_room_for() -> None:
    dates = [date(2020, 1, day) for day in range(1, 7)]
    label = Label.of(HANDLE, list(enumerate(dates)), Presence(0))
    assert [standing.code for standing in label.statuses] == [2, 3, 4, 5]
    assert label.more
    assert not Label.of(HANDLE, list(enumerate(dates[:4])), Presence(0)).more


def test_date_too_early_for_a_slot_becomes_unknown() -> None:
    label = Label.of(HANDLE, [(0, date(1970, 1, 1)), (1, date(1970, 1, 2))], Presence(0))
    assert [standing.as_of for standing in label.statuses] == [None, date(1970, 1, 2)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Standing(256),
        lambda: Standing(-1),
        lambda: Standing(0, date(1970, 1, 1)),
        lambda: Label(HANDLE[:-1]),
        lambda: Label(HANDLE, (Standing(0),) * (STATUSES_PER_LABEL + 1)),
    ],
    ids=["code too large", "negative code", "date too early", "short handle", "too many statuses"],
)
def test_what_no_label_can_hold(make: "type[Label]") -> None:
    with pytest.raises(ComityError) as error:
        make()  # type: ignore[call-arg]
    assert error.value.code is Code.TAG_SET_INVALID


def test_canary_is_all_zero_and_known_by_its_handle() -> None:
    assert CANARY.encode() == bytes(32)
    assert CANARY.is_canary
    assert not Label(HANDLE).is_canary
