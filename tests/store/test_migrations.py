"""The migrations make what the schema says, and rows are what the tables have."""

from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import column, create_engine, table

from comity.store import migrations, rows, schema
from comity.store.engine import Store
from comity.store.rows.agreements import Agreement, Offer, Transfer
from comity.store.rows.moving import add, many, one
from comity.store.rows.node import Officer
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.row import Row
from comity.store.schema.columns import metadata
from comity.store.vault import Vault

BODY = b"what stood in clear"
MESSAGE = {
    **dict.fromkeys(("method", "target", "content_type", "reply_to", "refused"), ""),
    "peer": "p",
    "direction": "in",
    "kind": "request",
    "token": "t.t.t",
    "status": 0,
    "size": len(BODY),
    "at": 1,
}
REQUEST = {
    **dict.fromkeys(("handle", "manifest", "answer", "approval"), ""),
    "id": "r",
    "peer": "p",
    "role": "provider",
    "agreement": "a",
    "request": "{}",
    "state": "declined",
    "approvals": 0,
    "reason": "no",
    "final": True,
    "due": 1,
    "at": 1,
}
messages = table("messages", *map(column, (*MESSAGE, "seq", "jti", "what", "body", "leaf")))
requests = table("requests", *map(column, REQUEST))


def test_the_migrations_make_the_schema(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_database_that_is_up_to_date_stays_as_it_is(store: Store, url: str) -> None:
    with store.write() as tx:
        add(tx, Officer("officer-1", bytes(32), 1))
    again = Store(url, store.vault)
    with again.read() as tx:
        assert one(tx, Officer, id="officer-1") == Officer("officer-1", bytes(32), 1)
    again.close()


@pytest.mark.parametrize("row", Row.__subclasses__(), ids=lambda row: row.__name__)
def test_fields_are_columns(row: type[Row]) -> None:
    assert is_dataclass(row)
    assert [field.name for field in fields(row)] == [column.name for column in row.table.columns]


def test_every_table_has_its_row() -> None:
    assert {row.table.name for row in Row.__subclasses__()} == set(metadata.tables)


@pytest.mark.parametrize("row", Row.__subclasses__(), ids=lambda row: row.__name__)
def test_a_row_is_in_the_module_of_its_table(row: type[Row]) -> None:
    theme = row.__module__.rpartition(".")[2]
    assert getattr(import_module(f"{schema.__name__}.{theme}"), row.table.name) is row.table


def test_who_imports_one_theme_has_all() -> None:
    """What is done to all rows, or to the whole schema, would pass over a module left out."""
    in_rows = {module.name for module in iter_modules(rows.__path__)}
    in_schema = {module.name for module in iter_modules(schema.__path__)}
    assert set(rows.__all__) == in_rows - {"contents", "moving", "row"}
    assert set(schema.__all__) == in_schema - {"columns"}


def test_what_was_there_before_stays(url: str, tmp_path: Path) -> None:
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
        for seq, what in enumerate(("CatalogRequestMessage", "comity-answer-1")):
            sent = {"seq": seq, "jti": str(seq), "what": what, "body": BODY, "leaf": bytes(32)}
            connection.execute(messages.insert(), {**MESSAGE, **sent})
        connection.execute(requests.insert(), REQUEST)
        connection.commit()
    engine.dispose()
    store = Store(url, Vault(tmp_path / "wrap"))
    with store.read() as tx:
        (offer,), (agreed,) = many(tx, Offer), many(tx, Agreement)
        (transfer,) = many(tx, Transfer)
        kept, (asked,) = many(tx, Message, order="seq"), many(tx, RequestRow)
        raw = tx.exec_driver_sql("SELECT token, body, wrap FROM messages").all()
    store.close()
    # What stood in clear is sealed, and what carries contents is looked at.
    assert [(row.token, row.body, row.look) for row in kept] == [
        ("t.t.t", BODY, 0),
        ("t.t.t", BODY, 1),
    ]
    assert (asked.request, asked.answer, asked.reason) == ("{}", "", "no")
    assert {wrap for *_, wrap in raw} == {1}
    assert not [part for row in raw for part in row[:2] if b"t.t.t" in part or BODY in part]
    for path in tmp_path.glob("comity.db*"):
        assert BODY not in path.read_bytes()
    assert (offer.officers, agreed.state, agreed.peer_suspended) == (0, "active", False)
    assert agreed.ends > 2**40
    assert (transfer.state, transfer.held) == ("STARTED", False)
