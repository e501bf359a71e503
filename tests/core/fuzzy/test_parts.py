"""A name in its parts, whatever its script, order and punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.parts import Name, Role, name_of, words
from comity.core.records import Kind

WORDS = (
    "Peña",
    "JOSE",
    "Щербаков",
    "王小明",
    "Abdul",
    "al",
    "Rahman",
    "de",
    "S.A.",
    "Dr.",
    "Kim",
    "أحمد",
)
NAMES = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=5).map(" ".join)


def persons(*names: str) -> set[tuple[str, ...]]:
    return {tuple(sorted(name_of(name, Kind.PERSON).skeletons)) for name in names}


@pytest.mark.parametrize(
    ("text", "expected", "surnames"),
    [
        ("PEÑA CRUZ, José", ("pena", "cruz", "jose"), 2),
        ("José Peña Cruz", ("jose", "pena", "cruz"), 0),
        ("DE LA CRUZ, María del Carmen", ("cruz", "maria", "carmen"), 1),
        ("Dr. Juan PÉREZ", ("juan", "perez"), 0),
        ("AL-ZAWAHIRI, Ayman", ("zawahiri", "ayman"), 1),
        ("Gen. Min Aung HLAING", ("min", "aung", "hlaing"), 0),
        ("Aung Naing Oo, U", ("aung", "naing", "oo"), 0),
        ("OO, Aung Naing", ("oo", "aung", "naing"), 1),
        ("WANG, Xiao Ming", ("wang", "xiaoming"), 1),
        ("Wang Xiao-ming", ("wang", "xiaoming"), 1),
        ("HONG, Gil Dong", ("hong", "gildong"), 1),
        ("ABDUL RAHMAN, Ali", ("abdrahman", "ali"), 1),
        ("J. SMITH", ("smith",), 0),
        ("X", ("x",), 0),
        ("Haji", ("haji",), 0),
        ("...", (), 0),
    ],
)
def test_persons(text: str, expected: tuple[str, ...], surnames: int) -> None:
    found = name_of(text, Kind.PERSON)
    assert found.words == expected
    assert found.surnames == (surnames if expected else 0)


@pytest.mark.parametrize(
    "names",
    [
        ("王小明", "WANG, Xiao Ming", "Wang Xiaoming", "Xiaoming Wang", "Wang Xiao-ming"),
        ("ЩЕРБАКОВ, Алексей", "Sherbakov Aleksei", "Alexey SHCHERBAKOV", "Aleksej Scherbakoff"),
        ("Евгений Иванов", "IVANOFF, Evgueni", "Yevgeny IVANOV", "IWANOW, Yewgeni"),
        ("أحمد محمد", "Ahmed Mohammed", "MUHAMMAD, Ahmad"),
        (
            "عبد الرحمن علي",
            "Abdul Rahman Ali",
            "Abdurrahman ALI",
            "ALI, Abdel-Rahman",
            "Abd al-Rahman Ali",
        ),
        ("Hernández Cruz", "ERNANDES DE LA CRUZ", "hernandez  cruz", "CRUZ, Hernandez"),
        ("González, José", "GONZALES JOSE", "José GONZÁLEZ"),
        ("Sa'id Hassan", "Said HASAN", "Saïd Hassan"),
    ],
)
def test_spellings_of_one_person(names: tuple[str, ...]) -> None:
    assert len(persons(*names)) == 1


@pytest.mark.parametrize(
    ("text", "expected", "forms"),
    [
        ("Banco de la Nación, S.A.", ("banco", "nacion"), ("sa",)),
        ("Smith & Sons Ltd", ("smith", "sons"), ("ltd",)),
        ("ALFA (f.k.a. BETA) LLC", ("alfa",), ("llc",)),
        ("A&B, S.C.", ("a", "b"), ("sc",)),
        ("The Of", ("the", "of"), ()),
        ("33rd Division", ("33rd", "division"), ()),
    ],
)
def test_organisations(text: str, expected: tuple[str, ...], forms: tuple[str, ...]) -> None:
    found = name_of(text, Kind.ORGANISATION)
    assert (found.words, found.forms) == (expected, forms)


def test_things_have_no_legal_forms() -> None:
    assert name_of("Trust of Alfa", Kind.VESSEL) == Name(("trust", "alfa"))
    assert name_of("Trust Alfa", Kind.ORGANISATION) == Name(("alfa",), ("trust",))


def test_roles() -> None:
    found = name_of("IVANOV, Pyotr Sergeyevich", Kind.PERSON)
    assert [found.role(at) for at in range(3)] == [Role.SURNAME, Role.OTHER, Role.PATRONYMIC]
    assert name_of("Petrovna", Kind.PERSON).role(0) is Role.PATRONYMIC
    assert name_of("Sergei", Kind.PERSON).role(0) is Role.OTHER


def test_initials_are_one_word() -> None:
    assert words("S. A. P. I. de C.V.") == ("sapi", "de", "cv")
    assert words("P. D. Grushina") == ("pd", "grushina")
    assert words("a.b c.d") == ("ab", "cd")


@given(NAMES, st.sampled_from(Kind))
def test_case_and_outer_punctuation_do_not_count(text: str, kind: Kind) -> None:
    assert name_of(text, kind) == name_of(f" “{text}” ", kind)
    assert all(word.isascii() and word for word in name_of(text, kind).words)


@given(
    st.lists(st.sampled_from(["pena", "josé", "щербаков", "abu", "maria"]), min_size=1), st.data()
)
def test_order_does_not_count(parts: list[str], data: st.DataObject) -> None:
    """Of words that are not joined with their neighbours."""
    mixed = data.draw(st.permutations(parts))
    ours, theirs = (name_of(" ".join(each), Kind.PERSON) for each in (parts, mixed))
    assert ours.full == theirs.full
    assert sorted(ours.skeletons) == sorted(theirs.skeletons)


@given(NAMES, st.sampled_from(Kind))
def test_a_full_name_is_its_own(text: str, kind: Kind) -> None:
    """The words of a name, written out, are the same name; their forms are codes then."""
    found = name_of(text, kind)
    if kind is not Kind.PERSON and not found.forms:
        assert name_of(" ".join(found.words), kind).words == found.words
