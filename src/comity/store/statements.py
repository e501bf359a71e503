"""Statements that are built and compiled once, and then run on the driver's own cursor.

SQLAlchemy writes the text for each database; most of the time of a small query was not the
database's but went into preparing each run of it anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Executable, LargeBinary
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text for one database, and how values go in and out."""

    text: str
    places: tuple[str, ...] | None
    """The names of the parameters in their order; None where they go by name."""
    fixed: dict[str, object]
    """Values that the statement itself has, such as a limit."""
    convert: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Columns whose values the driver gives in another type."""


class Statement:
    """One statement; safe to be used by many threads."""

    def __init__(self, built: Executable) -> None:
        self._built: Final = built
        self._compiled: dict[str, _Compiled] = {}

    def run(self, tx: Connection, values: Values) -> DBAPICursor:
        """Run it with values by name, and return the cursor. Raises what SQLAlchemy raises."""
        compiled = self._of(tx)
        given = {**compiled.fixed, **values} if compiled.fixed else values
        places = compiled.places
        bound = given if places is None else [given[name] for name in places]
        return execute(tx, compiled.text, bound)

    def run_many(self, tx: Connection, values: Sequence[Values]) -> None:
        """Run it once for each of several sets of values."""
        compiled = self._of(tx)
        places = compiled.places
        bound = values if places is None else [[row[name] for name in places] for row in values]
        execute(tx, compiled.text, bound, many=True)

    def rows(self, tx: Connection, values: Values) -> list[Any]:
        """Run it and return all rows."""
        found = self.run(tx, values).fetchall()
        convert = self._of(tx).convert
        if not convert:
            return list(found)
        rows = [list(row) for row in found]
        for row in rows:
            for place, converted in convert:
                row[place] = converted(row[place])
        return rows

    def _of(self, tx: Connection) -> _Compiled:
        dialect = tx.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            # Two threads may both do it, and come to the same.
            compiled = self._compiled[dialect.name] = _compile(self._built, dialect)
        return compiled


def execute(tx: Connection, text: str, values: Any = (), *, many: bool = False) -> DBAPICursor:
    """Run a text on the driver's cursor. Raises DBAPIError, as SQLAlchemy does."""
    cursor = tx.connection.cursor()
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except tx.dialect.loaded_dbapi.Error as error:
        # The values stay out of it: errors travel further than contents may.
        raise DBAPIError.instance(
            text, None, error, tx.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from error
    return cursor


def _compile(built: Executable, dialect: Dialect) -> _Compiled:
    assert isinstance(built, ClauseElement)  # noqa: S101 - all statements are
    compiled = built.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - of such an element
    convert = []
    for place, entry in enumerate(compiled._result_columns):
        kind = entry.type.dialect_impl(dialect)
        # Both drivers give bytes for binary columns.
        if not isinstance(kind, LargeBinary) and (found := kind.result_processor(dialect, None)):
            convert.append((place, found))
    return _Compiled(
        text=str(compiled),
        places=tuple(compiled.positiontup or ()) if compiled.positional else None,
        fixed={name: value for name, value in compiled.params.items() if value is not None},
        convert=tuple(convert),
    )
