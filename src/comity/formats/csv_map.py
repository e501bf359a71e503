r"""The mapping that says which column of a CSV file is what.

Example: `id=Ref;name=Company;alias=Trade names;split=|;kind=organisation;rfc=RFC;
passport=Passport@Issuer;tax-id=NIT@CO;status=Status;as_of=Date;dates=dmy`

Pairs `field=column` divided by semicolons; blanks around them do not count, `\` takes the next
character literally (`\;`, `\@`, `\=`). The fields:

| field | column, or word | times |
| --- | --- | --- |
| id | column; `#` for the number of the row | once, needed |
| name | column | once, needed |
| kind | a kind (`organisation`, `person`, `vessel` ...), or a column of kinds | once, needed |
| rfc, curp, imo, wallet | column | any |
| passport, tax-id | column `@` issuer: an ISO code in capitals, or a column of codes | any |
| phone, account | the same, or a column alone: then with country code, and IBANs, only | any |
| alias, birth_date, address, program, note | column | any |
| house_number, street, locality, postcode | column: an address in fields | once |
| status, as_of, withheld | column | once |
| split | character that divides several values in a cell | once |
| dates | `ymd` (the default: 2024-05-03), `dmy` or `mdy` | once |

A word that is a kind is a kind and never a column, and so with two capitals after `@`.
"""

import re
from dataclasses import dataclass
from typing import Final

from comity.core.derivation import FAMILIES
from comity.core.records import Family, Kind
from comity.errors import Code, ComityError

DATE_ORDERS: Final = ("ymd", "dmy", "mdy")
ROW_NUMBER: Final = "#"
WITH_ISSUER: Final = (Family.PASSPORT, Family.TAX_ID)
MAY_HAVE_ISSUER: Final = (Family.PHONE, Family.ACCOUNT)
"""Their values can say it themselves."""
IDENTIFIERS: Final = tuple(family for family in FAMILIES if family is not Family.NAME)
PLACE: Final = ("house_number", "street", "locality", "postcode")
"""In the order of `comity.core.records.Place`."""
ONCE: Final = ("id", "name", "kind", *PLACE, "status", "as_of", "withheld", "split", "dates")
MANY: Final = ("alias", "birth_date", "address", "program", "note")
NEEDED: Final = ("id", "name", "kind")

_COUNTRY = re.compile("[A-Z]{2}")
# A backslash takes the next character with it; the rest is cut at bare separators.
_PIECE = r"(?:\\.|[^\\{0}])*"
_PAIRS = re.compile(_PIECE.format(";"))
_HALVES = re.compile(f"({_PIECE.format('=')})=({_PIECE.format('=')})")
_ISSUED = re.compile(f"({_PIECE.format('@')})@({_PIECE.format('@')})")


@dataclass(frozen=True, slots=True)
class IdentifierColumn:
    """A column of identifiers, with their issuer: one code for all, or a column of codes."""

    family: Family
    column: str
    country: str = ""
    country_column: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping, checked. Empty texts stand for what the file does not have."""

    id: str
    name: str
    kind: Kind | None
    kind_column: str = ""
    identifiers: tuple[IdentifierColumn, ...] = ()
    aliases: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    place: tuple[str, ...] = ("", "", "", "")
    """In the order of PLACE."""
    status: str = ""
    as_of: str = ""
    withheld: str = ""
    split: str = ""
    dates: str = "ymd"

    def columns(self) -> tuple[str, ...]:
        """Return every column that the file must have."""
        named = (
            "" if self.id == ROW_NUMBER else self.id,
            self.name,
            self.kind_column,
            *(column for one in self.identifiers for column in (one.column, one.country_column)),
            *(*self.aliases, *self.birth_dates, *self.addresses, *self.programs, *self.notes),
            *self.place,
            *(self.status, self.as_of, self.withheld),
        )
        return tuple(dict.fromkeys(column for column in named if column))


def parse_mapping(text: str) -> Mapping:
    """Parse a mapping. Raises MAP_INVALID with `field` and `reason`.

    Reasons: `syntax`, `unknown`, `repeated`, `missing`, `value`, `issuer-missing`.
    """
    once: dict[str, str] = {}
    many: dict[str, list[str]] = {field: [] for field in MANY}
    identifiers = []
    for position, pair in enumerate(_cut(text), start=1):
        halves = _HALVES.fullmatch(pair)
        if not halves:
            raise _refused(str(position), "syntax")
        field, value = _plain(halves[1]).lower(), halves[2].strip()
        if not value:
            raise _refused(field, "value")
        if field in ONCE:
            if field in once:
                raise _refused(field, "repeated")
            once[field] = _plain(value)
        elif field in MANY:
            many[field].append(_plain(value))
        elif field in IDENTIFIERS:
            identifiers.append(_identifier(Family(field), value))
        else:
            raise _refused(field, "unknown")
    for field in NEEDED:
        if field not in once:
            raise _refused(field, "missing")
    if len(once.get("split", "|")) != 1:
        raise _refused("split", "value")
    if once.get("dates", "ymd") not in DATE_ORDERS:
        raise _refused("dates", "value")
    kind = Kind(once["kind"]) if once["kind"] in set(Kind) else None
    return Mapping(
        id=once["id"],
        name=once["name"],
        kind=kind,
        kind_column="" if kind else once["kind"],
        identifiers=tuple(identifiers),
        aliases=tuple(many["alias"]),
        birth_dates=tuple(many["birth_date"]),
        addresses=tuple(many["address"]),
        programs=tuple(many["program"]),
        notes=tuple(many["note"]),
        place=tuple(once.get(field, "") for field in PLACE),
        status=once.get("status", ""),
        as_of=once.get("as_of", ""),
        withheld=once.get("withheld", ""),
        split=once.get("split", ""),
        dates=once.get("dates", "ymd"),
    )


def _cut(text: str) -> list[str]:
    pairs: list[str] = []
    at = 0
    while at < len(text):
        match = _PAIRS.match(text, at)
        assert match is not None  # noqa: S101 - the pattern matches the empty text, too
        if match.end() < len(text) and text[match.end()] != ";":
            raise _refused(str(len(pairs) + 1), "syntax")  # a backslash with nothing after it
        if match.group().strip():
            pairs.append(match.group())
        at = match.end() + 1
    return pairs


def _identifier(family: Family, value: str) -> IdentifierColumn:
    parts = _ISSUED.fullmatch(value)
    if family not in WITH_ISSUER and (family not in MAY_HAVE_ISSUER or parts is None):
        return IdentifierColumn(family, _plain(value))
    column, issuer = (_plain(parts[1]), _plain(parts[2])) if parts else ("", "")
    if not column or not issuer:
        raise _refused(family.value, "issuer-missing")
    if _COUNTRY.fullmatch(issuer):
        return IdentifierColumn(family, column, country=issuer)
    return IdentifierColumn(family, column, country_column=issuer)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).split())


def _refused(field: str, reason: str) -> ComityError:
    return ComityError(Code.MAP_INVALID, field=field, reason=reason)
