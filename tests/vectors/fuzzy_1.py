"""Makes the vectors of fuzzy derivation: fixed records, and every token they give, to the byte.

    PYTHONPATH=tests python -m vectors.fuzzy_1

An implementation that gives these agrees with ours on the rules they touch.
"""

import json
from pathlib import Path
from typing import Any, Final

from comity.core.derivation import DERIVATION
from comity.core.fuzzy.families import FUZZY, fuzzy_tokens
from comity.core.fuzzy.legal_forms import CODES
from comity.core.fuzzy.parts import name_of
from comity.core.fuzzy.skeletons import skeleton
from comity.core.fuzzy.subject import Subject
from comity.core.fuzzy.transliteration import latin
from comity.core.records import Family, Identifier, Kind, Place, Record

FILE: Final = Path(__file__).with_name("fuzzy-1.json")
TEXTS: Final = (
    "PEÑA, José",
    "Łódź Ørsted Straße",
    "Щербаков Алексей Юрьевич",
    "Євген Їжак",
    "أحمد محمد الشيخ",
    "عبد الرحمن",
    "يوسف الهاشمي",
    "王小明",
    "司马光",
    "青岛合汇鑫国际",
    "홍길동",
    "Θάνος",
    "たなか",
    "יהודה",
    "N´PALLETS",
    "Sa'id ‘Abd",
)
_WORDS: Final = """
shcherbakov sherbakoff yevgeny evgueni aleksey alexei iwanow hernandez ernandes gonzalez
muhammad mohamed hussein hoseyn yusuf mikhail xi huang zhukov jukov tsarev tchernov andrej
enrique guerra wladimir 33rd a h oo lech
"""
WORDS: Final = tuple(_WORDS.split())
NAMES: Final = (
    (Kind.PERSON, "PEÑA CRUZ, José"),
    (Kind.PERSON, "Dr. María del Carmen DE LA CRUZ"),
    (Kind.PERSON, "WANG, Xiao Ming"),
    (Kind.PERSON, "HONG, Gil Dong"),
    (Kind.PERSON, "OO, Aung Naing"),
    (Kind.PERSON, "Abd al-Rahman ALI"),
    (Kind.PERSON, "Abdurrahman"),
    (Kind.PERSON, "IVANOV, I. P."),
    (Kind.ORGANISATION, "Peña y Asociados, S. A. de C.V."),
    (Kind.ORGANISATION, "Общество с ограниченной ответственностью «Трансойл»"),
    (Kind.ORGANISATION, "ALFA (f.k.a. BETA) GmbH & Co. KG"),
    (Kind.ORGANISATION, "Trust"),
    (Kind.VESSEL, "The Star of Alfa 7"),
)
RECORDS: Final = (
    Record(
        "person",
        Kind.PERSON,
        ("PEÑA CRUZ, José", "Pepe Peña", "佩尼亚"),
        (
            Identifier(Family.RFC, "XEXX010101AB1", "MX"),
            Identifier(Family.CURP, "XEXX010101HNEXXXA4", "MX"),
        ),
        birth_dates=("2001-01-01", "circa 2000", "01 Jan 1999 to 31 Dec 2001"),
        places=(Place("12-B", "Calle Reforma", "Ciudad de México", "06 000"),),
    ),
    Record(
        "organisation",
        Kind.ORGANISATION,
        ("Consorcio NUJOMA Servicios, S.C.", "Consorcio Nujoma, Sociedad Civil"),
        places=(Place("", "Smith Stret", "Hills, Winston", "2146"), Place(locality="Пермь")),
    ),
    Record("vessel", Kind.VESSEL, ("Star of Alfa 7",)),
    Record("many names", Kind.PERSON, tuple(f"Alb{at}x Cord{at}x Dref{at}x" for at in range(20))),
    Record("nine words", Kind.ORGANISATION, ("aba ebe ibi obo ubu ada ede idi odo",)),
)


def document() -> str:
    """Return the vectors as they stand in the file."""
    found: dict[str, Any] = {
        "version": DERIVATION,
        "latin": {text: latin(text) for text in TEXTS},
        "skeletons": {word: skeleton(word) for word in WORDS},
        "legalForms": {" ".join(spelling): code for spelling, code in sorted(CODES.items())},
        "names": [_name(kind, text) for kind, text in NAMES],
        "records": [_record(record) for record in RECORDS],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _name(kind: Kind, text: str) -> dict[str, Any]:
    name = name_of(text, kind)
    return {
        "kind": kind,
        "text": text,
        "words": name.words,
        "forms": name.forms,
        "surnames": name.surnames,
    }


def _record(record: Record) -> dict[str, Any]:
    tokens = fuzzy_tokens(Subject.of(record), FUZZY)
    return {
        "kind": record.kind,
        "names": record.names,
        "identifiers": [[item.family, item.value, item.country] for item in record.identifiers],
        "birthDates": record.birth_dates,
        "places": [
            [place.number, place.street, place.locality, place.postcode] for place in record.places
        ],
        "inputs": [token.input().decode() for token in tokens],
    }


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
