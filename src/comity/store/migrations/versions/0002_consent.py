"""Steps that officers approve, declines that are final, and what becomes of an agreement."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEVER = 2**53 - 1
"""Agreements from before have no end of their own here; each grant's expiry still holds."""


def upgrade() -> None:
    """Go forward."""
    _add("offers", sa.Column("officers", sa.Integer(), nullable=False, server_default="0"))
    _add(
        "negotiations",
        sa.Column("begun_by", sa.String(8), nullable=False, server_default="consumer"),
        sa.Column("officers", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("final", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _add(
        "agreements",
        sa.Column("peer_suspended", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("ends", sa.BigInteger(), nullable=False, server_default=str(_NEVER)),
        sa.Column("replaces", sa.String(200), nullable=False, server_default=""),
    )
    op.create_index(op.f("ix_agreements_state_ends"), "agreements", ["state", "ends"])


def _add(table: str, *columns: sa.Column[object]) -> None:
    """Add columns, whose defaults are for the rows that are there."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)
