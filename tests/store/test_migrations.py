"""The migrations make what the schema says, and rows are what the tables have."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from comity.store import migrations, rows
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


def test_what_was_there_before_stays(url: str) -> None:
    """A database of the first version, with an offer, an agreement and a transfer in it."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO offers (id, dataset, peer, policy, open, officer, created)"
            " VALUES ('o', 'd', '', '{}', true, 'officer-1', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO agreements (id, peer, role, dataset, agreement, digest,"
            " provider_signature, consumer_signature, state, at)"
            " VALUES ('a', 'p', 'provider', 'd', '{}', '', '', '', 'active', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO transfers (pid, peer, their_pid, role, state, pending, base, agreement,"
            " format, manifest, updated)"
            " VALUES ('t', 'p', 'u', 'provider', 'STARTED', '', '', 'a', 'Comity-Match', '', 1)"
        )
        connection.commit()
    engine.dispose()
    store = Store(url)
    with store.read() as tx:
        (offer,), (agreed,) = rows.many(tx, rows.Offer), rows.many(tx, rows.Agreement)
        (transfer,) = rows.many(tx, rows.Transfer)
    store.close()
    assert (offer.officers, agreed.state, agreed.peer_suspended) == (0, "active", False)
    assert agreed.ends > 2**40
    assert (transfer.state, transfer.held) == ("STARTED", False)
