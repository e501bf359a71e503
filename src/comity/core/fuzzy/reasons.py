"""Why a pair has its score: typed lines, which the texts say in words (`why.` and the reason)."""

from dataclasses import dataclass
from enum import StrEnum

from comity.core.records import Family


class Reason(StrEnum):
    """What a line is about."""

    NAME_EQUAL = "name-equal"
    NAME_SOUNDS_EQUAL = "name-sounds-equal"
    PART = "part"
    PART_SIMILAR = "part-similar"
    """It begins or ends as a part of theirs does."""
    SURNAME_MISSING = "surname-missing"
    PATRONYMIC_MISSING = "patronymic-missing"
    GENERIC_MISSING = "generic-missing"
    PART_MISSING = "part-missing"
    PART_ADDED = "part-added"
    """Theirs has a part that ours has not."""
    CORE_DIFFERS = "core-differs"
    """The distinctive words of an organisation's name do not all agree."""
    NAME_DIFFERS = "name-differs"
    IDENTIFIER = "identifier"
    ROOT = "root"
    BIRTH_DATE = "birth-date"
    BIRTH_YEAR = "birth-year"
    NUMBER = "number"
    STREET = "street"
    LOCALITY = "locality"
    POSTCODE = "postcode"
    IDENTIFIER_DIFFERS = "identifier-differs"
    BIRTH_DATE_DIFFERS = "birth-date-differs"
    ADDRESS_DIFFERS = "address-differs"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation."""

    reason: Reason
    weight: float
    """What it adds to the total, in natural logarithms; below zero it speaks against the pair."""
    family: Family | None = None
    """Of identifiers."""
    value: str = ""
    """Of our record, as tokens spell it: a word of the name, a date."""
