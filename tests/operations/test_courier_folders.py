"""Folders that something else fills and empties: a data diode, for one."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.errors import Code, ComityError
from comity.limits import COURIER_AGAIN_SECONDS
from comity.node import Node
from comity.operations import courier_folders, offering
from comity.operations.courier_folders import RunShown
from couriering import link, waits
from nodes import MX, US, Pair
from nodes import run as operate


@pytest.fixture
def diode(offered: Pair) -> Pair:
    """Two nodes with a folder in each direction; what is put into the one is in the other."""
    p = offered
    link(p)
    for name in ("to-mx", "to-us"):
        (p.folder / name).mkdir()
    for side, other in (("mx", "us"), ("us", "mx")):
        node: Node = getattr(p, side)
        folders = {
            "courier_out": str(p.folder / f"to-{other}"),
            "courier_in": str(p.folder / f"to-{side}"),
        }
        setattr(p, side, replace(node, config=node.config.model_copy(update=folders)))
    return p


def _run(node: Node) -> RunShown:
    return operate(courier_folders.run, node)


def _files(p: Pair) -> list[Path]:
    return list(p.folder.glob("to-*/*.comity"))


def test_it_goes_there_and_back_and_comes_to_rest(diode: Pair) -> None:
    p = diode
    waits(offering.catalog, p.us, peer=MX.id)
    [packed] = _run(p.us).packed
    assert Path(packed.files[0]) in _files(p)
    there = _run(p.mx)
    assert [each.new for each in there.taken.bundles] == [1]
    assert [each.peer for each in there.packed] == [US.id]
    back = _run(p.us)
    assert [each.new for each in back.taken.bundles] == [1]
    assert operate(offering.catalog, p.us, peer=MX.id).offers
    # One more each way, since each has seen something new; then nothing moves any more.
    for _ in range(2):
        _run(p.mx), _run(p.us)
    assert (_run(p.mx).packed, _run(p.us).packed, _files(p)) == ((), (), [])


def test_it_goes_again_each_day(diode: Pair) -> None:
    p = diode
    waits(offering.catalog, p.us, peer=MX.id)
    [lost] = _run(p.us).packed[0].files
    Path(lost).unlink()
    assert _run(p.us).packed == ()
    p.clock.forward(seconds=COURIER_AGAIN_SECONDS - 1)
    assert _run(p.us).packed == ()
    p.clock.forward(seconds=1)
    assert _run(p.us).packed[0].requests == 1
    assert _run(p.mx).taken.bundles[0].new == 1


def test_what_is_still_being_copied_is_left_and_what_is_wrong_is_put_aside(diode: Pair) -> None:
    p = diode
    waits(offering.catalog, p.us, peer=MX.id)
    [file] = map(Path, _run(p.us).packed[0].files)
    whole, nonsense = file.read_bytes(), file.with_name("x.comity")
    file.write_bytes(whole[:-1])
    nonsense.write_bytes(b"nonsense")
    assert {each.error for each in _run(p.mx).taken.files} == {
        *("courier-truncated", "courier-no-file")
    }
    assert file.exists()
    assert (file.parent / "refused" / "x.comity").read_bytes() == b"nonsense"
    file.write_bytes(whole)
    assert _run(p.mx).taken.bundles[0].new == 1
    assert not file.exists()


def test_folders_that_are_not_set_or_not_there(diode: Pair) -> None:
    p = diode
    bare = replace(
        p.us, config=p.us.config.model_copy(update={"courier_in": None, "courier_out": None})
    )
    with pytest.raises(ComityError) as refused:
        _run(bare)
    assert refused.value.code is Code.SETTING_INVALID
    (p.folder / "to-us").rmdir()
    with pytest.raises(ComityError) as missing:
        _run(p.us)
    assert missing.value.code is Code.FILE_MISSING
