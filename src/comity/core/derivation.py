"""Derivation: which tokens a record gives, and which token a typed-in subject gives.

Both sides must derive the same bytes, so DERIVATION names these rules as a whole: a manifest
carries it, and any change to a normal form is a new version. Families are small pure functions in
a registry. These are the exact ones; those of fuzzy matching are in `comity.core.fuzzy.families`.

| family | value of the token | kind in the token |
| --- | --- | --- |
| rfc | 12 or 13 characters, no separators | no |
| curp | 18 characters | no |
| passport | issuer `:` letters and digits | no |
| tax-id | issuer `:` letters and digits | no |
| imo | seven digits | no |
| wallet | address, without the currency | no |
| name | `comity.core.names.normal_name` | yes |
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from comity.core.identifiers import (
    Flaw,
    normal_curp,
    normal_imo,
    normal_passport,
    normal_rfc,
    normal_tax_id,
    normal_wallet,
    refusal,
)
from comity.core.names import normal_name
from comity.core.records import Family, Kind, Record
from comity.core.tokens import Token
from comity.errors import ComityError

DERIVATION: Final = "comity-fuzzy-1"
"""The version of everything here, in `comity.core.fuzzy`, and in the normal forms that they use."""

_CACHED: Final = 1_024
NAME_CHARS: Final = 3
"""The shortest normal name that gives a token: one or two letters name nobody."""


class Evidence(StrEnum):
    """How much an agreement of a family's tokens says."""

    IDENTIFIER = "identifier"
    CORROBORATED = "corroborated"
    """A date or an address besides the name, and no identifier."""
    NAME_ONLY = "name-only"


class Presence(IntFlag):
    """What a record has, whatever its value: one bit each, and the bits are part of labels.

    Where both sides have something and no token of it agrees, that is a conflict.
    """

    BIRTH_DATE = 1
    RFC = 2
    CURP = 4
    PASSPORT = 8
    TAX_ID = 16
    IMO = 32
    WALLET = 64
    ADDRESS = 128
    """An address in fields (`comity.core.records.Place`)."""


@dataclass(frozen=True, slots=True)
class FamilyRule:
    """One family: how text becomes the value of a token, and what agreement of it means."""

    family: Family
    normal: Callable[[str, str], str]
    """(text, country) to the value; raises INPUT_INVALID with `family` and `flaw`."""
    evidence: Evidence
    presence: Presence
    """What a record that gives such a token has; no bit for names, which all records have."""
    has_kind: bool = False
    """Whether the kind of the record is part of the token."""


def _without_country(normal: Callable[[str], str]) -> Callable[[str, str], str]:
    return lambda text, _country: normal(text)


def _name(text: str, _country: str) -> str:
    value = normal_name(text)
    if not value:
        raise refusal(Family.NAME, Flaw.EMPTY)
    if len(value) < NAME_CHARS:
        raise refusal(Family.NAME, Flaw.LENGTH)
    return value


_IDENTIFIER, _NOTHING = Evidence.IDENTIFIER, Presence(0)

FAMILIES: Final = MappingProxyType(
    {
        rule.family: rule
        for rule in (
            FamilyRule(Family.RFC, _without_country(normal_rfc), _IDENTIFIER, Presence.RFC),
            FamilyRule(Family.CURP, _without_country(normal_curp), _IDENTIFIER, Presence.CURP),
            FamilyRule(Family.PASSPORT, normal_passport, _IDENTIFIER, Presence.PASSPORT),
            FamilyRule(Family.TAX_ID, normal_tax_id, _IDENTIFIER, Presence.TAX_ID),
            FamilyRule(Family.IMO, _without_country(normal_imo), _IDENTIFIER, Presence.IMO),
            FamilyRule(
                Family.WALLET, _without_country(normal_wallet), _IDENTIFIER, Presence.WALLET
            ),
            FamilyRule(Family.NAME, _name, Evidence.NAME_ONLY, _NOTHING, has_kind=True),
        )
    }
)
"""Every family of this version."""


def derive_one(family: Family, text: str, kind: Kind | None = None, country: str = "") -> Token:
    """Return the token of one fact, as somebody typed it or as a list gives it.

    `kind` is needed for names only and `country` (ISO 3166-1 alpha-2) for passports and tax ids
    only; where a family does not use them they are ignored. Raises INPUT_INVALID with `family`
    and `flaw` (see `comity.core.identifiers.Flaw`).
    """
    rule = FAMILIES[family]
    value = _normal(family, text, country)
    if not rule.has_kind:
        return Token(family, None, value)
    if kind is None:
        raise refusal(family, Flaw.KIND_MISSING)
    try:
        return Token(family, kind, value)
    except ComityError:
        raise refusal(family, Flaw.LENGTH) from None


@lru_cache(maxsize=_CACHED)
def _normal(family: Family, text: str, country: str) -> str:
    """Return the value of a token; of one record, exact and fuzzy families ask for it."""
    return FAMILIES[family].normal(text, country)


def derive(record: Record) -> tuple[Token, ...]:
    """Return the distinct tokens of a record: identifiers first, then names, in list order.

    A withheld record gives none. An identifier or name that has a flaw gives none and is no
    error here: readers report those when the list is loaded.
    """
    return tuple(dict.fromkeys(_tokens(record)))


def presence(record: Record, tokens: Iterable[Token]) -> Presence:
    """Return what the record has: its identifiers that give tokens, birth date, address.

    `tokens` are those that `derive` gives for it. Nothing for a withheld record.
    """
    found = Presence(0)
    if record.birth_dates and not record.withheld:
        found |= Presence.BIRTH_DATE
    if record.places and not record.withheld:
        found |= Presence.ADDRESS
    for family in {token.family for token in tokens}:
        found |= FAMILIES[family].presence
    return found


def _tokens(record: Record) -> Iterator[Token]:
    if record.withheld:
        return
    for item in record.identifiers:
        try:
            yield derive_one(item.family, item.value, record.kind, item.country)
        except ComityError:
            continue
    for name in record.names:
        try:
            yield derive_one(Family.NAME, name, record.kind)
        except ComityError:
            continue
