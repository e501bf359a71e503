"""What would be tagged of a record, and what each of its tokens would reveal."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.derivation import DERIVATION
from comity.core.fuzzy.derived import Derived
from comity.core.holdings import decode
from comity.core.records import Family, Kind, Record
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.store.rows.holdings import Held
from comity.store.rows.moving import many


class Explain(Model):
    """A record of ours, by its id in the list."""

    record: str
    dataset: str = ""
    """Needed where several lists have a record of that id."""
    families: tuple[Family, ...] = ()
    """Only these; empty: all of them."""


class TokenShown(Model):
    """One token: what two records that share it have in common."""

    family: Family
    kind: Kind | None
    """Part of the token; none where the family has no kind."""
    value: str


class TokensExplained(Model):
    """The tokens of a record. What each family reveals is a text, `reveals.` and its name."""

    dataset: str
    record: str
    kind: Kind
    withheld: bool
    """Then there is none: nothing of it is ever tagged."""
    derivation: str
    tokens: tuple[TokenShown, ...]
    by_family: dict[str, int]
    presence: tuple[str, ...]
    """What its label would say it has besides, whatever the value."""


@operation("tokens.explain", Explain, TokensExplained)
def explain(node: Node, caller: Caller, args: Explain, progress: Progress) -> TokensExplained:
    """Show what would be tagged of a record. Raises RECORD_UNKNOWN, DATASET_UNKNOWN."""
    with node.store.read() as tx:
        row = _found(tx, args)
    record: Record = decode(row.body, withheld=row.withheld)
    derived = Derived.of(record, args.families or tuple(Family))
    return TokensExplained(
        dataset=row.dataset,
        record=record.id,
        kind=record.kind,
        withheld=row.withheld,
        derivation=DERIVATION,
        tokens=tuple(
            TokenShown(family=token.family, kind=token.kind, value=token.value)
            for token in derived.tokens
        ),
        by_family=dict(Counter(token.family.value for token in derived.tokens)),
        presence=tuple((each.name or "").lower().replace("_", "-") for each in derived.presence),
    )


def _found(tx: Connection, args: Explain) -> Held:
    named: dict[str, Any] = {"dataset": args.dataset} if args.dataset else {}
    found = many(tx, Held, id=args.record, **named)
    if not found:
        raise ComityError(Code.RECORD_UNKNOWN)
    if len(found) > 1:
        raise ComityError(Code.DATASET_UNKNOWN, dataset="")
    return found[0]
