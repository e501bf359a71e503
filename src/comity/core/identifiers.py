"""The normal forms of official identifiers, each with the rule that refuses.

Every function takes the text of an identifier as somebody wrote it and returns the one spelling
that becomes a token, or raises INPUT_INVALID with `family` and `flaw`. Forms and check digits are
those of python-stdnum and phonenumbers where they know them.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

import phonenumbers
from stdnum import bitcoin, iban, imo
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.mx import curp, rfc

from comity.core.records import Family
from comity.errors import Code, ComityError


class Flaw(StrEnum):
    """What is wrong with an identifier."""

    EMPTY = "empty"
    FORM = "form"
    LENGTH = "length"
    INCOMPLETE = "incomplete"
    GENERIC = "generic"
    SUPPRESSED = "suppressed"
    CHECK_DIGIT = "check-digit"
    COUNTRY_MISSING = "country-missing"
    COUNTRY_INVALID = "country-invalid"
    KIND_MISSING = "kind-missing"


GENERIC_RFC: Final = frozenset({"XAXX010101000", "XEXX010101000"})
"""RFCs that the SAT prescribes for the public at large and for foreigners: nobody's identifier."""

PASSPORT_CHARS: Final = (5, 20)
"""ICAO 9303 prints nine; older and national numbers run from five to twenty characters."""
TAX_ID_CHARS: Final = (5, 30)
ACCOUNT_CHARS: Final = (5, 34)
"""As long as an IBAN may be (ISO 13616)."""

_SEPARATORS = re.compile(r"[\s.\-‐‑‒–—_/,#:]+")  # noqa: RUF001
_SUPPRESSED = re.compile(r"X{10,13}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_ALNUM = re.compile(r"[^A-Z0-9]+")
_HEX_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_BECH32_ADDRESS = re.compile(r"[a-z]{2,5}1[02-9ac-hj-np-z]{11,85}")
_CASH_ADDRESS = re.compile(r"[qp][02-9ac-hj-np-z]{41}")
_OLD_MEXICAN_MOBILE = re.compile(r"\+521(\d{10})")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BASE58_ADDRESS = re.compile(r"[1-9A-HJ-NP-Za-km-z]{25,110}")


def refusal(family: Family, flaw: Flaw) -> ComityError:
    """Return the error for an identifier of `family` that has `flaw`."""
    return ComityError(Code.INPUT_INVALID, family=family.value, flaw=flaw.value)


def normal_rfc(text: str) -> str:
    """Return an RFC: 12 characters for a company, 13 for a person; a date inside must exist.

    Flaws: `incomplete` (without its last three characters it is shared by many people), `generic`,
    `suppressed`, `length`, `form`. Wrong check digits are no flaw: lists hold RFCs that the SAT
    itself issued with them (27 in its own list of 2023), both lists copy the same official text,
    and equal text is what a token attests. See `rfc_checks`.
    """
    value = _compact(text)
    if not value:
        raise refusal(Family.RFC, Flaw.EMPTY)
    if _SUPPRESSED.fullmatch(value):
        raise refusal(Family.RFC, Flaw.SUPPRESSED)
    if value in GENERIC_RFC:
        raise refusal(Family.RFC, Flaw.GENERIC)
    if len(value) in (9, 10):
        raise refusal(Family.RFC, Flaw.INCOMPLETE)
    if len(value) not in (12, 13):
        raise refusal(Family.RFC, Flaw.LENGTH)
    try:
        return str(rfc.validate(value))
    except ValidationError:
        raise refusal(Family.RFC, Flaw.FORM) from None


def rfc_checks(value: str) -> bool:
    """Say whether the check digit of a normal RFC is right: for reports, never for a decision."""
    return bool(rfc.is_valid(value, validate_check_digits=True))


def normal_curp(text: str) -> str:
    """Return a CURP of 18 characters, with its date and federal entity in order.

    Flaws: `length`, `form`. A wrong check digit is no flaw, for the reason given for the RFC.
    """
    value = _compact(text)
    if not value:
        raise refusal(Family.CURP, Flaw.EMPTY)
    if len(value) != 18:
        raise refusal(Family.CURP, Flaw.LENGTH)
    try:
        return str(curp.validate(value, validate_check_digits=False))
    except ValidationError:
        raise refusal(Family.CURP, Flaw.FORM) from None


def normal_imo(text: str) -> str:
    """Return the seven digits of a ship's IMO number (IMO resolution A.1117(30)).

    Flaws: `form`, `check-digit`. The check digit counts here: every ship's number in the lists
    at hand has it right, and numbers of companies, which look the same, mostly do not.
    """
    value = _compact(text).removeprefix("IMO")
    if not value:
        raise refusal(Family.IMO, Flaw.EMPTY)
    if not re.fullmatch("[0-9]{7}", value):
        raise refusal(Family.IMO, Flaw.FORM)
    try:
        return str(imo.validate(value))
    except ValidationError:
        raise refusal(Family.IMO, Flaw.CHECK_DIGIT) from None


def normal_wallet(text: str) -> str:
    """Return the address of a wallet, without its currency: one key is one holder on every chain.

    Hexadecimal and bech32 addresses are written in lower case, base58 keeps its case. Flaws:
    `form`, and `check-digit` for Bitcoin addresses, whose checksum shows a cut or misread one.
    """
    value = re.sub(r"\s", "", text)
    if not value:
        raise refusal(Family.WALLET, Flaw.EMPTY)
    folded = value.lower().removeprefix("bitcoincash:")
    if _HEX_ADDRESS.fullmatch(folded) or _CASH_ADDRESS.fullmatch(folded):
        return folded
    one_case = value in (value.lower(), value.upper())
    if one_case and _BECH32_ADDRESS.fullmatch(folded):
        # bc1p (taproot) has another checksum, which python-stdnum does not know.
        return _bitcoin(folded) if folded.startswith("bc1q") else folded
    if not _BASE58_ADDRESS.fullmatch(value):
        raise refusal(Family.WALLET, Flaw.FORM)
    return _bitcoin(value) if value[0] in "13" else value


def _bitcoin(value: str) -> str:
    try:
        return str(bitcoin.validate(value))
    except InvalidChecksum:
        raise refusal(Family.WALLET, Flaw.CHECK_DIGIT) from None
    except ValidationError:
        raise refusal(Family.WALLET, Flaw.FORM) from None


def normal_passport(text: str, country: str) -> str:
    """Return `COUNTRY:NUMBER`: issuer (ISO 3166-1 alpha-2), then letters and digits only.

    Flaws: `country-missing`, `country-invalid`, `length`, `form` (no digit in it). Leading zeros
    stay. A number without its issuer is shared by many people and gives no token.
    """
    issuer = _issuer(Family.PASSPORT, country)
    return f"{issuer}:{_number(Family.PASSPORT, text, PASSPORT_CHARS)}"


def normal_tax_id(text: str, country: str) -> str:
    """Return `COUNTRY:NUMBER` of a tax identifier; flaws as for passports.

    A country's own code before a number of digits only (`BG 121024920`, as VAT numbers are
    written across borders) is dropped, so that both ways of writing it agree.
    """
    issuer = _issuer(Family.TAX_ID, country)
    value = _number(Family.TAX_ID, text, TAX_ID_CHARS)
    bare = value.removeprefix(issuer)
    if bare.isdigit() and len(bare) >= TAX_ID_CHARS[0]:
        value = bare
    return f"{issuer}:{value}"


def normal_phone(text: str, country: str) -> str:
    """Return a telephone number as E.164: `+`, country code, national number, digits only.

    A number that does not say its country (`+`, `00`) needs one. Extensions go; so does the 1 that
    Mexican mobile numbers had after +52 until 2019. Flaws: `country-missing`,
    `country-invalid`, `form` (what the numbering plan of the country does not have). The plans are
    those of one version of phonenumbers, which is part of the derivation.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if not any(char.isdigit() for char in written):
        raise refusal(Family.PHONE, Flaw.EMPTY)
    if written.startswith("00"):
        written = f"+{written[2:]}"
    if mobile := _OLD_MEXICAN_MOBILE.fullmatch(re.sub(r"[^+\d]", "", written)):
        written = f"+52{mobile[1]}"
    region = None if written.startswith("+") else _issuer(Family.PHONE, country)
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise refusal(Family.PHONE, Flaw.COUNTRY_INVALID)
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise refusal(Family.PHONE, Flaw.FORM) from None
    if not phonenumbers.is_possible_number(number):
        raise refusal(Family.PHONE, Flaw.FORM)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normal_account(text: str, country: str) -> str:
    """Return an account: an IBAN (ISO 13616), or `COUNTRY:NUMBER` where it is none.

    Flaws: `check-digit` for what has the form of an IBAN, and those of passports. A number of
    another form without its country is that of some account in many, and gives no token.
    """
    value = _ALNUM.sub("", unicodedata.normalize("NFKD", text).upper())
    if _IBAN.fullmatch(value):
        try:
            return str(iban.validate(value, check_country=False))
        except ValidationError:
            raise refusal(Family.ACCOUNT, Flaw.CHECK_DIGIT) from None
    number = _number(Family.ACCOUNT, text, ACCOUNT_CHARS)
    return f"{_issuer(Family.ACCOUNT, country)}:{number}"


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFC", text).strip()).upper()


def _issuer(family: Family, country: str) -> str:
    issuer = country.strip().upper()
    if not issuer:
        raise refusal(family, Flaw.COUNTRY_MISSING)
    if not _COUNTRY.fullmatch(issuer):
        raise refusal(family, Flaw.COUNTRY_INVALID)
    return issuer


def _number(family: Family, text: str, bounds: tuple[int, int]) -> str:
    value = _ALNUM.sub("", unicodedata.normalize("NFKD", text).upper())
    if not value:
        raise refusal(family, Flaw.EMPTY)
    if not bounds[0] <= len(value) <= bounds[1]:
        raise refusal(family, Flaw.LENGTH)
    if not any(char.isdigit() for char in value):
        raise refusal(family, Flaw.FORM)
    return value
