"""What the agreement of names weighs: the best of our names, part by part."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Final

from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.evidence import Feature, Field
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.generic import GENERIC
from comity.core.fuzzy.parts import Role
from comity.core.fuzzy.reasons import Line, Reason
from comity.core.records import Family, Kind
from comity.core.tokens import Token

SHORT: Final = {1: 4.0, 2: 2.5, 3: 1.0}
"""What a part weighs less, by the length of its skeleton: short ones are alike by chance, and a
list is too small to show it. Nothing of it where the whole name is equal to the letter."""
EQUAL: Final = 5.0
"""The whole name is equal, legal form included."""
SOUNDS_EQUAL: Final = 3.0
"""All parts have equal skeletons, of at least SOUNDS_CHARS letters in all."""
SOUNDS_CHARS: Final = 5
SIMILAR: Final = -1.0
"""A part of ours begins or ends as one of theirs; SIMILAR_SHARE of what it weighs is added."""
SIMILAR_SHARE: Final = 0.25
ADDED: Final = -1.0
"""Our whole name is in theirs, which has one part more."""
MISSING: Final = -4.0
"""A part of ours is not in theirs; and MISSING_SHARE of its weight, since rare ones tell apart."""
MISSING_SHARE: Final = -0.5
MISSING_GENERIC: Final = -2.0
"""A generic word of an organisation's name is."""
MISSING_SECOND: Final = -2.0
"""One of two surnames is, where the other agrees: lists leave the second out."""
GENERIC_SHARE: Final = 0.7
"""What of its weight a generic word keeps: they come together (scientific research institute)."""
CORE_DIFFERS: Final = -2.0
"""The words agree that organisations of one trade share, and not all of those that tell them
apart: sister companies, ports and divisions are so."""
MISSING_FIELD: Final = -1.0
"""What a part, a date or a field of the address costs beside an address that agrees in another."""
MISSING_DATED: Final = -3.0
"""What a part costs at most beside a birth date that agrees."""
_WHOLE: Final = frozenset({Family.SKELETON, Family.SKELETON_BIRTH_YEAR})
_EQUAL: Final = frozenset({Family.FULL_NAME, Family.NAME})


@dataclass(slots=True)
class _Covered:
    """What of one of our names is covered by what agreed."""

    parts: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    families: set[Family] = field(default_factory=set)
    inside: bool = False
    """All parts are in one token with a part of theirs left out."""


def name_lines(
    ours: Derived, agreed: Collection[Token], frequencies: Frequencies, *, least: float
) -> Iterator[Line]:
    """Give the lines of that of our names for which they add up to most; none if none agreed.

    `least`: no part that is missing weighs less. Above minus infinity where something else agrees,
    so that what differs may be an error of one list; then a name that does not agree at all costs
    as well, and never more than its parts.
    """
    names = ours.subject.names
    covered = _covered(ours, agreed)
    ways = [
        list(_lines(ours, number, found, frequencies, least))
        for number, found in sorted(covered.items())
    ]
    if ways:
        yield from max(ways, key=lambda lines: sum(line.weight for line in lines))
    elif names and least > -inf:
        yield Line(Reason.NAME_DIFFERS, MISSING_FIELD * len(names[0].words))


def _covered(ours: Derived, agreed: Collection[Token]) -> dict[int, _Covered]:
    found: dict[int, _Covered] = {}
    for token in agreed:
        for fact in ours.tokens.get(token, ()):
            if fact.name is None:
                continue
            name = found.setdefault(fact.name, _Covered())
            name.parts.update(fact.parts)
            name.ends.update(fact.ends)
            name.families.add(token.family)
            if token.family is Family.SKELETON_LESS_ONE:
                name.inside |= len(fact.parts) == len(ours.subject.names[fact.name].words)
    return found


def _lines(
    ours: Derived, number: int, found: _Covered, frequencies: Frequencies, least: float
) -> Iterator[Line]:
    name, kind = ours.subject.names[number], ours.subject.kind
    equal = bool(found.families & _EQUAL)
    whole = bool(found.families & _WHOLE)
    second = any(at in found.parts for at in range(name.surnames))
    for at, (word, skeleton) in enumerate(zip(name.words, name.skeletons, strict=True)):
        weight = frequencies.weight(kind, Feature(Field.PART, skeleton))
        if at in found.parts:
            less = 0.0 if equal else SHORT.get(len(skeleton), 0.0)
            if kind is Kind.ORGANISATION and word in GENERIC:
                weight *= GENERIC_SHARE
            yield Line(Reason.PART, max(0.0, weight - less), value=word)
            continue
        reason, cost = _missing(kind, word, name.role(at), weight, second=second)
        if at in found.ends:
            less = SHORT.get(len(skeleton), 0.0)
            similar = SIMILAR + SIMILAR_SHARE * max(0.0, weight - less)
            reason, cost = Reason.PART_SIMILAR, max(cost, similar)
        yield Line(reason, max(cost, least), value=word)
    if whole and sum(map(len, name.skeletons)) >= SOUNDS_CHARS:
        yield Line(Reason.NAME_SOUNDS_EQUAL, SOUNDS_EQUAL)
    if equal:
        yield Line(Reason.NAME_EQUAL, EQUAL)
    elif found.inside and not whole:
        yield Line(Reason.PART_ADDED, ADDED)
    if not whole and not equal and _core_differs(ours, number, found):
        yield Line(Reason.CORE_DIFFERS, CORE_DIFFERS)


def _core_differs(ours: Derived, number: int, found: _Covered) -> bool:
    return (
        ours.subject.kind is Kind.ORGANISATION
        and Family.CORE in ours.families
        and Family.CORE not in found.families
        and not GENERIC.issuperset(ours.subject.names[number].words)
    )


def _missing(
    kind: Kind, word: str, role: Role, weight: float, *, second: bool
) -> tuple[Reason, float]:
    """Return what it costs that a word of ours is not in theirs.

    A patronymic costs nothing: lists give it or leave it out. It would have weighed, had it agreed.
    `second`: another word of the surname agrees.
    """
    if kind is Kind.ORGANISATION and word in GENERIC:
        return Reason.GENERIC_MISSING, MISSING_GENERIC
    if role is Role.SURNAME:
        if second:
            return Reason.PART_MISSING, MISSING_SECOND
        return Reason.SURNAME_MISSING, MISSING + MISSING_SHARE * weight
    if kind is Kind.PERSON and role is Role.PATRONYMIC:
        return Reason.PATRONYMIC_MISSING, 0.0
    return Reason.PART_MISSING, MISSING + MISSING_SHARE * weight
