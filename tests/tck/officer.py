"""The officers of the node under test: they look at what there is, and do what the scripts say."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from comity.errors import ComityError
from comity.operations import Model
from tck.scripts import SCRIPTS, Act, Step

READING_SECONDS: Final = 0.5
"""How long something stands still before an officer acts on it.

The kit is ready for most answers only once its own request has returned and it has looked at the
state, a tenth of a second later.
"""
_LOOK_SECONDS: Final = 0.05

Doing: TypeAlias = Callable[[str], Model]
"""Runs an operation on the process of that id."""


class Process(Model):
    """What an officer sees of a negotiation or a transfer."""

    id: str
    dataset: str
    state: str
    waits: bool


Look: TypeAlias = Callable[[], tuple[Process, ...]]


class Officers:
    """One loop over the processes of one kind."""

    def __init__(
        self, look: Look, doing: Mapping[Act, Doing], on_error: Callable[[str], None]
    ) -> None:
        self._look = look
        self._doing = doing
        self._on_error = on_error
        self._since: dict[str, tuple[Process, float]] = {}
        self._done: dict[str, int] = {}

    def once(self, now: float) -> None:
        """Look at everything, and act on what has stood still for long enough."""
        for process in self._look():
            seen, since = self._since.get(process.id, (None, now))
            if seen != process:
                self._since[process.id] = (process, now)
            elif now - since >= READING_SECONDS:
                self._act(process)

    def _act(self, process: Process) -> None:
        script = SCRIPTS.get(process.dataset, ())
        done = self._done.get(process.id, 0)
        if done >= len(script) or not _fits(script[done], process):
            return
        act = script[done].act
        try:
            self._doing[act](process.id)
        except ComityError as error:
            # The kit was faster: it ended what an officer was about to answer.
            self._on_error(f"{process.dataset} {act}: {error.code}")
        self._done[process.id] = done + 1


def _fits(step: Step, process: Process) -> bool:
    return step.state == process.state and (process.waits or step.unasked)


@contextmanager
def on_duty(*officers: Officers) -> Iterator[None]:
    """Let officers work while the block runs."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(_LOOK_SECONDS):
            for each in officers:
                each.once(time.monotonic())

    thread = threading.Thread(target=work, name="officers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
