"""Runs commands as somebody at a terminal does, and serves nodes for them in threads."""

import io
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel
from typer.testing import CliRunner

from comity import serving
from comity.cli.app import app
from comity.core.canonical import model
from comity.edge import logs
from comity.limits import REPLY_BYTES

ModelT = TypeVar("ModelT", bound=BaseModel)
RUNNER = CliRunner()


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Officer:
    """Somebody at the terminal of one node."""

    folder: Path

    def run(self, *args: str, input: str = "") -> Ran:
        """Run a command."""
        result = RUNNER.invoke(app, ["--folder", str(self.folder), *args], input=input)
        return Ran(result.exit_code, result.stdout, result.stderr)

    def says(self, cls: type[ModelT], *args: str) -> ModelT:
        """Run a command with --json, and read its result strictly as what it has to be."""
        ran = self.run(*args, "--json")
        assert ran.code == 0, (args, ran)
        return model(cls, ran.out.encode(), REPLY_BYTES)

    def refused(self, *args: str) -> str:
        """Run a command that is refused; return the code of the error."""
        ran = self.run(*args, "--json")
        assert ran.code == 1, (args, ran)
        code: str = ran.json["error"]["code"]
        return code


def make_node(folder: Path, name: str, territory: str, *more: str, port: int = 8443) -> Officer:
    """Make a node by the command."""
    officer = Officer(folder / name)
    ran = officer.run(
        *("init", "--id", f"did:web:{name}.example", "--name", f"Office {name}"),
        *("--territory", territory, "--address", f"https://127.0.0.1:{port}"),
        *("--officer", "ana", "--recovery", str(folder / f"{name}.recovery")),
        *("--peer-host", "127.0.0.1", "--operators-port", "0", *more),
    )
    assert ran.code == 0, ran
    return officer


def pin_each_other(one: Officer, other: Officer) -> None:
    """Pin both ways, with the fingerprints compared."""
    for here, there in ((one, other), (other, one)):
        told = there.run("identity", "--json").json["fingerprint"]
        document = str(there.folder / "identity.comity")
        assert here.run("peer", "add", document, "--fingerprint", told).code == 0


@contextmanager
def served(*officers: Officer) -> Iterator[Sequence[serving.Started]]:
    """Serve the nodes of some officers while the block runs."""
    started: list[serving.Started] = []
    errors: list[BaseException] = []
    told = threading.Semaphore(0)

    def ready(one: serving.Started) -> None:
        started.append(one)
        told.release()

    def run(folder: Path) -> None:
        try:
            serving.run(folder, ready)
        except BaseException as error:
            errors.append(error)
            told.release()

    threads = [threading.Thread(target=run, args=(each.folder,)) for each in officers]
    try:
        for thread in threads:
            # One after the other: migrations keep their state in the module.
            thread.start()
            assert told.acquire(timeout=20)
            if errors:
                raise errors[0]
        yield started
    finally:
        for one in started:
            one.stop()
        for thread in threads:
            if thread.ident:
                thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keep log lines of serving threads out of what commands print."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    logs.configure("error", io.StringIO())
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers, root.level = handlers, level
