"""How messages get to a peer, and what waits for a courier."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "links",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("one_way", sa.Boolean(), nullable=False),
        sa.Column("packed", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_links")),
    )
    op.create_table(
        "awaited",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("jti", sa.String(length=22), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.String(length=43), nullable=False),
        sa.PrimaryKeyConstraint("peer", "jti", name=op.f("pk_awaited")),
    )
    with op.batch_alter_table("awaited", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awaited_peer_scope"), ["peer", "scope"], unique=False)
