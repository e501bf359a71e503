"""What is asked about: a list of ours, or one subject that somebody typed."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.canonical import b64url
from comity.core.derivation import derive_one
from comity.core.fuzzy.derived import Derived
from comity.core.fuzzy.frequencies import Frequencies, Tally
from comity.core.fuzzy.own_pairs import SAMPLE as COMPARED
from comity.core.holdings import decode
from comity.core.merkle import leaf_hash
from comity.core.records import Family, Identifier, Kind, Place, Record
from comity.core.tokens import Token
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import weighing
from comity.operations.asking import Sources
from comity.operations.registry import Model
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import streamed

TYPED: Final = "typed"
"""The id of a record that somebody typed, while its tokens are derived."""
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Typed(Model):
    """One subject, typed in: at least one fact."""

    kind: Kind = Kind.ORGANISATION
    name: str = ""
    rfc: str = ""
    curp: str = ""
    passport: str = ""
    tax_id: str = ""
    country: str = ""
    imo: str = ""
    wallet: str = ""
    phone: str = ""
    account: str = ""
    birth_date: str = ""
    """YYYY-MM-DD, or as much of it as is known."""
    house_number: str = ""
    street: str = ""
    locality: str = ""
    postcode: str = ""


def record_of(typed: Typed) -> Record:
    """Return what was typed as a record. Raises INPUT_INVALID, ARGUMENT_INVALID, NOTHING_TO_ASK."""
    given = {
        Family.RFC: typed.rfc,
        Family.CURP: typed.curp,
        Family.PASSPORT: typed.passport,
        Family.TAX_ID: typed.tax_id,
        Family.IMO: typed.imo,
        Family.WALLET: typed.wallet,
        Family.PHONE: typed.phone,
        Family.ACCOUNT: typed.account,
    }
    given = {family: text for family, text in given.items() if text}
    # A flaw in what somebody typed is said; in a list its reader has said it.
    for family, text in (given | ({Family.NAME: typed.name} if typed.name else {})).items():
        derive_one(family, text, typed.kind, typed.country)
    if typed.birth_date and not _DATE.fullmatch(typed.birth_date):
        raise ComityError(Code.ARGUMENT_INVALID, where="birth-date")
    place = Place(typed.house_number, typed.street, typed.locality, typed.postcode)
    if not (given or typed.name or place != Place()):
        raise ComityError(Code.NOTHING_TO_ASK)
    return Record(
        id=TYPED,
        kind=typed.kind,
        names=(typed.name,) if typed.name else (),
        identifiers=tuple(
            Identifier(family, text, typed.country) for family, text in given.items()
        ),
        birth_dates=(typed.birth_date,) if typed.birth_date else (),
        places=(place,) if place != Place() else (),
    )


@dataclass(frozen=True, slots=True)
class OwnList:
    """What a list of ours gives when it is read once."""

    sources: Sources
    frequencies: Frequencies
    compared: tuple[Derived, ...]
    """Some of its records, evenly, to be matched against each other."""


def from_list(
    tx: Connection,
    dataset: Dataset,
    families: Collection[Family],
    progress: Progress,
    *,
    compare: bool,
) -> OwnList:
    """Derive the tokens of a list of ours, and count how rare what its records have is.

    Without `compare` no record is kept for that. `progress` hears of the step `read`, in records.
    """
    records: dict[Family, dict[bytes, list[str]]] = {family: {} for family in sorted(families)}
    weighed, compared = weighing.step_of([dataset]), weighing.every(dataset.records, COMPARED)
    known, tally = weighing.KEPT.get([dataset]), Tally()
    some: list[Derived] = []
    for count, row in enumerate(streamed(tx, Held, dataset=dataset.id, order="n"), 1):
        derived = Derived.of(decode(row.body, withheld=False), families)
        if not row.withheld:
            _put(records, derived.tokens, row.id)
        if known is None and row.n % weighed == 0:
            tally.add(derived.subject)
        if compare and row.n % compared == 0:
            some.append(derived)
        if count % Held.at_once == 0:
            progress("read", count, dataset.records)
    progress("read", dataset.records, dataset.records)
    sources = Sources(dataset.id, b64url(dataset.root), records)
    rare = known or weighing.KEPT.put([dataset], tally.frequencies())
    return OwnList(sources, rare, tuple(some))


def from_typed(node: Node, derived: Derived) -> Sources:
    """Take the tokens of a subject that was typed, under a root of its own."""
    inputs = b"".join(token.input() for token in derived.tokens)
    root = b64url(leaf_hash(sha256(node.local.entropy(16) + inputs).digest()))
    records: dict[Family, dict[bytes, list[str]]] = {
        family: {} for family in sorted(derived.families)
    }
    _put(records, derived.tokens, root)
    return Sources("", root, records)


def _put(
    records: dict[Family, dict[bytes, list[str]]], tokens: Iterable[Token], source: str
) -> None:
    for token in tokens:
        records[token.family].setdefault(token.input(), []).append(source)
