"""One process of a tool: does one step and writes its report. `python -m bench.peers.child`.

Runs in the environment of its tool. What it writes on its outputs goes into the tool's folder.
"""

import importlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.peers.meter import Job, Report
from bench.peers.tools import TOOLS

ROLES: Final = ("holder", "asker")


def report_path(folder: Path, step: str, role: str) -> Path:
    """Return where a process writes its report."""
    return folder / f"{step}-{role}.json"


def run(name: str, step: str, job: Job) -> Report:
    """Do one step (`prepare` or `ask`) of the named tool."""
    tool = next(tool for tool in TOOLS if tool.name == name)
    module: Any = importlib.import_module(f"bench.peers.{tool.module}")
    report: Report = getattr(module, step)(job, tool.variant)
    return report


def main() -> None:
    """Do what the arguments say: tool, step, and a job as JSON."""
    name, step, text = sys.argv[1:]
    given = json.loads(text)
    job = Job(**{**given, "folder": Path(given["folder"]), "ports": tuple(given["ports"])})
    # Sides that are processes of their own have folders of their own, and temporary files there.
    own = job.folder / job.role
    own.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(own)
    found = run(name, step, replace(job, folder=own))
    report_path(job.folder, step, job.role).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
