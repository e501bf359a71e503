"""One function for each kind of error: a record in, a record with that error out.

None where the error cannot happen to the record: nobody's birth date is swapped who has none.
Records have one name, persons as `SURNAME, Given Names`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from bench.quality.spellings import (
    CONFUSIONS,
    CYRILLIC,
    LEGAL_FORMS,
    NEIGHBOURS,
    NICKNAMES,
    TRANSLITERATIONS,
)
from comity.core.records import Kind, Record

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LONG: Final = 4
"""Shorter words are left as they are: a slip in them makes another word."""
_RUSSIAN: Final = re.compile(r"(?:ov|ev|in|ova|eva|ina|sky|skiy|skaya|enko|chuk)$")


@dataclass(frozen=True, slots=True)
class Context:
    """What an error may take from elsewhere."""

    random: Random
    surname: str
    """Of somebody else."""
    given: str


Slip = Callable[[Record, Context], Record | None]


def unchanged(record: Record, context: Context) -> Record | None:
    """Nothing is wrong: what is missed here is missed everywhere."""
    return record


def typing(record: Record, context: Context) -> Record | None:
    """One letter of one word is left out, doubled with a neighbour, replaced or exchanged."""
    return _in_word(record, context.random, _mistyped)


def typing_twice(record: Record, context: Context) -> Record | None:
    """Two slips, which may be in one word."""
    once = typing(record, context)
    return typing(once, context) if once else None


def transliteration(record: Record, context: Context) -> Record | None:
    """Two sounds of a person's name are written in another way, or one where there is no second."""
    if record.kind is not Kind.PERSON:
        return None
    return _spelt(record, context.random, TRANSLITERATIONS, 2)


def scanning(record: Record, context: Context) -> Record | None:
    """A scanner took letters for others, once."""
    return _spelt(record, context.random, CONFUSIONS, 1)


def own_script(record: Record, context: Context) -> Record | None:
    """A name that looks Russian, in Cyrillic letters."""
    surname, _, given = record.names[0].lower().partition(", ")
    if record.kind is not Kind.PERSON or not given or not _RUSSIAN.search(surname):
        return None
    if not re.fullmatch("[a-z ]+", f"{surname} {given}"):
        return None
    text = f"{surname} {given}"
    for latin, cyrillic in CYRILLIC.items():
        text = text.replace(latin, cyrillic)
    return _named(record, text.title())


def order(record: Record, context: Context) -> Record | None:
    """The words of a person's name stand in another order, without the comma."""
    words = _words(record)
    if record.kind is not Kind.PERSON or len(set(words)) < 2:
        return None
    shuffled = words
    while shuffled == words:
        shuffled = context.random.sample(words, len(words))
    return _named(record, " ".join(shuffled))


def missing_part(record: Record, context: Context) -> Record | None:
    """One of three words or more is left out; of a person's not the first of the surname."""
    words = _words(record)
    if len(words) < 3:
        return None
    out = context.random.randrange(1 if record.kind is Kind.PERSON else 0, len(words))
    kept = [word for at, word in enumerate(words) if at != out]
    return _person(record, kept) if record.kind is Kind.PERSON else _named(record, " ".join(kept))


def added_part(record: Record, context: Context) -> Record | None:
    """A person has one given name more."""
    if record.kind is not Kind.PERSON:
        return None
    return _named(record, f"{record.names[0]} {context.given}")


def initials(record: Record, context: Context) -> Record | None:
    """Of the given names only initials are left."""
    surname, _, given = record.names[0].partition(", ")
    if record.kind is not Kind.PERSON or not given:
        return None
    return _named(record, f"{surname}, " + " ".join(f"{word[0]}." for word in given.split()))


def legal_form(record: Record, context: Context) -> Record | None:
    """The legal form is written in another way."""
    found = _form(record)
    return _named(record, f"{found[0]} {found[1]}") if found else None


def legal_form_missing(record: Record, context: Context) -> Record | None:
    """The legal form is left out."""
    found = _form(record)
    return _named(record, found[0]) if found else None


def date_swapped(record: Record, context: Context) -> Record | None:
    """Day and month of birth are exchanged."""
    if record.kind is not Kind.PERSON or not record.birth_dates:
        return None
    year, _, rest = record.birth_dates[0].partition("-")
    month, _, day = rest.partition("-")
    if not day or day == month or int(day) > 12:
        return None
    return replace(record, birth_dates=(f"{year}-{day}-{month}",))


def date_swapped_and_typing(record: Record, context: Context) -> Record | None:
    """Both at once: the name is no anchor."""
    swapped = date_swapped(record, context)
    return typing(swapped, context) if swapped else None


def other_surname(record: Record, context: Context) -> Record | None:
    """By marriage, say: another surname, the given names and the birth date as before."""
    given = record.names[0].partition(", ")[2]
    if record.kind is not Kind.PERSON or not given or not _full_date(record):
        return None
    return _named(record, f"{context.surname}, {given}")


def surname_added(record: Record, context: Context) -> Record | None:
    """A second surname is added with a hyphen."""
    surname, _, given = record.names[0].partition(", ")
    if record.kind is not Kind.PERSON or not given:
        return None
    return _named(record, f"{surname}-{context.surname}, {given}")


def nickname(record: Record, context: Context) -> Record | None:
    """A given name is replaced by what its bearer is called."""
    surname, _, given = record.names[0].partition(", ")
    words = given.split()
    for at, word in enumerate(words):
        if record.kind is Kind.PERSON and word.lower() in NICKNAMES:
            words[at] = NICKNAMES[word.lower()].title()
            return _named(record, f"{surname}, {' '.join(words)}")
    return None


KINDS: Final[dict[str, Slip]] = {
    "unchanged": unchanged,
    "typing, one slip": typing,
    "typing, two slips": typing_twice,
    "transliteration": transliteration,
    "Cyrillic letters": own_script,
    "order of parts": order,
    "a part missing": missing_part,
    "a part added": added_part,
    "initials": initials,
    "legal form in other words": legal_form,
    "legal form missing": legal_form_missing,
    "birth date swapped": date_swapped,
    "birth date swapped, one slip": date_swapped_and_typing,
    "another surname": other_surname,
    "a surname added": surname_added,
    "nickname": nickname,
    "scanned": scanning,
}
"""Every kind of error, by what the page calls it."""


def _named(record: Record, name: str) -> Record:
    return replace(record, names=(name,))


def _words(record: Record) -> list[str]:
    return record.names[0].replace(",", " ").split()


def _person(record: Record, words: list[str]) -> Record:
    return _named(record, f"{words[0]}, {' '.join(words[1:])}")


def _full_date(record: Record) -> bool:
    return any(len(date) == len("2000-01-31") for date in record.birth_dates)


def _form(record: Record) -> tuple[str, str] | None:
    """Return the name without its legal form, and the form in other words."""
    name = record.names[0]
    if record.kind is not Kind.ORGANISATION:
        return None
    for form, other in LEGAL_FORMS:
        rest = name[: -len(form)].rstrip(" ,")
        if name.lower().endswith(f" {form}") and rest:
            return rest, other
    return None


def _in_word(record: Record, random: Random, change: Callable[[str, Random], str]) -> Record | None:
    """Change one word of letters that is long enough."""
    name = record.names[0]
    words = list(re.finditer(f"[A-Za-z]{{{_LONG},}}", name))
    if not words:
        return None
    found = random.choice(words)
    changed = change(found.group().lower(), random)
    text = changed.upper() if found.group().isupper() else changed.capitalize()
    return _named(record, name[: found.start()] + text + name[found.end() :])


def _mistyped(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 1)
    beside = random.choice(NEIGHBOURS[word[at]])
    if word[at] == word[at + 1]:
        return word[:at] + word[at + 1 :]
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + beside + word[at:],
            word[:at] + beside + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def _spelt(
    record: Record, random: Random, spellings: tuple[tuple[str, str], ...], times: int
) -> Record | None:
    """Replace up to `times` different groups of letters, each once, wherever one stands."""
    text = record.names[0].lower()
    fitting = [(before, after) for before, after in spellings if before in text]
    if not fitting:
        return None
    changed = text
    for before, after in random.sample(fitting, min(times, len(fitting))):
        places = [found.start() for found in re.finditer(re.escape(before), changed)]
        if places:
            at = random.choice(places)
            changed = changed[:at] + after + changed[at + len(before) :]
    return _named(record, changed.title()) if changed != text else None
