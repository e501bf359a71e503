"""What one step takes, and what a process reports of its steps. Standard library only."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class Step(TypedDict):
    """One step of one process, or of all processes of a tool."""

    seconds: float
    """Wall-clock time."""
    core_seconds: float
    """Processor time of all threads, and of programs that were started."""
    sent: int
    """Bytes that go over the border, both ways."""


class Report(TypedDict):
    """What one process did."""

    once: Step | None
    """What is paid once for a set; none where nothing can be kept."""
    rounds: list[Step]
    """One for each round of questions."""
    peak: int
    """Greatest resident memory of the process so far, in bytes."""
    library: str
    threads: int


@dataclass(frozen=True, slots=True)
class Job:
    """What one process shall do. What is kept from one to the next is in the folder."""

    folder: Path
    size: int
    questions: int
    rounds: int
    role: str
    """`holder` or `asker` where each is a process of its own, else `both`."""
    ports: tuple[int, int]
    """Of holder and asker, on loopback."""


class Sent:
    """Counts the bytes of a step while it runs."""

    def __init__(self) -> None:
        self.bytes = 0


@contextmanager
def measured(steps: list[Step]) -> Iterator[Sent]:
    """Measure what is done inside, and append it."""
    sent = Sent()
    wall, core = time.perf_counter(), _core_seconds()
    yield sent
    steps.append(
        {
            "seconds": time.perf_counter() - wall,
            "core_seconds": _core_seconds() - core,
            "sent": sent.bytes,
        }
    )


def peak(process: int | None = None) -> int:
    """Return the greatest resident memory of a process, by default this one, in bytes.

    Not from getrusage, which counts what the parent had when it made the process.
    """
    for line in Path(f"/proc/{process or 'self'}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("the system does not say how much memory was used")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _core_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
