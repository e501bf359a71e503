"""Names in Canada's list, divided where they plainly divide. The shapes are those of the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.names import normal_name
from comity.formats.ca_names import alias_names, body_names, person_name, tidy


def test_lines_are_joined() -> None:
    assert tidy(" All-\nRussia  plant\nof\xa0ships -\nnew ") == "All-Russia plant of ships - new"


@pytest.mark.parametrize(
    ("last", "given", "expected"),
    [
        ("Atabekov ", "Khazalbek", ("Atabekov, Khazalbek",)),
        ("Thaung", "", ("Thaung",)),
        ("DIKIY (DIKY)", "Aleksey", ("DIKIY, Aleksey", "DIKY, Aleksey")),
        ("KONKOV", "Alexander Konkov", ("KONKOV, Alexander",)),
        ("Li", "Li", ("Li, Li",)),
        ("", "", ("",)),
    ],
)
def test_persons(last: str, given: str, expected: tuple[str, ...]) -> None:
    assert person_name(last, given) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Baltex, Ltd.", ("Baltex, Ltd.",)),
        ("Alp Company (PJS)", ("Alp Company (PJS)",)),
        ("Ecxir Trading Company (ETC)", ("Ecxir Trading Company", "ETC")),
        ("VTB Bank (Belarus) JSC", ("VTB Bank (Belarus) JSC",)),
        ("Tile Factory (Kyaikto)", ("Tile Factory (Kyaikto)",)),
        ("Steel Mills (Hmaw Bi/Pyi/Ywama)", ("Steel Mills (Hmaw Bi/Pyi/Ywama)",)),
        ("Iranian Army/Armée iranienne", ("Iranian Army", "Armée iranienne")),
        ("Avitek JSC (also known as VMP JSC and Joint\nStock Company Avitek)",
         ("Avitek JSC", "VMP JSC", "Joint Stock Company Avitek")),
        ("Omsk Plant\n(also known as Omsk Factory\n", ("Omsk Plant", "Omsk Factory")),
        ("Krasnoe Plant (formerly known as Zavod)", ("Krasnoe Plant", "Zavod")),
        ("Ministry of Education, Science and Youth", ("Ministry of Education, Science and Youth",)),
    ],
)  # fmt: skip
def test_bodies(text: str, expected: tuple[str, ...]) -> None:
    assert body_names(text).names == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Abu Ibrahim,  يحيى السنوار ", ("Abu Ibrahim", "يحيى السنوار")),
        ("ינון לוי  LEVY, Yinon AKA", ("ינון לוי", "LEVY", "Yinon")),
        ("Анна Пушкарева or Анна Шейман", ("Анна Пушкарева", "Анна Шейман")),
        ("(Юрий ГОВТВИН / Юрiй ГОВТВIН", ("Юрий ГОВТВИН", "Юрiй ГОВТВIН")),
        ("Belarussian: Яўген Бубіч, Russian\xa0: Евгений Бубич", ("Яўген Бубіч", "Евгений Бубич")),
        ("Dzmitry (Zmitser) Karsiuk", ("Dzmitry Karsiuk", "Zmitser Karsiuk")),
        ("Баранов, Олег Анатольевич", ("Баранов, Олег Анатольевич",)),
        ("Batya, Kazak", ("Batya", "Kazak")),
        ("Aliaksandr Shatrou; also Andrey Ilnitsky", ("Aliaksandr Shatrou", "Andrey Ilnitsky")),
        ("Салют and Тамара", ("Салют", "Тамара")),
    ],
)
def test_aliases_of_persons(text: str, expected: tuple[str, ...]) -> None:
    said = alias_names(text, person=True)
    assert said.names == expected
    assert not said.unclear


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Katsiaryna or Katerina Smuschkovich", ("Katerina Smuschkovich",)),
        ("Alexander /Alexandr Karol", ("Alexandr Karol",)),
    ],
)
def test_parts_that_are_no_names(text: str, expected: tuple[str, ...]) -> None:
    said = alias_names(text, person=True)
    assert said.names == expected
    assert said.unclear


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IAMI, HESA, Iran Aircraft Company", ("IAMI", "HESA", "Iran Aircraft Company")),
        ("Air Bagan Holdings Pte. Ltd., Air Bagan Limited",
         ("Air Bagan Holdings Pte. Ltd.", "Air Bagan Limited")),
        ("SSC RF Trinity, JSC; ГНЦ РФ Тринити, АО", ("SSC RF Trinity, JSC", "ГНЦ РФ Тринити, АО")),
        ("ОАО, БЭТО", ("ОАО, БЭТО",)),
        ("Министерство культуры, спорта и туризма", ("Министерство культуры, спорта и туризма",)),
        ("НПО «Суда, Катера» / АО «СК»", ("НПО «Суда, Катера»", "АО «СК»")),
        ('АО "НПО "Суда, Катера" имени" , ИК', ('АО "НПО "Суда, Катера" имени"', "ИК")),
        ('общество "МТБанк" (ЗАО "МТБанк")', ('общество "МТБанк"', 'ЗАО "МТБанк"')),
        ("Научный центр (НИЦЭВТ)", ("Научный центр", "НИЦЭВТ")),
        ("Beta, the Basij", ("Beta", "the Basij")),
        ("ООО Волна and МПИ-Волна", ("ООО Волна", "МПИ-Волна")),
        ("Meroe for Crops and Animals", ("Meroe for Crops and Animals",)),
        ("GSK Advance and GSK for Business Co.", ("GSK Advance", "GSK for Business Co.")),
        ("Общество с ограниченной ответственностью (ООО)", ()),
        ("新全電子(香港)有限公司", ("新全電子(香港)有限公司",)),
        ("Motah Trading Co   Arabic: تراديف", ("Motah Trading Co", "تراديف")),
    ],
)  # fmt: skip
def test_aliases_of_bodies(text: str, expected: tuple[str, ...]) -> None:
    assert alias_names(text, person=False).names == expected


LETTERS = st.sampled_from('aA ,;/()"«»orand.:\n') | st.characters(codec="utf-8")


@given(st.text(LETTERS, max_size=40), st.booleans())
def test_any_text_gives_names_that_are_names(text: str, person: bool) -> None:
    for name in alias_names(text, person).names:
        assert normal_name(name)
        assert name == name.strip()
