"""What all tables share: the metadata that they are in, and columns that most of them have.

Times are seconds since 1970-01-01 UTC; ids of ours are base64url or URNs.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier(name: str, *, key: bool = False, null: bool = False) -> "Column[str]":
    """Return a column for an id."""
    return Column(name, String(200), primary_key=key, nullable=null)


def time(name: str) -> "Column[int]":
    """Return a column for a time."""
    return Column(name, BigInteger, nullable=False)


def keyed() -> "tuple[Column[bytes], Column[int]]":
    """Return the columns of a table whose contents are sealed (`comity.store.vault`)."""
    return (
        Column("key", LargeBinary, nullable=False),  # of the row, under a wrap key
        Column("wrap", Integer, nullable=False),  # the number of the wrap key; 0: no contents
    )
