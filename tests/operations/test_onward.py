from hashlib import sha256

from comity.errors import Code
from comity.operations.onward import check_onward, sources
from comity.store.rows.holdings import Dataset
from comity.store.rows.moving import one
from nodes import Pair
from refusals import refuses
from stages import MX_LIST, MX_ROWS, load


def held(p: Pair, dataset: str) -> Dataset:
    with p.mx.store.read() as tx:
        found = one(tx, Dataset, id=dataset)
    assert found is not None
    return found


def test_a_dataset_is_known_by_the_files_it_came_from(loaded: Pair) -> None:
    data = (loaded.mx.folder / f"{MX_LIST}.csv").read_bytes()
    assert sources(held(loaded, MX_LIST)) == {sha256(data).hexdigest()}


def test_what_came_in_without_onward_sharing_is_not_offered_on(loaded: Pair) -> None:
    received = sources(held(loaded, MX_LIST))
    load(loaded.mx, "another-name", *MX_ROWS)
    load(loaded.mx, "changed", *MX_ROWS[1:])
    for dataset in (MX_LIST, "another-name"):
        with refuses(Code.ONWARD_NOT_AGREED, dataset=dataset):
            check_onward(held(loaded, dataset), received)
    check_onward(held(loaded, "changed"), received)
    check_onward(held(loaded, MX_LIST), ())
