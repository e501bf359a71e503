"""Which tokens a record gives."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.derivation import (
    DERIVATION,
    FAMILIES,
    Evidence,
    Presence,
    derive,
    derive_one,
    presence,
)
from comity.core.fuzzy.families import FUZZY
from comity.core.records import Family, Identifier, Kind, Place, Record
from comity.core.tokens import Token
from comity.errors import Code, ComityError
from comity.limits import TOKEN_INPUT_BYTES
from outcomes import outcome
from refusals import refuses

RECORD = Record(
    id="1",
    kind=Kind.ORGANISATION,
    names=("Peña, S.A. de C.V.", "PENA SA DE CV", "IG", "Otra, S.C."),
    identifiers=(
        Identifier(Family.RFC, "CNU-130416-UJ3", "MX"),
        Identifier(Family.RFC, "AEGG560925", "MX"),
        Identifier(Family.PASSPORT, "A1234567"),
        Identifier(Family.TAX_ID, "800018928-0", "CO"),
    ),
    birth_dates=("1976-04-19",),
)


def test_tokens_of_a_record() -> None:
    assert derive(RECORD) == (
        Token(Family.RFC, None, "CNU130416UJ3"),
        Token(Family.TAX_ID, None, "CO:8000189280"),
        Token(Family.NAME, Kind.ORGANISATION, "pena sa de cv"),
        Token(Family.NAME, Kind.ORGANISATION, "otra sc"),
    )


def test_presence_of_a_record() -> None:
    assert presence(RECORD, derive(RECORD)) == Presence.BIRTH_DATE | Presence.RFC | Presence.TAX_ID


def test_presence_of_an_address() -> None:
    record = Record("1", Kind.PERSON, ("Peña",), places=(Place(postcode="06000"),))
    assert presence(record, derive(record)) == Presence.ADDRESS
    assert presence(replace(record, withheld=True), ()) == Presence(0)


def test_withheld_record_gives_nothing() -> None:
    withheld = Record("1", Kind.ORGANISATION, RECORD.names, RECORD.identifiers, withheld=True)
    assert derive(withheld) == ()
    assert presence(withheld, derive(withheld)) == Presence(0)


def test_kind_is_part_of_name_tokens_only() -> None:
    ship, company = (Record("1", kind, ("Aurora",)) for kind in (Kind.VESSEL, Kind.ORGANISATION))
    assert derive(ship) != derive(company)
    assert derive_one(Family.IMO, "9187629", Kind.VESSEL) == derive_one(Family.IMO, "9187629")


def test_every_family_has_a_rule() -> None:
    assert set(FAMILIES) | set(FUZZY) == set(Family)
    assert not set(FAMILIES) & set(FUZZY)
    assert [family for family, rule in FAMILIES.items() if rule.evidence is Evidence.NAME_ONLY] == [
        Family.NAME
    ]
    bits = [rule.presence for rule in FAMILIES.values() if rule.presence]
    assert len(set(bits)) == len(FAMILIES) - 1


def test_what_others_rely_on_is_fixed() -> None:
    """Labels and manifests of peers carry these values: a change is a new version."""
    assert DERIVATION == "comity-fuzzy-1"
    assert {bit.name: bit.value for bit in Presence} == {
        "BIRTH_DATE": 1,
        "RFC": 2,
        "CURP": 4,
        "PASSPORT": 8,
        "TAX_ID": 16,
        "IMO": 32,
        "WALLET": 64,
        "ADDRESS": 128,
        "PHONE": 256,
        "ACCOUNT": 512,
    }


@pytest.mark.parametrize(
    ("family", "text", "kind", "flaw"),
    [
        (Family.RFC, "AEGG560925", None, "incomplete"),
        (Family.PASSPORT, "A1234567", None, "country-missing"),
        (Family.NAME, "Alfa", None, "kind-missing"),
        (Family.NAME, "...", Kind.PERSON, "empty"),
        (Family.NAME, "IG", Kind.PERSON, "length"),
        (Family.NAME, "a" * TOKEN_INPUT_BYTES, Kind.PERSON, "length"),
    ],
)
def test_typed_in_subjects_with_a_flaw(
    family: Family, text: str, kind: Kind | None, flaw: str
) -> None:
    with refuses(Code.INPUT_INVALID, family=family.value, flaw=flaw):
        derive_one(family, text, kind)


IDENTIFIERS = st.builds(
    Identifier,
    st.sampled_from(list(FAMILIES)),
    st.text(max_size=20),
    st.sampled_from(["", "MX", "xx", "Iran"]),
)
RECORDS = st.builds(
    Record,
    st.just("1"),
    st.sampled_from(Kind),
    st.lists(st.text(max_size=20), max_size=3).map(tuple),
    st.lists(IDENTIFIERS, max_size=3).map(tuple),
)


@given(RECORDS)
def test_any_record_derives_and_only_to_normal_tokens(record: Record) -> None:
    tokens = derive(record)
    assert len(set(tokens)) == len(tokens)
    for token in tokens:
        issuer, _, value = token.value.rpartition(":")
        assert derive_one(token.family, value or token.value, token.kind, issuer) == token


@given(st.sampled_from(list(FAMILIES)), st.text(max_size=40), st.sampled_from(["", "MX", "?"]))
def test_any_text_derives_or_is_refused(family: Family, text: str, country: str) -> None:
    said = outcome(lambda: derive_one(family, text, Kind.PERSON, country))
    if isinstance(said, ComityError):
        assert said.code is Code.INPUT_INVALID
        assert "flaw" in said.params
    else:
        assert said.family is family
