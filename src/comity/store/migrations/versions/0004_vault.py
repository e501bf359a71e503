"""Contents are sealed, and can be destroyed."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CONTENTS = {
    "messages": ("token", "body"),
    "requests": ("request", "answer", "reason"),
    "questions": ("sealed",),
}
_BOUND = {
    "messages": ("peer", "direction", "seq", "leaf"),
    "requests": ("id",),
    "questions": ("id",),
}
_KEYS = {"messages": ("peer", "direction", "seq"), "requests": ("id",), "questions": ("id",)}
_GOES = ("comity-question-1", "comity-request-1", "comity-answer-1")
_AT_ONCE = 200


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "wrap_keys",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("destroyed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_wrap_keys")),
    )
    op.create_table(
        "destructions",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("recall", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("attestation", sa.String(length=22), nullable=False),
        sa.PrimaryKeyConstraint("peer", "direction", "seq", "side", name=op.f("pk_destructions")),
    )
    op.create_index(op.f("ix_destructions_attestation"), "destructions", ["attestation"])
    op.create_table(
        "recalls",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("wrap", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index(op.f("ix_recalls_parent"), "recalls", ["parent"])
    op.create_index(op.f("ix_recalls_wrap"), "recalls", ["wrap"])
    op.create_table(
        "recall_entries",
        sa.Column("recall", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("recall", "direction", "seq", name=op.f("pk_recall_entries")),
    )
    for table, text in (
        ("messages", ("token",)),
        ("requests", ("request", "answer", "reason")),
        ("questions", ()),
    ):
        with op.batch_alter_table(table) as batch:
            for name in text:
                batch.alter_column(
                    name,
                    existing_type=sa.Text(),
                    type_=sa.LargeBinary(),
                    existing_nullable=False,
                    postgresql_using=f"convert_to({name}, 'UTF8')",
                )
            batch.add_column(sa.Column("key", sa.LargeBinary(), nullable=False, server_default=""))
            batch.add_column(sa.Column("wrap", sa.Integer(), nullable=False, server_default="0"))
        op.create_index(op.f(f"ix_{table}_wrap"), table, ["wrap"])
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("look", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(
            sa.Column("destroyed", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.create_index(
        op.f("ix_messages_look"),
        "messages",
        ["look"],
        sqlite_where=sa.text("look != 0"),
        postgresql_where=sa.text("look != 0"),
    )
    messages = sa.table("messages", *map(sa.column, ("look", "what", "refused")))
    goes = messages.c.what.in_(_GOES), messages.c.refused == ""
    op.execute(messages.update().where(*goes).values(look=1))
    for table in _CONTENTS:
        while _seal(table):
            pass


def _seal(table: str) -> int:
    """Seal the contents of a few rows that stand in clear; returns how many."""
    connection = op.get_bind()
    contents, bound, keys = _CONTENTS[table], _BOUND[table], _KEYS[table]
    names = list(dict.fromkeys((*keys, *bound, *contents, "key", "wrap")))
    rows = sa.table(table, *map(sa.column, names))
    found = connection.execute(rows.select().where(rows.c.wrap == 0).limit(_AT_ONCE))
    clear = found.mappings().all()
    if not clear:
        return 0
    vault = context.config.attributes["vault"]
    _first_key(vault)
    for row in clear:
        named = (
            item.hex() if isinstance(item, bytes) else str(item) for item in map(row.get, bound)
        )
        place = "\0".join((table, *named)).encode()
        made = vault.seal(place, [_bytes(row[name]) for name in contents])
        values = {**dict(zip(contents, made.fields, strict=True)), "key": made.key}
        same = [rows.c[name] == row[name] for name in keys]
        connection.execute(rows.update().where(*same).values(**values, wrap=made.wrap))
    return len(clear)


def _first_key(vault: Any) -> None:
    """Have a wrap key: nothing could be sealed before."""
    keys = sa.table("wrap_keys", *map(sa.column, ("n", "state", "made", "destroyed")))
    if op.get_bind().execute(keys.select()).first() is None:
        vault.make(1)
        vault.current = 1
        op.execute(keys.insert().values(n=1, state="current", made=0, destroyed=0))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
