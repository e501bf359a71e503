"""Rows of the synthetic lists, and the pairs of rows that agree or only look alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from comity.core.records import Family, Kind
from comity.formats.synthetic_ids import Identities
from comity.formats.synthetic_names import FORMS_MX, Names, plain, respelt

HEADER: Final = (
    *("Synthetic id", "Name", "Other names", "Kind", "RFC", "CURP", "Passport"),
    *("Passport country", "Tax id", "Tax id country", "IMO", "Wallet", "Phone", "Account"),
    *("Born", "Status", "As of"),
)
MAPPING: Final = (
    "id=Synthetic id;name=Name;alias=Other names;split=|;kind=Kind;rfc=RFC;curp=CURP;"
    "passport=Passport@Passport country;tax-id=Tax id@Tax id country;imo=IMO;wallet=Wallet;"
    "phone=Phone;account=Account;"
    "birth_date=Born;status=Status;as_of=As of"
)
"""How `comity.formats` reads the lists."""
STATUSES_MX: Final = ("presunto", "definitivo", "definitivo", "desvirtuado", "sentencia favorable")
VESSELS: Final = 0.15
"""Share of vessels in a list."""
PERSONS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list, in the order of HEADER."""

    id: str
    status: str
    as_of: str
    name: str = ""
    other: str = ""
    kind: Kind = Kind.ORGANISATION
    rfc: str = ""
    curp: str = ""
    passport: str = ""
    passport_country: str = ""
    tax_id: str = ""
    tax_id_country: str = ""
    imo: str = ""
    wallet: str = ""
    phone: str = ""
    account: str = ""
    born: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row."""
        return (
            *(self.id, self.name, self.other, self.kind.value, self.rfc, self.curp),
            *(self.passport, self.passport_country, self.tax_id, self.tax_id_country),
            *(self.imo, self.wallet, self.phone, self.account, self.born, self.status, self.as_of),
        )


Pair = tuple[Row, Row]
Plant = Callable[[Row, Row], Pair]
"""Turns one row of each list into a pair that agrees, or looks alike."""


class Rows:
    """Makes rows. No two share a name or an identifier, unless they are made a pair."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._names = Names(random)
        self._ids = Identities(random)

    def row(self, key: str, mexican: bool) -> Row:
        """Return a row that shares nothing with any other."""
        random = self._random
        status = random.choice(STATUSES_MX) if mexican else "listed"
        day = f"{random.randrange(2014, 2026)}-{random.randrange(1, 13):02}-01"
        blank = Row(key, f"synthetic {status}", day)
        draw = random.random()
        if draw < VESSELS:
            return self._vessel(blank, mexican)
        if draw < VESSELS + PERSONS:
            return self._person(blank)
        return self._organisation(blank, mexican)

    def agreements(self) -> tuple[tuple[tuple[Family, ...], Plant], ...]:
        """Return the ways in which pairs agree, with the families that do."""
        return (
            ((Family.RFC,), self._same_rfc),
            ((Family.CURP,), self._same_curp),
            ((Family.PASSPORT,), self._same_passport),
            ((Family.TAX_ID,), self._same_tax_id),
            ((Family.IMO,), self._same_imo),
            ((Family.WALLET,), self._same_wallet),
            ((Family.PHONE,), self._same_phone),
            ((Family.ACCOUNT,), self._same_account),
            ((Family.NAME,), self._same_name),
            ((Family.NAME,), self._same_alias),
            ((Family.RFC, Family.NAME), self._same_rfc_and_name),
        )

    def look_alikes(self) -> tuple[tuple[str, Plant], ...]:
        """Return the ways in which pairs look alike without being the same."""
        return (
            ("name-one-letter-apart", self._name_apart),
            ("rfc-one-character-apart", self._rfc_apart),
            ("other-legal-form", self._other_form),
            ("other-kind", self._other_kind),
            ("passport-of-another-country", self._other_issuer),
        )

    def near(self) -> tuple[tuple[str, Plant], ...]:
        """Return the ways in which the names of one subject differ in two lists."""
        return (
            ("spelling", self._other_spelling),
            ("legal-form-in-words", self._form_in_words),
            ("missing-word", self._missing_word),
            ("order-and-birth-date", self._other_order),
        )

    def _blank(self, row: Row) -> Row:
        return Row(row.id, row.status, row.as_of)

    def _organisation(self, row: Row, mexican: bool) -> Row:
        random, ids = self._random, self._ids
        made = replace(self._blank(row), name=self._names.organisation(mexican))
        if mexican or random.random() < 0.02:
            made = replace(made, rfc=ids.rfc())
        elif random.random() < 0.3:
            made = replace(made, tax_id=ids.tax_id(), tax_id_country=ids.issuer())
        if random.random() < 0.02:
            made = replace(made, wallet=ids.wallet())
        if random.random() < 0.1:
            made = replace(made, other=self._names.organisation(mexican))
        return made

    def _vessel(self, row: Row, mexican: bool) -> Row:
        name, imo = self._names.vessel(mexican), self._ids.imo()
        return replace(self._blank(row), name=name, kind=Kind.VESSEL, imo=imo)

    def _person(self, row: Row) -> Row:
        ids = self._ids
        return replace(
            self._blank(row),
            name=self._names.person(),
            kind=Kind.PERSON,
            rfc=ids.rfc(person=True),
            curp=ids.curp(),
            passport=ids.passport(),
            passport_country=ids.issuer(),
            born=self._birth_date(),
        )

    def _birth_date(self) -> str:
        random = self._random
        year, month, day = (random.randrange(*each) for each in ((1940, 2000), (1, 13), (1, 29)))
        return f"{year}-{month:02}-{day:02}"

    def _organisations(self, mx: Row, us: Row) -> Pair:
        return self._organisation(mx, mexican=True), self._organisation(us, mexican=False)

    def _persons(self, mx: Row, us: Row) -> Pair:
        return self._person(mx), self._person(us)

    def _same_rfc(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        return mx, replace(us, rfc=f"{mx.rfc[:3]}-{mx.rfc[3:9]}-{mx.rfc[9:]}")

    def _same_curp(self, mx: Row, us: Row) -> Pair:
        mx, us = self._persons(mx, us)
        return mx, replace(us, curp=mx.curp.lower())

    def _same_passport(self, mx: Row, us: Row) -> Pair:
        mx, us = self._persons(mx, us)
        spaced = f"{mx.passport[0]} {mx.passport[1:]}"
        return mx, replace(us, passport=spaced, passport_country=mx.passport_country)

    def _same_tax_id(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        mx = replace(mx, tax_id=self._ids.tax_id(), tax_id_country=self._ids.issuer())
        dashed = f"{mx.tax_id[:9]}-{mx.tax_id[9:]}"
        return mx, replace(us, tax_id=dashed, tax_id_country=mx.tax_id_country)

    def _same_imo(self, mx: Row, us: Row) -> Pair:
        mx, us = self._vessel(mx, mexican=True), self._vessel(us, mexican=False)
        return mx, replace(us, imo=f"IMO {mx.imo}")

    def _same_wallet(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        mx = replace(mx, wallet=self._ids.wallet())
        return mx, replace(us, wallet=mx.wallet.lower())

    def _same_phone(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        mx = replace(mx, phone=self._ids.phone())
        return mx, replace(us, phone=f"00{mx.phone.removeprefix('+').replace(' ', '-')}")

    def _same_account(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        mx = replace(mx, account=self._ids.account())
        return mx, replace(us, account=f"{mx.account[:4]} {mx.account[4:].lower()}")

    def _same_name(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        return mx, replace(us, name=plain(mx.name))

    def _same_alias(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        return mx, replace(us, other=f"{self._names.organisation(mexican=False)}|{plain(mx.name)}")

    def _same_rfc_and_name(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        return mx, replace(us, rfc=mx.rfc, name=plain(mx.name))

    def _nameless(self, mx: Row, us: Row) -> Pair:
        """Return organisations of which only the holder's has a number: nothing else agrees."""
        us = replace(self._blank(us), kind=Kind.ORGANISATION)
        return self._organisation(mx, mexican=True), us

    def _other_spelling(self, mx: Row, us: Row) -> Pair:
        mx, us = self._nameless(mx, us)
        stem = self._names.spanish_stem()
        first, invented, *rest = plain(stem).split()
        heard = " ".join((first, respelt(invented), *rest, "SA DE CV"))
        return replace(mx, name=f"{stem}, S.A. de C.V."), replace(us, name=heard)

    def _form_in_words(self, mx: Row, us: Row) -> Pair:
        mx, us = self._nameless(mx, us)
        stem = self._names.spanish_stem()
        long = plain(f"{stem} Sociedad Anónima de Capital Variable")
        return replace(mx, name=f"{stem}, S.A. de C.V."), replace(us, name=long)

    def _missing_word(self, mx: Row, us: Row) -> Pair:
        mx, us = self._nameless(mx, us)
        stem = f"{self._names.spanish_stem()} {self._names.word()}"
        mx = replace(mx, name=f"{stem} {self._names.word()}, S.A. de C.V.")
        return mx, replace(us, name=plain(f"{stem}, S.A. de C.V."))

    def _other_order(self, mx: Row, us: Row) -> Pair:
        mx, us = self._persons(mx, us)
        mx = replace(mx, rfc="", curp="")
        surnames, _, given = mx.name.partition(", ")
        name = plain(f"{given} {surnames}")
        us = replace(us, name=name, born=mx.born, rfc="", curp="", passport="", passport_country="")
        return mx, us

    def _name_apart(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        while True:
            stem = self._names.spanish_stem()
            other = stem.replace(stem.split()[1], stem.split()[1] + "k", 1)
            if self._names.claim(other):
                break
        form = self._random.choice(FORMS_MX)
        us = replace(us, name=f"{other}, {form}", rfc=self._ids.rfc())
        return replace(mx, name=f"{stem}, {form}"), us

    def _rfc_apart(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        one, other = self._ids.twin_rfcs()
        return replace(mx, rfc=one), replace(us, rfc=other)

    def _other_form(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisations(mx, us)
        stem = self._names.spanish_stem()
        return replace(mx, name=f"{stem}, S.A. de C.V."), replace(us, name=f"{stem}, S.C.")

    def _other_kind(self, mx: Row, us: Row) -> Pair:
        mx, us = self._organisation(mx, mexican=True), self._vessel(us, mexican=False)
        return replace(mx, name=us.name), us

    def _other_issuer(self, mx: Row, us: Row) -> Pair:
        mx, us = self._persons(mx, us)
        mx = replace(mx, passport_country="MX")
        return mx, replace(us, passport=mx.passport, passport_country="CU")
