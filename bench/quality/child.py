"""One tool on one task: `python -m bench.quality.child MODULE FOLDER`, in the tool's environment.

What is measured goes from records in memory to scored pairs; reading and writing files do not
count, nor does finding candidates.
"""

import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.peers.meter import Step, measured
from bench.quality.task import Answer, Task


def run(name: str, task: Task) -> Answer:
    """Let the module of this name under bench.quality match, and measure it."""
    module: Any = importlib.import_module(f"bench.quality.{name}")
    steps: list[Step] = []
    with measured(steps):
        answer: Answer = module.match(task)
    return replace(answer, core_seconds=steps[0]["core_seconds"])


def main() -> None:
    """Do what the arguments say."""
    _, name, folder = sys.argv
    run(name, Task.read(Path(folder))).write(Path(folder))


if __name__ == "__main__":
    main()
