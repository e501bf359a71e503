"""The tables of docs/quality.md: of bench/quality/results.json, and of what tools are set to."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.peers.figures import paid_once
from bench.peers.tools import OURS as KERNEL
from bench.quality.lists import NAMES
from bench.quality.results import COST, Entry, Rates, Results, of
from bench.quality.tools import OURS, TOOLS, Tool

from documents import compared, shown
from documents.marks import ROOT

RESULTS: Final = ROOT / "bench" / "quality" / "results.json"
NOTHING: Final = "Nothing has been measured yet: `make bench-quality` measures."
NOT_RUN: Final = "not run"
MILLION: Final = 1_000_000
_OWN: Final = ("sat-ofac", "errors")
"""Sets with a table of their own."""
SEVERAL: Final = ("febrl-2", "febrl-3")
"""Sets in which many records have several matches, so that one for each is no question."""
BANDS: Final = ("same", "probably", "possibly", "none")


def read(path: Path = RESULTS) -> Results | None:
    """Return the results; none where nothing was measured."""
    if not path.exists():
        return None
    found: Results = json.loads(path.read_text("utf-8"))
    return found


def blocks() -> dict[str, str]:
    """Return all blocks of the page, by name."""
    found = read()
    entries = found["entries"] if found else []
    return {
        "quality-tools": settings(),
        "quality-goals": goals(entries),
        **{f"quality-{name}": figures(of(entries, name)) for name in NAMES if name not in _OWN},
        "quality-sat-ofac": hits(of(entries, "sat-ofac")),
        "quality-bands": bands(entries),
        "quality-errors": kinds(of(entries, "errors")),
        "quality-errors-own": kinds(of(entries, "errors"), own=True),
        "quality-errors-figures": figures(of(entries, "errors")),
        "quality-costs": costs(entries),
        "quality-where": where(found) if found else NOTHING,
    }


def told(entries: Sequence[Entry]) -> str:
    """Return what a run prints: the figures of one set, and its kinds of errors."""
    parts = [figures(of(entries, name)) for name in dict.fromkeys(e["set"] for e in entries)]
    if any(entry["kinds"] for entry in entries):
        parts.append(kinds(entries))
    return "\n\n".join(parts)


def settings() -> str:
    """Who sees what, which pairs are compared, and how each tool is set."""
    head = ("tool", "who sees what", "compares", "setting")
    return shown.table(head, ((f"`{t.name}`", t.sees, t.compares, t.setting) for t in TOOLS))


def figures(entries: Sequence[Entry]) -> str:
    """One set: every tool at its own threshold and at the best one."""
    if not entries:
        return NOTHING
    one = entries[0]
    found = {entry["tool"]: entry for entry in entries}
    rows = []
    for tool in TOOLS:
        entry = found.get(tool.name)
        if entry is None:
            rows.append((f"`{tool.name}`", NOT_RUN, *[""] * 8))
            continue
        rows.append(
            (
                f"`{tool.name}`",
                _whole(entry["own"]),
                _whole(entry["best"]),
                *_single(entry),
                f"{entry['reached']:,}",
                _tokens(entry),
                _shown(tool, entry),
                f"{entry['core_seconds']:,.1f}",
            )
        )
    head = (
        *("tool", "F1 at its own threshold (precision, recall)", "best F1 (precision, recall)"),
        *("F1, one to one", "best F1, one to one", "matches compared", "tokens a record"),
        *("shown that is no match", "core s"),
    )
    sizes = f"{one['ours']:,} records ask {one['theirs']:,}; {one['true']:,} pairs are matches."
    return f"{sizes}\n\n{shown.table(head, rows)}"


def hits(entries: Sequence[Entry]) -> str:
    """A set with hardly a match: how many pairs each tool takes for one."""
    if not entries:
        return NOTHING
    found = {entry["tool"]: entry for entry in entries}
    rows = []
    for tool in TOOLS:
        entry = found.get(tool.name)
        if entry is None:
            rows.append((f"`{tool.name}`", NOT_RUN, *[""] * 5))
            continue
        own, single = entry["own"], entry["own_single"]
        rows.append(
            (
                f"`{tool.name}`",
                f"{own['pairs']:,}",
                f"{single['pairs']:,}",
                f"{round(own['recall'] * entry['true'])} of {entry['true']}",
                _tokens(entry),
                _shown(tool, entry),
                f"{entry['core_seconds']:,.1f}",
            )
        )
    head = (
        *("tool", "hits at its own threshold", "hits, one to one", "known matches among them"),
        *("tokens a record", "shown that is no match", "core s"),
    )
    one = entries[0]
    return f"{one['ours']:,} records ask {one['theirs']:,}.\n\n{shown.table(head, rows)}"


def goals(entries: Sequence[Entry]) -> str:
    """Who is best on each set, whoever it is."""
    rows = []
    for name in NAMES:
        here = of(entries, name)
        ours = next((entry for entry in here if entry["tool"] == OURS), None)
        others = [entry for entry in here if entry["tool"] != OURS]
        if ours is None or not others or name == "sat-ofac":
            continue
        plain = max(others, key=lambda entry: entry["best"]["f1"])
        single = max(others, key=lambda entry: entry["best_single"]["f1"])
        assigned = _against(ours["best_single"], single["best_single"], single["tool"])
        rows.append(
            (
                name,
                *_against(ours["best"], plain["best"], plain["tool"]),
                *(("",) * 3 if name in SEVERAL else assigned),
                _tokens(ours),
            )
        )
    head = (
        *("set", "Comity, best F1", "best of the others", "which is better"),
        *("Comity, one to one", "best of the others, one to one", "which is better, one to one"),
        "tokens a record",
    )
    return shown.table(head, rows) if rows else NOTHING


def bands(entries: Sequence[Entry]) -> str:
    """How many pairs are in each band, and how many of them are matches."""
    rows = []
    for entry in entries:
        if entry["tool"] != OURS or entry["bands"] is None or entry["set"] == "errors":
            continue
        found = entry["bands"]
        cells = (found.get(band, (0, 0)) for band in BANDS)
        rows.append((entry["set"], *(f"{right:,} of {count:,}" for count, right in cells)))
    return shown.table(("set", *BANDS), rows) if rows else NOTHING


def kinds(entries: Sequence[Entry], *, own: bool = False) -> str:
    """Of each kind of error, the share that each tool finds.

    At one cost, or from the tool's own score on and at whatever that costs.
    """
    here = {e["tool"]: e for e in entries}
    found = {name: e["kinds_own"] if own else e["kinds"] for name, e in here.items()}
    shares = {tool.name: each for tool in TOOLS if (each := found.get(tool.name))}
    if not shares:
        return NOTHING
    rows = []
    for kind, (_, count) in next(iter(shares.values())).items():
        rows.append((kind, f"{count}", *(f"{_share(each[kind])}" for each in shares.values())))
    total = [tuple(map(sum, zip(*each.values(), strict=True))) for each in shares.values()]
    rows.append(("all", f"{total[0][1]:,}", *(_share((each[0], each[1])) for each in total)))
    wrong = [f"{_wrong(here[name]):.1f}" if own else f"at most {COST:.0%}"[:-1] for name in shares]
    rows.append(("wrong pairs for a hundred questions", "", *wrong))
    return shown.table(("error", "pairs", *(f"`{name}`" for name in shares)), rows)


def _share(found: tuple[int, int]) -> str:
    return f"{found[0] / found[1]:.0%}"


def _wrong(entry: Entry) -> float:
    own = entry["own"]
    return own["pairs"] * (1 - own["precision"]) / entry["ours"] * 100


def costs(entries: Sequence[Entry]) -> str:
    """What two nodes pay for blinding, reckoned of measured costs for a token."""
    kernel = next(
        (e for e in compared.of_peers() if (e["tool"], e["size"]) == (KERNEL, MILLION)), None
    )
    if kernel is None:
        return NOTHING
    tag = paid_once(kernel)["core_seconds"] / kernel["size"]
    ask = kernel["question"]["core_seconds"] / kernel["questions"]
    rows = []
    for entry in entries:
        if entry["tool"] != OURS or entry["tokens"] is None:
            continue
        asked = entry["tokens"][0] * entry["ours"]
        held = entry["tokens"][1] * entry["theirs"]
        rows.append(
            (
                entry["set"],
                f"{asked:,.0f}",
                f"{held:,.0f}",
                f"{entry['core_seconds']:,.1f}",
                f"{held * tag:,.1f}",
                f"{asked * ask:,.1f}",
            )
        )
    head = (
        *("set", "tokens asked", "tokens held", "deriving and scoring, core s"),
        *("tagging, core s, reckoned", "asking, core s, reckoned"),
    )
    rows = [row for row in rows if not row[0].endswith("-unequal")]
    said = f"Reckoned with {tag * 1e6:.1f} µs for a tag and {ask * 1e6:.1f} µs for a question."
    return f"{shown.table(head, rows)}\n\n{said}" if rows else NOTHING


def where(found: Results) -> str:
    """Machine, versions, dates, commands."""
    runs: dict[tuple[str, str, str, str], list[str]] = {}
    for entry in found["entries"]:
        run = (f"`{entry['tool']}`", entry["library"], entry["measured"], f"`{entry['command']}`")
        runs.setdefault(run, []).append(entry["set"])
    rows = [(*run[:3], ", ".join(sets), run[3]) for run, sets in runs.items()]
    machine = f"{found['machine']}, {found['cores']} cores, Python {found['python']}."
    return f"{machine}\n\n{shown.table(('tool', 'version', 'measured', 'sets', 'command'), rows)}"


def _whole(found: Rates) -> str:
    return f"{found['f1']:.4f} ({found['precision']:.3f}, {found['recall']:.3f})"


def _single(entry: Entry) -> tuple[str, str]:
    if entry["set"] in SEVERAL:
        return "", ""
    return f"{entry['own_single']['f1']:.4f}", f"{entry['best_single']['f1']:.4f}"


def _tokens(entry: Entry) -> str:
    return "{:.1f} and {:.1f}".format(*entry["tokens"]) if entry["tokens"] else "none"


def _shown(tool: Tool, entry: Entry) -> str:
    return tool.shows if entry["leaked"] is None else f"{entry['leaked']:,}"


def _against(ours: Rates, other: Rates, name: str) -> tuple[str, str, str]:
    better = f"`{OURS}`" if ours["f1"] > other["f1"] else f"`{name}`"
    if f"{ours['f1']:.4f}" == f"{other['f1']:.4f}":
        better = "neither"
    return f"{ours['f1']:.4f}", f"{other['f1']:.4f} (`{name}`)", better
