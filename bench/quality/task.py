"""What a tool is given and what it gives back, as files of one folder. Standard library only.

Tools run in environments of their own, with nothing of Comity in them, and read this.
"""

import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

Pair = tuple[str, str]
"""Ids of ours and theirs."""

TASK: Final = "task.json"
ANSWER: Final = "answer.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One record in plain values; `comity.core.records.Record` says what they are."""

    id: str
    kind: str
    names: list[str]
    birth_dates: list[str]
    identifiers: list[tuple[str, str, str]]
    """Family, value, issuing country."""
    places: list[tuple[str, str, str, str]]
    """Number, street, locality, postcode."""


@dataclass(frozen=True, slots=True)
class Task:
    """Two lists, and the pairs that a tool shall compare that cannot compare all."""

    ours: list[Item]
    theirs: list[Item]
    candidates: list[tuple[int, int]]
    """Positions in ours and in theirs."""
    families: list[str]
    """For Comity: what an agreement would allow."""
    alone: bool = False
    """Whether they are one list: then each pair counts once, and no record with itself."""

    def write(self, folder: Path) -> None:
        """Write it for a tool."""
        (folder / TASK).write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Task":
        """Read what was written."""
        found = json.loads((folder / TASK).read_text("utf-8"))
        ours = [Item(**each) for each in found["ours"]]
        return cls(
            ours=ours,
            theirs=ours if found["alone"] else [Item(**each) for each in found["theirs"]],
            candidates=[(one, other) for one, other in found["candidates"]],
            families=found["families"],
            alone=found["alone"],
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """What a tool says of one pair."""

    ours: str
    theirs: str
    score: float
    band: str = ""
    """Comity's word for it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found."""

    pairs: list[Scored]
    own: float
    """The score from which the tool, or its guide, takes a pair for a match."""
    library: str
    tokens: tuple[float, float] | None = None
    """Tokens of a record of ours and of theirs, on average, where there are any."""
    core_seconds: float = 0.0

    def write(self, folder: Path) -> None:
        """Write it for the bench."""
        (folder / ANSWER).write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Answer":
        """Read what a tool wrote."""
        found = json.loads((folder / ANSWER).read_text("utf-8"))
        tokens = found["tokens"]
        return cls(
            pairs=[Scored(**each) for each in found["pairs"]],
            own=found["own"],
            library=found["library"],
            tokens=(tokens[0], tokens[1]) if tokens else None,
            core_seconds=found["core_seconds"],
        )


def best_of(pairs: dict[Pair, float], ours: str, theirs: str, score: float) -> None:
    """Keep the greatest score of a pair that was compared in several ways."""
    if score > pairs.get((ours, theirs), float("-inf")):
        pairs[ours, theirs] = score


def scored(pairs: dict[Pair, float]) -> list[Scored]:
    """Return pairs as an answer has them."""
    return [Scored(ours, theirs, score) for (ours, theirs), score in pairs.items()]


def plain_words(name: str) -> list[str]:
    """Return the words of a name in small letters without accents, in their order.

    For tools whose guides ask for text that is brought into one form before.
    """
    letters = unicodedata.normalize("NFKD", name.lower())
    text = "".join(char for char in letters if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in text).split()
