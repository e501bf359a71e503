"""The functions that move rows: read, streamed, written, changed, removed.

Where rows have contents, these are sealed and opened on the way (`comity.store.rows.contents`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from comity.store import vault
from comity.store.rows.contents import opened, sealed
from comity.store.rows.row import Row, RowT
from comity.store.statements import Statement


@lru_cache(maxsize=512)
def _condition(table: Table, names: tuple[str, ...]) -> ColumnElement[bool]:
    """Return that the named columns equal parameters of their names with `w_` in front."""
    return and_(True, *(table.c[name] == bindparam(f"w_{name}") for name in names))


@lru_cache(maxsize=512)
def _query(
    table: Table, names: tuple[str, ...], order: str, limit: int | None
) -> Select[tuple[Any, ...]]:
    query = select(table).where(_condition(table, names))
    if order:
        query = query.order_by(table.c[order])
    return query if limit is None else query.limit(limit)


@lru_cache(maxsize=512)
def _select(table: Table, names: tuple[str, ...], order: str, limit: int | None) -> Statement:
    return Statement(_query(table, names, order, limit))


@lru_cache(maxsize=512)
def _update(table: Table, names: tuple[str, ...], changed: tuple[str, ...]) -> Statement:
    values: dict[str, BindParameter[Any]] = {name: bindparam(f"v_{name}") for name in changed}
    return Statement(update(table).where(_condition(table, names)).values(values))


@lru_cache(maxsize=512)
def _delete(table: Table, names: tuple[str, ...]) -> Statement:
    return Statement(delete(table).where(_condition(table, names)))


@lru_cache(maxsize=64)
def _insert(table: Table) -> Statement:
    values: dict[str, BindParameter[Any]] = {
        column.name: bindparam(column.name) for column in table.columns
    }
    return Statement(insert(table).inline().values(values))


def _named(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}_{name}": value for name, value in values.items()}


def many(
    tx: Connection,
    cls: type[RowT],
    *conditions: ColumnElement[bool],
    order: str = "",
    limit: int | None = None,
    **where: object,
) -> Sequence[RowT]:
    """Return the rows that fit, in the order of a column where one is named."""
    names = tuple(where)
    if conditions:
        query = _query(cls.table, names, order, limit).where(*conditions)
        return opened(tx, cls, tx.execute(query, _named("w", where)))
    return opened(tx, cls, _select(cls.table, names, order, limit).rows(tx, _named("w", where)))


def streamed(
    tx: Connection, cls: type[RowT], *conditions: ColumnElement[bool], order: str, **where: object
) -> Iterator[RowT]:
    """Give the rows that fit, in the order of a column, a few in memory at a time."""
    query = _query(cls.table, tuple(where), order, None).where(*conditions)
    some = query.execution_options(yield_per=cls.at_once)
    for rows in tx.execute(some, _named("w", where)).partitions():
        yield from opened(tx, cls, rows)


def one(tx: Connection, cls: type[RowT], **where: object) -> RowT | None:
    """Return the row that fits, or None."""
    found = _select(cls.table, tuple(where), "", 1).rows(tx, _named("w", where))
    return opened(tx, cls, found)[0] if found else None


def add(tx: Connection, *rows: Row) -> None:
    """Insert rows of one class."""
    if rows:
        table = rows[0].table
        names = [column.name for column in table.columns]
        values = [{name: getattr(row, name) for name in names} for row in rows]
        if rows[0].contents:
            keeper = vault.of(tx)
            for row, row_values in zip(rows, values, strict=True):
                row_values.update(sealed(keeper, row))
        if len(values) == 1:
            _insert(table).run(tx, values[0])
        else:
            _insert(table).run_many(tx, values)


def change(tx: Connection, cls: type[Row], where: Mapping[str, object], **values: object) -> int:
    """Change the rows that fit; returns how many.

    Where contents are changed, or what they belong to, they get a new key: the old one opens
    nothing any more.
    """
    if not values.keys().isdisjoint((*cls.contents, *cls.bound)):
        found = _select(cls.table, tuple(where), "", None).rows(tx, _named("w", where))
        return sum(_change_contents(tx, row, values) for row in opened(tx, cls, found))
    return change_stored(tx, cls, where, **values)


def change_stored(
    tx: Connection, cls: type[Row], where: Mapping[str, object], **values: object
) -> int:
    """Change columns to what is given, as it is; returns how many rows."""
    statement = _update(cls.table, tuple(where), tuple(values))
    return statement.run(tx, _named("w", where) | _named("v", values)).rowcount


def _change_contents(tx: Connection, row: Row, values: Mapping[str, object]) -> int:
    changed = replace(row, **values)  # type: ignore[type-var]
    keys = {column.name: getattr(row, column.name) for column in row.table.primary_key}
    return change_stored(tx, type(row), keys, **{**values, **sealed(vault.of(tx), changed)})


def remove(tx: Connection, cls: type[Row], **where: object) -> int:
    """Delete the rows that fit; returns how many."""
    return _delete(cls.table, tuple(where)).run(tx, _named("w", where)).rowcount
