"""What a participant holds: records, as every reader gives them and every part uses them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """The type of thing a record is about. It is part of every name token."""

    PERSON = "person"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    VEHICLE = "vehicle"
    ACCOUNT = "account"
    WALLET = "wallet"
    PHONE = "phone"


class Family(StrEnum):
    """A family of tokens: what two records must have in common for a token to agree."""

    RFC = "rfc"
    CURP = "curp"
    PASSPORT = "passport"
    TAX_ID = "tax-id"
    IMO = "imo"
    WALLET = "wallet"
    PHONE = "phone"
    ACCOUNT = "account"
    NAME = "name"
    # The rest are fuzzy: `comity.core.fuzzy.families` says what each is made of.
    RFC_CURP_ROOT = "rfc-curp-root"
    FULL_NAME = "full-name"
    SKELETON = "skeleton"
    SKELETON_LESS_ONE = "skeleton-less-one"
    CORE = "core"
    PART_BIRTH_DATE = "part-birth-date"
    SKELETON_BIRTH_YEAR = "skeleton-birth-year"
    PART_POSTCODE = "part-postcode"
    PART_STREET = "part-street"
    PART_LOCALITY = "part-locality"
    BIRTH_DATE_POSTCODE = "birth-date-postcode"
    BIRTH_DATE_LOCALITY = "birth-date-locality"
    STREET_LOCALITY = "street-locality"
    NUMBER_STREET = "number-street"
    # New ones go last: rows that a holder has kept name their family by its place here.
    SKELETON_ENDS = "skeleton-ends"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An official identifier as the list gives it; `family` says how it becomes a token."""

    family: Family
    value: str
    country: str = ""
    """ISO 3166-1 alpha-2 code of the issuer, empty where the list does not say."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address in fields, where a list has them apart. Empty where it does not say."""

    number: str = ""
    street: str = ""
    locality: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What the holder says of a record (listed, definitive, cleared ...), and since when."""

    value: str
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a list. Ids are the list's own; they never leave the node in a label."""

    id: str
    kind: Kind
    names: tuple[str, ...]
    """The primary name first, then the aliases."""
    identifiers: tuple[Identifier, ...] = ()
    statuses: tuple[Status, ...] = ()
    """Every status that the list gives for this record, the current one last."""
    birth_dates: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """Addresses in fields; what is here need not be in `addresses`, and the other way round."""
    programs: tuple[str, ...] = ()
    """The programmes or legal grounds the list names."""
    notes: tuple[str, ...] = ()
    withheld: bool = False
    """Withheld records are never tagged and never answered."""
