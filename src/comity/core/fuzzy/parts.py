"""A name in its parts: words without honorifics, particles and legal forms, each with its role."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from comity.core.fuzzy.legal_forms import cut_forms
from comity.core.fuzzy.skeletons import skeleton
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
        """The skeleton of each word, sorted; a word that stands twice counts twice."""
        return tuple(sorted(map(skeleton, self.words)))

    def role(self, at: int) -> Role:
        """Return the role of a word."""
        if at < self.surnames:
            return Role.SURNAME
        return Role.PATRONYMIC if _PATRONYMIC.search(self.words[at]) else Role.OTHER


HONORIFICS: Final = frozenset(
    """mr mrs ms miss dr prof professor eng ing lic sr sra don dona gen general maj major col colonel
    lt capt captain brigadier brig admiral adm marshal sgt sergeant hajji haji hajj hadji haj mullah mulla mullah
    mawlawi maulvi maulawi molavi mawlana maulana shaykh sheikh shaikh sheik cheikh shykh ustad ayatollah
    hojjatoleslam hojatoleslam sayyid sayed syed seyed seyyed sayyed qari imam sultan prince princess
    father bishop hon mufti kyaw_ daw""".split()
)
PARTICLES: Final = frozenset(
    """de del la las los y e da das do dos di du der den von van zu al el ul bin ibn ben bint bent
    binti ould oglu ogly kyzy qizi""".split()
)
FUNCTION_WORDS: Final = frozenset(
    """the of and for in on at to by de del la las los el y e en da do du des der die das und von
    al le les et i dlya po""".split()
)
KOREAN_SURNAMES: Final = frozenset(
    """kim gim lee yi ri rhee pak park bak choe choi jong jung jeong chong chung kang cho jo yun yoon
    chang jang rim im lim han o oh so seo sin shin kwon hwang an ahn song ryu yu hong jon jeon ko go
    mun moon son yang pae bae paek baek ho heo nam sim no ro kwak sung cha chu u mi ryang""".split()
)
"""Korean surnames as they are transliterated: only after one are two syllables a given name."""
_PATRONYMIC: Final = re.compile("(?:ov|ev|yev)(?:ich|ych|itch|na)$|(?:inichna|ilich|ich)$")
_ASIDE: Final = re.compile(r"\([^()]*\b(?:aka|a\.k\.a|fka|f\.k\.a|formerly|also known)\b[^()]*\)")
_INITIALS: Final = re.compile(r"(?<![a-z0-9])[a-z](?:\.\s*[a-z](?![a-z0-9]))+\.?")
_WORD: Final = re.compile("[a-z0-9]+")
_ABD: Final = re.compile("(?:bd|abd|abdu|abdul|abdel|abdal|abdol|abdoul|abdur|abdus|abd al)")
_ABD_JOINED: Final = re.compile("^abd[aeou]+(?:l|(.)(?=\\1))(?=.{3})")
_PINYIN: Final = re.compile(
    "(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)"
    "(?:i?ao|i?ang?|uang?|uai|iong|ong|i?an|eng?|ing?|un|ue|ui|iu|uo|ua|ia|ie|ai|ei|ou|a|e|i|o|u))"
    "|ai|an|ang|ao|ou|en|er"
)
_KOREAN: Final = re.compile(
    "(?:[gkndtrlmbpsjchy]|ch|kk|tt|pp|ss|jj|kw|hw|hy|ky|gy|ry|my)?"
    "(?:yeo|eo|eu|ae|oe|wi|ui|oo|ee|ou|a|o|u|e|i)(?:ng|n|l|m|k|p|t|h)?"
)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: ASCII, lower case, initials that full stops join as one word."""
    return tuple(_words(latin(text)))


@lru_cache(maxsize=16_384)
def name_of(text: str, kind: Kind) -> Name:
    """Cut a name into its parts. No words where nothing of it is a letter or digit."""
    found = latin(text)
    if kind is Kind.PERSON:
        return _person(found)
    every = _words(_ASIDE.sub(" ", found))
    kept, forms = cut_forms(tuple(every)) if kind is Kind.ORGANISATION else (tuple(every), ())
    named = tuple(word for word in kept if word not in FUNCTION_WORDS)
    return Name(named or kept, forms)


def _words(text: str) -> list[str]:
    joined = _INITIALS.sub(lambda found: "".join(_WORD.findall(found.group())) + " ", text)
    return _WORD.findall(joined.replace("&", " and "))


def _person(text: str) -> Name:
    before, comma, after = text.partition(",")
    surname, rest = (_plain(before), _plain(after)) if comma else ([], _plain(before))
    if not rest or max(map(len, rest)) == 1:
        surname, rest = [], surname or rest
    if _asian(surname, rest):
        if not surname:
            surname, rest = rest[:1], rest[1:]
        rest = ["".join(rest)]
    return Name(tuple(surname + rest), surnames=len(surname))


def _asian(surname: list[str], rest: list[str]) -> bool:
    """Say whether this is a surname and a given name of two syllables that are written apart."""
    every = surname + rest
    return (
        len(every) == 3
        and len(surname) in (0, 1)
        and (all(map(_PINYIN.fullmatch, every)) or _korean(every))
    )


def _korean(every: list[str]) -> bool:
    return every[0] in KOREAN_SURNAMES and all(map(_KOREAN.fullmatch, every[1:]))


def _plain(text: str) -> list[str]:
    every = _words(text)
    kept = [word for word in every if word not in HONORIFICS and word not in PARTICLES]
    kept = [word for word in kept if len(word) > 1] or kept or every
    joined: list[str] = []
    for word in kept:
        if joined and _ABD.fullmatch(joined[-1]):
            joined[-1] = "abd" + word
        else:
            joined.append(_ABD_JOINED.sub("abd", word))
    return joined
