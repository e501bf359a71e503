"""A name in its parts: words without titles, particles and legal forms, each with its role.

The rules, in this order, are part of the derivation:

1. The text in lower-case ASCII (`transliteration.latin`). In names of organisations and things,
   brackets that say `aka`, `fka` or `formerly` go with what is in them.
2. Initials that full stops separate are one word (`S.A. de C.V.`); `&` is the word `and`; all
   but letters and digits separates words.
3. Organisations: legal forms are cut out (`legal_forms.cut_forms`). Organisations and things:
   articles, prepositions and conjunctions go (`titles.FUNCTION_WORDS`), unless nothing is left.
4. Persons: what stands before the first comma is the surname. Titles, particles and single letters
   go, unless nothing is left; where after the comma only single letters are left, all of it goes.
   `abdul`, `abd al`, `abdel` and the like are joined to the next word as `abd`. A given name of
   two syllables is one word (`syllables`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from comity.core.fuzzy.legal_forms import cut_forms
from comity.core.fuzzy.skeletons import skeleton
from comity.core.fuzzy.syllables import two_syllables
from comity.core.fuzzy.titles import FUNCTION_WORDS, HONORIFICS, PARTICLES
from comity.core.fuzzy.transliteration import latin
from comity.core.records import Kind


class Role(StrEnum):
    """What a part is in a name, as far as its writing tells."""

    SURNAME = "surname"
    PATRONYMIC = "patronymic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its parts, in the order they stand."""

    words: tuple[str, ...]
    forms: tuple[str, ...] = ()
    """Codes of legal forms, sorted."""
    surnames: int = 0
    """How many of the first words are the surname; 0 where the writing does not tell."""

    @property
    def full(self) -> str:
        """The words sorted, then the legal forms: one text for every order."""
        return " ".join(sorted(self.words)) + "".join(f" /{form}" for form in self.forms)

    @property
    def skeletons(self) -> tuple[str, ...]:
        """The skeleton of each word, in the order of the words."""
        return _skeletons(self.words)

    def role(self, at: int) -> Role:
        """Return the role of a word."""
        if at < self.surnames:
            return Role.SURNAME
        return Role.PATRONYMIC if _PATRONYMIC.search(self.words[at]) else Role.OTHER


_PATRONYMIC: Final = re.compile("(?:ov|ev|yev)(?:ich|ych|itch|na)$|(?:inichna|ilich|ich)$")
_ASIDE: Final = re.compile(r"\([^()]*\b(?:aka|a\.k\.a|fka|f\.k\.a|formerly|also known)\b[^()]*\)")
_INITIALS: Final = re.compile(r"(?<![a-z0-9])[a-z](?:\.\s*[a-z](?![a-z0-9]))+\.?")
_WORD: Final = re.compile("[a-z0-9]+")
_ABD: Final = re.compile("bd|abd(?:u|ul|el|al|ol|oul|ur|us)?")
_ABD_JOINED: Final = re.compile(r"^abd[aeou]+(?:l|(.)(?=\1))(?=.{3})")
_CACHED: Final = 16_384


def words(text: str) -> tuple[str, ...]:
    """Return the words of any text, in lower-case ASCII (rules 1 and 2)."""
    return tuple(_words(latin(text)))


@lru_cache(maxsize=_CACHED)
def _skeletons(words: tuple[str, ...]) -> tuple[str, ...]:
    """Most families ask for them, one after the other."""
    return tuple(map(skeleton, words))


@lru_cache(maxsize=_CACHED)
def name_of(text: str, kind: Kind) -> Name:
    """Cut a name into its parts. No words where nothing of it is a letter or digit."""
    if kind is Kind.PERSON:
        return _person(latin(text))
    every = tuple(_words(_ASIDE.sub(" ", latin(text))))
    kept, forms = cut_forms(every) if kind is Kind.ORGANISATION else (every, ())
    return Name(tuple(word for word in kept if word not in FUNCTION_WORDS) or kept, forms)


def _words(text: str) -> list[str]:
    joined = _INITIALS.sub(lambda found: "".join(_WORD.findall(found.group())) + " ", text)
    return _WORD.findall(joined.replace("&", " and "))


def _person(text: str) -> Name:
    before, comma, after = text.partition(",")
    surname, rest = (_own(before), _own(after)) if comma else ([], _own(before))
    if not rest or max(map(len, rest)) == 1:
        surname, rest = [], surname or rest
    if len(surname) < 2 and two_syllables(surname + rest):
        if not surname:
            surname, rest = rest[:1], rest[1:]
        rest = ["".join(rest)]
    return Name(tuple(surname + rest), surnames=len(surname))


def _own(text: str) -> list[str]:
    every = _words(text)
    kept = [word for word in every if word not in HONORIFICS and word not in PARTICLES]
    joined: list[str] = []
    for word in [word for word in kept if len(word) > 1] or kept or every:
        if joined and _ABD.fullmatch(joined[-1]):
            joined[-1] = "abd" + word
        else:
            joined.append(_ABD_JOINED.sub("abd", word))
    return joined
