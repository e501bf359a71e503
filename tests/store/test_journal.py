"""The private log: a change to what was written shows."""

import pytest
from sqlalchemy import delete, update

from comity.errors import Code
from comity.store import journal
from comity.store.engine import Store
from comity.store.schema.node import journal as table
from refusals import refuses


@pytest.fixture
def noted(store: Store) -> Store:
    with store.write() as tx:
        for n in range(5):
            journal.note(tx, 100 + n, "officer-1", "match.tag", epoch=n, agreement="urn:a")
    return store


def test_entries_come_back_in_order_with_their_details(noted: Store) -> None:
    with noted.read() as tx:
        entries = journal.entries(tx)
    assert [entry.n for entry, _ in entries] == [0, 1, 2, 3, 4]
    assert [detail for _, detail in entries][3] == {"epoch": 3, "agreement": "urn:a"}
    assert {entry.officer for entry, _ in entries} == {"officer-1"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", 1),
        ("officer", "officer-2"),
        ("action", "match.untag"),
        ("detail", '{"epoch":9}'),
        ("head", bytes(32)),
    ],
)
def test_a_changed_entry_is_found(noted: Store, column: str, value: object) -> None:
    with noted.write() as tx:
        tx.execute(update(table).where(table.c.n == 2).values({column: value}))
    with refuses(Code.RECORD_DIFFERS, entry=2), noted.read() as tx:
        journal.entries(tx)


def test_an_entry_that_is_gone_is_missed(noted: Store) -> None:
    with noted.write() as tx:
        tx.execute(delete(table).where(table.c.n == 1))
    with refuses(Code.RECORD_DIFFERS, entry=2), noted.read() as tx:
        journal.entries(tx)


def test_entries_in_another_order_are_found(noted: Store) -> None:
    with noted.write() as tx:
        for old, new in ((1, 9), (2, 1), (9, 2)):
            tx.execute(update(table).where(table.c.n == old).values(n=new))
    with refuses(Code.RECORD_DIFFERS, entry=1), noted.read() as tx:
        journal.entries(tx)
