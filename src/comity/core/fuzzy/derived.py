"""A record as it is tagged or asked about: its tokens, and what each that agrees stands for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from comity.core.derivation import FAMILIES, Presence, derive, derive_one, presence
from comity.core.fuzzy.evidence import Fact
from comity.core.fuzzy.families import DATED, PLACED, fuzzy_tokens
from comity.core.fuzzy.parts import name_of
from comity.core.fuzzy.subject import Subject
from comity.core.records import Family, Record
from comity.core.tokens import Token
from comity.errors import ComityError


@dataclass(frozen=True, slots=True)
class Derived:
    """A record of ours, with the tokens of the families that may be tagged or asked."""

    record: str
    """Its id."""
    subject: Subject
    families: frozenset[Family]
    """Those that may be asked: only what could have agreed can be in conflict."""
    tokens: Mapping[Token, tuple[Fact, ...]]
    """Exact tokens have no facts, but that of a name has its name."""
    presence: Presence
    """What the record has, as in labels, of what these families could show. Nothing else: a label
    does not say that there is a passport where the terms have no passports."""

    @classmethod
    def of(cls, record: Record, families: Collection[Family]) -> "Derived":
        """Derive the tokens of a record. A withheld one has none."""
        subject = Subject.of(record)
        exact = derive(record)
        wanted = {
            token: _facts(token, subject, record) for token in exact if token.family in families
        }
        return cls(
            record=record.id,
            subject=subject,
            families=frozenset(families),
            tokens=wanted | fuzzy_tokens(subject, families),
            presence=presence(record, wanted) & _shown_by(families),
        )

    @property
    def identifiers(self) -> frozenset[Token]:
        """The tokens that are of official identifiers."""
        return frozenset(
            token
            for token in self.tokens
            if token.family in FAMILIES and token.family is not Family.NAME
        )


def _shown_by(families: Collection[Family]) -> Presence:
    """Return what labels may say where an agreement has these families."""
    shown = Presence(0)
    for family in families:
        if family in FAMILIES:
            shown |= FAMILIES[family].presence
        if family in DATED:
            shown |= Presence.BIRTH_DATE
        if family in PLACED:
            shown |= Presence.ADDRESS
    return shown


def _facts(token: Token, subject: Subject, record: Record) -> tuple[Fact, ...]:
    """Return what an exact token stands for: the parts of its name, where it is one."""
    if token.family is not Family.NAME:
        return ()
    numbers = {name.full: number for number, name in enumerate(subject.names)}
    for text in record.names:
        try:
            if derive_one(Family.NAME, text, record.kind) != token:
                continue
        except ComityError:
            continue
        name = name_of(text, record.kind)
        if name.full in numbers:
            number = numbers[name.full]
            return (Fact(token.value, number, tuple(range(len(subject.names[number].words)))),)
    return ()
