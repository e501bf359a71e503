"""Who has to wait for whom: one lock for each thing that is under way, as long as it is."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """Locks by key. A key that nobody uses takes no room."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._under_way: dict[Hashable, tuple[Lock, int]] = {}

    @contextmanager
    def alone(self, key: Hashable) -> Iterator[None]:
        """Be the only one with that key until the block ends. Not to be entered twice."""
        with self._guard:
            lock, users = self._under_way.get(key) or (Lock(), 0)
            self._under_way[key] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                _, users = self._under_way[key]
                if users == 1:
                    del self._under_way[key]
                else:
                    self._under_way[key] = lock, users - 1
