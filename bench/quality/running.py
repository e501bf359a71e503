"""Runs one tool on one set, in a process and an environment of its own, and judges its answer."""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.quality.candidates import candidates
from bench.quality.lists import UNEQUAL, Lists, equal_names
from bench.quality.ours import item
from bench.quality.results import COST, Entry, at_cost, by_band, by_kind, judge, ranked, single
from bench.quality.task import Answer, Task
from bench.quality.tools import Tool

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENTS: Final = ROOT / ".venv-quality"


_LAST_LINES: Final = 15


class ToolFailedError(Exception):
    """A tool did not finish; says what it wrote last."""


def prepared(lists: Lists) -> Task:
    """Return the task that is the same for every tool."""
    alone = lists.theirs is lists.ours
    ours = [item(record) for record in lists.ours]
    return Task(
        ours=ours,
        theirs=[] if alone else [item(record) for record in lists.theirs],
        candidates=candidates(lists.ours, lists.theirs, lists.each),
        families=[*lists.families],
        alone=alone,
    )


def run(tool: Tool, task: Task) -> Answer:
    """Run a tool on a task. Raises ToolFailedError."""
    own = ENVIRONMENTS / tool.environment / "bin" / "python"
    python = str(own) if tool.environment else sys.executable
    with tempfile.TemporaryDirectory(prefix="comity-quality-") as name:
        folder = Path(name)
        task.write(folder)
        log = folder / "log"
        with log.open("wb") as file:
            code = subprocess.run(
                [python, "-m", "bench.quality.child", tool.module, name],
                cwd=ROOT,
                stdout=file,
                stderr=file,
                env={**os.environ, "TMPDIR": name},
                check=False,
            ).returncode
        if code:
            last = log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
            raise ToolFailedError(f"{tool.name} ended with {code}\n" + "\n".join(last))
        return Answer.read(folder)


def judged(name: str, tool: Tool, lists: Lists, answer: Answer, command: str) -> Entry:
    """Compare an answer with what is known. `command` is what a person typed."""
    left_out = lists.unsure
    true = lists.true
    if name.endswith(UNEQUAL):
        equal = equal_names(lists)
        left_out, true = left_out | equal, true - equal
    pairs = ranked(answer, left_out)
    reached = sum(ids in true for _, ids in pairs)
    own, best = judge(pairs, true, answer.own)
    own_single, best_single = judge(single(pairs), true, answer.own)
    return {
        "set": name,
        "tool": tool.name,
        "ours": len(lists.ours),
        "theirs": len(lists.theirs),
        "true": len(true),
        "reached": reached,
        "compared": len(pairs),
        "own": own,
        "best": best,
        "own_single": own_single,
        "best_single": best_single,
        "tokens": answer.tokens,
        "leaked": None if tool.shows else len(pairs) - reached,
        "bands": by_band(answer, true, left_out),
        "kinds": by_kind(pairs, lists.kinds, at_cost(pairs, true, round(COST * len(lists.ours)))),
        "kinds_own": by_kind(pairs, lists.kinds, answer.own),
        "core_seconds": answer.core_seconds,
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "command": command,
        "library": answer.library,
    }
