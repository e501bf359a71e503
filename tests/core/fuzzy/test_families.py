"""Which fuzzy tokens a record gives."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.derivation import DERIVATION
from comity.core.fuzzy.families import END, ENDS_OF_NAMES, FUZZY, LEFT_OUT, fuzzy_tokens
from comity.core.fuzzy.skeletons import skeleton
from comity.core.fuzzy.subject import Subject
from comity.core.records import Family, Identifier, Kind, Place, Record
from comity.limits import NAMES_IN_FULL, NAMES_PER_RECORD, TOKENS_PER_RECORD

PERSON = Record(
    "1",
    Kind.PERSON,
    ("IVANOV, Ivan Petrovich",),
    (Identifier(Family.CURP, "XEXX010101HNEXXXA4", "MX"),),
    birth_dates=("1952-04-10",),
    places=(Place("7", "Smith Street", "Perm", "2146"),),
)


def values(record: Record, *families: Family) -> list[str]:
    """Return the values of tokens, in their order."""
    return [token.value for token in fuzzy_tokens(Subject.of(record), families)]


def body(*names: str) -> Record:
    return Record("1", Kind.ORGANISATION, names)


def ship(words: Iterable[str]) -> Record:
    """Return a record whose name has no legal form, whatever the words."""
    return Record("1", Kind.VESSEL, (" ".join(words),))


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (Family.RFC_CURP_ROOT, ["XEXX010101"]),
        (Family.FULL_NAME, ["ivan ivanov petrovich"]),
        (Family.SKELETON, ["avn avnv ptrvq"]),
        (Family.CORE, []),
        (
            Family.SKELETON_LESS_ONE,
            ["avn ptrvq", "avnv ptrvq", "avn avnv", "avn avnv ptrvq"],
        ),
        (Family.SKELETON_ENDS, ["avn avn ptr -", "- avn rvq vnv"]),
        (
            Family.PART_BIRTH_DATE,
            ["avnv 1952-04-10", "avn 1952-04-10", "ptrvq 1952-04-10"],
        ),
        (Family.SKELETON_BIRTH_YEAR, ["avn avnv ptrvq 1952"]),
        (Family.PART_POSTCODE, ["avnv 2146", "avn 2146", "ptrvq 2146"]),
        (Family.PART_STREET, ["avnv smt", "avn smt", "ptrvq smt"]),
        (Family.PART_LOCALITY, ["avnv prm", "avn prm", "ptrvq prm"]),
        (Family.BIRTH_DATE_POSTCODE, ["1952-04-10 2146"]),
        (Family.BIRTH_DATE_LOCALITY, ["1952-04-10 prm"]),
        (Family.STREET_LOCALITY, ["smt prm"]),
        (Family.NUMBER_STREET, ["7 smt"]),
    ],
)
def test_a_person(family: Family, expected: list[str]) -> None:
    assert values(PERSON, family) == expected


def test_every_family_is_tried_above_and_has_a_rule() -> None:
    mark = next(mark for mark in test_a_person.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {family for family, _ in mark.args[1]} == set(FUZZY)


def test_an_organisation() -> None:
    record = body("Consorcio NUJOMA Servicios, S.C.", "Nujoma")
    assert values(record, Family.FULL_NAME) == ["consorcio nujoma servicios /sc", "nujoma"]
    assert values(record, Family.CORE) == ["njm"]
    assert values(record, Family.SKELETON) == ["knsrs njm srvs", "njm"]
    assert values(record, Family.PART_BIRTH_DATE, Family.SKELETON_BIRTH_YEAR) == []


def test_what_is_too_short_gives_nothing() -> None:
    assert values(body("AB"), *FUZZY) == []
    assert values(body("Ali"), Family.SKELETON, Family.FULL_NAME) == []
    assert values(body("Company Limited Bank"), Family.CORE) == []


def test_the_kind_is_part_of_every_token_but_the_root() -> None:
    kinds = {token.family: token.kind for token in fuzzy_tokens(Subject.of(PERSON), FUZZY)}
    assert kinds.pop(Family.RFC_CURP_ROOT) is None
    assert set(kinds.values()) == {Kind.PERSON}


def test_only_what_is_allowed() -> None:
    assert {token.family for token in fuzzy_tokens(Subject.of(PERSON), [Family.CORE])} == set()
    assert fuzzy_tokens(Subject.of(PERSON), [Family.RFC, Family.NAME]) == {}


def test_cheap_families_go_on_where_the_others_stop() -> None:
    names = [f"Alb{at}x Cord{at}x Dref{at}x Ebt{at}x" for at in range(40)]
    tokens = fuzzy_tokens(Subject.of(body(*names)), FUZZY)
    assert len(tokens) == TOKENS_PER_RECORD
    count = {family: sum(token.family is family for token in tokens) for family in FUZZY}
    assert count[Family.SKELETON] == count[Family.FULL_NAME] == NAMES_PER_RECORD
    # All of them begin alike.
    assert count[Family.SKELETON_ENDS] == 1 + ENDS_OF_NAMES
    assert count[Family.SKELETON_LESS_ONE] == min(
        5 * NAMES_IN_FULL, TOKENS_PER_RECORD - 3 * NAMES_PER_RECORD - 1 - ENDS_OF_NAMES
    )


def test_names_too_long_for_a_token_give_none() -> None:
    whole = [family for family in FUZZY if family is not Family.SKELETON_ENDS]
    assert values(body("x" * 2_000 + " alfa"), *whole) == []
    # Ends are as short as ever.
    assert values(body("x" * 2_000 + " alfa"), Family.SKELETON_ENDS) == ["alf sks -", "- alf sks"]


WORDS = st.text("bdklmnprstv", min_size=3, max_size=6)
NAMES = st.lists(WORDS, min_size=3, max_size=6, unique_by=skeleton)


@given(NAMES, st.data())
def test_one_part_left_out_still_meets(words: list[str], data: st.DataObject) -> None:
    """Whatever part is left out, and in whatever order the others stand."""
    out = data.draw(st.sampled_from(words))
    left = data.draw(st.permutations([word for word in words if word != out]))
    ours, theirs = ship(words), ship(left)
    assert set(values(ours, Family.SKELETON_LESS_ONE)) & set(
        values(theirs, Family.SKELETON_LESS_ONE)
    )


@given(NAMES, WORDS, WORDS)
def test_one_part_exchanged_still_meets(words: list[str], one: str, other: str) -> None:
    shared = set(values(ship([*words, one]), Family.SKELETON_LESS_ONE)) & set(
        values(ship([other, *words]), Family.SKELETON_LESS_ONE)
    )
    assert shared


@given(NAMES, st.data())
def test_a_slip_in_one_part_leaves_its_beginning_or_its_end(
    words: list[str], data: st.DataObject
) -> None:
    """Whatever becomes of one side of a part, with six sounds in it or more."""
    at = data.draw(st.integers(0, len(words) - 1))
    long, other = "bdklmn", data.draw(st.text("fgj", min_size=1, max_size=4))
    slip = data.draw(st.sampled_from([long[:3] + other, other + long[3:]]))
    ours, theirs = ([*words[:at], one, *words[at + 1 :]] for one in (long, slip))
    assert set(values(ship(ours), Family.SKELETON_ENDS)) & set(
        values(ship(theirs), Family.SKELETON_ENDS)
    )


def test_ends_of_names_that_are_no_longer_than_ends_are_not_tagged() -> None:
    assert values(ship(["bdk", "lm"]), Family.SKELETON_ENDS) == []
    assert values(ship(["bdklm"]), Family.SKELETON_ENDS) == []
    assert values(ship(["bdklm", "b"]), Family.SKELETON_ENDS) == ["b bdk -", "- b klm"]


@given(NAMES)
def test_no_single_part_is_tagged(words: list[str]) -> None:
    """Many people share a part: a token of one would show more than it finds."""
    tokens = values(ship(words), Family.SKELETON_LESS_ONE, Family.SKELETON)
    assert all(len(value.split()) > 1 for value in tokens)


@given(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), st.sampled_from(Kind))
def test_what_tokens_stand_for_is_what_they_are_made_of(name: str, kind: Kind) -> None:
    subject = Subject.of(Record("1", kind, (name,), birth_dates=("1952-04-10",)))
    for token, facts in fuzzy_tokens(subject, FUZZY).items():
        for fact in facts:
            assert fact.value == token.value
            assert fact.name is not None
            if token.family is not Family.FULL_NAME:
                parts = [subject.names[fact.name].skeletons[at] for at in fact.parts]
                assert set(parts) <= set(token.value.split())
                ends = [subject.names[fact.name].skeletons[at] for at in fact.ends]
                assert all({each[:END], each[-END:]} & set(token.value.split()) for each in ends)


@given(st.lists(WORDS, min_size=1, max_size=9))
def test_tokens_for_one_name_are_bounded(words: list[str]) -> None:
    tokens = fuzzy_tokens(Subject.of(ship(words)), FUZZY)
    assert len(tokens) <= 3 + max(LEFT_OUT) + 1 + 2


def test_the_version_is_named() -> None:
    assert DERIVATION == "comity-fuzzy-1"
