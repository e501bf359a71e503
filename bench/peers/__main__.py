"""`make bench-peers`: measure every tool at every size, and write bench/peers/results.json."""

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
from bench.peers.figures import Entry, Results, merged
from bench.peers.running import StepFailedError, measure
from bench.peers.tools import TOOLS, Tool
from comity.kernel import native

RESULTS: Final = Path(__file__).parent / "results.json"
SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
WHOLE: Final = 1_000_000
"""Up to here as many questions as there are items are asked as well."""
ROUNDS: Final = 5


def main() -> None:
    """Measure what the arguments name; what fails is said, and has no figure."""
    parser = argparse.ArgumentParser(prog="make bench-peers")
    parser.add_argument("--sizes", default="", help="sizes of the set, with commas between")
    parser.add_argument("--only", default="", help="tools by name, with commas between")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    sizes = sorted({int(size) for size in given.sizes.split(",") if size}) or list(SIZES)
    tools = chosen([name for name in given.only.split(",") if name])
    named = (("SIZES", given.sizes), ("ONLY", given.only))
    command = " ".join(["make bench-peers", *(f"{key}={value}" for key, value in named if value)])
    failed = 0
    for tool in tools:
        if tool.own and tool.variant == "native" and not native.installed():
            _say(f"{tool.name}: not run, the fast kernel is not built (make kernel)")
            continue
        for size in sizes:
            if size > tool.largest and not given.only:
                _say(f"{tool.name}: {size:,} not run; ONLY={tool.name} runs it")
                continue
            try:
                _measured(tool, size, given.rounds, sizes, command)
            except StepFailedError as failure:
                failed += 1
                _say(f"FAILED {failure}")
    sys.exit(1 if failed else 0)


def chosen(names: Sequence[str]) -> list[Tool]:
    """Return the tools of these names, or of these beginnings (`spu`); without names, all."""
    if not names:
        return list(TOOLS)
    for name in names:
        if not any(tool.name.startswith(name) for tool in TOOLS):
            raise SystemExit(f"no tool {name}; there are {', '.join(tool.name for tool in TOOLS)}")
    exact = {tool.name for tool in TOOLS} & set(names)
    return [
        tool
        for tool in TOOLS
        if tool.name in exact
        or any(tool.name.startswith(name) for name in names if name not in exact)
    ]


def _measured(tool: Tool, size: int, rounds: int, sizes: Sequence[int], command: str) -> None:
    """Measure one tool at one size, and write at once: a run that is cut short keeps it."""
    whole = size == max((each for each in sizes if each <= WHOLE), default=0)
    _say(f"{tool.name}: {size:,} ...")
    started = time.monotonic()
    entry = measure(tool, size, rounds, whole, command)
    write([entry])
    _say(f"{tool.name}: {_told(entry)} ({time.monotonic() - started:.0f} s in all)")


def write(entries: Sequence[Entry], path: Path = RESULTS) -> None:
    """Write results beside those of tools and sizes that were not measured now.

    Nothing is left of another machine.
    """
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
    results["entries"] = merged(old, entries)
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def _told(entry: Entry) -> str:
    prepare, question, whole = entry["prepare"], entry["question"], entry["whole"]
    once = f"prepared in {prepare['seconds']:.1f} s, " if prepare else ""
    all_at_once = f", as many as there are {whole['cost']['seconds']:.1f} s" if whole else ""
    asked = f"{entry['questions']:,} questions {question['seconds']:.2f} s{all_at_once}"
    return f"{entry['size']:,}: {once}{asked}"


def _say(text: str) -> None:
    sys.stderr.write(f"bench-peers {time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
