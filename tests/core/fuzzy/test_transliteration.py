"""Any script in lower-case ASCII."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.transliteration import latin

SCRIPTS = st.text(
    st.sampled_from("AbñÉßıİøЖйщъ’ʻ王小明司马قمحالةعـ홍길동αΩ-.,& \u200b\u0301\u064e")
    | st.characters(codec="utf-8"),
    max_size=20,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PEÑA, José", "pena, jose"),
        ("Łódź Straße", "lodz strasse"),
        ("Щербаков Алексей", "shcherbakov aleksey"),
        ("Sa'id ‘Abd", "said abd"),
        ("Марья", "marya"),
        ("N´PALLETS", "npallets"),
        ("zero\u200bwidth", "zerowidth"),
        ("الشيخ", "al shykh"),
        ("الهاشمي", "al hshmy"),
        ("محمد", "mhmd"),
        ("مُحَمَّد", "mhmd"),
        ("يوسف", "yusf"),
        ("أحمد", "ahmd"),
        ("علي", "aly"),
    ],
)
def test_scripts(written: str, expected: str) -> None:
    assert latin(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("王小明", "wang xiaoming"),
        ("司马光", "sima guang"),
        ("欧阳修文", "ouyang xiuwen"),
        ("李 小龙", "li xiao long"),
        ("홍길동", "hong gildong"),
        ("青岛合汇鑫", "qingdaohehuixin"),
    ],
)
def test_characters_become_a_surname_and_a_given_name(written: str, expected: str) -> None:
    assert latin(written).split() == expected.split()


@given(SCRIPTS)
def test_twice_changes_nothing(text: str) -> None:
    once = latin(text)
    assert once.isascii()
    assert once == once.lower()
    assert latin(once) == once


@given(SCRIPTS)
def test_how_unicode_is_composed_does_not_count(text: str) -> None:
    assert latin(unicodedata.normalize("NFC", text)) == latin(unicodedata.normalize("NFD", text))
