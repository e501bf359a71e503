"""What several threads ask is brought by one of them, in one go.

To wake a thread and to take a lock cost more than a small message does. So whoever comes first
works for all who wait (flat combining), and the first of those who came since does so after it.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Generic, TypeVar

from comity.errors import Code, ComityError
from comity.limits import TOGETHER

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
_LEADERS: Final = 2
"""Groups under way at once, so that one is worked on here while the other is with the peer."""
_GATHERING_SECONDS: Final = 0.0005
"""How long a leader waits for those who were just served, and who mostly come again."""


class Asked(Generic[ItemT, ResultT]):
    """One item, and the thread that waits for what comes of it."""

    def __init__(self, item: ItemT) -> None:
        self.item: Final = item
        self.result: list[ResultT] = []
        self.error: ComityError | None = None
        self.leads = False
        """Whether its thread is to work for those who wait."""
        self.woken = Lock()
        self.woken.acquire()

    @property
    def is_settled(self) -> bool:
        """Whether something came of it."""
        return bool(self.result) or self.error is not None

    def settle(self, result: ResultT) -> None:
        """Give the result, and let the thread go on."""
        self.result.append(result)
        self.woken.release()

    def fail(self, error: ComityError) -> None:
        """Give an error instead."""
        self.error = error
        self.woken.release()


class Together(Generic[ItemT, ResultT]):
    """Does work for as many at once as have come."""

    def __init__(self, work: Callable[[Sequence[Asked[ItemT, ResultT]]], None]) -> None:
        """`work` settles or fails each of up to TOGETHER items, or raises for all of them."""
        self._work = work
        self._guard = Lock()
        self._waiting: deque[Asked[ItemT, ResultT]] = deque()
        self._leaders = 0
        self._crowd = 1

    def do(self, item: ItemT) -> ResultT:
        """Return the result for an item. Raises ComityError where the work fails it."""
        mine = Asked[ItemT, ResultT](item)
        with self._guard:
            mine.leads = self._leaders < _LEADERS
            if mine.leads:
                self._leaders += 1
            else:
                self._waiting.append(mine)
        if not mine.leads:
            self._wait(mine)
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.result[0]

    def _wait(self, mine: Asked[ItemT, ResultT]) -> None:
        """Wait until an item is settled, or its thread is to lead."""
        try:
            mine.woken.acquire()
        except BaseException:
            # This thread is being ended, and must not hold up the others.
            with self._guard:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                leads = mine.leads
            if leads:
                self._hand_on()
            raise

    def _lead(self, mine: Asked[ItemT, ResultT]) -> None:
        """Work for those who wait, and hand on."""
        if len(self._waiting) + 1 < self._crowd:
            time.sleep(_GATHERING_SECONDS)
        with self._guard:
            others = min(TOGETHER - 1, len(self._waiting))
            batch = [mine, *(self._waiting.popleft() for _ in range(others))]
            self._crowd = len(batch)
        error = ComityError(Code.INTERNAL)
        try:
            self._work(batch)
        except ComityError as raised:
            error = raised
        finally:
            self._hand_on()
            for each in batch:
                if not each.is_settled:
                    each.fail(error)

    def _hand_on(self) -> None:
        """Let the first of those who wait lead."""
        with self._guard:
            if not self._waiting:
                self._leaders -= 1
                return
            following = self._waiting.popleft()
            following.leads = True
        following.woken.release()
