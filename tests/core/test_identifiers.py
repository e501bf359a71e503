"""The normal forms of identifiers: what accepts and what refuses."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.identifiers import (
    Flaw,
    normal_account,
    normal_curp,
    normal_imo,
    normal_passport,
    normal_phone,
    normal_rfc,
    normal_tax_id,
    normal_wallet,
    rfc_checks,
)
from comity.core.records import Family
from comity.errors import Code, ComityError
from outcomes import outcome
from refusals import refuses

ONE_TEXT: dict[Family, Callable[[str], str]] = {
    Family.RFC: normal_rfc,
    Family.CURP: normal_curp,
    Family.IMO: normal_imo,
    Family.WALLET: normal_wallet,
}


@pytest.mark.parametrize(
    ("family", "text", "normal"),
    [
        (Family.RFC, "CNU130416UJ3", "CNU130416UJ3"),
        (Family.RFC, " saf-130812-cl4 ", "SAF130812CL4"),
        (Family.RFC, "SLA 111221 6P7", "SLA1112216P7"),
        (Family.RFC, "AUGM-501102-PM3", "AUGM501102PM3"),
        (Family.RFC, "Ñ&I080314-8A1", "Ñ&I0803148A1"),
        (Family.RFC, "N\u0303AM010101AB1", "ÑAM010101AB1"),
        (Family.CURP, "CAIM680202MCHRLR08", "CAIM680202MCHRLR08"),
        (Family.CURP, "caim-680202-mchrlr-08", "CAIM680202MCHRLR08"),
        (Family.IMO, "IMO 9187629", "9187629"),
        (Family.IMO, "9187629", "9187629"),
        (
            Family.WALLET,
            "0xA0E1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B",
            "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b",
        ),
        (Family.WALLET, "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h", "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"),
        (
            Family.WALLET,
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",  # BIP 173
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        (
            Family.WALLET,
            "bitcoincash:qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq",
            "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq",
        ),
        (Family.WALLET, "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66", "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66"),
    ],
)
def test_accepts(family: Family, text: str, normal: str) -> None:
    assert ONE_TEXT[family](text) == normal
    assert ONE_TEXT[family](normal) == normal


@pytest.mark.parametrize(
    ("family", "text", "flaw"),
    [
        (Family.RFC, "", Flaw.EMPTY),
        (Family.RFC, " - ", Flaw.EMPTY),
        (Family.RFC, "XXXXXXXXXXXX", Flaw.SUPPRESSED),
        (Family.RFC, "XAXX010101000", Flaw.GENERIC),
        (Family.RFC, "XEXX-010101-000", Flaw.GENERIC),
        (Family.RFC, "AEGG560925", Flaw.INCOMPLETE),
        (Family.RFC, "PMA-910805", Flaw.INCOMPLETE),
        (Family.RFC, "PCW010604T1", Flaw.LENGTH),
        (Family.RFC, "METM-46111-BF4", Flaw.FORM),
        (Family.RFC, "ABC131301AB1", Flaw.FORM),  # month 13
        (Family.RFC, "CNU١٣٠٤١٦UJ3", Flaw.FORM),  # digits of another script
        (Family.CURP, "", Flaw.EMPTY),
        (Family.CURP, "AIMM67125HCHRRG06", Flaw.LENGTH),
        (Family.CURP, "RAPO720720HTMSRD03", Flaw.FORM),  # no such federal entity
        (Family.IMO, "", Flaw.EMPTY),
        (Family.IMO, "9187628", Flaw.CHECK_DIGIT),
        (Family.IMO, "543400", Flaw.FORM),
        (Family.IMO, "９１８７６２９", Flaw.FORM),  # wide digits
        (Family.WALLET, "", Flaw.EMPTY),
        (Family.WALLET, "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4", Flaw.FORM),
        (Family.WALLET, "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9k", Flaw.CHECK_DIGIT),
        (Family.WALLET, "12QtD5BFwRsdNsAZY76UVE1xyC", Flaw.FORM),  # cut
        (Family.WALLET, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Flaw.CHECK_DIGIT),
        (Family.WALLET, "not an address", Flaw.FORM),
    ],
)
def test_refuses(family: Family, text: str, flaw: Flaw) -> None:
    with refuses(Code.INPUT_INVALID, family=family.value, flaw=flaw.value):
        ONE_TEXT[family](text)


def test_wrong_check_digit_of_an_rfc_is_kept_and_known() -> None:
    assert normal_rfc("ACC071123LL9") == "ACC071123LL9"  # as the SAT publishes it
    assert not rfc_checks("ACC071123LL9")
    assert rfc_checks("CNU130416UJ3")


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("A1234567", "IR", "IR:A1234567"),
        ("D366 871", "jo", "JO:D366871"),
        ("00606-606/1", "SD", "SD:006066061"),
    ],
)
def test_passports(text: str, country: str, normal: str) -> None:
    assert normal_passport(text, country) == normal
    assert normal_passport(normal[3:], country) == normal


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("800018928-0", "CO", "CO:8000189280"),
        ("BG 121024920", "BG", "BG:121024920"),
        ("0430.033.662", "BE", "BE:0430033662"),
        ("J-31136071-9", "VE", "VE:J311360719"),
        ("NL852499097B01", "NL", "NL:NL852499097B01"),
    ],
)
def test_tax_ids(text: str, country: str, normal: str) -> None:
    assert normal_tax_id(text, country) == normal


@pytest.mark.parametrize(
    ("text", "country", "flaw"),
    [
        ("A1234567", "", Flaw.COUNTRY_MISSING),
        ("A1234567", "Iran", Flaw.COUNTRY_INVALID),
        ("", "IR", Flaw.EMPTY),
        ("4138", "SY", Flaw.LENGTH),
        ("A" * 31 + "1", "SY", Flaw.LENGTH),
        ("LAISSEZPASSER", "SY", Flaw.FORM),
    ],
)
def test_numbers_with_issuer_refuse(text: str, country: str, flaw: Flaw) -> None:
    with refuses(Code.INPUT_INVALID, family="passport", flaw=flaw.value):
        normal_passport(text, country)
    with refuses(Code.INPUT_INVALID, family="tax-id", flaw=flaw.value):
        normal_tax_id(text, country)


@given(st.sampled_from(sorted(ONE_TEXT)), st.text(max_size=40))
def test_any_text_has_a_normal_form_or_a_flaw(family: Family, text: str) -> None:
    said = outcome(lambda: ONE_TEXT[family](text))
    if isinstance(said, ComityError):
        assert said.code is Code.INPUT_INVALID
        assert said.params["family"] == family.value
        assert said.params["flaw"] in set(Flaw)
    else:
        assert ONE_TEXT[family](said) == said


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("+52 55 1234 5678", "", "+525512345678"),
        ("0052-55-1234-5678", "", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", "", "+525512345678"),  # as mobile numbers were written until 2019
        ("+52 55 1234 5678 ext. 3", "", "+525512345678"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("＋525512345678", "", "+525512345678"),
    ],
)
def test_phones(text: str, country: str, normal: str) -> None:
    assert normal_phone(text, country) == normal
    assert normal_phone(normal, country) == normal


@pytest.mark.parametrize(
    ("text", "country", "flaw"),
    [
        ("", "MX", Flaw.EMPTY),
        ("call me", "MX", Flaw.EMPTY),
        ("55 1234 5678", "", Flaw.COUNTRY_MISSING),
        ("55 1234 5678", "ZZ", Flaw.COUNTRY_INVALID),
        ("12", "US", Flaw.FORM),
        ("+999 12345678", "", Flaw.FORM),  # no such country code
    ],
)
def test_no_phones(text: str, country: str, flaw: Flaw) -> None:
    with refuses(Code.INPUT_INVALID, family="phone", flaw=flaw.value):
        normal_phone(text, country)


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("GB82 WEST 1234 5698 7654 32", "", "GB82WEST12345698765432"),  # ISO 13616's example
        ("gb82west12345698765432", "MX", "GB82WEST12345698765432"),
        ("0321 8000 0118 3597 19", "MX", "MX:032180000118359719"),
    ],
)
def test_accounts(text: str, country: str, normal: str) -> None:
    assert normal_account(text, country) == normal


@pytest.mark.parametrize(
    ("text", "country", "flaw"),
    [
        ("", "MX", Flaw.EMPTY),
        ("GB83 WEST 1234 5698 7654 32", "", Flaw.CHECK_DIGIT),
        ("032180000118359719", "", Flaw.COUNTRY_MISSING),
        ("1234", "MX", Flaw.LENGTH),
        ("1" * 35, "MX", Flaw.LENGTH),
    ],
)
def test_no_accounts(text: str, country: str, flaw: Flaw) -> None:
    with refuses(Code.INPUT_INVALID, family="account", flaw=flaw.value):
        normal_account(text, country)
