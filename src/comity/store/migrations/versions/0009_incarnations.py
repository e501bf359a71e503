"""Incarnations of a log's writer, and what a restored node has to remember."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("heads") as batch:
        batch.add_column(
            sa.Column("incarnation", sa.BigInteger(), nullable=False, server_default="1")
        )
        batch.add_column(sa.Column("instance", sa.String(22), nullable=False, server_default=""))
        batch.add_column(sa.Column("vouched", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("frozen", sa.String(32), nullable=False, server_default=""))
    op.create_table(
        "node_state",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_node_state")),
    )
    op.create_table(
        "resumptions",
        sa.Column("peer", sa.String(200), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.String(22), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_resumptions")),
    )
    op.create_table(
        "unsettled",
        sa.Column("peer", sa.String(200), nullable=False),
        sa.Column("jti", sa.String(22), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("peer", "jti", name=op.f("pk_unsettled")),
    )
