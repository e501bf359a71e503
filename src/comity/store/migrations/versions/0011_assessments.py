"""Which token of ours a hit is of, and what the hits of a pair say together."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go forward. Hits that are there do not say their token: they have to be asked again."""
    op.drop_table("hits")
    op.create_table(
        "hits",
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("manifest", sa.String(length=43), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("record", sa.String(length=200), nullable=False),
        sa.Column("label", sa.LargeBinary(length=32), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "manifest", "handle", "token", "dataset", "record", name=op.f("pk_hits")
        ),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("peer", sa.String(length=200), nullable=False),
        sa.Column("manifest", sa.String(length=43), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("dataset", sa.String(length=200), nullable=False),
        sa.Column("record", sa.String(length=200), nullable=False),
        sa.Column("score", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("wrap", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_manifest_handle"), "assessments", ["manifest", "handle"])
    op.create_index(op.f("ix_assessments_wrap"), "assessments", ["wrap"])
