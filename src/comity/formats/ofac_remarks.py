"""What OFAC remarks say: identifiers, birth dates and further names, out of free text.

A remark is a run of statements divided by semicolons, such as `DOB 19 Apr 1976; Passport
A1234567 (Iran) expires 10 Oct 2025; R.F.C. SAF-130812-CL4 (Mexico); a.k.a. 'THE ENGINEER'.`
Only statements that begin with a known label are read, and a value counts only where the rest of
the statement is understood too: whatever is doubtful is set aside and counted, never guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from comity.core.derivation import derive_one
from comity.core.records import Family, Identifier, Kind
from comity.errors import ComityError
from comity.formats.checked import check_identifier
from comity.formats.countries import country_code
from comity.formats.report import SetAside, Warn

LABELS: Final = (
    (r"R\.?F\.?C\.?(?: #)?", Family.RFC, "MX"),
    (r"C\.U\.R\.P\.(?: #)?", Family.CURP, "MX"),
    (
        r"(?:Diplomatic |British National Overseas |Stateless Person )?Passport(?: Booklet)?:?",
        Family.PASSPORT,
        "",
    ),
    (r"Tax ID No\.(?: RIF)?", Family.TAX_ID, ""),
    (r"V\.A\.T\. Number", Family.TAX_ID, ""),
    (r"(?:NIT|RUC) #", Family.TAX_ID, ""),
    (r"RIF #", Family.TAX_ID, "VE"),
    (r"RTN", Family.TAX_ID, "HN"),
    (r"C\.U\.I\.T\.", Family.TAX_ID, "AR"),
    (r"(?:C\.I\.F\.|N\.I\.F\.)", Family.TAX_ID, "ES"),
    (r"Italian Fiscal Code:?", Family.TAX_ID, "IT"),
    (r"Romanian Tax Registration", Family.TAX_ID, "RO"),
    (r"Fiscal Code", Family.TAX_ID, ""),
    (r"Paraguayan tax identification number", Family.TAX_ID, "PY"),
    (r"US FEIN", Family.TAX_ID, "US"),
    # China's taxpayer number since 2015, for organisations.
    (
        r"(?:Unified Social Credit Code \(USCC\)|United Social Credit Code Certificate \(USCCC\))",
        Family.TAX_ID,
        "CN",
    ),
)
"""Label, family, and the issuing country where the label alone tells it. The list is closed: a
national identity number (Cedula, D.N.I., N.I.E., C.U.I.) or a company register's number is no tax
identifier, even where one country uses the same digits for both."""

MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
"""English months, four characters apart."""

# Pieces of letters and digits with one separator between them; then country, dates, full stop.
_REST = (
    r" (?P<value>[A-Z0-9]+(?:[ ./,-][A-Z0-9]+)*)"
    r"(?: \((?P<country>[^()]+)\))?"
    r"(?: (?:issued|expires)\b[^()]*)?\.?"
)
_IDENTIFIERS = tuple(
    (re.compile(f"{label}(?=[ :])"), re.compile(label + _REST), family, country)
    for label, family, country in LABELS
)
_IMO = re.compile(
    r"(?:Vessel Registration Identification|Identification Number|Company Number)"
    r" IMO +(?P<value>\d+)(?: \([^()]+\))?\.?"
)
_WALLET = re.compile(r"Digital Currency Address - [A-Z0-9]+ +(?P<value>\S+?)\.?")
_BORN = re.compile(r"DOB (?P<value>.+?)\.?")
_ALIAS = re.compile(r"[af]\.k\.a\. '(?P<value>.+)'\.?")
_DATE = re.compile(r"(?:(?P<day>\d\d) )?(?P<month>[A-Z][a-z]{2}) (?P<year>\d{4})")
_ANNOUNCED = re.compile(
    r"(?:[A-Z][\w.]* ){0,3}Passport\b|Digital Currency Address\b|(?:\w+ ){1,3}IMO\b"
    r"|DOB\b|[af]\.k\.a\."
)


@dataclass(slots=True)
class Remark:
    """What one remark gave, in the order of the remark."""

    identifiers: list[Identifier] = field(default_factory=list)
    birth_dates: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    notices: list[SetAside | Warn] = field(default_factory=list)


def read_remark(text: str, kind: Kind, cut: bool = False) -> Remark:
    """Read a remark of an entry of this kind.

    `cut` says that the text ends where the file's column did and that no continuation is known:
    its last statement is then not trusted.
    """
    found = Remark()
    statements = [part.strip() for part in text.split(";")]
    if cut and (last := statements.pop()) and _announces(last.removeprefix("alt. ")):
        found.notices.append(SetAside.IDENTIFIER_CUT)
    for statement in statements:
        _read_statement(statement.removeprefix("alt. "), kind, found)
    return found


def iso_date(text: str) -> str:
    """Return `19 Apr 1976` as `1976-04-19` and `Apr 1976` as `1976-04`; other text as it is."""
    match = _DATE.fullmatch(text)
    if not match or match["month"] not in MONTHS:
        return text
    month = f"{match['year']}-{MONTHS.index(match['month']) // 4 + 1:02}"
    return f"{month}-{match['day']}" if match["day"] else month


def _read_statement(statement: str, kind: Kind, found: Remark) -> None:
    if match := _BORN.fullmatch(statement):
        found.birth_dates.append(iso_date(match["value"]))
    elif match := _ALIAS.fullmatch(statement):
        found.aliases.append(match["value"])
    elif match := _WALLET.fullmatch(statement):
        _keep(Identifier(Family.WALLET, match["value"]), kind, found)
    elif match := _IMO.fullmatch(statement):
        _keep(Identifier(Family.IMO, match["value"]), kind, found)
    elif labelled := next(_labelled(statement), None):
        match, family, country = labelled
        if match is None:
            found.notices.append(SetAside.IDENTIFIER_UNCLEAR)
        else:
            _keep_official(match, family, country, kind, found)
    elif _ANNOUNCED.match(statement):
        found.notices.append(SetAside.IDENTIFIER_UNCLEAR)


def _labelled(statement: str) -> Iterator[tuple[re.Match[str] | None, Family, str]]:
    for label, whole, family, country in _IDENTIFIERS:
        if label.match(statement):
            yield whole.fullmatch(statement), family, country


def _announces(statement: str) -> bool:
    return bool(_ANNOUNCED.match(statement)) or next(_labelled(statement), None) is not None


def _keep_official(
    match: re.Match[str], family: Family, country: str, kind: Kind, found: Remark
) -> None:
    value = match["value"]
    if match["country"]:
        country = country_code(match["country"])
        if not country:
            found.notices.append(Warn.COUNTRY_UNKNOWN)
    elif not country:
        found.notices.append(Warn.COUNTRY_MISSING)
    if family is Family.TAX_ID and country == "MX" and _is_rfc(value):
        family = Family.RFC  # Mexico's tax identifier is the RFC.
    _keep(Identifier(family, value, country), kind, found)


def _is_rfc(value: str) -> bool:
    try:
        derive_one(Family.RFC, value)
    except ComityError:
        return False
    return True


def _keep(identifier: Identifier, kind: Kind, found: Remark) -> None:
    checked = check_identifier(identifier, kind)
    found.notices += checked.notices
    if checked.identifier:
        found.identifiers.append(checked.identifier)
