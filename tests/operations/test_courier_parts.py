"""Bundles in parts: each authentic by itself, in any order, kept until the others are here."""

import os
from pathlib import Path

import pytest

from comity import bundling
from comity.core import courier
from comity.errors import Code, ComityError
from comity.limits import COURIER_KEPT_BYTES
from comity.operations import couriers, matching
from comity.store import spool
from couriering import carry, link, other, pack, there_and_back, unpack, waits
from nodes import MX, Pair, run
from stages import MX_LIST, MX_ROWS, US_LIST, US_ROWS, load, match, ready

PART = courier.file_bytes(courier.CHUNK_BYTES)
"""The smallest medium."""


@pytest.fixture
def parts(pinned: Pair) -> tuple[Pair, list[str]]:
    """A pair, and the parts that bring the tag set and the evaluations back."""
    p = pinned
    rows = (f"x{n},Company Number {n},,organisation,,,,,,,,definitivo,,,," for n in range(3_000))
    load(p.mx, MX_LIST, *MX_ROWS, *rows)
    load(p.us, US_LIST, *US_ROWS)
    ready(p)
    link(p)
    waits(matching.match, p.us, peer=MX.id, dataset=MX_LIST)
    there_and_back(p, p.us)
    waits(matching.match, p.us, peer=MX.id, dataset=MX_LIST)
    carry(p, p.us)
    made = pack(p, p.mx, part_size=PART)
    assert len(made.files) == 5
    assert [Path(file).name.split(".")[-1] for file in made.files] == [
        f"{n}-of-{len(made.files)}" for n in range(1, len(made.files) + 1)
    ]
    assert {Path(file).stat().st_size for file in made.files} == {PART}
    return p, list(made.files)


def test_parts_in_any_order_on_several_days(parts: tuple[Pair, list[str]]) -> None:
    p, files = parts
    last, first, *middle = reversed(files)
    came = unpack(p, p.us, last)
    assert came.files[0].state == "kept"
    assert came.bundles[0].parts_missing == tuple(range(1, len(files)))
    assert came.bundles[0].new == 0
    p.clock.forward(days=3)
    p.restart("us")
    [one] = unpack(p, p.us, *middle, middle[0]).bundles
    assert one.parts_missing == (len(files) - 1,)
    p.clock.forward(days=3)
    # A part that is here already is not missed when its medium is gone.
    Path(last).unlink()
    [whole] = unpack(p, p.us, first).bundles
    assert (whole.order, whole.record, whole.parts_missing) == ("next", "equal", ())
    assert whole.new > 7
    assert len(match(p).hits) == 8
    assert list((p.us.folder / spool.FOLDER).iterdir()) == []


def test_each_part_is_authentic_by_itself(parts: tuple[Pair, list[str]]) -> None:
    p, files = parts
    data = bytearray(Path(files[1]).read_bytes())
    data[40_000] ^= 1
    Path(files[1]).write_bytes(data)
    came = unpack(p, p.us, *files)
    assert [each.error for each in came.files if each.error] == [Code.COURIER_CHANGED]
    assert came.bundles[0].parts_missing == (2,)
    # The next file has all of it again, in a size of its own.
    assert carry(p, p.mx).record == "equal"
    assert len(match(p).hits) == 8


def test_kept_parts_are_for_the_owner_alone(parts: tuple[Pair, list[str]]) -> None:
    p, files = parts
    unpack(p, p.us, files[0])
    [kept] = (p.us.folder / spool.FOLDER).iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    # As it came: nothing is in clear.
    assert kept.read_bytes() == Path(files[0]).read_bytes()


def test_parts_go_by_themselves_in_time(parts: tuple[Pair, list[str]]) -> None:
    p, files = parts
    unpack(p, p.us, files[0])
    [kept] = (p.us.folder / spool.FOLDER).iterdir()
    os.utime(kept, (0, 0))
    came = unpack(p, p.us, files[1])
    assert 1 in came.bundles[0].parts_missing


def test_parts_that_never_stop_coming(
    parts: tuple[Pair, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    p, files = parts
    assert COURIER_KEPT_BYTES > PART
    monkeypatch.setattr(spool, "COURIER_KEPT_BYTES", 2 * PART)
    came = unpack(p, p.us, *files)
    assert [each.state for each in came.files[:3]].count("kept") <= 2
    assert {each.error for each in came.files if each.error} == {Code.COURIER_FULL}
    # What is kept stays, and a whole file needs no room.
    assert carry(p, p.mx).record == "equal"


def test_more_parts_than_a_bundle_may_have(
    parts: tuple[Pair, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    p, files = parts
    monkeypatch.setattr(bundling, "COURIER_PARTS", len(files) - 1)
    with pytest.raises(ComityError) as refused:
        pack(p, p.mx, part_size=PART)
    assert refused.value.params == {"where": "part_size"}


@pytest.mark.parametrize("part_size", [-1, 1, PART - 1])
def test_sizes_that_hold_no_part(parts: tuple[Pair, list[str]], part_size: int) -> None:
    p, _ = parts
    with pytest.raises(ComityError) as refused:
        pack(p, p.mx, part_size=part_size)
    assert refused.value.params == {"where": "part_size"}


def test_a_name_that_is_taken_leaves_nothing_half(parts: tuple[Pair, list[str]]) -> None:
    p, files = parts
    out = p.folder / "again"
    Path(f"{out}.3-of-{len(files)}").write_bytes(b"mine")
    with pytest.raises(ComityError) as refused:
        run(couriers.pack, p.mx, peer=other(p, p.mx).id, file=str(out), part_size=PART)
    assert refused.value.code is Code.FILE_EXISTS
    assert [path.read_bytes() for path in p.folder.glob("again*")] == [b"mine"]
