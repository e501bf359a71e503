"""Terms files: drafts as people write them, in TOML or JSON.

What stands at the top holds for every grant; `[match]`, `[request]` and `[receive]` hold their own.
Names may be written as in Python or as in JSON: `legal_bases` and `legalBases` are one.
"""

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from pydantic.alias_generators import to_camel

from comity.core.canonical import parse
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES

TEMPLATE: Final = """\
# Terms of an offer, or changes to the terms of somebody else's offer.
# What stands here at the top holds for every grant below that does not say otherwise.

# What the asker may ask for: one of these, word for word.
purposes = ["money laundering investigation"]

# The legal bases that are accepted, word for word. Leave it out to accept any.
legal_bases = ["Memorandum of understanding 2024, section 3"]

# Where the asker must be (ISO 3166). Leave it out to accept any territory.
territories = ["US"]

# The first day, or moment in UTC, on which nothing is allowed any more.
expiry = 2027-12-31

# How long the asker may keep what it learns: 30 days is "P30D", a year is "P1Y".
retention = "P1Y"

# Whether the asker may pass on what it learns.
onward = false

# How the asker must handle it: TLP:RED, TLP:AMBER+STRICT, TLP:AMBER, TLP:GREEN or TLP:CLEAR.
handling = "TLP:AMBER+STRICT"

# To match: to ask which of its own records the holder has, too. Leave the table out to deny it.
[match]
# Who has to agree first: "automatic", "one-officer" or "two-officers".
approval = "automatic"
# What records may have in common: rfc, curp, passport, tax-id, imo, wallet, phone, account, name;
# and, of names that are spelt otherwise, full-name, skeleton, core, skeleton-less-one,
# skeleton-ends, part-birth-date. `comity terms explain` says of each what it reveals.
families = ["rfc", "name"]
# At most so many tokens in a calendar day (P1D), week (P1W) or month (P1M), UTC.
tokens_per_period = { count = 100000, period = "P1D" }
# And at most so many in all.
tokens_in_all = 1000000

# To request: to ask for details about one record that matched. Leave the table out to deny it.
[request]
approval = "one-officer"
# What an answer may release: addresses, birth-dates, identifiers, kind, names, notes, programs,
# statuses.
fields = ["names", "identifiers", "statuses"]
# No answer in this time is a decline; at most 30 days.
answer_within = "P10D"
# At most so many requests in a calendar day (P1D), week (P1W) or month (P1M), UTC.
requests_per_period = { count = 100, period = "P1D" }
# And at most so many in all, answered or not. (For a file: transfers_per_period, transfers_in_all.)
requests_in_all = 1000
"""
"""An example with every field, which is itself a valid draft."""


def read_draft(path: Path) -> dict[str, Any]:
    """Read a terms file. Raises FILE_MISSING, FILE_TOO_LARGE or TERMS_INVALID (where)."""
    try:
        with path.open("rb") as file:
            data = file.read(BODY_BYTES + 1)
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=str(path)) from None
    if len(data) > BODY_BYTES:
        raise ComityError(Code.FILE_TOO_LARGE, file=str(path))
    return parse_draft(data, path.name)


def parse_draft(data: bytes, name: str) -> dict[str, Any]:
    """Parse a draft; `name` says which file it is from.

    Raises TERMS_INVALID (where), and for JSON what `canonical.parse` raises.
    """
    if data.lstrip().startswith(b"{"):
        draft = _as_json(parse(data, BODY_BYTES))
    else:
        try:
            draft = _as_json(tomllib.loads(data.decode("utf-8")))
        except (ValueError, RecursionError):
            raise ComityError(Code.TERMS_INVALID, where=name) from None
    if not isinstance(draft, dict):
        raise ComityError(Code.TERMS_INVALID, where=name)
    return draft


def _as_json(value: object) -> object:
    """Return a value as JSON has it: names in camel case, times as text in ISO 8601."""
    if isinstance(value, dict):
        # Names of a policy (`@type`, IRIs) have no other spelling.
        named = {
            to_camel(name) if "_" in name else name: _as_json(inner)
            for name, inner in value.items()
        }
        if len(named) != len(value):
            raise ComityError(Code.TERMS_INVALID, where=min(value))
        return named
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        # A day without a time begins at midnight UTC.
        return f"{value.isoformat()}T00:00:00Z"
    return value
