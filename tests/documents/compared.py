"""The tables of docs/benchmarks.md that set Comity beside others: of bench/peers/results.json."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.peers.figures import Entry, Results, ours, paid_once, ratio
from bench.peers.meter import Step
from bench.peers.tools import OURS, TOOLS

from documents import shown
from documents.marks import ROOT

RESULTS: Final = ROOT / "bench" / "peers" / "results.json"
NOT_RUN: Final = "not run"
_NOTHING: Final = "Nothing has been measured yet: `make bench-peers` measures."
_KEEPS: Final = {tool.name: tool.keeps for tool in TOOLS}


def read(path: Path = RESULTS) -> Results | None:
    """Return the results; none where nothing was measured."""
    if not path.exists():
        return None
    found: Results = json.loads(path.read_text("utf-8"))
    return found


def of_peers() -> list[Entry]:
    """Return what was measured, one entry for each tool and size."""
    found = read()
    return found["entries"] if found else []


def blocks() -> dict[str, str]:
    """Return all blocks about other tools, by name."""
    found, every = read(), of_peers()
    return {
        "peers-tools": promises(),
        "peers-whole": whole(every),
        "peers-rounds": rounds(every),
        "peers-prepare": growth(every, _prepare_us),
        "peers-questions": growth(every, lambda entry: _seconds(entry["question"]["seconds"])),
        "peers-weight": weight(every),
        "peers-best": best(every),
        "peers-where": where(found) if found else _NOTHING,
    }


def promises() -> str:
    """What each tool promises: no figure says anything without it."""
    head = ("tool", "protocol", "group", "checked answers", "labels", "who may cheat", "kept")
    return shown.table(
        head,
        (
            (
                f"`{tool.name}`",
                tool.protocol,
                tool.group,
                _yes(tool.verifiable),
                _yes(tool.labels),
                tool.model,
                "the set" if tool.keeps else "nothing",
            )
            for tool in TOOLS
        ),
    )


def whole(entries: Sequence[Entry]) -> str:
    """As many questions as there are items, once. Ratios are to Comity, in the same table."""
    found = {entry["tool"]: entry for entry in entries if entry["whole"] is not None}
    size = max((entry["size"] for entry in found.values()), default=0)
    found = {name: entry for name, entry in found.items() if entry["size"] == size}
    if not found:
        return _NOTHING
    base = found[OURS]["whole"] if OURS in found else None
    head = ("tool", f"{size:,} × {size:,}, s", "core s", "threads", "time, ratio", "core, ratio")
    rows = []
    for tool in TOOLS:
        entry = found.get(tool.name)
        if entry is None or entry["whole"] is None:
            rows.append((f"`{tool.name}`", NOT_RUN, "", "", "", ""))
            continue
        cost = entry["whole"]["cost"]
        rows.append(
            (
                f"`{tool.name}`",
                _seconds(cost["seconds"]),
                _seconds(cost["core_seconds"]),
                str(entry["threads"]),
                *_ratios(cost, base["cost"] if base else None),
            )
        )
    return shown.table(head, rows)


def rounds(entries: Sequence[Entry]) -> str:
    """Questions again and again, against a million and more."""
    sizes = sorted({entry["size"] for entry in entries})
    rows = []
    for size in [size for size in sizes if size >= 1_000_000] or sizes[-1:]:
        base = ours(entries, size)
        for tool in TOOLS:
            entry = _at(entries, tool.name, size)
            if entry is None:
                rows.append((f"{size:,}", f"`{tool.name}`", NOT_RUN, *[""] * 6))
                continue
            once, question = paid_once(entry), entry["question"]
            rows.append(
                (
                    f"{size:,}",
                    f"`{tool.name}`",
                    _twice(once) if tool.keeps else "nothing",
                    _twice(question),
                    f"{question['core_seconds'] / entry['questions'] * 1e6:,.1f}",
                    *_ratios(question, base["question"] if base else None),
                    str(entry["rounds"]),
                    tool.redone,
                )
            )
    head = (
        *("held", "tool", "paid once, s (core s)", "10,000 questions, s (core s)"),
        *("core µs a question", "time, ratio", "core, ratio", "rounds", "paid in every round"),
    )
    return shown.table(head, rows) if rows else _NOTHING


def growth(entries: Sequence[Entry], cell: Callable[[Entry], str]) -> str:
    """One figure of every tool at every size."""
    sizes = sorted({entry["size"] for entry in entries})
    if not sizes:
        return _NOTHING
    rows = []
    for tool in TOOLS:
        found = [_at(entries, tool.name, size) for size in sizes]
        rows.append((f"`{tool.name}`", *(NOT_RUN if e is None else cell(e) for e in found)))
    return shown.table(("tool", *(f"{size:,}" for size in sizes)), rows)


def weight(entries: Sequence[Entry]) -> str:
    """Memory and bytes, at the greatest size that every tool has, and at the greatest of all."""
    sizes = sorted({entry["size"] for entry in entries})
    rows = [
        (
            f"{entry['size']:,}",
            f"`{entry['tool']}`",
            _peaks(entry["prepare_peak"]),
            _peaks(entry["question_peak"]),
            _mega(entry["prepare"]["sent"]) if entry["prepare"] else "nothing",
            _mega(entry["question"]["sent"]),
        )
        for size in sizes
        if size >= 1_000_000 or size == sizes[-1]
        for entry in entries
        if entry["size"] == size
    ]
    head = (
        *("held", "tool", "memory to prepare, MB", "memory of the questions, MB"),
        *("sent once, MB", "sent in a round, MB"),
    )
    return shown.table(head, rows) if rows else _NOTHING


def best(entries: Sequence[Entry]) -> str:
    """Who is best at what, whether it is Comity or not."""
    rows: list[tuple[str, ...]] = []
    for size in sorted({entry["size"] for entry in entries}):
        at = [entry for entry in entries if entry["size"] == size]
        kept = [entry for entry in at if entry["prepare"] is not None]
        all_of = [entry for entry in at if entry["whole"] is not None]
        rows += _best(f"{size:,} prepared, s", kept, lambda e: paid_once(e)["seconds"])
        rows += _best(
            f"10,000 questions against {size:,}, s", at, lambda e: e["question"]["seconds"]
        )
        rows += _best(
            f"{size:,} × {size:,} once, s",
            all_of,
            lambda e: e["whole"]["cost"]["seconds"] if e["whole"] else 0,
        )
        rows += _best(
            f"{size:,}: memory of the questions, both sides, MB",
            at,
            lambda e: sum(e["question_peak"].values()) / 1e6,
        )
        rows += _best(f"{size:,}: sent once, MB", kept, lambda e: paid_once(e)["sent"] / 1e6)
        rows += _best(f"{size:,}: sent in a round, MB", at, lambda e: e["question"]["sent"] / 1e6)
    head = ("figure", "best", "its figure", "Comity", "best / Comity")
    return shown.table(head, rows) if rows else _NOTHING


def where(found: Results) -> str:
    """Machine, versions, dates, commands."""
    runs: dict[tuple[str, str, str], list[str]] = {}
    for entry in found["entries"]:
        run = (entry["library"], entry["measured"], f"`{entry['command']}`")
        runs.setdefault(run, []).append(f"`{entry['tool']}`")
    rows = [(", ".join(dict.fromkeys(names)), *run) for run, names in runs.items()]
    machine = f"{found['machine']}, {found['cores']} cores, Python {found['python']}."
    return f"{machine}\n\n{shown.table(('tools', 'version', 'measured', 'command'), rows)}"


def _best(
    what: str, entries: Iterable[Entry], figure: Callable[[Entry], float]
) -> list[tuple[str, ...]]:
    """Return a row, or none where nothing can be compared."""
    found = sorted(entries, key=figure)
    base = next((entry for entry in found if entry["tool"] == OURS), None)
    if base is None:
        return []
    first, our = found[0], figure(base)
    row = (f"`{first['tool']}`", _seconds(figure(first)), _seconds(our))
    return [(what, *row, f"{ratio(figure(first), our):.2f}")]


def _at(entries: Iterable[Entry], tool: str, size: int) -> Entry | None:
    return next((e for e in entries if (e["tool"], e["size"]) == (tool, size)), None)


def _ratios(cost: Step, base: Step | None) -> tuple[str, str]:
    if base is None:
        return "", ""
    return (
        f"{ratio(cost['seconds'], base['seconds']):,.2f}",
        f"{ratio(cost['core_seconds'], base['core_seconds']):,.2f}",
    )


def _prepare_us(entry: Entry) -> str:
    """Core time per item, which is a constant where preparing is linear."""
    if not _KEEPS[entry["tool"]]:
        return "nothing kept"
    return f"{paid_once(entry)['core_seconds'] / entry['size'] * 1e6:,.1f}"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.3f}" if seconds < 1 else f"{seconds:,.1f}"


def _twice(cost: Step) -> str:
    return f"{_seconds(cost['seconds'])} ({_seconds(cost['core_seconds'])})"


def _peaks(found: dict[str, int]) -> str:
    if not found:
        return "nothing"
    return ", ".join(
        f"{peak / 1e6:,.0f}" + ("" if role == "both" else f" ({role})")
        for role, peak in found.items()
    )


def _mega(count: int) -> str:
    return f"{count / 1e6:,.2f}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
