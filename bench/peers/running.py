"""Runs the steps of one tool, each side in a process of its own, and reads what they report."""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.peers import figures, work
from bench.peers.child import ROLES, report_path
from bench.peers.figures import Entry, Whole
from bench.peers.meter import Job, Report
from bench.peers.tools import Tool
from comity.demo.sides import free_ports

ROOT: Final = Path(__file__).resolve().parents[2]
PEERS_PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
_LAST_LINES: Final = 15


class StepFailedError(Exception):
    """A tool did not finish a step, or its answer was wrong; says what it wrote last."""


def measure(tool: Tool, size: int, rounds: int, whole: bool, command: str) -> Entry:
    """Prepare a set, ask again and again; where `whole`, ask once about as many as there are.

    `command` is what a person typed.

    Raises StepFailedError.
    """
    with tempfile.TemporaryDirectory(prefix="comity-peers-") as name:
        questions = min(work.QUESTIONS, size)
        job = Job(Path(name), size, questions, rounds, "both", (0, 0))
        prepared = run_step(tool, "prepare", job) if tool.keeps else {}
        asked = run_step(tool, "ask", job)
        question, count = figures.best_round(asked)
        one = next(iter(asked.values()))
        entry: Entry = {
            "tool": tool.name,
            "size": size,
            "questions": questions,
            "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
            "command": command,
            "library": one["library"],
            "threads": one["threads"],
            "prepare": figures.once(prepared),
            "open": figures.once(asked),
            "question": question,
            "rounds": count,
            "prepare_peak": figures.peaks(prepared),
            "question_peak": figures.peaks(asked),
            "whole": None,
        }
        if whole:
            entry["whole"] = _whole(tool, replace(job, questions=size, rounds=1), entry)
    return entry


def _whole(tool: Tool, job: Job, entry: Entry) -> Whole:
    """Ask about as many as there are; what was prepared for the rounds serves here, too."""
    asked = run_step(tool, "ask", job)
    question, _ = figures.best_round(asked)
    return {
        "cost": figures.one_after_the_other((entry["prepare"], figures.once(asked), question)),
        "peak": figures.greater(entry["prepare_peak"], figures.peaks(asked)),
    }


def run_step(tool: Tool, step: str, job: Job) -> dict[str, Report]:
    """Run one step in as many processes as the tool has sides. Raises StepFailedError."""
    roles = ROLES if tool.two_processes else ("both",)
    python = sys.executable if tool.own else str(PEERS_PYTHON)
    holder, asker = free_ports(2)
    with ExitStack() as stack:
        running: list[tuple[str, subprocess.Popen[bytes]]] = []
        for role in roles:
            own = asdict(replace(job, role=role, ports=(holder, asker)))
            text = json.dumps({**own, "folder": str(job.folder)})
            log = stack.enter_context((job.folder / f"{step}-{role}.log").open("wb"))
            command = [python, "-m", "bench.peers.child", tool.name, step, text]
            started = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            running.append((role, stack.enter_context(started)))
        _wait(tool, step, job, running)
    return {
        role: json.loads(report_path(job.folder, step, role).read_text("utf-8")) for role in roles
    }


def _wait(
    tool: Tool, step: str, job: Job, running: list[tuple[str, subprocess.Popen[bytes]]]
) -> None:
    """Wait for all sides; where one fails the other would wait for it, so it is ended."""
    left = dict(running)
    try:
        while left:
            for role, process in list(left.items()):
                try:
                    code = process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
                if code:
                    raise StepFailedError(_told(tool, step, job, role, code))
                del left[role]
    finally:
        for process in left.values():
            process.kill()


def _told(tool: Tool, step: str, job: Job, role: str, code: int) -> str:
    lines = (job.folder / f"{step}-{role}.log").read_text("utf-8", "replace").splitlines()
    last = "\n".join(lines[-_LAST_LINES:])
    return f"{tool.name}: {step} ({role}, {job.size:,}) ended with {code}\n{last}"
