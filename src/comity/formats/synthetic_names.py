"""Names of organisations, vessels and people that do not exist, from a seeded generator.

Every name has an invented word in it, and no normal form is given twice, so that two lists made
with one generator share a name only where that is planted.
"""

import unicodedata
from random import Random
from typing import Final

from comity.core.names import normal_name

SYLLABLES: Final = (
    *("ba", "be", "bri", "clo", "da", "dre", "fal", "fi", "glo", "gor", "ja", "jor", "la", "len"),
    *("lo", "mar", "mi", "mol", "na", "nel", "ñu", "pra", "pil", "qui", "ra", "rin", "ro", "sa"),
    *("sel", "tam", "tir", "to", "tul", "va", "vel", "vi", "xo", "zan", "ze", "zu"),
)
ENDINGS: Final = ("l", "n", "r", "s", "", "", "x", "z")
ACCENTS: Final = str.maketrans("aeo", "áéó")
ACTIVITIES: Final = (
    *("Comercializadora", "Constructora", "Servicios", "Grupo", "Operadora", "Transportes"),
    *("Inmobiliaria", "Distribuidora", "Asesoría", "Consultoría", "Agropecuaria", "Logística"),
)
REGIONS: Final = (
    *("del Norte", "del Sur", "del Bajío", "de Occidente", "del Golfo", "Internacional"),
    *("y Asociados", "Integral", "Peninsular", "Nacional", "y Compañía", "del Pacífico"),
)
TRADES: Final = (
    *("Trading", "Logistics", "Holdings", "Shipping", "Mining", "Energy", "Foods", "Capital"),
    *("Metals", "Textiles", "Motors", "Chemicals", "Timber", "Media", "Systems", "Partners"),
)
FORMS_MX: Final = ("S.A. de C.V.", "S. de R.L. de C.V.", "S.C.", "A.C.", "S.A.P.I. de C.V.")
FORMS_US: Final = ("LLC", "Inc.", "Ltd.", "Corp.", "Co., Ltd.", "L.P.")
SHIPS_MX: Final = ("Mar de", "Isla", "Cabo", "Reina de", "Estrella de", "Bahía")
SHIPS_US: Final = ("Ocean", "Star of", "Pacific", "Northern", "Golden", "Lady")
GIVEN: Final = (
    *("María", "José", "Lucía", "Andrés", "Sofía", "Martín", "Elena", "Raúl", "Inés", "Tomás"),
    *("Anna", "Peter", "Laura", "Daniel", "Ruth", "Simon"),
)


class Names:
    """Makes names. The same generator state gives the same names."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._made: set[str] = set()

    def organisation(self, mexican: bool) -> str:
        """Return an organisation's name; a few on each side are in the other language."""
        if mexican == (self._random.random() < 0.9):
            return f"{self.spanish_stem()}, {self._random.choice(FORMS_MX)}"
        while True:
            stem = f"{self.word()} {self._random.choice(TRADES)}"
            if self.claim(stem):
                return f"{stem} {self._random.choice(FORMS_US)}"

    def spanish_stem(self) -> str:
        """Return a Spanish name without its legal form, unlike every other stem."""
        while True:
            activity, region = self._random.choice(ACTIVITIES), self._random.choice(REGIONS)
            stem = f"{activity} {self.word()} {region}"
            if self.claim(stem):
                return stem

    def vessel(self, mexican: bool) -> str:
        """Return a vessel's name."""
        while True:
            name = f"{self._random.choice(SHIPS_MX if mexican else SHIPS_US)} {self.word()}"
            if self.claim(name):
                return name

    def person(self) -> str:
        """Return a person's name as lists write it: surnames first, then a comma."""
        while True:
            name = f"{self.word()} {self.word()}, {self._random.choice(GIVEN)}"
            if self.claim(name):
                return name

    def word(self) -> str:
        """Return an invented word with a capital; one in four has an accent."""
        word = "".join(self._random.choices(SYLLABLES, k=3)) + self._random.choice(ENDINGS)
        if self._random.random() < 0.25:
            word = word[:3] + word[3:].translate(ACCENTS)
        return word.capitalize()

    def claim(self, name: str) -> bool:
        """Take a name, unless something with the same normal form was taken before."""
        form = normal_name(name)
        new = form not in self._made
        self._made.add(form)
        return new


def plain(name: str) -> str:
    """Return a name as a list without accents and full stops writes it."""
    letters = unicodedata.normalize("NFD", name.replace(".", "").replace(",", ""))
    return "".join(char for char in letters if not unicodedata.combining(char)).upper()


def respelt(word: str) -> str:
    """Return a word as somebody writes it who heard it: other vowels, and an L that is double."""
    return word.translate(_HEARD).replace("L", "LL", 1)


_HEARD: Final = str.maketrans("EO", "IU")
