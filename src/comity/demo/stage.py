"""What every step of the play has at hand."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from comity.demo.border import Border, Crossing
from comity.demo.claims import Claims
from comity.demo.lists import Lists
from comity.demo.screen import Screen
from comity.demo.sides import Side


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long a step took."""

    step: str
    seconds: float


@dataclass(slots=True)
class Stage:
    """The screen, the claims, both sides and the border between them."""

    screen: Screen
    claims: Claims
    mx: Side
    us: Side
    border: Border | None
    """None where files are carried."""
    lists: Lists
    folder: Path
    crossings: dict[str, Crossing] = field(default_factory=dict)
    """By the side that they lead to."""
    times: list[StepTime] = field(default_factory=list)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, in the order in which they are shown."""
        return self.mx, self.us

    bring: Callable[[], None] = lambda: None
    """Lets a courier go there and back, where one goes at all."""

    @contextmanager
    def step(self, key: str) -> Iterator[None]:
        """Play one step, and keep how long it took."""
        self.screen.title(f"step.{key}", len(self.times) + 1)
        begun = time.monotonic()
        try:
            yield
        finally:
            self.times.append(StepTime(key, round(time.monotonic() - begun, 2)))
