"""Contents of rows: sealed on their way in and opened on their way out (`comity.store.vault`).

Here, and nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from comity.store import vault
from comity.store.rows.row import Row, RowT
from comity.store.vault import Sealed, Vault


def sealed(keeper: Vault, row: Row) -> dict[str, object]:
    """Return what a row's sealed columns are to have."""
    plain = [getattr(row, name) for name in row.contents]
    place = place_of(type(row), [getattr(row, name) for name in row.bound])
    given = [value.encode() if isinstance(value, str) else value for value in plain]
    made = keeper.seal(place, given)
    return {**dict(zip(row.contents, made.fields, strict=True)), "key": made.key, "wrap": made.wrap}


def opened(tx: Connection, cls: type[RowT], found: Iterable[Sequence[Any]]) -> list[RowT]:
    """Return rows as they are stored, with their contents opened."""
    if not cls.contents:
        return [cls(*row) for row in found]
    keeper, layout = vault.of(tx), _layout(cls)  # type: ignore[arg-type]
    return [cls(*_plain(keeper, cls, layout, list(row))) for row in found]


class _Layout(NamedTuple):
    """Where in a row of a table stands what."""

    contents: tuple[int, ...]
    text: tuple[bool, ...]
    bound: tuple[int, ...]
    key: int
    wrap: int


@lru_cache(maxsize=64)
def _layout(cls: type[Row]) -> _Layout:
    types = {field.name: field.type for field in fields(cls)}  # type: ignore[arg-type]
    at = {name: place for place, name in enumerate(types)}
    return _Layout(
        contents=tuple(at[name] for name in cls.contents),
        text=tuple(types[name] is str for name in cls.contents),
        bound=tuple(at[name] for name in cls.bound),
        key=at["key"],
        wrap=at["wrap"],
    )


def _plain(keeper: Vault, cls: type[Row], layout: _Layout, row: list[Any]) -> list[Any]:
    place = place_of(cls, [row[at] for at in layout.bound])
    stored = Sealed([row[at] for at in layout.contents], row[layout.key], row[layout.wrap])
    plain = keeper.open(place, stored)
    for at, is_text, value in zip(layout.contents, layout.text, plain, strict=True):
        row[at] = value.decode() if is_text else value
    # How it is kept is nobody's business: a row that was read equals the one that was written.
    row[layout.key], row[layout.wrap] = b"", 0
    return row


def place_of(cls: type[Row], bound: Sequence[object]) -> bytes:
    """Return what sealed fields are bound to; no two rows of any table have the same."""
    # No id has a NUL, which not every database could keep.
    named = (item.hex() if isinstance(item, bytes) else str(item) for item in bound)
    return "\0".join((cls.table.name, *named)).encode()
