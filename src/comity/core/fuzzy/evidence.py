"""What a token stands for: parts of a name, and other features of a record."""

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a feature is a value of."""

    PART = "part"
    """A word of a name, as its skeleton."""
    ROOT = "root"
    BIRTH_DATE = "birth-date"
    BIRTH_YEAR = "birth-year"
    NUMBER = "number"
    STREET = "street"
    LOCALITY = "locality"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class Feature:
    """One value that a record has and that others may have as well."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of one token, and what of the subject it stands for."""

    value: str
    name: int | None = None
    """The number of the name, where it is of one."""
    parts: tuple[int, ...] = ()
    """Positions of the words that it covers."""
    features: tuple[Feature, ...] = ()
    """What it covers besides."""
    ends: tuple[int, ...] = ()
    """Positions of the words of which it covers the beginning or the end."""
