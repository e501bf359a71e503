"""The Go reference code for transparency logs, as processes: questions, a witness and its keys."""

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from comity.core.keys import Ed25519Signer
from comity.core.note import KeyType, VerifierKey
from comity.demo.sides import free_ports
from interop.connector import HOST, Failed

PROGRAMS: Final = Path(__file__).parent / "golang" / "target"
NAME: Final = "witness.example/interop"
_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Reference:
    """The program that answers questions with the reference code."""

    process: "subprocess.Popen[str]"

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Ask, and return the answer. Raises Failed with the words of the reference code."""
        question = {"what": what, **{name: _sent(value) for name, value in more.items()}}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Failed(f"{what}: {answer['error']}")
        return answer

    def refuses(self, what: str, **more: Any) -> None:
        """Ask for what has to be refused. Raises Failed where it is not."""
        try:
            self.ask(what, **more)
        except Failed:
            return
        raise Failed(f"{what} was not refused")


@dataclass(frozen=True, slots=True)
class Litewitness:
    """A witness of the reference code, which serves on loopback."""

    url: str
    key: VerifierKey
    database: Path

    def enter(self, origin: str, key: str) -> None:
        """Let it watch a log, as its operator does."""
        control = [str(PROGRAMS / "witnessctl")]
        for words in (["add-log"], ["add-key", "-key", key]):
            arguments = [words[0], "-db", str(self.database), "-origin", origin, *words[1:]]
            subprocess.run([*control, *arguments], check=True, capture_output=True)


@contextmanager
def reference() -> Iterator[Reference]:
    """Run the program while the block runs."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([str(PROGRAMS / "interop")], text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Reference(process)
        finally:
            process.kill()


@contextmanager
def litewitness(folder: Path) -> Iterator[Litewitness]:
    """Run a witness while the block runs, with a key of its own behind an SSH agent."""
    (port,) = free_ports(1)
    seed = os.urandom(32)
    public = Ed25519Signer(seed).public
    socket, database = folder / "agent.sock", folder / "litewitness.db"
    key = VerifierKey(NAME, KeyType.COSIGNATURE, public)
    with ExitStack() as stack:
        agent = _running(stack, [str(PROGRAMS / "interop"), "agent", str(socket)])
        assert agent.stdin is not None
        agent.stdin.write(seed.hex().encode() + b"\n")
        agent.stdin.close()
        _until(socket.exists, "the agent")
        command = [
            *(str(PROGRAMS / "litewitness"), "-name", NAME, "-db", str(database)),
            *("-ssh-agent", str(socket), "-key", sha256(public).hexdigest()),
            *("-listen", f"{HOST}:{port}"),
        ]
        _running(stack, command)
        _until(lambda: _listens(port), "the witness")
        yield Litewitness(f"http://{HOST}:{port}", key, database)


def _running(stack: ExitStack, command: list[str]) -> "subprocess.Popen[bytes]":
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process: subprocess.Popen[bytes] = subprocess.Popen(command, **pipes)  # type: ignore[call-overload]
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def _listens(port: int) -> bool:
    from socket import create_connection

    try:
        create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _until(ready: Any, what: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not start")
        time.sleep(0.05)


def _sent(value: Any) -> Any:
    """Return a value as Go's JSON has it: bytes in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list | tuple):
        return [_sent(item) for item in value]
    return value


def got(text: str) -> bytes:
    """Return bytes out of an answer."""
    return base64.b64decode(text)
