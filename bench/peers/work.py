"""The work, the same for every tool: the strings that are held, and those that are asked about.

Every second question is about something the holder has, and these are spread over its set. No
import from outside the standard library: this runs in the peers' environment, too.
"""

from collections.abc import Iterator

QUESTIONS = 10_000
"""Questions of one round."""


def item(number: int) -> str:
    """Return one string: 13 characters, as many as an RFC of a person has."""
    return f"BNC{number:010d}"


def held(size: int) -> Iterator[str]:
    """Yield what the holder has: `size` strings."""
    return map(item, range(size))


def asked(size: int, questions: int) -> Iterator[str]:
    """Yield what is asked of a holder of `size` strings; `questions` is no more than that."""
    for number in range(questions):
        yield item(number * size // questions if number % 2 == 0 else size + number)


def check(size: int, questions: int, found: set[str]) -> None:
    """Raise where the answer is not the intersection: then its time is no measurement."""
    expected = set(list(asked(size, questions))[::2])
    if found != expected:
        raise ValueError(
            f"{len(found)} found, {len(expected)} expected, {len(found ^ expected)} of them differ"
        )
