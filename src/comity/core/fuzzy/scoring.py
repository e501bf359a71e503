"""How much the agreement of tokens under one handle says, and why: the asker's own reckoning.

The total is a logarithm: each feature that both records have weighs ln(1 / how often it occurs) in
the asker's own list (`frequencies`). What a pair must reach is then near ln(records of the holder),
since so many chances has a coincidence (`bands`).

    name    the best of our names: the weights of the parts that agreed, less what the others
            should have added; more where the whole name sounds equal or is equal
    facts   birth date or year, identifiers, fields of an address
    doubts  both records have a birth date, an identifier of one kind or an address (presence bits
            of the label), and no token of it agreed

Every line says what it is about and what it weighed; their sum is the total.
"""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from math import inf
from typing import Final

from comity.core.derivation import FAMILIES, Presence
from comity.core.fuzzy.bands import Band, band
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.evidence import Feature, Field
from comity.core.fuzzy.families import DATED, PLACED
from comity.core.fuzzy.frequencies import Frequencies
from comity.core.fuzzy.naming import MISSING_DATED, MISSING_FIELD, name_lines
from comity.core.fuzzy.reasons import Line, Reason
from comity.core.records import Family, Kind
from comity.core.tokens import Token

DATE: Final = 8.0
"""The most a full birth date weighs: what it does where every day is as frequent, in lifetimes."""
YEAR: Final = 2.0
ROOT: Final = 8.0
"""Four letters of the name and the birth date: little more than a date."""
DIFFERENT_DATE: Final = -3.0
"""Lists disagree on birth dates often, so that a difference alone never decides."""
IDENTIFIERS: Final = {
    Family.RFC: 20.0,
    Family.CURP: 20.0,
    Family.IMO: 20.0,
    Family.WALLET: 14.0,
    Family.ACCOUNT: 14.0,
    Family.PHONE: 9.0,
    Family.PASSPORT: 12.0,
    Family.TAX_ID: 12.0,
}
"""RFC, CURP and IMO number are given once, for good, to one subject; the numbers of passports and
of some tax registers are given again, or stand in lists with another issuer."""
CONFLICTS: Final = {
    Family.RFC: -8.0,
    Family.CURP: -8.0,
    Family.IMO: -8.0,
    Family.TAX_ID: -2.0,
    Family.PASSPORT: -2.0,
}
"""People have several passports and tax ids, in several countries; wallets,
accounts and phones that differ are no conflict."""
PLACES: Final = frozenset({Field.STREET, Field.LOCALITY, Field.POSTCODE})
"""Fields of an address that should agree. Numbers of houses are left out and cut too often."""


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be thought of a pair, and why."""

    total: float
    band: Band
    lines: tuple[Line, ...]
    """In the order name, facts, doubts."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What agreed under one handle, and what its label says the other record has."""

    tokens: frozenset[Token]
    presence: Presence

    def features(self, ours: Derived) -> frozenset[Feature]:
        """Return what of our record they stand for, besides parts of names."""
        return frozenset(
            feature
            for token in self.tokens
            for fact in ours.tokens.get(token, ())
            for feature in fact.features
        )


def score(ours: Derived, agreed: Agreement, frequencies: Frequencies, held: int) -> Score:
    """Score one pair.

    `agreed` are tokens of ours; others are passed over. `held` is the number of records of
    the holder, as its manifest or catalog tells.
    """
    features = agreed.features(ours)
    fields = {feature.field for feature in features}
    identifiers = {token.family for token in agreed.tokens & ours.identifiers}
    facts = list(_facts(ours, identifiers, features, frequencies))
    doubts = list(_doubts(ours, agreed.presence, identifiers, fields))
    names = list(name_lines(ours, agreed.tokens, frequencies, least=_least(fields)))
    lines = (*names, *facts, *doubts)
    total = sum(line.weight for line in lines)
    reasons = {line.reason for line in lines}
    surname_missing = Reason.SURNAME_MISSING in reasons
    return Score(
        total,
        band(
            total,
            held,
            corroborated=_corroborated(facts),
            surname_missing=surname_missing,
            doubted=Reason.IDENTIFIER_DIFFERS in reasons
            or (surname_missing and Reason.IDENTIFIER not in reasons),
        ),
        lines,
    )


def _least(fields: Set[Field]) -> float:
    """Return what a part of a name that is missing weighs at least, beside what agreed."""
    if fields & PLACES:
        return MISSING_FIELD
    return MISSING_DATED if Field.BIRTH_DATE in fields else -inf


def _corroborated(facts: Collection[Line]) -> bool:
    reasons = [line.reason for line in facts]
    places = sum(reason in _PLACE_REASONS for reason in reasons)
    strong = {Reason.IDENTIFIER, Reason.ROOT, Reason.BIRTH_DATE}
    return places > 1 or any(reason in strong for reason in reasons)


def _facts(
    ours: Derived,
    identifiers: Set[Family],
    features: Collection[Feature],
    frequencies: Frequencies,
) -> Iterator[Line]:
    """Give the lines of what agreed besides names."""
    heaviest = sorted(identifiers, key=lambda family: (-IDENTIFIERS[family], family))
    for number, family in enumerate(heaviest):
        # One number of a passport or two: it is the same evidence that the records are of one.
        yield Line(Reason.IDENTIFIER, IDENTIFIERS[family] if number == 0 else 0.0, family)
    roots = [feature for feature in features if feature.field is Field.ROOT]
    if roots and not {Family.RFC, Family.CURP} & identifiers:
        yield Line(Reason.ROOT, ROOT, Family.RFC_CURP_ROOT)
    yield from _dates(ours, features, frequencies)
    kind = ours.subject.kind
    for feature in sorted(features, key=lambda each: (each.field, each.value)):
        if feature.field in _REASONS:
            weight = frequencies.weight(kind, feature)
            yield Line(_REASONS[feature.field], weight, value=feature.value)


def _dates(
    ours: Derived, features: Collection[Feature], frequencies: Frequencies
) -> Iterator[Line]:
    kind = ours.subject.kind
    dates = [feature for feature in features if feature.field is Field.BIRTH_DATE]
    years = [feature for feature in features if feature.field is Field.BIRTH_YEAR]
    if dates:
        best = max(dates, key=lambda date: (frequencies.weight(kind, date), date.value))
        yield Line(Reason.BIRTH_DATE, min(DATE, frequencies.weight(kind, best)), value=best.value)
    elif years:
        yield Line(Reason.BIRTH_YEAR, YEAR, value=min(years, key=lambda year: year.value).value)


def _doubts(
    ours: Derived, theirs: Presence, identifiers: Set[Family], fields: Set[Field]
) -> Iterator[Line]:
    """Give the lines of what both records have and in which nothing agreed."""
    both = ours.presence & theirs
    for rule in FAMILIES.values():
        if (
            rule.family in CONFLICTS
            and rule.presence in both
            and rule.family in ours.families
            and rule.family not in identifiers
        ):
            yield Line(Reason.IDENTIFIER_DIFFERS, CONFLICTS[rule.family], rule.family)
    # An identifier of the other kind can agree in its root, which is made of the birth date.
    dated = {Field.BIRTH_DATE, Field.BIRTH_YEAR, Field.ROOT} & fields
    could = ours.subject.kind is Kind.PERSON and ours.families & DATED
    if Presence.BIRTH_DATE in both and could and not dated:
        # Tokens have a date only beside something else, which may be misspelt; so have addresses.
        weight = MISSING_FIELD if identifiers or fields & PLACES else DIFFERENT_DATE
        yield Line(Reason.BIRTH_DATE_DIFFERS, weight)
    if Presence.ADDRESS in both and ours.families & PLACED:
        given = {
            field
            for address in ours.subject.addresses
            for field in PLACES
            if getattr(address, field)
        }
        if missing := len(given - fields):
            seen = identifiers or Field.BIRTH_DATE in fields
            yield Line(Reason.ADDRESS_DIFFERS, MISSING_FIELD * (1 if seen else missing))


_REASONS: Final = {
    Field.NUMBER: Reason.NUMBER,
    Field.STREET: Reason.STREET,
    Field.LOCALITY: Reason.LOCALITY,
    Field.POSTCODE: Reason.POSTCODE,
}
_PLACE_REASONS: Final = frozenset(_REASONS.values()) - {Reason.NUMBER}
