"""The two sides of the play: a node each, served by a process of its own, and its one officer."""

import errno
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from comity.api import Progress
from comity.edge import lock
from comity.edge.config import NodeConfig
from comity.edge.remote import Remote
from comity.errors import Code, ComityError
from comity.operations.registry import Model, Operation
from comity.operations.setup import Created, init

ResultT = TypeVar("ResultT", bound=Model)

HOST: Final = "127.0.0.1"
_PORTS: Final = range(15_000, 32_000)
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = (1, 10)
_WAIT_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
_SERVE: Final = "from comity.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Party:
    """Who stands on one side."""

    key: str
    id: str
    name: str
    territory: str
    officer: str


MX: Final = Party("mx", "did:web:mx.example", "Autoridad de ejemplo, México", "MX", "oficial-1")
US: Final = Party("us", "did:web:us.example", "Example Authority, United States", "US", "officer-1")


class Side:
    """One party's node. What the play does with it, it does through operations."""

    def __init__(self, party: Party, base: Path) -> None:
        """The node's folder is made below `base`, the recovery key and the log beside it."""
        self.party = party
        self.folder = base / party.key
        self.log = base / f"{party.key}.log"
        self._recovery = base / f"{party.key}-recovery.key"
        self._token = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._remote: Remote | None = None
        self._open = ExitStack()

    @property
    def id(self) -> str:
        """The participant id."""
        return self.party.id

    @property
    def name(self) -> str:
        """How the play calls this side: by its territory."""
        return self.party.territory

    def create(self, address: str, port: int, language: Literal["en", "es"]) -> Created:
        """Make the node, as `comity init` does."""
        config = NodeConfig(
            id=self.party.id,
            name=self.party.name,
            territory=self.party.territory,
            address=address,
            peer_host=HOST,
            peer_port=port,
            operators_port=0,
            language=language,
        )
        made = init(self.folder, config, self.party.officer, self._recovery)
        self._token = Path(made.officer_token_file).read_text("ascii").strip()
        return made

    def start(self) -> None:
        """Begin to serve the node in a process."""
        command = [sys.executable, "-c", _SERVE, "serve", "--folder", str(self.folder)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this program, with its own folder
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def ready(self) -> None:
        """Wait until the node takes connections. Raises NODE_NOT_SERVING where it does not."""
        ends = time.monotonic() + _START_SECONDS
        process = self._process
        while process is not None and time.monotonic() < ends and process.poll() is None:
            serving = lock.find_serving(self.folder)
            if serving is not None and serving.pid == process.pid:
                self._remote = self._open.enter_context(Remote(serving.address, self._token))
                return
            time.sleep(_POLL_SECONDS)
        self.stop()
        raise ComityError(Code.NODE_NOT_SERVING, log=str(self.log))

    @property
    def pid(self) -> int:
        """The id of the process that serves, 0 where none does."""
        return self._process.pid if self._process else 0

    def stop(self) -> None:
        """End the process, gently at first."""
        self._open.close()
        self._remote = None
        if self._process is None:
            return
        # The first signal waits for connections that the other side keeps open, the second not.
        for seconds in _STOP_SECONDS:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                break
        self.kill()

    def kill(self) -> None:
        """End the process at once: for leaving in a hurry."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def run(
        self, operation: Operation[Any, ResultT], progress: Progress | None = None, /, **args: Any
    ) -> ResultT:
        """Run an operation at the node, as the officer. Raises what the operation raises."""
        if self._remote is None:
            raise ComityError(Code.NODE_NOT_SERVING)
        return self._remote.call(operation, operation.args(**args), progress or silent)

    def wait(
        self, operation: Operation[Any, ResultT], until: Callable[[ResultT], bool], /, **args: Any
    ) -> ResultT:
        """Run an operation until its result is as wanted. Raises WAIT_ENDED."""
        ends = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < ends:
            result = self.run(operation, **args)
            if until(result):
                return result
            time.sleep(_POLL_SECONDS)
        raise ComityError(Code.WAIT_ENDED, operation=operation.name)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on.

    They lie below those that systems give to outgoing connections, so that none is lent out before
    a process that takes seconds to start listens on it. Raises OSError where there are too few.
    """
    found: list[int] = []
    for port in random.sample(_PORTS, len(_PORTS)):
        with suppress(OSError):
            # On every address, since some listen there.
            socket.create_server(("", port)).close()
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(errno.EADDRINUSE, "no free ports")


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""
