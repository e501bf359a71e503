"""Everything that can be wrong with one part of a message, part by part."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

WRONG: Final[tuple[object, ...]] = (
    *(None, 7, True, "", "\u202e", [], [7], [None], {}, {"@id": "urn:x"}),
    # The largest number, and a text that is longer than any.
    *(2**53 - 1, "x" * 5_000),
)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the path of each part of a message."""
    if path:
        yield path
    if isinstance(value, dict):
        for name in value:
            yield from paths(value[name], (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def mutations(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Drop each part of a message, put something wrong in its place, or put it one level deeper."""
    for path in paths(value):
        for wrong in (..., *WRONG, (list,), (dict,)):
            changed = deepcopy(value)
            target: Any = changed
            for step in path[:-1]:
                target = target[step]
            if wrong is ...:
                del target[path[-1]]
            elif wrong == (list,):
                target[path[-1]] = [target[path[-1]]]
            elif wrong == (dict,):
                target[path[-1]] = {"@value": target[path[-1]]}
            else:
                target[path[-1]] = wrong
            yield changed
