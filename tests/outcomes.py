"""For tests on any input: what came out, a result or a refusal."""

from collections.abc import Callable
from typing import TypeVar

from comity.errors import ComityError

T = TypeVar("T")


def outcome(call: Callable[[], T]) -> T | ComityError:
    """Return the result of a call, or the ComityError it raised. Other exceptions pass."""
    try:
        return call()
    except ComityError as error:
        return error
