"""Identifiers as readers keep them: checked by the same rules that later derive their tokens."""

from dataclasses import dataclass

from comity.core.derivation import derive_one
from comity.core.identifiers import Flaw, rfc_checks
from comity.core.records import Family, Identifier, Kind
from comity.errors import ComityError
from comity.formats.report import SetAside, Warn

NORMALISED = frozenset({Family.RFC, Family.CURP, Family.IMO})
"""Families whose separators say nothing: kept in their normal form. The others stay as listed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An identifier to keep, or none; and what to report of it."""

    identifier: Identifier | None
    notices: tuple[SetAside | Warn, ...] = ()


def check_identifier(identifier: Identifier, kind: Kind) -> Checked:
    """Say whether a reader keeps an identifier of a record of this kind.

    What lacks the issuer that it needs is kept for officers to read, and gives no token.
    Whatever else gives no token is set aside.
    """
    family, country = identifier.family, identifier.country
    if family is Family.IMO and kind is not Kind.VESSEL:
        # The IMO numbers companies apart from ships, in seven digits as well.
        return Checked(None, (SetAside.IMO_OF_COMPANY,))
    try:
        token = derive_one(family, identifier.value, kind, country)
    except ComityError as error:
        match error.params.get("flaw"):
            case Flaw.COUNTRY_MISSING:
                return Checked(identifier)
            case Flaw.INCOMPLETE:
                return Checked(None, (SetAside.IDENTIFIER_INCOMPLETE,))
            case _:
                return Checked(None, (SetAside.IDENTIFIER_INVALID,))
    wrong = family is Family.RFC and not rfc_checks(token.value)
    if family in NORMALISED:
        identifier = Identifier(family, token.value, country)
    return Checked(identifier, (Warn.CHECK_DIGIT_WRONG,) if wrong else ())
