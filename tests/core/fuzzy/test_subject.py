"""A record as the families see it."""

import pytest

from comity.core.fuzzy.subject import Address, Subject
from comity.core.records import Family, Identifier, Kind, Place, Record
from comity.limits import DATES_PER_RECORD, NAMES_PER_RECORD, PLACES_PER_RECORD


def subject(*names: str, born: tuple[str, ...] = (), **rest: object) -> Subject:
    return Subject.of(Record("1", Kind.PERSON, names, birth_dates=born, **rest))  # type: ignore[arg-type]


def test_names_that_are_one_count_once() -> None:
    found = subject("PEÑA, José", "Jose Pena", "...", "Peña Cruz")
    assert [name.words for name in found.names] == [("pena", "jose"), ("pena", "cruz")]


@pytest.mark.parametrize(
    ("born", "dates", "years"),
    [
        (("1976-04-19",), ("1976-04-19",), ("1976",)),
        (("1976",), (), ("1976",)),
        (("circa 1976",), (), ("1976",)),
        (("1976-02-30",), (), ("1976",)),
        (("01 Jan 1963 to 31 Dec 1965",), (), ("1963", "1964", "1965")),
        (("1960 to 1980",), (), ("1960", "1980")),
        (("19761",), (), ()),
        (("1976-04-19", "1976-04-20"), ("1976-04-19", "1976-04-20"), ("1976",)),
    ],
)
def test_birth_dates(born: tuple[str, ...], dates: tuple[str, ...], years: tuple[str, ...]) -> None:
    found = subject("A B", born=born)
    assert (found.dates, found.years) == (dates, years)


def test_rfc_and_curp_of_a_person_have_one_root() -> None:
    ours = subject("A B", identifiers=(Identifier(Family.RFC, "XEXX010101AB1", "MX"),))
    theirs = subject("A B", identifiers=(Identifier(Family.CURP, "XEXX010101HNEXXXA4", "MX"),))
    assert ours.roots == theirs.roots == ("XEXX010101",)
    company = subject("A B", identifiers=(Identifier(Family.RFC, "CNU130416UJ3", "MX"),))
    assert company.roots == ()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            Place("12-B", "Smith Street", "Winston Hills", "2 146"),
            Address("12b", "smt", "alsvnstn", "2146"),
        ),
        (
            Place("12 b", "SMITH ST.", "Hills, Winston", "2146"),
            Address("12b", "smt", "alsvnstn", "2146"),
        ),
        (Place("", "Calle Reforma", "México", ""), Address("", "rfrm", "mksk", "")),
        (Place("", "smith stret", "", ""), Address("", "smt", "", "")),
        (Place("", "Street", "", ""), Address("", "strt", "", "")),
        (Place(), Address("", "", "", "")),
    ],
)
def test_addresses(place: Place, expected: Address) -> None:
    assert Address.of(place) == expected


def test_there_is_an_end_to_everything() -> None:
    many = range(1950, 1950 + 40)
    found = subject(
        *(f"Word{number}x Name" for number in many),
        born=tuple(f"{year}-01-02" for year in many),
        places=tuple(Place(postcode=str(year)) for year in many),
    )
    assert len(found.names) == NAMES_PER_RECORD
    assert len(found.dates) == len(found.years) == DATES_PER_RECORD
    assert len(found.addresses) == PLACES_PER_RECORD


def test_withheld_records_have_nothing() -> None:
    found = subject("A B", born=("1976-04-19",), places=(Place(postcode="1"),), withheld=True)
    assert found == Subject(Kind.PERSON, (), (), (), (), ())
