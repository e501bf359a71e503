"""One node as the driver has it: a folder, and the process that serves it for a while."""

import os
import select
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from comity.edge import lock
from comity.edge.remote import Remote
from comity.errors import Code, ComityError
from comity.operations.registry import Model, Operation

ResultT = TypeVar("ResultT", bound=Model)


class Nursery:
    """The process that the others come of."""

    def __init__(self) -> None:
        tests = Path(__file__).parents[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "soak.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=tests,
            env={**os.environ, "PYTHONPATH": str(tests)},
            text=True,
        )

    def order(self, *words: object) -> int:
        """Give an order and return the number that it answers with."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(*words, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and whoever still lives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@dataclass
class Life:
    """One process: at which step it dies, and since when it has lived."""

    pid: int
    fd: int
    """Of the process (pidfd): readable when it is dead."""
    step: str
    count: int
    since: float
    ends: float = 0.0
    """When it is killed from outside, 0 for never."""


class Side:
    """A node, and whoever serves it."""

    def __init__(self, folder: Path, token: str, nursery: Nursery) -> None:
        self.folder = folder
        self.name = folder.name
        self._token = token
        self._nursery = nursery
        self.life: Life | None = None
        self._remote: Remote | None = None

    def start(self, step: str = "none", count: int = 1) -> Life:
        """Begin a life that ends at a step."""
        pid = self._nursery.order("start", self.folder, step, count)
        self.life = Life(pid, os.pidfd_open(pid), step, count, time.monotonic())
        return self.life

    def is_ready(self) -> bool:
        """Whether the process takes orders."""
        if self._remote is None and self.life is not None:
            serving = lock.find_serving(self.folder)
            if serving is not None and serving.pid == self.life.pid:
                self._remote = Remote(serving.address, self._token)
        return self._remote is not None

    def is_dead(self) -> bool:
        """Whether the process has ended by itself."""
        return self.life is not None and bool(select.select([self.life.fd], [], [], 0)[0])

    def kill(self) -> None:
        """Kill the process from outside."""
        if self.life is not None:
            with suppress(ProcessLookupError):
                os.kill(self.life.pid, 9)

    def bury(self) -> int:
        """Wait for the end of the process, and return how it ended."""
        assert self.life is not None
        ended = self._nursery.order("wait", self.life.pid)
        os.close(self.life.fd)
        if self._remote is not None:
            self._remote.__exit__(None, None, None)
        self.life = self._remote = None
        return ended

    def call(self, operation: Operation[Any, ResultT], /, **args: Any) -> ResultT:
        """Do something as the officer. Raises what the operation raises, and NODE_NOT_SERVING."""
        remote = self._remote
        if remote is None:
            raise ComityError(Code.NODE_NOT_SERVING)
        return remote.call(operation, operation.args(**args), lambda *_: None)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the database, as nobody but a test may."""
        path = f"file:{self.folder}/comity.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as connection:
            return list(connection.execute(sql, values))
