"""How rare names are is counted once for each state of our lists, and never of another state."""

from contextlib import closing
from dataclasses import replace
from random import Random

import pytest

from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.subject import Subject
from comity.core.holdings import decode
from comity.core.records import Family
from comity.limits import FREQUENCIES_KEPT
from comity.node import WRAP_KEYS, Node
from comity.operations import holdings, subjects, weighing
from comity.operations.matching import holdings_of
from comity.operations.subjects import OwnList
from comity.operations.weighing import Kept
from comity.store.engine import Store
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import many, remove
from comity.store.vault import Vault
from nodes import Pair, run
from stages import load

WORDS = ("Alfa", "Beta", "Gamma", "Delta", "Zanquilo", "Belmaro")
FAMILIES = (Family.NAME, Family.SKELETON)


def row(id: str, name: str) -> str:
    return f"{id},{name},,organisation,,,,,,,,,listed,2022-06-01,,"


def rows(*names: str) -> list[str]:
    return [row(f"r{n}", name) for n, name in enumerate(names)]


def kept(node: Node) -> Frequencies:
    with node.store.read() as tx:
        return weighing.frequencies(tx)


def counted(node: Node) -> Frequencies:
    """Count all records, as if nothing were kept."""
    with node.store.read() as tx:
        held = many(tx, Held)
    return Frequencies.of([Subject.of(decode(each.body, withheld=False)) for each in held])


def read(node: Node, dataset: str, *, compare: bool = True) -> OwnList:
    with node.store.read() as tx:
        listed = holdings_of(tx, dataset)
        return subjects.from_list(tx, listed, FAMILIES, lambda *_: None, compare=compare)


@pytest.fixture
def us(pinned: Pair) -> Node:
    load(pinned.us, "one", *rows("Grupo Alfa", "Grupo Beta"))
    return pinned.us


def test_counts_stay_while_the_lists_do(us: Node) -> None:
    first = kept(us)
    assert first == counted(us)
    assert kept(us) is first
    # The only list is all lists: what asked about it has counted, too.
    assert read(us, "one").frequencies is first


def test_a_list_that_is_read_has_counted(us: Node) -> None:
    assert kept(us) is read(us, "one").frequencies


def test_a_list_that_is_loaded_anew_is_counted_anew(us: Node) -> None:
    first = kept(us)
    load(us, "one", *rows("Grupo Alfa", "Grupo Alfa", "Norte"), replace=True)
    second = kept(us)
    assert second.counts != first.counts
    assert read(us, "one").frequencies is second
    # The same file again has other salts: nobody needs to know that the records are the same.
    load(us, "one", *rows("Grupo Alfa", "Grupo Alfa", "Norte"), replace=True)
    assert kept(us) == second
    assert kept(us) is not second


def test_what_another_process_loads_is_seen(us: Node) -> None:
    """It shares nothing with this one but the database."""
    first = kept(us)
    url, keys = us.config.database_url(us.folder), Vault(us.folder / WRAP_KEYS)
    with closing(Store(url, keys)) as store:
        load(replace(us, store=store), "one", *rows("Norte"), replace=True)
    assert kept(us) == counted(us) != first
    with closing(Store(url, keys)) as store:
        load(replace(us, store=store), "two", *rows("Sur"))
    assert kept(us) == counted(us)


def test_who_began_to_read_before_a_load_sees_the_list_before(us: Node) -> None:
    with us.store.read() as tx:
        before = many(tx, Dataset)
        load(us, "one", *rows("Norte"), replace=True)
        kept(us)
        old = weighing.frequencies(tx)
        assert weighing.KEPT.get(before) is old
    assert old != counted(us)
    assert kept(us) == counted(us)


def test_what_is_withheld_counts_and_is_not_asked(us: Node) -> None:
    first, whole = kept(us), read(us, "one")
    run(holdings.withhold, us, dataset="one", record="r1")
    assert kept(us) is first
    assert first == counted(us)
    less = read(us, "one")
    assert less.frequencies is first
    assert less.compared == whole.compared
    asked = {id for ids in less.sources.records[Family.NAME].values() for id in ids}
    assert asked == {"r0"}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_lists_counts_are_those_of_now(pinned: Pair, seed: int) -> None:
    random, us = Random(seed), pinned.us
    for _ in range(12):
        dataset = random.choice(["one", "two"])
        names = [" ".join(random.sample(WORDS, 2)) for _ in range(random.randrange(1, 5))]
        load(us, dataset, *rows(*names), replace=True)
        if random.random() < 0.3:
            run(holdings.withhold, us, dataset=dataset, record="r0")
        if random.random() < 0.2:
            with us.store.write() as tx:
                remove(tx, Held, dataset="two")
                remove(tx, Dataset, id="two")
        assert kept(us) == kept(us) == counted(us)


def test_of_a_long_list_every_nth_counts(us: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "SAMPLE", 4)
    names = [f"Grupo {word} {n}" for n, word in enumerate(WORDS)]
    load(us, "one", *rows(*names), replace=True)
    found = kept(us)
    load(us, "one", *rows(*names), replace=True)
    assert read(us, "one").frequencies == found
    load(us, "one", *rows(*names[::2]), replace=True)
    assert kept(us) == found


def test_records_to_compare_are_taken_evenly(us: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "COMPARED", 3)
    load(us, "one", *rows(*WORDS, "Norte"), replace=True)
    assert [each.record for each in read(us, "one").compared] == ["r0", "r3", "r6"]
    assert read(us, "one", compare=False).compared == ()


def test_so_many_are_kept_and_the_least_used_go() -> None:
    kept, found = Kept(), Frequencies(1, {})
    lists = [[listed(f"list-{n}", bytes(32))] for n in range(FREQUENCIES_KEPT + 1)]
    for each in lists[:-1]:
        kept.put(each, found)
    assert kept.get(lists[0]) is found
    kept.put(lists[-1], found)
    assert [each for each in lists if kept.get(each) is None] == [lists[1]]


def test_a_list_has_one_state_at_a_time() -> None:
    kept, old, new = Kept(), Frequencies(1, {}), Frequencies(2, {})
    before, after = [listed("one", bytes(32))], [listed("one", bytes([1]) * 32)]
    kept.put(before, old)
    kept.put(after, new)
    assert (kept.get(before), kept.get(after)) == (None, new)


def listed(id: str, root: bytes) -> Dataset:
    return Dataset(id, id, "csv", 1, root, "{}", 1)
