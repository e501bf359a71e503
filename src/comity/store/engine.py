"""Transactions over SQLite (the embedded default) or PostgreSQL.

A write is durable when its block ends: SQLite runs in WAL mode with synchronous=FULL, and deleted
content is overwritten (secure_delete). Writers take turns, so that none fails half-way for having
read something old, and share commits (`comity.store.writers`).
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from comity.errors import Code, ComityError
from comity.store import wrapping
from comity.store.statements import execute
from comity.store.vault import Vault, attach
from comity.store.writers import Writers

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA temp_store=MEMORY",
    # The random ids of messages touch the same pages of an index again and again: KiB of them.
    "PRAGMA cache_size=-16384",
)


_READERS_KEPT = 8


class Store:
    """The database of one node."""

    def __init__(self, url: str, vault: Vault) -> None:
        """Connect, and bring the tables up to date. Raises STORE_FAILED or DISK_FULL.

        `vault` keeps the contents; a database that has no wrap key yet gets its first.
        """
        self.vault: Final = vault
        with _errors():
            self._engine = attach(_engine(url), vault)
            _migrate(self._engine, vault)
            _begin(self._engine, vault)
        # One process serves a folder, so its writers queue here rather than in the database.
        self._writers = Writers(self._engine)
        self._readers: deque[Connection] = deque()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and changes nothing."""
        with _errors():
            tx = self._reader()
            try:
                if tx.dialect.name == "sqlite":
                    execute(tx, "BEGIN")
                yield tx
            except BaseException:
                tx.close()
                raise
            self._give_back(tx)

    def _reader(self) -> Connection:
        try:
            return self._readers.pop()
        except IndexError:
            return self._engine.connect()

    def _give_back(self, tx: Connection) -> None:
        """Keep a connection for the next reader: to get one anew costs as much as to read."""
        if tx.in_transaction():
            tx.rollback()
        tx.connection.rollback()
        if len(self._readers) < _READERS_KEPT:
            self._readers.append(tx)
        else:
            tx.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable once the block ends without an error."""
        with _errors(), self._writers.write() as tx:
            yield tx

    def close(self) -> None:
        """Give up all connections."""
        while self._readers:
            self._readers.pop().close()
        self._engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # What a transaction has read stays true in it; SQLite promises that anyway.
        return create_engine(parsed, isolation_level="REPEATABLE READ")
    engine = create_engine(parsed)

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Python's own transaction handling would start transactions behind our back.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    return engine


def _migrate(engine: Engine, vault: Vault) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        config.attributes["vault"] = vault
        if engine.dialect.name == "sqlite":
            # All or nothing: the driver would commit each statement by itself.
            connection.exec_driver_sql("BEGIN")
        command.upgrade(config, "head")
        if engine.dialect.name == "sqlite":
            # What a migration has sealed stood in clear before, and must not stay in the log.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _begin(engine: Engine, vault: Vault) -> None:
    """Have a wrap key in force, and tell the vault which."""
    with engine.connect() as tx:
        key = wrapping.current(tx)
        number = key.n if key else wrapping.succeed(tx, 0)
        tx.connection.commit()
    vault.current = number


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "disk is full" in str(error.orig) or "No space left" in str(error.orig):
            raise ComityError(Code.DISK_FULL) from error
        raise ComityError(Code.STORE_FAILED, reason=type(error.orig).__name__) from error
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        # The module is the driver of another database than SQLite.
        raise ComityError(Code.STORE_FAILED, reason=type(error).__name__) from error
