"""Tiles of both logs, checkpoints that were exchanged, and alarms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from comity.core.merkle import Frontier, leaf_hash

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WIDTH = 256


def upgrade() -> None:
    """Go forward."""
    tiles = op.create_table(
        "tiles",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "direction", "level", "n", name=op.f("pk_tiles")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "direction", "size", name=op.f("pk_checkpoints")),
    )
    op.create_index(
        op.f("ix_checkpoints_peer_direction_written"),
        "checkpoints",
        ["peer", "direction", "written"],
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_peer_settled"), "alarms", ["peer", "settled"])
    assert tiles is not None  # noqa: S101 - a table was made
    connection = op.get_bind()
    heads = connection.execute(sa.text("SELECT peer, direction, size FROM heads")).fetchall()
    for peer, direction, size in heads:
        _fill(connection, tiles, peer, direction, size)


def _fill(connection: sa.Connection, tiles: sa.Table, peer: str, direction: str, size: int) -> None:
    """Make the tiles of a log that was there before, level by level."""
    leaves = connection.execution_options(yield_per=_WIDTH).execute(
        sa.text(
            "SELECT leaf FROM messages WHERE peer = :peer AND direction = :direction"
            " AND seq < :size ORDER BY seq"
        ),
        {"peer": peer, "direction": direction, "size": size},
    )
    hashes = [leaf_hash(bytes(leaf)) for (leaf,) in leaves]
    level = 0
    while len(hashes) >= _WIDTH:
        full = [hashes[at : at + _WIDTH] for at in range(0, len(hashes), _WIDTH)]
        full = [part for part in full if len(part) == _WIDTH]
        hashes = [Frontier().extend(part).root() for part in full]
        for n, (part, root) in enumerate(zip(full, hashes, strict=True)):
            row = {"peer": peer, "direction": direction, "level": level, "n": n, "root": root}
            connection.execute(tiles.insert(), {**row, "hashes": b"".join(part)})
        level += 1
