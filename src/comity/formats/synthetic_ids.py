"""Well-formed identifiers of nobody, from a seeded generator; never the same one twice."""

from random import Random
from typing import Final

from stdnum import iban, imo
from stdnum.mx import curp, rfc

LETTERS: Final = "ABCDEFGHIJLMNOPRSTUVXZ"
CONSONANTS: Final = "BCDFGHJLMNPRSTVZ"
HOMOCLAVE: Final = "123456789ABCDEFGHIJKLMNOPQRSTUV"
TWINS: Final = dict(zip("123456789ABC", "CDEFGHIJKLMN", strict=True))
"""Characters eleven apart in the RFC's alphabet: swapping them leaves the check digit right."""
STATES: Final = ("AS", "BC", "CH", "DF", "GT", "JC", "MC", "NL", "OC", "SL", "VZ", "YN")
ISSUERS: Final = ("BR", "CA", "CO", "DE", "ES", "GT", "PA", "US")


class Identities:
    """Makes identifiers. The same generator state gives the same identifiers."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._made: set[str] = set()

    def rfc(self, person: bool = False) -> str:
        """Return an RFC of 12 characters, or 13 for a person, with the right check digit."""
        while True:
            stem = self._some(LETTERS, 4 if person else 3) + self._day() + self._some(HOMOCLAVE, 2)
            made = stem + str(rfc.calc_check_digit(stem))
            if rfc.is_valid(made, validate_check_digits=True) and self._is_new(made):
                return made

    def twin_rfcs(self) -> tuple[str, str]:
        """Return two valid RFCs of companies that differ in one character."""
        while True:
            made = self.rfc()
            if made[-3] in TWINS and self._is_new(twin := made[:-3] + TWINS[made[-3]] + made[-2:]):
                return made, twin

    def curp(self) -> str:
        """Return a CURP with the right check digit."""
        while True:
            stem = (
                self._some(LETTERS, 1)
                + self._some("AEIOU", 1)
                + self._some(LETTERS, 2)
                + self._day()
                + self._some("HM", 1)
                + self._random.choice(STATES)
                + self._some(CONSONANTS, 3)
                + self._some("0123456789", 1)
            )
            made = stem + str(curp.calc_check_digit(stem))
            if curp.is_valid(made) and self._is_new(made):
                return made

    def imo(self) -> str:
        """Return a ship's IMO number with the right check digit."""
        while True:
            stem = str(self._random.randrange(500_000, 1_000_000))
            made = stem + str(imo.calc_check_digit(stem))
            if self._is_new(made):
                return made

    def wallet(self) -> str:
        """Return a hexadecimal address with capitals in it."""
        while True:
            made = "0x" + self._some("0123456789abcdefABCDEF", 40)
            if self._is_new(made.lower()):
                return made

    def phone(self) -> str:
        """Return a Mexican telephone number with its country code."""
        while True:
            made = f"+52 55 {self._some('123456789', 1)}{self._some('0123456789', 7)}"
            if self._is_new(made):
                return made

    def account(self) -> str:
        """Return an IBAN of a bank that does not exist, with the right check digits."""
        while True:
            rest = f"SYNT{self._some('0123456789', 14)}"
            made = f"GB{iban.calc_check_digits(f'GB00{rest}')}{rest}"
            if self._is_new(made):
                return made

    def passport(self) -> str:
        """Return the number of a passport: one letter and eight digits."""
        return self._number(LETTERS, 8)

    def tax_id(self) -> str:
        """Return a tax identifier of ten digits."""
        return self._number("123456789", 9)

    def issuer(self) -> str:
        """Return the code of a country."""
        return self._random.choice(ISSUERS)

    def _number(self, first: str, digits: int) -> str:
        while True:
            made = self._some(first, 1) + self._some("0123456789", digits)
            if self._is_new(made):
                return made

    def _day(self) -> str:
        random = self._random
        year, month = random.randrange(70, 120) % 100, random.randrange(1, 13)
        return f"{year:02}{month:02}{random.randrange(1, 29):02}"

    def _some(self, alphabet: str, count: int) -> str:
        return "".join(self._random.choices(alphabet, k=count))

    def _is_new(self, made: str) -> bool:
        new = made not in self._made
        self._made.add(made)
        return new
