"""What documents show of the fuzzy families: their values, the lists of words, and vectors."""

import inspect
from collections.abc import Iterable
from textwrap import fill

from comity.core.fuzzy import families, legal_forms, skeletons, subject, syllables, titles
from comity.core.fuzzy import generic as generic_words
from comity.core.fuzzy import transliteration as letters
from comity.core.fuzzy.families import FUZZY
from comity.core.fuzzy.parts import name_of
from comity.core.records import Kind
from documents.shown import table

_WIDTH = 100
NAMES = (
    (Kind.PERSON, "PEÑA CRUZ, Dr. José"),
    (Kind.PERSON, "Щербаков Алексей Юрьевич"),
    (Kind.PERSON, "عبد الرحمن الهاشمي"),
    (Kind.PERSON, "王小明"),
    (Kind.PERSON, "WANG, Xiao Ming"),
    (Kind.ORGANISATION, "Peña y Asociados, S. A. de C.V."),
    (Kind.ORGANISATION, "Общество с ограниченной ответственностью «Трансойл»"),
    (Kind.VESSEL, "The Star of Alfa 7"),
)


def table_of_families() -> str:
    """Every fuzzy family: its value and who gives it, from the module that derives it."""
    said: dict[str, tuple[str, str]] = {}
    for line in inspect.cleandoc(families.__doc__ or "").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3:
            values = cells[1].replace("; of all", ";; of all").split(";; ")
            for name in cells[0].split(", "):
                said[name] = ("; ".join(values), cells[2])
    rows = [
        (
            f"`{rule.family}`",
            *said[rule.family],
            "yes" if rule.has_kind else "no",
            "yes" if rule.cheap else "",
        )
        for rule in FUZZY.values()
    ]
    return table(("family", "value", "given by", "kind in the token", "one a name"), rows)


def words() -> str:
    """The lists of words that are part of the derivation, whole."""
    lists = (
        ("Titles of persons", titles.HONORIFICS),
        ("Particles of persons' names", titles.PARTICLES),
        ("Function words of other names", titles.FUNCTION_WORDS),
        ("Korean surnames", syllables.KOREAN_SURNAMES),
        ("Chinese surnames of two characters", letters.SURNAMES_OF_TWO),
        ("Street types", subject.STREET_TYPES),
        ("Generic words of organisations' names, which `core` leaves out", generic_words.GENERIC),
        (
            "Groups of letters in skeletons, and the letter they become",
            [f"{group}={letter}" for group, letter in skeletons.SOUNDS.items()],
        ),
        (
            "Legal forms: the code, and all its spellings",
            [f"{code}: {' | '.join(sorted(all))};" for code, all in _spellings().items()],
        ),
    )
    return "\n\n".join(f"{title}:\n\n```text\n{_filled(each)}\n```" for title, each in lists)


def vectors() -> str:
    """Names, their words, and the skeletons of those."""
    rows = []
    for kind, text in NAMES:
        name = name_of(text, kind)
        rows.append((kind.value, text, f"`{name.full}`", f"`{' '.join(name.skeletons)}`"))
    return table(("kind", "written", "`full-name`", "skeletons, in the order of the words"), rows)


def _spellings() -> dict[str, list[str]]:
    return {code: spellings.split("|") for code, spellings in sorted(legal_forms.SPELLINGS.items())}


def _filled(each: Iterable[str]) -> str:
    listed = list(each) if isinstance(each, list) else sorted(each)
    return fill(" ".join(listed), _WIDTH, break_long_words=False, break_on_hyphens=False)
