"""Group commit: writers that come while the disk is busy share the next sync of it.

Writers take turns. Each works in a savepoint of one shared transaction, and none returns before
that transaction is durable:

    turn       one writer at a time; what it wrote is kept, or undone without the others
    commit     whoever finds that nobody waits for a turn commits for all, once
    release    all who wrote return; where the commit failed, all of them fail

While a commit waits for the disk, the next writers queue up behind it, and they are the next group.
A writer that is alone commits at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from comity.limits import WRITERS_PER_COMMIT
from comity.store.statements import execute

_PATIENCE: Final = 1.0
"""Seconds after which a writer looks itself whether its group was left without a commit."""


class _Group:
    """A transaction under way, and who has written in it."""

    def __init__(self, tx: Connection) -> None:
        self.tx = tx
        self.members = 0
        self.error: BaseException | None = None
        """Why the whole transaction is lost."""
        self.ended = Event()

    def begin(self) -> None:
        """Start a turn."""
        if self.members:
            execute(self.tx, "SAVEPOINT turn")
        elif self.tx.dialect.name == "sqlite":
            execute(self.tx, "BEGIN IMMEDIATE")

    def keep(self) -> None:
        """End a turn whose changes stay."""
        if self.members:
            execute(self.tx, "RELEASE SAVEPOINT turn")
        self.members += 1

    def undo(self) -> None:
        """End a turn whose changes go; those of the others stay, where the database has them."""
        if not self.members:
            return
        try:
            # After some errors, a full disk among them, SQLite has dropped the whole transaction.
            execute(self.tx, "ROLLBACK TO SAVEPOINT turn")
            execute(self.tx, "RELEASE SAVEPOINT turn")
        except (DBAPIError, SQLAlchemyError) as error:
            self.error = error

    def end(self) -> None:
        """Commit for all, or note why that cannot be."""
        try:
            if self.members and self.error is None:
                self.tx.connection.commit()
        except self.tx.dialect.loaded_dbapi.Error as error:
            self.error = DBAPIError.instance(
                "COMMIT", None, error, self.tx.dialect.loaded_dbapi.Error, hide_parameters=True
            )
        except BaseException as error:
            self.error = error
            raise
        finally:
            # Giving the connection back rolls back what is not committed.
            with suppress(SQLAlchemyError):
                self.tx.close()
            self.ended.set()


class Writers:
    """Lets one writer at a time into a database, and commits for several at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are durable once the block ends without an error."""
        group = self._enter()
        try:
            yield group.tx
        except BaseException:
            try:
                group.undo()
            finally:
                self._leave(group)
            raise
        try:
            group.keep()
        except BaseException:
            group.undo()
            self._leave(group)
            raise
        self._leave(group)
        self._await(group)

    def _enter(self) -> _Group:
        """Wait for a turn, and begin it."""
        with self._counting:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        group = self._group
        try:
            if group is None:
                group = self._group = _Group(self._engine.connect())
            group.begin()
        except BaseException as error:
            if group is None:
                self._turn.release()
            else:
                # Where not even a savepoint can be made, nothing can be saved for the others.
                group.error = error
                self._leave(group)
            raise
        return group

    def _leave(self, group: _Group) -> None:
        """Hand the turn to the next writer of the group, or end the group."""
        try:
            last = not self._waiting or group.members >= WRITERS_PER_COMMIT
            if last or not group.members or group.error is not None:
                self._group = None
                group.end()
        finally:
            self._turn.release()

    def _await(self, group: _Group) -> None:
        """Return when what was written is durable. Raises where the transaction was lost."""
        while not group.ended.wait(_PATIENCE):
            # The writer that was waited for may itself have been interrupted while it waited.
            with self._turn:
                if self._group is group:
                    self._group = None
                    group.end()
        if group.error is not None:
            raise group.error
