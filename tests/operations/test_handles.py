"""An officer looks up what a handle stands for, when a peer names one on the telephone."""

from comity.errors import Code
from comity.operations import handles
from comity.store.rows.matching import Handle
from comity.store.rows.moving import many
from nodes import Pair, run
from refusals import refuses


def test_a_handle_leads_its_holder_to_the_record(tagged: Pair) -> None:
    with tagged.mx.store.read() as tx:
        made = {row.record: row for row in many(tx, Handle)}
    wanted = [made["m5"], made["m1"]]
    found = run(handles.show, tagged.mx, handles=[row.handle for row in wanted]).handles
    assert [(each.handle, each.dataset, each.record) for each in found] == [
        (row.handle, row.dataset, row.record) for row in wanted
    ]
    assert {each.peer for each in found} == {tagged.us.id}
    # A withheld record has no handle at all.
    assert "m8" not in made


def test_a_handle_means_nothing_to_anybody_else(tagged: Pair) -> None:
    with tagged.mx.store.read() as tx:
        known = many(tx, Handle)[0].handle
    with refuses(Code.HANDLE_UNKNOWN):
        run(handles.show, tagged.us, handles=[known])


def test_one_unknown_handle_refuses_them_all(tagged: Pair) -> None:
    with tagged.mx.store.read() as tx:
        known = many(tx, Handle)[0].handle
    with refuses(Code.HANDLE_UNKNOWN):
        run(handles.show, tagged.mx, handles=[known, "A" * 16])
