"""What a row of any table is.

Field names equal column names, which a test checks; so a row can be read, written and changed
with no mapping in between.
"""

from typing import ClassVar, TypeVar

from sqlalchemy import Table


class Row:
    """A row of the table that the class names."""

    table: ClassVar[Table]
    contents: ClassVar[tuple[str, ...]] = ()
    """Fields that are bytes, or text, and are kept sealed; the table then has `key` and `wrap`."""
    bound: ClassVar[tuple[str, ...]] = ()
    """What the sealed fields belong to for ever: names and numbers of the row."""
    at_once: ClassVar[int] = 16
    """Rows in memory at once where they are streamed: questions have half a megabyte."""


RowT = TypeVar("RowT", bound=Row)
