"""Two nodes for the benches of tag sets: served, loaded, watched."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.peers.meter import peak
from comity.core.identity import fingerprint
from comity.demo.sides import Side, free_ports
from comity.limits import MIB
from comity.operations import peers

LETTERS: Final = "ABCDEFGHIJLMNOPRSTUVXZ"
"""Those that made-up names are of."""
_CLI: Final = "from comity.cli import main; main()"


def terms(families: Sequence[str]) -> dict[str, object]:
    """Return terms under which a bench may match by these families as often as it likes."""
    return {
        "approval": "automatic",
        "purposes": ["measuring"],
        "legalBases": ["none"],
        "expiry": "2100-01-01T00:00:00Z",
        "handling": "TLP:CLEAR",
        "match": {"families": list(families)},
    }


@dataclass
class Watch:
    """How long each step of an operation takes, as its progress tells."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = 0.0

    def start(self) -> None:
        """Begin with an operation."""
        self._last = time.perf_counter()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Count what has passed since the last report for the step of this one."""
        self.count(step)

    def count(self, step: str) -> None:
        """Count what has passed for a step."""
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now


@contextmanager
def served(holder: Side, asker: Side) -> Iterator[None]:
    """Make two nodes, do with them what is done while nobody serves, then serve and pin them."""
    for side, port in zip((holder, asker), free_ports(2), strict=True):
        side.create(f"https://127.0.0.1:{port}", port, "en")
    yield
    for side in (holder, asker):
        side.start()
    for side in (holder, asker):
        side.ready()
    for side, other in ((holder, asker), (asker, holder)):
        document = (other.folder / "identity.comity").read_text()
        side.run(peers.peer_add, document=document, fingerprint=fingerprint(document))


def load(side: Side, path: Path, mapping: str, *more: str) -> float:
    """Load a list as an officer does, in a process of its own; returns its peak in MiB."""
    rest = ["--folder", str(side.folder), "holdings", "load", str(path), "--format", "csv"]
    rest += ["--dataset", "list", "--map", mapping, *more]
    command = [sys.executable, "-c", _CLI, *rest]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return round(used.ru_maxrss / 1024, 1)


def peak_mib(pid: int) -> float:
    """Return the most resident memory of a process so far."""
    return round(peak(pid) / MIB, 1)
