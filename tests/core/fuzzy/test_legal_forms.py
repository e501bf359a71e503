"""Every spelling of a legal form gives its code."""

import pytest

from comity.core.fuzzy.legal_forms import CODES, LONGEST, SPELLINGS, cut_forms
from comity.core.fuzzy.parts import name_of
from comity.core.records import Kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CONSORCIO NUJOMA, S.C.", "Consorcio Nujoma, Sociedad Civil"),
        ("ALFA, S.A. DE C.V.", "Alfa Sociedad Anónima de Capital Variable"),
        ("ALFA, S. DE R.L. DE C.V.", "Alfa S de RL de CV"),
        ("ALFA S. A. P. I. DE C.V.", "ALFA, S.A.P.I. DE C.V."),
        ("ООО «Трансойл»", "Transoyl Limited Liability Company"),
        ("ООО «Трансойл»", "Общество с ограниченной ответственностью Трансойл"),
        ("АО Заслон", "Zaslon JSC"),
        ("ПАО Заслон", "Публичное акционерное общество Заслон"),
        ("ОАО Заслон", "Zaslon, Open Joint Stock Company"),
        ("Beta GmbH", "Beta Gesellschaft mit beschränkter Haftung"),
        ("Beta Ltd.", "Beta Limited"),
        ("Beta Co., Ltd", "Beta Company Limited"),
        ("Beta Pty Ltd", "Beta Limited"),
        ("Beta GmbH & Co. KG", "Beta GmbH und Co KG"),
    ],
)
def test_one_form_in_two_spellings(one: str, other: str) -> None:
    assert name_of(one, Kind.ORGANISATION).full == name_of(other, Kind.ORGANISATION).full
    assert name_of(one, Kind.ORGANISATION).forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ALFA, S.A. DE C.V.", "ALFA, S. DE R.L. DE C.V."),
        ("ALFA, S.A.", "ALFA, S.C."),
        ("Alfa LLC", "Alfa JSC"),
        ("Alfa LLC", "Alfa"),
    ],
)
def test_forms_that_differ(one: str, other: str) -> None:
    ours, theirs = name_of(one, Kind.ORGANISATION), name_of(other, Kind.ORGANISATION)
    assert ours.words == theirs.words
    assert ours.full != theirs.full


@pytest.mark.parametrize("spelling", CODES, ids=" ".join)
def test_every_spelling_alone_is_cut(spelling: tuple[str, ...]) -> None:
    assert cut_forms(("alfa", *spelling)) == (("alfa",), (CODES[spelling],))
    assert cut_forms((*spelling, "alfa"))[0] == ("alfa",)


def test_a_name_that_is_only_a_form_is_a_name() -> None:
    assert cut_forms(("trust",)) == (("trust",), ())
    assert cut_forms(()) == ((), ())


def test_no_spelling_is_of_two_forms() -> None:
    spellings = [each for every in SPELLINGS.values() for each in every.split("|")]
    assert sorted(spellings) == sorted(set(spellings))
    assert max(len(each.split()) for each in spellings) == LONGEST
