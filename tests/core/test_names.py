"""The normal form of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.names import normal_name

NAMES = st.text(
    st.sampled_from("SAaÁñÑçßİıØæ&.,-'’ \u200b\u0301\u064eЙ中1²½\u0345")
    | st.characters(codec="utf-8"),
    max_size=30,
)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("«Peña y Asociados», S. A. de C.V.", "pena y asociados sa de cv"),
        ("PENA Y ASOCIADOS SA DE CV", "pena y asociados sa de cv"),
        ("ZAPRICSA, S.A, DE C.V.", "zapricsa sa de cv"),
        ("GRUPO A S.A.DE C.V.", "grupo a sa de cv"),
        ("S. DE R.L. DE C.V.", "s de rl de cv"),
        ("PEREZ, J. A. Y CIA", "perez ja y cia"),
        ("Q. MARTIN", "q martin"),
        ("A&B, S.C.", "a & b sc"),
        ("A & B S.C", "a & b sc"),
        ("AL-ZAWAHIRI, Sa'id", "al zawahiri said"),
        ("Ayman al‑Zawahiri", "ayman al zawahiri"),  # non-breaking hyphen
        ("ASFALTOS\xa0 Y\xa0 CONSTRUCCIONES", "asfaltos y construcciones"),
        ("“2”", "2"),
        ("Łódź Ørsted Straße", "lodz orsted strasse"),
        ("İstanbul ILICA", "istanbul ilica"),
        ("МИНСКИЙ ЗАВОД", "минскии завод"),
        ("北京 公司", "北京 公司"),
        ("zero\u200bwidth", "zerowidth"),
        ("7-28", "7 28"),
        ("&", ""),
        (" .,- ", ""),
        ("", ""),
    ],
)
def test_normal_forms(written: str, normal: str) -> None:
    assert normal_name(written) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CORPORATIVO AGERCA, S.C.", "CORPORATIVO ARZACA, S.C."),
        ("CONSORCIO NUJOMA, S.C.", "CONSORCIO NUJOMA, SOCIEDAD CIVIL"),
        ("ALFA, S.A. DE C.V.", "ALFA, S. DE R.L. DE C.V."),
        ("ALFA 1", "ALFA 2"),
        ("A&B", "AB"),
        ("MARTIN LUIS", "LUIS MARTIN"),
    ],
)
def test_what_counts(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


def test_devanagari_keeps_its_vowel_signs() -> None:
    assert normal_name("हिन्दी") == "हिन्दी"


@given(NAMES)
def test_twice_changes_nothing(name: str) -> None:
    assert normal_name(normal_name(name)) == normal_name(name)


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_case_and_blanks_do_not_count(name: str) -> None:
    assert normal_name(name.upper()) == normal_name(name.lower()) == normal_name(f"  {name}\t")
