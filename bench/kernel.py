"""What matching costs per core: tagging a token, and each step of a question.

Core figures are processor time with one thread, the best of some rounds: whatever else runs on
the machine only adds to it. Figures for all threads are wall-clock time. A tag counts the whole
way from a token to the sealed entry of the set, and `records` what the node does around it as
well; `finalise` counts the check of the proof, the outputs, their look-up and opened labels.
"""

import json
import os
import sys
import time
from array import array
from collections.abc import Callable
from typing import Final, TypedDict

from bench import rows
from comity import kernel
from comity.api import Inputs, Kernel
from comity.core.entries import ENTRY_BYTES
from comity.core.label import Label
from comity.core.matching import seal_rows
from comity.core.records import Family
from comity.core.tagset import TagSet, encode, in_order, padded_size
from comity.core.tokens import Token
from comity.kernel import native
from comity.kernel.native import Native
from comity.kernel.portable import Portable
from comity.limits import CANARIES, RECORDS_PER_TOKEN

ITEMS: Final = {"portable": 2_000, "native": 10_000}
"""Fewer where they take longer."""
ROUNDS: Final = {"portable": 5, "native": 40}
TURNS: Final = 3

Timer = Callable[[], float]


class QuestionCost(TypedDict):
    """Microseconds of core time per element."""

    blind: float
    evaluate: float
    finalise: float
    total: float


class Figures(TypedDict):
    """The figures of one kernel."""

    kernel: str
    library: str
    items: int
    threads: int
    tags_per_second_per_core: float
    records_per_second_per_core: float
    """Records of one token each, from the record to the entry: the node's own work counts, too."""
    question_core_us: QuestionCost
    tags_per_second: float
    """With all threads."""
    question_us: QuestionCost
    """With all threads: wall-clock microseconds per element."""
    speed_up: float
    """Tags with all threads against tags with one, both wall-clock."""


class Work:
    """The same tokens tagged and asked about, with one kernel."""

    def __init__(self, on: Kernel, items: int) -> None:
        self.kernel = on
        self.items = items
        self.key = on.scalars(os.urandom(64))
        self.public_key = on.public_key(self.key)
        self.context = os.urandom(32)
        tokens = [Token(Family.RFC, None, f"BNC{number:010d}") for number in range(items)]
        self.records = [(Label(os.urandom(12)), [token]) for token in tokens]
        self.inputs = Inputs.pack(token.input() for token in tokens)
        self.ordinals = array("H", bytes(2 * items))
        self.labels = b"".join(label.encode() for label, _ in self.records)
        self.blinds = self.blinded = self.evaluated = self.proof = b""
        made = self.tag_records()
        count = padded_size(len(made) // ENTRY_BYTES)
        padding = os.urandom(count * ENTRY_BYTES - len(made))
        self.tag_set = TagSet(b"".join(encode(count, [in_order(made + padding)])))

    def tag(self) -> None:
        """Tag every token, and seal its label: the whole way to the entry."""
        outputs = self.kernel.tag(self.key, self.inputs)
        self.kernel.seal(outputs, self.context, self.ordinals, self.labels)

    def tag_records(self) -> bytes:
        """Tag every record, and seal its label."""
        made = rows.tagged(self.kernel, {Family.RFC: self.key}, self.records)
        return seal_rows(self.kernel, self.context, made).entries

    def blind(self) -> None:
        """Draw blinds, and blind every token."""
        self.blinds = self.kernel.scalars(os.urandom(64 * self.items))
        self.blinded = self.kernel.blind(self.inputs, self.blinds)

    def evaluate(self) -> None:
        """Evaluate the question."""
        self.evaluated, self.proof = self.kernel.evaluate(self.key, self.blinded, os.urandom(64))

    def finalise(self) -> None:
        """Finish the question and look every output up. All of them are hits."""
        outputs = self.kernel.finalise(
            self.inputs, self.blinds, self.blinded, self.evaluated, self.proof, self.public_key
        )
        hits = self.kernel.look_up(outputs, self.context, self.tag_set.entries, RECORDS_PER_TOKEN)
        assert len(hits.outputs) == self.items

    def question_us(self, timer: Timer) -> QuestionCost:
        """Measure the steps of a question, in microseconds per element."""
        steps = (self.blind, self.evaluate, self.finalise)
        per_item = 1e6 / self.items
        blind, evaluate, finalise = (self._seconds(step, timer) * per_item for step in steps)
        return {
            "blind": round(blind, 1),
            "evaluate": round(evaluate, 1),
            "finalise": round(finalise, 1),
            "total": round(blind + evaluate + finalise, 1),
        }

    def tags_per_second(self, timer: Timer) -> float:
        """Measure tagging."""
        return round(self.items / self._seconds(self.tag, timer))

    def records_per_second(self, timer: Timer) -> float:
        """Measure tagging of records; the canaries are entries like all others."""
        return round((self.items + CANARIES) / self._seconds(self.tag_records, timer))

    def _seconds(self, work: Callable[[], object], timer: Timer) -> float:
        best = float("inf")
        for _ in range(ROUNDS[self.kernel.name]):
            start = timer()
            work()
            best = min(best, timer() - start)
        return best


def measure(name: str = "portable", items: int | None = None) -> Figures:
    """Measure a kernel, first with one thread, then with as many as there are cores."""
    count = items or ITEMS[name]
    make = {"portable": Portable, "native": Native}[name]
    one, every = Work(make(threads=1), count), Work(make(), count)
    # In turns, so that what the machine does besides falls on both alike.
    turns = [
        (one.tags_per_second(time.perf_counter), every.tags_per_second(time.perf_counter))
        for _ in range(TURNS)
    ]
    alone, together = (max(each) for each in zip(*turns, strict=True))
    described = kernel.describe(name)
    return {
        "kernel": described.kernel,
        "library": f"{described.library} {described.version} ({described.origin})",
        "items": count,
        "threads": os.cpu_count() or 1,
        "tags_per_second_per_core": one.tags_per_second(time.process_time),
        "records_per_second_per_core": one.records_per_second(time.process_time),
        "question_core_us": one.question_us(time.process_time),
        "tags_per_second": together,
        "question_us": every.question_us(time.perf_counter),
        "speed_up": round(together / alone, 2),
    }


def names() -> list[str]:
    """Return the kernels that can be measured here."""
    return ["native", "portable"] if native.installed() else ["portable"]


def table(figures: Figures) -> str:
    """Return the figures as lines of text."""
    core, wall = figures["question_core_us"], figures["question_us"]
    rows = [
        ("", "one core", f"{figures['threads']} threads"),
        (
            "tags a second",
            f"{figures['tags_per_second_per_core']:,.0f}",
            f"{figures['tags_per_second']:,.0f}",
        ),
        ("with all threads", "", f"x {figures['speed_up']:.2f}"),
        ("records a second", f"{figures['records_per_second_per_core']:,.0f}", ""),
        ("blind, us", f"{core['blind']:.1f}", f"{wall['blind']:.1f}"),
        ("evaluate, us", f"{core['evaluate']:.1f}", f"{wall['evaluate']:.1f}"),
        ("finalise, us", f"{core['finalise']:.1f}", f"{wall['finalise']:.1f}"),
        ("question, us", f"{core['total']:.1f}", f"{wall['total']:.1f}"),
    ]
    head = f"{figures['kernel']}: {figures['library']}, {figures['items']:,} items"
    return "\n".join([head, *(f"{name:<16}{one:>12}{every:>12}" for name, one, every in rows)])


if __name__ == "__main__":
    for each in names():
        measured = measure(each)
        sys.stdout.write((json.dumps(measured) if "--json" in sys.argv else table(measured)) + "\n")
