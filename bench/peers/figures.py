"""What was measured, put together: both sides of a tool, rounds, ratios. Arithmetic only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypedDict

from bench.peers.meter import Report, Step
from bench.peers.tools import OURS, TOOLS

_ORDER: Final = [tool.name for tool in TOOLS]


class Whole(TypedDict):
    """As many questions as the holder has items, once, with all that has to be done for it."""

    cost: Step
    peak: dict[str, int]


class Entry(TypedDict):
    """One tool at one size of the holder's set."""

    tool: str
    size: int
    questions: int
    measured: str
    """Date, in UTC."""
    command: str
    library: str
    threads: int
    prepare: Step | None
    """Paid once for a set; none where nothing can be kept."""
    open: Step | None
    """Paid once for a set by the asker, when it has it; none where there is no such step."""
    question: Step
    """One round: the best wall-clock time and the best processor time of all rounds."""
    rounds: int
    prepare_peak: dict[str, int]
    """Greatest resident memory in bytes, of each process."""
    question_peak: dict[str, int]
    whole: Whole | None
    """Only at one size."""


class Results(TypedDict):
    """What is written, all of it of one machine. Times are seconds."""

    machine: str
    cores: int
    python: str
    entries: list[Entry]


def together(sides: Sequence[Step]) -> Step:
    """Add both sides of one step: the longest wall-clock time, the sum of the rest.

    Each side counts what it received, or one process counts both ways.
    """
    return {
        "seconds": max(side["seconds"] for side in sides),
        "core_seconds": sum(side["core_seconds"] for side in sides),
        "sent": sum(side["sent"] for side in sides),
    }


def one_after_the_other(steps: Iterable[Step | None]) -> Step:
    """Add steps that follow each other."""
    taken = [step for step in steps if step is not None]
    return {
        "seconds": sum(step["seconds"] for step in taken),
        "core_seconds": sum(step["core_seconds"] for step in taken),
        "sent": sum(step["sent"] for step in taken),
    }


def once(reports: Mapping[str, Report]) -> Step | None:
    """Return what is paid once, of all sides; none where none of them has anything."""
    sides = [report["once"] for report in reports.values()]
    found = [side for side in sides if side is not None]
    return together(found) if found else None


def best_round(reports: Mapping[str, Report]) -> tuple[Step, int]:
    """Return the best of the rounds of all sides, and how many rounds there were.

    Whatever else runs on the machine only adds to time, so the least is nearest to the truth.
    """
    each = [
        together(sides)
        for sides in zip(*(report["rounds"] for report in reports.values()), strict=True)
    ]
    best: Step = {
        "seconds": min(step["seconds"] for step in each),
        "core_seconds": min(step["core_seconds"] for step in each),
        "sent": max(step["sent"] for step in each),
    }
    return best, len(each)


def peaks(reports: Mapping[str, Report]) -> dict[str, int]:
    """Return the greatest memory of each process."""
    return {role: report["peak"] for role, report in reports.items()}


def greater(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the greater peak of each role."""
    return {role: max(one.get(role, 0), other.get(role, 0)) for role in {**one, **other}}


def merged(old: Iterable[Entry], new: Iterable[Entry]) -> list[Entry]:
    """Keep old entries that were not measured anew; in the order of tools and sizes.

    An old figure of the whole stays where the new run had its own at another size.
    """
    found = {(entry["tool"], entry["size"]): entry for entry in old}
    for entry in new:
        found[entry["tool"], entry["size"]] = entry
    kept = [entry for entry in found.values() if entry["tool"] in _ORDER]
    return sorted(kept, key=lambda entry: (_ORDER.index(entry["tool"]), entry["size"]))


def paid_once(entry: Entry) -> Step:
    """Return what a set costs before the first question; all zero where nothing is kept."""
    return one_after_the_other((entry["prepare"], entry["open"]))


def ratio(theirs: float, ours: float) -> float:
    """Return how many times ours theirs is: above 1, ours is better."""
    if ours <= 0:
        raise ValueError("nothing was measured")
    return theirs / ours


def ours(entries: Iterable[Entry], size: int) -> Entry | None:
    """Return Comity's entry at a size, which ratios are to."""
    return next((e for e in entries if e["tool"] == OURS and e["size"] == size), None)
