"""The migrations make what the schema says, and rows are what the tables have."""

from dataclasses import fields, is_dataclass

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from comity.store import rows
from comity.store.engine import Store
from comity.store.rows import Row
from comity.store.schema import metadata


def test_the_migrations_make_the_schema(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_database_that_is_up_to_date_stays_as_it_is(store: Store, url: str) -> None:
    with store.write() as tx:
        rows.add(tx, rows.Officer("officer-1", bytes(32), 1))
    again = Store(url)
    with again.read() as tx:
        assert rows.one(tx, rows.Officer, id="officer-1") == rows.Officer("officer-1", bytes(32), 1)
    again.close()


@pytest.mark.parametrize("row", Row.__subclasses__(), ids=lambda row: row.__name__)
def test_fields_are_columns(row: type[Row]) -> None:
    assert is_dataclass(row)
    assert [field.name for field in fields(row)] == [column.name for column in row.table.columns]


def test_every_table_has_its_row() -> None:
    assert {row.table.name for row in Row.__subclasses__()} == set(metadata.tables)
