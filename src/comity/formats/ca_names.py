# ruff: noqa: RUF001
"""Names as Canada's list writes them: several in one text, divided in many ways.

A text of aliases is a list without a grammar: `;`, `/`, ` or `, commas and the names of languages
(`Russian: ...`) divide names, and the same commas stand inside names (`Baltex, Ltd.`,
`Министерство образования, науки и молодежи`). What divides plainly is divided. What does not stays
one name; and a part that is no name of its own (`Ilia Vasilyevich or Vasilievich`) is reported, so
that the whole text can be kept as a note.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from comity.core.names import normal_name

LEGAL_FORMS: Final = frozenset(
    normal_name(
        """
    ao co corp fsue gmbh inc jsc kk limited llc llp lp ltd oao ojsc ooo pao pjsc plc pte pvt sa sal
    sarl sarlu sau sc tov uab zao cjsc pjs ik gup fgup joint stock company open public liability
    ао оао ооо пао зао фгуп фку фгбу сао гуп аат таа мк акционерное общество
    общество с c ограниченной oграниченной ответственностью oтветственностью
    """
    ).split()
)
"""Words that are no name by themselves; a comma before them divides nothing."""

_LABEL = re.compile(r"(?<!\w)(?:Arabic|Belarus{1,2}ian|Hebrew|Persian|Russian|Ukrainian)\s*:")
_KNOWN = re.compile(r"\s*\((?:also|formerly) known as ([^()]*(?:\([^()]*\)[^()]*)*)\)?\s*$")
_LAST_BRACKET = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<inner>[^()]+)\)$")
_ACRONYM = re.compile(r"(?=(?:.*[A-ZА-ЯЁ]){2})[^\W\d_]{2,12}")
_ALTERNATIVE = re.compile(r"(\w[\w’'-]*)\s+\((\w[\w’'-]*)\)")
_OTHER_SCRIPT = "\u0590-\u08ff\u3400-\u9fff\ufb1d-\ufdff\ufe70-\ufeff"
_SCRIPTS = re.compile(
    rf"(?<=[A-Za-z])[\s,.]+(?=[{_OTHER_SCRIPT}])|(?<=[{_OTHER_SCRIPT}])\s+(?=[A-Za-z])"
)
_OR = re.compile(r"\s*,?\s+or\s+|\s*/\s*")
_AND = re.compile(r"\s*,?\s+and\s+")
_PAIRS: Final = {"(": ")", "«": "»"}


@dataclass(frozen=True, slots=True)
class Split:
    """The names in a text, and whether parts of it were no names."""

    names: tuple[str, ...]
    unclear: bool = False


def tidy(text: str) -> str:
    """Return a text with its lines joined: one that ends in a hyphen goes on without a blank."""
    return " ".join(re.sub(r"(?<=\w-)\s*\n\s*(?=\w)", "", text).split())


def person_name(last: str, given: str) -> tuple[str, ...]:
    """Return `Last, Given`, and once more for each bracketed alternative (`DIKIY (DIKY)`)."""
    last, given = tidy(last), tidy(given)
    # Some rows repeat the last name after the given one.
    if len(given) > len(last) and last and given.casefold().endswith(f" {last.casefold()}"):
        given = given[: -len(last)].strip()
    return _alternatives(f"{last}, {given}" if last and given else last or given)


def body_names(text: str) -> Split:
    """Return the names in `EntityOrShip`: English and French, in brackets, also known as."""
    return _gather(_divide(tidy(text), "/"), person=False)


def alias_names(text: str, person: bool) -> Split:
    """Return the names in `Aliases`, of a person or of something else, in their order."""
    # In names of persons a slash is one more `or`, and may stand between words of a name as well.
    marks = ";" if person else ";/"
    parts = [part for half in _LABEL.split(tidy(text)) for part in _divide(half, marks)]
    pieces = [piece for part in parts for piece in _SCRIPTS.split(part)]
    return _gather(pieces, person, aliases=True)


def _gather(parts: list[str], person: bool, aliases: bool = False) -> Split:
    names: list[str] = []
    unclear = False
    divide: Callable[[str], Split] = _persons if person else _bodies
    for part in parts:
        known = _KNOWN.search(part)
        said = [part[: known.start()], known[1]] if known else [part]
        for index, text in enumerate(said):
            # The name itself is one name, whatever commas it holds.
            found = divide(text) if aliases or index else Split((_stripped(text),))
            unclear = unclear or found.unclear
            names += [
                name
                for piece in found.names
                for name in (_alternatives(piece) if person else _brackets(piece))
            ]
    kept = (name for name in map(_stripped, names) if _is_name(name))
    return Split(tuple(dict.fromkeys(kept)), unclear)


def _persons(text: str) -> Split:
    """Divide names of one person: at commas, `or`, `/`, `and`."""
    pieces = [piece for piece in map(_stripped, text.split(",")) if piece]
    if len(pieces) == 2 and " " not in pieces[0] and pieces[1].count(" ") == 1 and _cyrillic(text):
        return Split((text.strip(),))  # Last, given and patronymic.
    names: list[str] = []
    unclear = False
    for piece in pieces:
        said = [_stripped(part) for half in _OR.split(piece) for part in _AND.split(half)]
        # `Ilia Vasilyevich or Vasilievich`: alternatives of a word, not of a name.
        longest = max(len(name.split()) for name in said)
        kept = [name for name in said if len(name.split()) > 1 or longest == 1]
        unclear = unclear or len(kept) < len(said)
        names += kept
    return Split(tuple(name.removeprefix("also ").removesuffix(" AKA") for name in names), unclear)


def _bodies(text: str) -> Split:
    """Divide names of bodies or ships: at `or`, and at commas and `and` that divide names."""
    names: list[str] = []
    for part in _OR.split(text):
        listed: list[str] = []
        for piece in _divide(part, ","):
            if listed and (_only_legal(piece) or _goes_on(piece) or _only_legal(listed[-1])):
                listed[-1] = f"{listed[-1]}, {piece}"
            else:
                listed.append(piece)
        names += [name for piece in listed for name in _at_and(piece)]
    return Split(tuple(names))


def _at_and(text: str) -> list[str]:
    """Divide at `and` where both sides plainly are names; else it is part of one."""
    text = text.removeprefix("and ")
    for found in _AND.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        last, first = before.split()[-1:], after.split()[:1]
        if (
            not (before.isascii() or _latin(before))
            or not (after.isascii() or _latin(after))
            or before.split()[:1] == first
            or any(map(_legal, [*last, *first]))
        ):
            return [before, *_at_and(after)]
    return [text]


def _brackets(text: str) -> tuple[str, ...]:
    """Return a name without an acronym or a further name that follows it in brackets, and that."""
    text = _stripped(text)
    match = _LAST_BRACKET.match(text)
    if match and not _legal(inner := match["inner"].strip()):
        words = inner.split()
        if _ACRONYM.fullmatch(inner) or (len(words) > 1 and _legal(words[0])):
            return match["name"], inner
    return (text,)


def _alternatives(text: str) -> tuple[str, ...]:
    if not _ALTERNATIVE.search(text):
        return (text,)
    return _ALTERNATIVE.sub(r"\1", text), _ALTERNATIVE.sub(r"\2", text)


def _divide(text: str, marks: str) -> list[str]:
    """Divide at these characters, but not inside brackets or quotation marks."""
    cuts, depth, quoted = [-1], 0, 0
    for index, char in enumerate(text):
        if char in _PAIRS and _PAIRS[char] in text[index:]:
            depth += 1
        elif char in _PAIRS.values():
            depth = max(0, depth - 1)
        elif char == '"':
            opens = index == 0 or text[index - 1] in " (/"
            quoted = quoted + 1 if opens and '"' in text[index + 1 :] else max(0, quoted - 1)
        elif char in marks and not depth and (not quoted or char != ","):
            cuts.append(index)
    return [part for a, b in pairwise([*cuts, len(text)]) if (part := text[a + 1 : b].strip())]


def _stripped(text: str) -> str:
    """Return a name without blanks, stray separators and brackets that have no other half."""
    text = text.strip(" ,;:/")
    for one, other in ("()", ")("):
        if text.count(one) > text.count(other):
            text = text.strip(one).strip()
    return text


def _is_name(text: str) -> bool:
    return bool(normal_name(text)) and not _only_legal(text)


def _only_legal(text: str) -> bool:
    words = normal_name(text).split()
    return bool(words) and all(word in LEGAL_FORMS for word in words)


def _legal(text: str) -> bool:
    return normal_name(text) in LEGAL_FORMS


def _goes_on(text: str) -> bool:
    """Say whether a part after a comma goes on with what stood before it: in a small letter."""
    return text[:1].islower() and not text.startswith(("the ", "al-", "l'"))


def _latin(text: str) -> bool:
    return not _cyrillic(text)


def _cyrillic(text: str) -> bool:
    return bool(re.search("[\u0400-\u04ff]", text))
