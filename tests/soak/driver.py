"""The soak itself: lives that end at each step on both sides, while officers go on working."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from nodes import MX, US
from soak.checks import Found, check_both, is_quiet
from soak.officers import Officer
from soak.sides import Life, Nursery, Side
from soak.staging import set_stage
from soak.steps import OUTSIDE, STEPS

DAY: Final = 86_400
_PACE: Final = 30
"""How much faster than on the wall time passes in the soak: nobody waits out a backoff."""
_POLL_SECONDS: Final = 0.003
_START_SECONDS: Final = 20
_QUIET_SECONDS: Final = 60
_KILLED: Final = -9

Plan: TypeAlias = Iterator[tuple[str, int]]


@dataclass(frozen=True)
class Soaked:
    """What a soak did, and what it found."""

    kills: Counter[tuple[str, str]]
    """By side and step."""
    found: Found

    def __str__(self) -> str:
        said = f"soak: {self.kills.total()} kills, {self.found.conversations} conversations, "
        said += f"{self.found.messages} messages, {self.found.lost} lost, {self.found.twice} twice"
        return said


class Soak:
    """Two nodes below a folder, and who works with them."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        plans: tuple[Plan, Plan],
        *,
        life_seconds: float,
        say: Callable[[str], None],
    ) -> None:
        """Each life takes the next step of its side's plan and ends after `life_seconds` anyway."""
        tokens, self._clock = set_stage(folder)
        self._nursery = Nursery()
        self.mx, self.us = (Side(folder / name, tokens[name], self._nursery) for name in tokens)
        self._sides = (self.mx, self.us)
        self._plans = dict(zip(tokens, plans, strict=True))
        self._random = Random(seed)
        self._life_seconds = life_seconds
        self._say = say
        self._officers = {
            side.name: Officer(side, other, Random(f"{seed}-{side.name}"))
            for side, other in ((self.mx, US.id), (self.us, MX.id))
        }
        self._pools = {side.name: ThreadPoolExecutor(1) for side in self._sides}
        self._busy: dict[str, Future[None]] = {}
        self._kills: Counter[tuple[str, str]] = Counter()
        self._then = time.monotonic()

    def run(self, kills: int) -> Soaked:
        """Kill so many times, let everything come to its end, and check."""
        began = time.monotonic()
        while self._kills.total() < kills:
            for side in self._sides:
                before = self._kills.total()
                self._turn(side)
                total = self._kills.total()
                if total != before and total % 50 == 0:
                    self._say(f"{total} of {kills} kills, {time.monotonic() - began:.0f} s")
            self._pass_time()
        self._settle()
        told = {name: officer.told for name, officer in self._officers.items()}
        return Soaked(self._kills, check_both(self.mx, self.us, told))

    def close(self) -> None:
        """End all processes."""
        for side in self._sides:
            side.kill()
        for pool in self._pools.values():
            pool.shutdown()
        self._nursery.close()

    def _turn(self, side: Side) -> None:
        """Look after one side: bury and begin, or let its officer act."""
        busy = self._busy.get(side.name)
        if side.life is None:
            self._begin(side)
        elif side.is_dead():
            if busy is None or busy.done():
                self._end(side, side.life)
        elif not side.is_ready():
            assert time.monotonic() < side.life.since + _START_SECONDS, f"{side.name} not ready"
        elif time.monotonic() > side.life.ends:
            side.kill()
        elif busy is None or busy.done():
            if busy:
                busy.result()
            self._busy[side.name] = self._pools[side.name].submit(self._officers[side.name].act)

    def _begin(self, side: Side) -> None:
        step, count = next(self._plans[side.name])
        life = side.start(step, count)
        outside = self._random.uniform(0.1, 0.6)
        life.ends = life.since + (outside if step == OUTSIDE else self._life_seconds)
        self._officers[side.name].leaves_requests = step.startswith("expiry")

    def _end(self, side: Side, life: Life) -> None:
        # One that was to die at a step and was killed for not coming there counts as any other.
        step = life.step if time.monotonic() < life.ends else OUTSIDE
        ended = side.bury()
        assert ended == _KILLED, f"{side.name} ended by itself: {ended}, see {side.folder}.log"
        self._kills[side.name, step] += 1

    def _pass_time(self) -> None:
        time.sleep(_POLL_SECONDS)
        now = time.monotonic()
        self._clock.forward((now - self._then) * _PACE)
        self._then = now
        for side in self._sides:
            if side.life is not None and side.life.step.startswith("expiry"):
                self._let_expire(side)

    def _let_expire(self, side: Side) -> None:
        """Come to the hour when silence about a request becomes a decline, if there is one."""
        sql = "SELECT min(due) FROM requests WHERE role = 'provider' AND state = 'held'"
        ((due,),) = side.query(sql)
        left = (due or 0) - self._clock.now().timestamp()
        if left > 0:
            self._clock.forward(left)

    def _settle(self) -> None:
        """Let nobody die any more, and time pass until nothing is under way."""
        for busy in self._busy.values():
            busy.result()
        for side in self._sides:
            if side.life is not None:
                side.kill()
                side.bury()
            side.start()
        self._wait_until_quiet()
        # What still waits for an officer waits for nobody: a week later it is declined.
        self._clock.forward(8 * DAY)
        self._wait_until_quiet()

    def _wait_until_quiet(self) -> None:
        ends, quiet = time.monotonic() + _QUIET_SECONDS, 0
        while quiet < 20:
            assert time.monotonic() < ends, "something is still under way"
            self._pass_time()
            ready = self.mx.is_ready() and self.us.is_ready()
            quiet = quiet + 1 if ready and is_quiet(self.mx, self.us) else 0
            time.sleep(0.02)


def whole_plan(seed: str) -> Plan:
    """Come to every step, the first, the second and the third time, again and again."""
    random = Random(seed)
    while True:
        steps = [(step, count) for step in (*STEPS, OUTSIDE) for count in (1, 2, 3)]
        random.shuffle(steps)
        yield from steps


@contextmanager
def soaking(
    folder: Path,
    seed: int,
    plans: tuple[Plan, Plan] | None = None,
    life_seconds: float = 10,
    say: Callable[[str], None] = print,
) -> Iterator[Soak]:
    """Give a soak whose processes end with the block."""
    plans = plans or (whole_plan(f"{seed}-mx"), whole_plan(f"{seed}-us"))
    soak = Soak(folder, seed, plans, life_seconds=life_seconds, say=say)
    try:
        yield soak
    finally:
        soak.close()
