"""Many calls as nearly at once as threads can make them."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

T = TypeVar("T")


def at_once(count: int, call: Callable[[int], T]) -> list[T]:
    """Call with 0, 1, 2 ... from as many threads, and return the results in that order."""
    ready, found = Barrier(count), dict[int, T]()

    def one(number: int) -> None:
        ready.wait()
        found[number] = call(number)

    threads = [Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(count)]
