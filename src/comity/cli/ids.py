"""Ids as people handle them: short on the screen, and as short as is unique when typed."""

from collections.abc import Callable, Iterable
from typing import Final

_URN: Final = "urn:uuid:"
_SHOWN: Final = 8
_WHOLE: Final = len(_URN) + 36


def short(text: str) -> str:
    """Return how an id is shown in tables: the first eight digits of a UUID, others whole."""
    return text[len(_URN) :][:_SHOWN] if text.startswith(_URN) else text


def whole(typed: str, known: Callable[[], Iterable[str]]) -> str:
    """Return the only known id that begins as typed, with or without `urn:uuid:`.

    Whole ids are not looked up. What fits nothing, or several, is returned as it is: the operation
    then says that it does not know it.
    """
    if typed.startswith(_URN) and len(typed) >= _WHOLE:
        return typed
    found = {each for each in known() if each.removeprefix(_URN).startswith(typed) or each == typed}
    return found.pop() if len(found) == 1 and typed else typed
