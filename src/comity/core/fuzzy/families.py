"""The fuzzy families: which tokens a subject gives, and what each stands for.

| family | value of the token | given by |
| --- | --- | --- |
| rfc-curp-root | first ten characters of an RFC of 13 or a CURP | persons |
| full-name | words sorted, then ` /` and the code of each legal form | each name |
| skeleton | skeletons of all words | each name |
| core | skeletons of the words that are not generic (`generic`) | organisations' names |
| skeleton-less-one | skeletons of all words but one (of 3 to 8); of all (of 2 to 7) | first names |
| skeleton-ends | first three letters of each skeleton (of 2 to 8); last three | first two names |
| part-birth-date | skeleton of a word, and a full date | persons' first names |
| skeleton-birth-year | skeletons of all words, and a year | persons' first names |
| part-postcode, part-street, part-locality | skeleton of a word, and the field | first names |
| birth-date-postcode, birth-date-locality | full date, and the field | persons |
| street-locality, number-street | two fields of one address | each address |

Pieces of a value are joined with one blank; skeletons are sorted first. `skeleton-less-one` has
whole names, too, so that one of two words meets one of three. Pieces of `skeleton-ends` are sorted
as well; ` -` stands after first letters and `- ` before last ones; a name of no longer skeletons
gives none. So a slip in one word leaves one of the two, wherever it hit. The kind of the record is
part of every token but the root. Names past the first NAMES_IN_FULL give tokens of the cheap
families only, which give one for each name.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from comity.core.fuzzy.evidence import Fact, Feature, Field
from comity.core.fuzzy.generic import GENERIC
from comity.core.fuzzy.subject import Subject
from comity.core.records import Family, Kind
from comity.core.tokens import Token
from comity.errors import ComityError
from comity.limits import NAMES_IN_FULL, TOKENS_PER_RECORD

FULL_NAME_CHARS: Final = 4
"""Shorter full names name nobody."""
SKELETON_CHARS: Final = 3
"""The shortest skeletons that stand alone."""
LEFT_OUT: Final = range(3, 9)
"""Words of a name of which one may be left out. With two, single words would be tagged, which
many people share; with more than eight, tokens would grow past their use."""
WHOLE: Final = range(2, 8)
"""Words of a name that may be one with a word left out of another."""
ENDED: Final = range(2, 9)
"""Words of a name whose ends are tagged."""
ENDS_OF_NAMES: Final = 2
"""Names of a record whose ends are: the ends of more aliases found nothing more."""
END: Final = 3
"""Letters of an end. With two, a third more pairs of different records shared a token."""


@dataclass(frozen=True, slots=True)
class FuzzyRule:
    """One fuzzy family."""

    family: Family
    facts: Callable[[Subject], Iterator[Fact]]
    """Values and what they stand for; not yet distinct."""
    cheap: bool = False
    """At most one token for each name: given for all names."""
    has_kind: bool = True


def _root(subject: Subject) -> Iterator[Fact]:
    for root in subject.roots:
        yield Fact(root, features=(Feature(Field.ROOT, root),))


def _full_name(subject: Subject) -> Iterator[Fact]:
    for number, name in enumerate(subject.names):
        if len(name.full) >= FULL_NAME_CHARS:
            yield Fact(name.full, number, tuple(range(len(name.words))))


def _skeleton(subject: Subject) -> Iterator[Fact]:
    for number, skeletons in _named(subject):
        value = _joined(skeletons)
        if len(skeletons) > 1 or len(value) >= SKELETON_CHARS:
            yield Fact(value, number, tuple(range(len(skeletons))))


def _core(subject: Subject) -> Iterator[Fact]:
    if subject.kind is not Kind.ORGANISATION:
        return
    for number, skeletons in _named(subject):
        words = subject.names[number].words
        kept = tuple(at for at, word in enumerate(words) if word not in GENERIC)
        value = _joined([skeletons[at] for at in kept])
        if len(value) >= SKELETON_CHARS:
            yield Fact(value, number, kept)


def _skeleton_less_one(subject: Subject) -> Iterator[Fact]:
    for number, skeletons in _named(subject):
        every = tuple(range(len(skeletons)))
        if len(every) in LEFT_OUT:
            for out in every:
                kept = tuple(at for at in every if at != out)
                yield Fact(_joined([skeletons[at] for at in kept]), number, kept)
        if len(every) in WHOLE:
            yield Fact(_joined(skeletons), number, every)


def _skeleton_ends(subject: Subject) -> Iterator[Fact]:
    for number, skeletons in islice(_named(subject), ENDS_OF_NAMES):
        every = tuple(range(len(skeletons)))
        if len(every) in ENDED and max(map(len, skeletons)) > END:
            first = _joined([each[:END] for each in skeletons])
            last = _joined([each[-END:] for each in skeletons])
            yield Fact(f"{first} -", number, ends=every)
            yield Fact(f"- {last}", number, ends=every)


def _skeleton_birth_year(subject: Subject) -> Iterator[Fact]:
    if subject.kind is not Kind.PERSON:
        return
    for (number, skeletons), year in product(_named(subject), subject.years):
        every = tuple(range(len(skeletons)))
        feature = Feature(Field.BIRTH_YEAR, year)
        yield Fact(f"{_joined(skeletons)} {year}", number, every, (feature,))


def _parts_and(field: Field) -> Callable[[Subject], Iterator[Fact]]:
    def facts(subject: Subject) -> Iterator[Fact]:
        features = list(_features(subject, field))
        for number, skeletons in _named(subject):
            for (at, skeleton), feature in product(enumerate(skeletons), features):
                yield Fact(f"{skeleton} {feature.value}", number, (at,), (feature,))

    return facts


def _birth_date_and(field: Field) -> Callable[[Subject], Iterator[Fact]]:
    def facts(subject: Subject) -> Iterator[Fact]:
        dates, others = _features(subject, Field.BIRTH_DATE), _features(subject, field)
        for date, other in product(dates, others):
            yield Fact(f"{date.value} {other.value}", features=(date, other))

    return facts


def _both(one: Field, other: Field) -> Callable[[Subject], Iterator[Fact]]:
    def facts(subject: Subject) -> Iterator[Fact]:
        for address in subject.addresses:
            pair = (Feature(one, getattr(address, one)), Feature(other, getattr(address, other)))
            if all(feature.value for feature in pair):
                yield Fact(" ".join(feature.value for feature in pair), features=pair)

    return facts


def _named(subject: Subject) -> Iterator[tuple[int, tuple[str, ...]]]:
    return enumerate(name.skeletons for name in subject.names)


def _features(subject: Subject, field: Field) -> Iterator[Feature]:
    """Give what a subject has in a field: dates of persons only, and fields of addresses."""
    if field is Field.BIRTH_DATE:
        values = subject.dates if subject.kind is Kind.PERSON else ()
    else:
        values = tuple(getattr(address, field) for address in subject.addresses)
    yield from (Feature(field, value) for value in dict.fromkeys(values) if value)


def _joined(skeletons: Collection[str]) -> str:
    return " ".join(sorted(skeletons))


FUZZY: Final = MappingProxyType(
    {
        rule.family: rule
        for rule in (
            FuzzyRule(Family.RFC_CURP_ROOT, _root, cheap=True, has_kind=False),
            FuzzyRule(Family.FULL_NAME, _full_name, cheap=True),
            FuzzyRule(Family.SKELETON, _skeleton, cheap=True),
            FuzzyRule(Family.CORE, _core, cheap=True),
            FuzzyRule(Family.PART_BIRTH_DATE, _parts_and(Field.BIRTH_DATE)),
            FuzzyRule(Family.SKELETON_LESS_ONE, _skeleton_less_one),
            FuzzyRule(Family.SKELETON_ENDS, _skeleton_ends),
            FuzzyRule(Family.SKELETON_BIRTH_YEAR, _skeleton_birth_year),
            FuzzyRule(Family.PART_POSTCODE, _parts_and(Field.POSTCODE)),
            FuzzyRule(Family.PART_STREET, _parts_and(Field.STREET)),
            FuzzyRule(Family.PART_LOCALITY, _parts_and(Field.LOCALITY)),
            FuzzyRule(Family.BIRTH_DATE_POSTCODE, _birth_date_and(Field.POSTCODE)),
            FuzzyRule(Family.BIRTH_DATE_LOCALITY, _birth_date_and(Field.LOCALITY)),
            FuzzyRule(Family.STREET_LOCALITY, _both(Field.STREET, Field.LOCALITY)),
            FuzzyRule(Family.NUMBER_STREET, _both(Field.NUMBER, Field.STREET)),
        )
    }
)
"""Every fuzzy family of this version, in the order in which a record's tokens are given."""

BY_NAME: Final = (
    Family.FULL_NAME,
    Family.SKELETON,
    Family.CORE,
    Family.SKELETON_LESS_ONE,
    Family.SKELETON_ENDS,
    Family.PART_BIRTH_DATE,
)
"""What lists of names are compared by, where their records have no addresses in fields."""
DATED: Final = frozenset(
    {
        Family.PART_BIRTH_DATE,
        Family.SKELETON_BIRTH_YEAR,
        Family.BIRTH_DATE_POSTCODE,
        Family.BIRTH_DATE_LOCALITY,
    }
)
"""Families of which a token agrees only where a birth date or year does."""
PLACED: Final = frozenset(
    {
        Family.PART_POSTCODE,
        Family.PART_STREET,
        Family.PART_LOCALITY,
        Family.BIRTH_DATE_POSTCODE,
        Family.BIRTH_DATE_LOCALITY,
        Family.STREET_LOCALITY,
        Family.NUMBER_STREET,
    }
)
"""Families of which a token agrees only where a field of an address does."""


def fuzzy_tokens(subject: Subject, families: Collection[Family]) -> dict[Token, tuple[Fact, ...]]:
    """Return the distinct tokens of a subject, each with all that it stands for.

    Only those of `families` that are fuzzy. Tokens of the cheap families come first, then those
    of the others, name by name, until there are TOKENS_PER_RECORD: a record with more names, dates
    and addresses than that is left with the cheap families for the rest.
    """
    found: dict[Token, list[Fact]] = {}
    rules = [rule for family, rule in FUZZY.items() if family in families]
    cheap = [(rule, fact) for rule in rules if rule.cheap for fact in rule.facts(subject)]
    costly = [
        (rule, fact)
        for rule in rules
        if not rule.cheap
        for fact in rule.facts(subject)
        if fact.name is None or fact.name < NAMES_IN_FULL
    ]
    # A stable sort: what belongs to no name first, then the primary name, then the aliases.
    costly.sort(key=lambda pair: -1 if pair[1].name is None else pair[1].name)
    for rule, fact in cheap + costly:
        try:
            token = Token(rule.family, subject.kind if rule.has_kind else None, fact.value)
        except ComityError:
            continue  # Longer than a token may be.
        if token in found or len(found) < TOKENS_PER_RECORD:
            found.setdefault(token, []).append(fact)
    return {token: tuple(facts) for token, facts in found.items()}
