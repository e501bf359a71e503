"""What the ways of using SecretFlow's `spu` have in common: two processes, files, a connection."""

import os
import socket
import struct
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from spu import psi
from spu.libspu import link

from bench.peers import work
from bench.peers.meter import Job, Report, Step, measured, peak, processors

ENOUGH_SECONDS: Final = 60.0
"""No further round once the rounds took this long."""
_COLUMN: Final = "id"
_HOLDER, _ASKER = 0, 1
_TCP_INFO_BYTES: Final = 136
_BYTES_RECEIVED: Final = 128
"""Where `tcpi_bytes_received` stands in Linux's struct tcp_info."""


def rank(job: Job) -> int:
    """Return the number of this side."""
    return _HOLDER if job.role == "holder" else _ASKER


def connect(job: Job) -> link.Context:
    """Connect the two sides, over loopback."""
    description = link.Desc()
    description.recv_timeout_ms = 30 * 60 * 1000
    for name, port in zip(("holder", "asker"), job.ports, strict=True):
        description.add_party(name, f"127.0.0.1:{port}")
    return link.create_brpc(description, rank(job))


def write_input(job: Job) -> psi.InputParams:
    """Write what this side has as a CSV file, and describe it. This is not measured."""
    path = job.folder / "input.csv"
    if job.role == "holder":
        _write(path, work.held(job.size))
    else:
        _write(path, work.asked(job.size, job.questions))
    return psi.InputParams(path=str(path), selected_keys=[_COLUMN], keys_unique=True)


def output(job: Job) -> psi.OutputParams:
    """Describe where the result goes."""
    return psi.OutputParams(path=str(_output(job)), disable_alignment=True)


def step(steps: list[Step], do: Callable[[], object]) -> None:
    """Measure one step, and what this side received in it."""
    before = _received()
    with measured(steps) as sent:
        do()
        sent.bytes = _received() - before


def rounds(job: Job, connection: link.Context, steps: list[Step], do: Callable[[], object]) -> None:
    """Go through the rounds; the holder says when there were enough of them."""
    started = time.monotonic()
    for number in range(1, job.rounds + 1):
        step(steps, do)
        if job.role == "asker":
            lines = _output(job).read_text().splitlines()[1:]
            work.check(job.size, job.questions, {line.strip('"') for line in lines})
        going = number < job.rounds and time.monotonic() - started < ENOUGH_SECONDS
        if connection.broadcast("more" if going else "", _HOLDER) != "more":
            return


def report(once: Step | None, all_rounds: list[Step]) -> Report:
    """Report what this side did; it uses every processor there is."""
    return {
        "once": once,
        "rounds": all_rounds,
        "peak": peak(),
        "library": f"spu {version('spu')}",
        "threads": processors(),
    }


def _output(job: Job) -> Path:
    return job.folder / "output.csv"


def _write(path: Path, items: Iterable[str]) -> None:
    with path.open("w") as file:
        file.write(f"{_COLUMN}\n")
        file.writelines(f"{text}\n" for text in items)


def _received() -> int:
    """Return how many bytes came in over the connections that this process has, in all."""
    total = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as copy:
                found = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        except OSError:
            continue
        total += int(struct.unpack_from("<Q", found, _BYTES_RECEIVED)[0])
    return total
