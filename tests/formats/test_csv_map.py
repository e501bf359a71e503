"""The mapping's syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Kind
from comity.errors import Code, ComityError
from comity.formats.csv_map import IdentifierColumn, Mapping, parse_mapping
from outcomes import outcome
from refusals import refuses

LEAST = "id=Ref;name=Company;kind=organisation"


def test_example_with_everything() -> None:
    mapping = parse_mapping(
        "id = Ref ; name=Company;alias=Trade names;alias=Old name;split=|;kind=organisation;"
        "rfc=RFC;passport=Passport@Issuer; tax-id=NIT@CO ;status=Status;as_of=Date;dates=dmy;"
        "birth_date=Born;address=Street;program=Law;note=Remark;withheld=Secret;"
    )
    assert mapping == Mapping(
        id="Ref",
        name="Company",
        kind=Kind.ORGANISATION,
        identifiers=(
            IdentifierColumn(Family.RFC, "RFC"),
            IdentifierColumn(Family.PASSPORT, "Passport", country_column="Issuer"),
            IdentifierColumn(Family.TAX_ID, "NIT", country="CO"),
        ),
        aliases=("Trade names", "Old name"),
        birth_dates=("Born",),
        addresses=("Street",),
        programs=("Law",),
        notes=("Remark",),
        status="Status",
        as_of="Date",
        withheld="Secret",
        split="|",
        dates="dmy",
    )
    assert mapping.columns() == (
        *("Ref", "Company", "RFC", "Passport", "Issuer", "NIT", "Trade names", "Old name"),
        *("Born", "Street", "Law", "Remark", "Status", "Date", "Secret"),
    )


def test_numbered_rows_and_a_column_of_kinds() -> None:
    mapping = parse_mapping("id=#;name=Name;kind=Type")
    assert (mapping.kind, mapping.kind_column) == (None, "Type")
    assert mapping.columns() == ("Name", "Type")


def test_separators_in_names_of_columns() -> None:
    mapping = parse_mapping(r"id=a\;b;name=c\=d;kind=person;passport=e\@f@g\\h;split=\;")
    assert (mapping.id, mapping.name, mapping.split) == ("a;b", "c=d", ";")
    assert mapping.identifiers[0] == IdentifierColumn(Family.PASSPORT, "e@f", country_column="g\\h")


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("", "id", "missing"),
        ("id=a;kind=person", "name", "missing"),
        ("id=a;name=b", "kind", "missing"),
        (f"{LEAST};fax=Tel", "fax", "unknown"),
        (f"{LEAST};name=Other", "name", "repeated"),
        (f"{LEAST};rfc=", "rfc", "value"),
        (f"{LEAST};rfc", "4", "syntax"),
        (f"{LEAST};rfc=a=b", "4", "syntax"),
        (f"{LEAST};rfc=a\\", "4", "syntax"),
        (f"{LEAST};passport=Passport", "passport", "issuer-missing"),
        (f"{LEAST};tax-id=NIT@", "tax-id", "issuer-missing"),
        (f"{LEAST};tax-id=@CO", "tax-id", "issuer-missing"),
        (f"{LEAST};split=||", "split", "value"),
        (f"{LEAST};dates=american", "dates", "value"),
    ],
)
def test_refuses(text: str, field: str, reason: str) -> None:
    with refuses(Code.MAP_INVALID, field=field, reason=reason):
        parse_mapping(text)


@given(st.text(st.sampled_from("idnamek=;@\\# |") | st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    said = outcome(lambda: parse_mapping(f"{LEAST};{text}"))
    if isinstance(said, ComityError):
        assert said.code is Code.MAP_INVALID
    else:
        assert said.columns()[:2] == ("Ref", "Company")
