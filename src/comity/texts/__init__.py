r"""What people read: every sentence, by language and code. Nothing else in Comity contains prose.

A template names parameters in braces. What stands in brackets is left out where one of its
parameters is missing or empty, so that a sentence reads well with whatever is known:

    "The peer[ {peer}] cannot be reached[ ({reason})]."
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from comity.errors import Code, ComityError
from comity.texts import en, es

Language = Literal["en", "es"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "es")

ERRORS: Final[Mapping[Language, Mapping[Code, tuple[str, str]]]] = {
    "en": en.ERRORS,
    "es": es.ERRORS,
}
"""For each code: what is wrong, and what to do next."""
TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {"en": en.TEXTS, "es": es.TEXTS}
"""Everything else, by key: `group.word`."""

_PART: Final = re.compile(r"\[([^\[\]]*)\]")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_MISSING: Final = "?"
_WORDS: Final = frozenset({"action", "family", "fault", "flaw", "period", "state"})
"""Parameters whose values are words of the group of that name."""


@dataclass(frozen=True, slots=True)
class Said:
    """An error as a person reads it: one sentence what is wrong, one what to do next."""

    what: str
    todo: str


def error(language: Language, error: ComityError) -> Said:
    """Say an error. Parameters that are missing leave gaps, never failures."""
    what, todo = ERRORS[language].get(error.code, ERRORS[language][Code.INTERNAL])
    params = {
        name: word(language, _group(error.code, name), value) if isinstance(value, str) else value
        for name, value in error.params.items()
    }
    if error.code is Code.PEER_REFUSED and error.params.get("reason") in set(Code):
        # The reason is one of our codes: its sentence, less what the peer did not tell.
        reason = ERRORS[language].get(Code(str(error.params["reason"])), (what, todo))[0]
        params["reason"] = fill(reason, {})
    return Said(fill(what, params), fill(todo, params))


def text(language: Language, key: str, **params: str | int) -> str:
    """Return the text of a key. Raises KeyError for one that is not there: a defect of ours."""
    return fill(TEXTS[language][key], params)


def word(language: Language, group: str, value: str) -> str:
    """Return the word for a value that programs use (a state, a family), or the value itself."""
    return TEXTS[language].get(f"{group}.{value}", value)


def fill(template: str, params: Mapping[str, str | int]) -> str:
    """Fill a template. Parameters are never read as templates themselves."""

    def known(part: re.Match[str]) -> str:
        names = _PLACE.findall(part[1])
        return part[1] if all(params.get(name, "") != "" for name in names) else ""

    return _PLACE.sub(lambda place: str(params.get(place[1], _MISSING)), _PART.sub(known, template))


def _group(code: Code, name: str) -> str:
    """Return the group of words that a parameter's values belong to, empty for none."""
    if name == "reason":
        return f"reason.{code}"
    return name if name in _WORDS or code is Code.FIELD_NOT_AGREED else ""
