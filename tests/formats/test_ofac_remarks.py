"""What remarks give: statements as OFAC writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.records import Family, Identifier, Kind
from comity.formats.ofac_remarks import iso_date, read_remark
from comity.formats.report import SetAside, Warn

PERSON, SHIP, COMPANY = Kind.PERSON, Kind.VESSEL, Kind.ORGANISATION


@pytest.mark.parametrize(
    ("statement", "family", "value", "country"),
    [
        ("R.F.C. SAF130812CL4 (Mexico)", Family.RFC, "SAF130812CL4", "MX"),
        ("R.F.C. DIB-771110-HQ1 (Mexico).", Family.RFC, "DIB771110HQ1", "MX"),
        ("alt. R.F.C. SLA 111221 6P7 (Mexico).", Family.RFC, "SLA1112216P7", "MX"),
        ("RFC SFO011205UJ8", Family.RFC, "SFO011205UJ8", "MX"),
        ("Tax ID No. HLM140508NU5 (Mexico)", Family.RFC, "HLM140508NU5", "MX"),
        ("C.U.R.P. # HESU430525HBCRMR05 (Mexico)", Family.CURP, "HESU430525HBCRMR05", "MX"),
        (
            "C.U.R.P. AIMO681106HCHRRS01 (Mexico) issued 1969.",
            Family.CURP,
            "AIMO681106HCHRRS01",
            "MX",
        ),
        ("Passport A1234567 (Iran)", Family.PASSPORT, "A1234567", "IR"),
        ("Passport D366 871 (Jordan).", Family.PASSPORT, "D366 871", "JO"),
        (
            "alt. Passport TR-J 565114 (Turkey) issued 10 Sep 1997",
            Family.PASSPORT,
            "TR-J 565114",
            "TR",
        ),
        (
            "Passport PS 472330208 (Korea, North) expires 04 Jul 2017",
            Family.PASSPORT,
            "PS 472330208",
            "KP",
        ),
        ("Diplomatic Passport 008827 (Iran) issued 1999.", Family.PASSPORT, "008827", "IR"),
        ("alt. Passport Booklet: A5199819 (Pakistan)", Family.PASSPORT, "A5199819", "PK"),
        ("Tax ID No. 100036386 (Serbia)", Family.TAX_ID, "100036386", "RS"),
        ("Tax ID No. RIF J-31069374-9 (Venezuela).", Family.TAX_ID, "J-31069374-9", "VE"),
        ("RIF # J-31136071-9", Family.TAX_ID, "J-31136071-9", "VE"),
        ("NIT # 800018928-0 (Colombia).", Family.TAX_ID, "800018928-0", "CO"),
        ("C.U.I.T. 30-68074603-2 (Argentina).", Family.TAX_ID, "30-68074603-2", "AR"),
        ("US FEIN 95-4227517", Family.TAX_ID, "95-4227517", "US"),
        ("Italian Fiscal Code: KMMMHD68D03Z352N.", Family.TAX_ID, "KMMMHD68D03Z352N", "IT"),
        (
            "Unified Social Credit Code (USCC) 9113100033607322XK (China)",
            Family.TAX_ID,
            "9113100033607322XK",
            "CN",
        ),
        (
            "alt. Digital Currency Address - ETH 0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B.",
            Family.WALLET,
            "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B",
            "",
        ),
    ],
)
def test_identifiers(statement: str, family: Family, value: str, country: str) -> None:
    found = read_remark(f"Gender Male; {statement}; POB Cali, Colombia.", PERSON)
    assert found.identifiers == [Identifier(family, value, country)]
    assert found.notices == []


@pytest.mark.parametrize(
    "statement",
    [
        "Vessel Registration Identification IMO 7406784",
        "Vessel Registration Identification IMO  7406784.",
        "Vessel Registration Identification IMO 7406784 (Russia)",
        "Identification Number IMO 7406784",
    ],
)
def test_numbers_of_ships(statement: str) -> None:
    assert read_remark(statement, SHIP).identifiers == [Identifier(Family.IMO, "7406784")]
    company = read_remark(statement, COMPANY)
    assert (company.identifiers, company.notices) == ([], [SetAside.IMO_OF_COMPANY])


@pytest.mark.parametrize(
    ("statement", "notice"),
    [
        ("R.F.C. AEGG560925 (Mexico)", SetAside.IDENTIFIER_INCOMPLETE),
        ("R.F.C. METM-46111-BF4 (Mexico)", SetAside.IDENTIFIER_INVALID),
        ("C.U.R.P. GURR730821HCLRMG (Mexico)", SetAside.IDENTIFIER_INVALID),
        ("Passport 4138 (Syria)", SetAside.IDENTIFIER_INVALID),
        ("Passport D000000483, Diplomatic (Syria)", SetAside.IDENTIFIER_UNCLEAR),
        ("Passport C 1415363 - 16/2/1421H issued 21 May 2000", SetAside.IDENTIFIER_UNCLEAR),
        ("Passport OR801168 and Kuwaiti National ID No. 2810", SetAside.IDENTIFIER_UNCLEAR),
        ("U.S.A. Passport issued 21 Jun 1992 in Amman, Jordan.", SetAside.IDENTIFIER_UNCLEAR),
        ("Tax ID No. 32071216470 (Texas) (United States)", SetAside.IDENTIFIER_UNCLEAR),
        ("Digital Currency Address - XBT", SetAside.IDENTIFIER_UNCLEAR),
        ("Digital Currency Address - XBT 12QtD5BFwRsdNsAZY7", SetAside.IDENTIFIER_INVALID),
    ],
)
def test_what_is_doubtful_is_set_aside(statement: str, notice: SetAside) -> None:
    found = read_remark(statement, PERSON)
    assert (found.identifiers, found.notices) == ([], [notice])


@pytest.mark.parametrize(
    "statement",
    [
        "Cedula No. 6068015 (Colombia)",
        "D.N.I. 78.865.882 (Spain)",
        "N.I.E. X-1552120-B (Spain)",
        "National ID No. 216040 (Yemen)",
        "Registration Number 26740 (Iran)",
        "Linked To: RTN 05019005483678.",
        "nationality Mexico",
    ],
)
def test_what_is_no_identifier_of_ours(statement: str) -> None:
    found = read_remark(statement, PERSON)
    assert (found.identifiers, found.notices) == ([], [])


def test_issuer_unknown_or_missing_is_kept_and_told() -> None:
    found = read_remark("Passport A1234567; Passport B1234567 (Atlantis)", PERSON)
    assert found.identifiers == [
        Identifier(Family.PASSPORT, "A1234567"),
        Identifier(Family.PASSPORT, "B1234567"),
    ]
    assert found.notices == [Warn.COUNTRY_MISSING, Warn.COUNTRY_UNKNOWN]


def test_names_and_births() -> None:
    found = read_remark(
        "DOB 19 Apr 1976; alt. DOB circa 1975; a.k.a. 'THE CHESS PLAYER'; a.k.a. 'ABU DU'A';"
        " f.k.a. 'ANA I'.",
        PERSON,
    )
    assert found.birth_dates == ["1976-04-19", "circa 1975"]
    assert found.aliases == ["THE CHESS PLAYER", "ABU DU'A", "ANA I"]


def test_cut_remark_does_not_trust_its_last_statement() -> None:
    cut = read_remark("Passport A1234567 (Iran); Passport A12345 (Iran", PERSON, cut=True)
    assert cut.identifiers == [Identifier(Family.PASSPORT, "A1234567", "IR")]
    assert cut.notices == [SetAside.IDENTIFIER_CUT]
    assert read_remark("DOB 1951; Gender Ma", PERSON, cut=True).notices == []


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("19 Apr 1976", "1976-04-19"),
        ("Dec 1948", "1948-12"),
        ("1951 to 1953", "1951 to 1953"),
        ("circa 07 Jul 1966", "circa 07 Jul 1966"),
        ("19 Foo 1976", "19 Foo 1976"),
        ("19 anF 1976", "19 anF 1976"),
    ],
)
def test_birth_dates(text: str, iso: str) -> None:
    assert iso_date(text) == iso


@given(st.text(max_size=80), st.sampled_from(Kind), st.booleans())
def test_any_text_is_read(text: str, kind: Kind, cut: bool) -> None:
    found = read_remark(text, kind, cut)
    assert all(identifier.value for identifier in found.identifiers)
