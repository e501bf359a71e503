"""The generated errors: each kind is what it says it is, and one seed gives one set."""

from random import Random

import pytest
from bench.quality import slips
from bench.quality.errors import generate, made_up
from bench.quality.slips import KINDS, Context
from bench.quality.spellings import CONFUSIONS, TRANSLITERATIONS

from comity.core.records import Kind, Record

PERSON = Record("p", Kind.PERSON, ("IVANOV, Aleksandr Pavlovich",), birth_dates=("1970-03-11",))
BODY = Record("o", Kind.ORGANISATION, ("Constructora Tamzuro, S.A. de C.V.",))


def context(seed: int = 1) -> Context:
    return Context(Random(seed), "SMITH", "Peter")


def name(record: Record | None) -> str:
    assert record is not None
    return record.names[0]


@pytest.mark.parametrize("seed", range(40))
def test_one_slip_is_one_slip(seed: int) -> None:
    was, now = name(PERSON).lower(), name(slips.typing(PERSON, context(seed))).lower()
    assert was != now
    assert abs(len(was) - len(now)) <= 1
    differ = sum(one != other for one, other in zip(was, now, strict=False))
    assert len(was) != len(now) or differ <= 2


@pytest.mark.parametrize("seed", range(20))
def test_sounds_are_spelt_otherwise(seed: int) -> None:
    changed = name(slips.transliteration(PERSON, context(seed))).lower()
    assert changed != name(PERSON).lower()
    assert slips.transliteration(BODY, context(seed)) is None


def test_parts_move_go_and_come() -> None:
    words = {"IVANOV", "Aleksandr", "Pavlovich"}
    moved = name(slips.order(PERSON, context()))
    assert set(moved.split()) == words
    assert moved.split() != ["IVANOV", "Aleksandr", "Pavlovich"]
    left = name(slips.missing_part(PERSON, context()))
    assert left in {"IVANOV, Aleksandr", "IVANOV, Pavlovich"}
    assert name(slips.added_part(PERSON, context())) == "IVANOV, Aleksandr Pavlovich Peter"
    assert name(slips.initials(PERSON, context())) == "IVANOV, A. P."


def test_surnames_and_given_names() -> None:
    assert name(slips.other_surname(PERSON, context())) == "SMITH, Aleksandr Pavlovich"
    assert name(slips.surname_added(PERSON, context())) == "IVANOV-SMITH, Aleksandr Pavlovich"
    assert name(slips.nickname(PERSON, context())) == "IVANOV, Sasha Pavlovich"
    assert slips.nickname(BODY, context()) is None


def test_another_script() -> None:
    assert name(slips.own_script(PERSON, context())) == "Иванов Александр Павлович"
    assert slips.own_script(BODY, context()) is None


def test_legal_forms() -> None:
    other = "Constructora Tamzuro sociedad anonima de capital variable"
    assert name(slips.legal_form(BODY, context())) == other
    assert name(slips.legal_form_missing(BODY, context())) == "Constructora Tamzuro"
    assert slips.legal_form(PERSON, context()) is None
    only = Record("o", Kind.ORGANISATION, ("LLC",))
    assert slips.legal_form_missing(only, context()) is None


def test_dates() -> None:
    swapped = slips.date_swapped(PERSON, context())
    assert swapped is not None
    assert swapped.birth_dates == ("1970-11-03",)
    for date in ("1970", "1970-03", "1970-03-13", "1970-03-03", ""):
        other = Record("p", Kind.PERSON, PERSON.names, birth_dates=(date,) if date else ())
        assert slips.date_swapped(other, context()) is None


def test_nothing_is_replaced_by_itself() -> None:
    pairs: list[tuple[str, str]] = [*TRANSLITERATIONS, *CONFUSIONS]
    assert [pair for pair in pairs if pair[0] == pair[1]] == []


def test_a_set() -> None:
    made = generate(made_up(1_500), each=20)
    assert made == generate(made_up(1_500), each=20)
    theirs = {record.id: record for record in made.theirs}
    ours = {record.id: record for record in made.ours}
    assert {theirs_id for _, theirs_id in made.kinds} <= theirs.keys()
    # As many again that the holder does not have.
    assert len(ours) == 2 * len(made.kinds)
    for (one, other), kind in made.kinds.items():
        assert (ours[one] == theirs[other]) is False  # Ids differ at least.
        assert (ours[one].names == theirs[other].names) == (
            kind in {"unchanged", "birth date swapped"}
        )
    found = set(made.kinds.values())
    assert set(KINDS) == found
    assert all(len(record.names) == 1 and not record.identifiers for record in theirs.values())


def test_of_nobody_nothing_is_made() -> None:
    made = generate([])
    assert (made.ours, made.theirs, made.kinds) == ([], [], {})
