"""Rows as frozen dataclasses, one for each table, and the functions that move them.

Field names equal column names, which a test checks; so a row can be read, written and changed
with no mapping in between. The contents of some tables are sealed: here, and nowhere else, they are
sealed on their way in and opened on their way out (`comity.store.vault`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from comity.store import schema, vault
from comity.store.statements import Statement
from comity.store.vault import Sealed, Vault


class Row:
    """A row of the table that the class names."""

    table: ClassVar[Table]
    contents: ClassVar[tuple[str, ...]] = ()
    """Fields that are bytes, or text, and are kept sealed; the table then has `key` and `wrap`."""
    bound: ClassVar[tuple[str, ...]] = ()
    """What the sealed fields belong to for ever: names and numbers of the row."""
    at_once: ClassVar[int] = 16
    """Rows in memory at once where they are streamed: questions have half a megabyte."""


RowT = TypeVar("RowT", bound=Row)


@lru_cache(maxsize=512)
def _condition(table: Table, names: tuple[str, ...]) -> ColumnElement[bool]:
    """Return that the named columns equal parameters of their names with `w_` in front."""
    return and_(True, *(table.c[name] == bindparam(f"w_{name}") for name in names))


@lru_cache(maxsize=512)
def _query(
    table: Table, names: tuple[str, ...], order: str, limit: int | None
) -> Select[tuple[Any, ...]]:
    query = select(table).where(_condition(table, names))
    if order:
        query = query.order_by(table.c[order])
    return query if limit is None else query.limit(limit)


@lru_cache(maxsize=512)
def _select(table: Table, names: tuple[str, ...], order: str, limit: int | None) -> Statement:
    return Statement(_query(table, names, order, limit))


@lru_cache(maxsize=512)
def _update(table: Table, names: tuple[str, ...], changed: tuple[str, ...]) -> Statement:
    values: dict[str, BindParameter[Any]] = {name: bindparam(f"v_{name}") for name in changed}
    return Statement(update(table).where(_condition(table, names)).values(values))


@lru_cache(maxsize=512)
def _delete(table: Table, names: tuple[str, ...]) -> Statement:
    return Statement(delete(table).where(_condition(table, names)))


@lru_cache(maxsize=64)
def _insert(table: Table) -> Statement:
    values: dict[str, BindParameter[Any]] = {
        column.name: bindparam(column.name) for column in table.columns
    }
    return Statement(insert(table).inline().values(values))


def _named(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}_{name}": value for name, value in values.items()}


def many(
    tx: Connection,
    cls: type[RowT],
    *conditions: ColumnElement[bool],
    order: str = "",
    limit: int | None = None,
    **where: object,
) -> Sequence[RowT]:
    """Return the rows that fit, in the order of a column where one is named."""
    names = tuple(where)
    if conditions:
        query = _query(cls.table, names, order, limit).where(*conditions)
        return _opened(tx, cls, tx.execute(query, _named("w", where)))
    return _opened(tx, cls, _select(cls.table, names, order, limit).rows(tx, _named("w", where)))


def streamed(
    tx: Connection, cls: type[RowT], *conditions: ColumnElement[bool], order: str, **where: object
) -> Iterator[RowT]:
    """Give the rows that fit, in the order of a column, a few in memory at a time."""
    query = _query(cls.table, tuple(where), order, None).where(*conditions)
    some = query.execution_options(yield_per=cls.at_once)
    for rows in tx.execute(some, _named("w", where)).partitions():
        yield from _opened(tx, cls, rows)


def one(tx: Connection, cls: type[RowT], **where: object) -> RowT | None:
    """Return the row that fits, or None."""
    found = _select(cls.table, tuple(where), "", 1).rows(tx, _named("w", where))
    return _opened(tx, cls, found)[0] if found else None


def add(tx: Connection, *rows: Row) -> None:
    """Insert rows of one class."""
    if rows:
        table = rows[0].table
        names = [column.name for column in table.columns]
        values = [{name: getattr(row, name) for name in names} for row in rows]
        if rows[0].contents:
            keeper = vault.of(tx)
            for row, row_values in zip(rows, values, strict=True):
                row_values.update(_sealed(keeper, row))
        if len(values) == 1:
            _insert(table).run(tx, values[0])
        else:
            _insert(table).run_many(tx, values)


def change(tx: Connection, cls: type[Row], where: Mapping[str, object], **values: object) -> int:
    """Change the rows that fit; returns how many.

    Where contents are changed, or what they belong to, they get a new key: the old one opens
    nothing any more.
    """
    if not values.keys().isdisjoint((*cls.contents, *cls.bound)):
        found = _select(cls.table, tuple(where), "", None).rows(tx, _named("w", where))
        return sum(_change_contents(tx, row, values) for row in _opened(tx, cls, found))
    return change_stored(tx, cls, where, **values)


def change_stored(
    tx: Connection, cls: type[Row], where: Mapping[str, object], **values: object
) -> int:
    """Change columns to what is given, as it is; returns how many rows."""
    statement = _update(cls.table, tuple(where), tuple(values))
    return statement.run(tx, _named("w", where) | _named("v", values)).rowcount


def _change_contents(tx: Connection, row: Row, values: Mapping[str, object]) -> int:
    changed = replace(row, **values)  # type: ignore[type-var]
    keys = {column.name: getattr(row, column.name) for column in row.table.primary_key}
    return change_stored(tx, type(row), keys, **{**values, **_sealed(vault.of(tx), changed)})


def remove(tx: Connection, cls: type[Row], **where: object) -> int:
    """Delete the rows that fit; returns how many."""
    return _delete(cls.table, tuple(where)).run(tx, _named("w", where)).rowcount


def _sealed(keeper: Vault, row: Row) -> dict[str, object]:
    """Return what a row's sealed columns are to have."""
    plain = [getattr(row, name) for name in row.contents]
    place = place_of(type(row), [getattr(row, name) for name in row.bound])
    given = [value.encode() if isinstance(value, str) else value for value in plain]
    made = keeper.seal(place, given)
    return {**dict(zip(row.contents, made.fields, strict=True)), "key": made.key, "wrap": made.wrap}


def _opened(tx: Connection, cls: type[RowT], found: Iterable[Sequence[Any]]) -> list[RowT]:
    """Return rows as they are stored, with their contents opened."""
    if not cls.contents:
        return [cls(*row) for row in found]
    keeper, layout = vault.of(tx), _layout(cls)  # type: ignore[arg-type]
    return [cls(*_plain(keeper, cls, layout, list(row))) for row in found]


class _Layout(NamedTuple):
    """Where in a row of a table stands what."""

    contents: tuple[int, ...]
    text: tuple[bool, ...]
    bound: tuple[int, ...]
    key: int
    wrap: int


@lru_cache(maxsize=64)
def _layout(cls: type[Row]) -> _Layout:
    types = {field.name: field.type for field in fields(cls)}  # type: ignore[arg-type]
    at = {name: place for place, name in enumerate(types)}
    return _Layout(
        contents=tuple(at[name] for name in cls.contents),
        text=tuple(types[name] is str for name in cls.contents),
        bound=tuple(at[name] for name in cls.bound),
        key=at["key"],
        wrap=at["wrap"],
    )


def _plain(keeper: Vault, cls: type[Row], layout: _Layout, row: list[Any]) -> list[Any]:
    place = place_of(cls, [row[at] for at in layout.bound])
    stored = Sealed([row[at] for at in layout.contents], row[layout.key], row[layout.wrap])
    opened = keeper.open(place, stored)
    for at, is_text, value in zip(layout.contents, layout.text, opened, strict=True):
        row[at] = value.decode() if is_text else value
    # How it is kept is nobody's business: a row that was read equals the one that was written.
    row[layout.key], row[layout.wrap] = b"", 0
    return row


def place_of(cls: type[Row], bound: Sequence[object]) -> bytes:
    """Return what sealed fields are bound to; no two rows of any table have the same."""
    # No id has a NUL, which not every database could keep.
    named = (item.hex() if isinstance(item, bytes) else str(item) for item in bound)
    return "\0".join((cls.table.name, *named)).encode()


@dataclass(frozen=True, slots=True)
class Officer(Row):
    """Somebody who may operate this node."""

    table: ClassVar[Table] = schema.officers
    id: str
    secret: bytes
    created: int


@dataclass(frozen=True, slots=True)
class Peer(Row):
    """A participant whose identity document is pinned here."""

    table: ClassVar[Table] = schema.peers
    id: str
    document: str
    version: int
    pinned: int
    pinned_by: str
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class IdentityRow(Row):
    """A document that was, or is, in force here: a peer's or this node's own."""

    table: ClassVar[Table] = schema.identities
    id: str
    n: int
    version: int
    document: str
    endorsement: str
    by: str
    at: int
    officer: str
    until: int
    revoked: int
    reason: str
    statement: str
    received: int


@dataclass(frozen=True, slots=True)
class Message(Row):
    """One entry of the record: the exact bytes that crossed, until they are destroyed."""

    table: ClassVar[Table] = schema.messages
    contents: ClassVar[tuple[str, ...]] = ("token", "body")
    bound: ClassVar[tuple[str, ...]] = ("peer", "direction", "seq", "leaf")
    peer: str
    direction: str
    seq: int
    jti: str
    kind: str
    token: str
    method: str
    target: str
    status: int
    content_type: str
    body: bytes
    size: int
    reply_to: str
    what: str
    refused: str
    leaf: bytes
    at: int
    key: bytes = b""
    wrap: int = 0
    look: int = 0
    destroyed: int = 0


@dataclass(frozen=True, slots=True)
class Destruction(Row):
    """That the contents of an entry are destroyed: here, or at the peer as it attests."""

    table: ClassVar[Table] = schema.destructions
    peer: str
    direction: str
    seq: int
    side: str
    ground: str
    recall: str
    at: int
    attestation: str


@dataclass(frozen=True, slots=True)
class RecallRow(Row):
    """A recall: of what we gave, or of what was given to us."""

    table: ClassVar[Table] = schema.recalls
    contents: ClassVar[tuple[str, ...]] = ("reason", "said")
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    role: str
    state: str
    reason: str
    said: str
    parent: str
    due: int
    at: int
    updated: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class RecallEntry(Row):
    """An entry that a recall is about."""

    table: ClassVar[Table] = schema.recall_entries
    recall: str
    direction: str
    seq: int


@dataclass(frozen=True, slots=True)
class WrapKey(Row):
    """A wrap key: in force, on its way out, or destroyed. The key itself is a file."""

    table: ClassVar[Table] = schema.wrap_keys
    n: int
    state: str
    made: int
    destroyed: int


@dataclass(frozen=True, slots=True)
class Dealing(Row):
    """What the ledger counts of an entry; it stays when the entry's contents are destroyed."""

    table: ClassVar[Table] = schema.dealings
    peer: str
    direction: str
    seq: int
    issued: int
    bytes: int
    act: str
    asker: str
    agreement: str
    subject: str
    elements: int
    answered: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class LedgerRow(Row):
    """Two signed statements of the same figures, and whether they are equal."""

    table: ClassVar[Table] = schema.ledgers
    peer: str
    n: int
    ours: str
    theirs: str
    equal: bool
    at: int
    officer: str


@dataclass(frozen=True, slots=True)
class Head(Row):
    """How far a log is."""

    table: ClassVar[Table] = schema.heads
    peer: str
    direction: str
    next: int
    size: int
    frontier: bytes
    incarnation: int = 1
    instance: str = ""
    vouched: int = 0
    frozen: str = ""


@dataclass(frozen=True, slots=True)
class NodeState(Row):
    """One thing that is to be remembered of the node as a whole."""

    table: ClassVar[Table] = schema.node_state
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Resumption(Row):
    """How far a restored node is in coming back to a peer."""

    table: ClassVar[Table] = schema.resumptions
    peer: str
    incarnation: int
    since: int
    instance: str
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Unsettled(Row):
    """What a restored node knows from the record and could not rebuild."""

    table: ClassVar[Table] = schema.unsettled
    peer: str
    jti: str
    what: str
    direction: str
    subject: str
    reason: str
    at: int
    officer: str


@dataclass(frozen=True, slots=True)
class Outgoing(Row):
    """A request of ours on its way."""

    table: ClassVar[Table] = schema.outbox
    peer: str
    jti: str
    seq: int
    kind: str
    subject: str
    state: str
    attempts: int
    not_before: int
    expires: int
    error: str


@dataclass(frozen=True, slots=True)
class Link(Row):
    """How messages get to a peer, and how far those are that a courier carries."""

    table: ClassVar[Table] = schema.links
    peer: str
    kind: str
    one_way: bool
    packed: int
    taken: int
    arrived: int
    said: int
    seen: int
    made: int


@dataclass(frozen=True, slots=True)
class Awaited(Row):
    """A request of ours whose reply an operation reads when it is run again."""

    table: ClassVar[Table] = schema.awaited
    peer: str
    jti: str
    scope: str
    asked: str


@dataclass(frozen=True, slots=True)
class Tile(Row):
    """A full tile of a log's tree: 256 hashes (C2SP tlog-tiles), and the root over them."""

    table: ClassVar[Table] = schema.tiles
    peer: str
    direction: str
    level: int
    n: int
    root: bytes
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Cosigned(Row):
    """A signed checkpoint of a log, cosigned by who mirrors it where `time` is not 0."""

    table: ClassVar[Table] = schema.checkpoints
    peer: str
    direction: str
    size: int
    root: bytes
    time: int
    written: int
    at: int
    note: str


@dataclass(frozen=True, slots=True)
class Alarm(Row):
    """What a peer did to the record, and whether an officer has decided to go on."""

    table: ClassVar[Table] = schema.alarms
    id: str
    peer: str
    kind: str
    number: int
    evidence: str
    at: int
    settled: int
    officer: str
    reason: str
    over: bool


@dataclass(frozen=True, slots=True)
class JournalEntry(Row):
    """What was decided here, by whom: private, never shared."""

    table: ClassVar[Table] = schema.journal
    n: int
    at: int
    officer: str
    action: str
    detail: str
    head: bytes


@dataclass(frozen=True, slots=True)
class Dataset(Row):
    """A list held here."""

    table: ClassVar[Table] = schema.datasets
    id: str
    title: str
    format: str
    records: int
    root: bytes
    report: str
    loaded: int


@dataclass(frozen=True, slots=True)
class Held(Row):
    """A record held here, as canonical JSON."""

    table: ClassVar[Table] = schema.records
    at_once: ClassVar[int] = 1_000
    dataset: str
    id: str
    n: int
    body: bytes
    salt: bytes
    withheld: bool


@dataclass(frozen=True, slots=True)
class Offer(Row):
    """A dataset offered under terms."""

    table: ClassVar[Table] = schema.offers
    id: str
    dataset: str
    peer: str
    policy: str
    open: bool
    officer: str
    created: int
    officers: int


@dataclass(frozen=True, slots=True)
class Negotiation(Row):
    """A contract negotiation, as this side sees it."""

    table: ClassVar[Table] = schema.negotiations
    pid: str
    peer: str
    their_pid: str
    role: str
    state: str
    pending: str
    base: str
    dataset: str
    offer: str
    offered_by: str
    agreement: str
    waits: bool
    reason: str
    due: int
    updated: int
    begun_by: str
    officers: int
    final: bool


@dataclass(frozen=True, slots=True)
class Agreement(Row):
    """An agreement and both signatures over it."""

    table: ClassVar[Table] = schema.agreements
    id: str
    peer: str
    role: str
    dataset: str
    agreement: str
    digest: str
    provider_signature: str
    consumer_signature: str
    state: str
    at: int
    peer_suspended: bool
    ends: int
    replaces: str


@dataclass(frozen=True, slots=True)
class Transfer(Row):
    """A transfer process, as this side sees it."""

    table: ClassVar[Table] = schema.transfers
    pid: str
    peer: str
    their_pid: str
    role: str
    state: str
    pending: str
    base: str
    agreement: str
    format: str
    manifest: str
    held: bool
    suspended_by: str
    reason: str
    updated: int


@dataclass(frozen=True, slots=True)
class DatasetFile(Row):
    """The file of a dataset held here."""

    table: ClassVar[Table] = schema.dataset_files
    dataset: str
    digest: str
    size: int
    media_type: str
    officer: str
    at: int


@dataclass(frozen=True, slots=True)
class SealedAddress(Row):
    """A peer's data address, sealed: it has a credential."""

    table: ClassVar[Table] = schema.data_addresses
    transfer: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FileToken(Row):
    """What opens the file path of one transfer: its bearer token, as a digest."""

    table: ClassVar[Table] = schema.file_tokens
    transfer: str
    secret: bytes
    requests: int


@dataclass(frozen=True, slots=True)
class Grant(Row):
    """Which file a transfer of ours gives, and how far pushing it is."""

    table: ClassVar[Table] = schema.grants
    transfer: str
    peer: str
    dataset: str
    digest: str
    size: int
    media_type: str
    statement: str
    push: str
    attempts: int
    not_before: int
    error: str
    at: int


@dataclass(frozen=True, slots=True)
class Received(Row):
    """A file that came from a peer: opaque bytes, below its id."""

    table: ClassVar[Table] = schema.received_files
    id: str
    peer: str
    transfer: str
    agreement: str
    dataset: str
    digest: str
    size: int
    media_type: str
    statement: str
    handling: str
    officer: str
    looked: int
    at: int


@dataclass(frozen=True, slots=True)
class ManifestRow(Row):
    """A signed manifest: ours where the role is provider, a peer's where it is consumer."""

    table: ClassVar[Table] = schema.manifests
    digest: str
    peer: str
    agreement: str
    role: str
    signed: str
    epoch: int
    ready: bool
    ends: int


@dataclass(frozen=True, slots=True)
class Handle(Row):
    """Which record an opaque handle stands for, in one epoch."""

    table: ClassVar[Table] = schema.handles
    manifest: str
    handle: str
    dataset: str
    record: str


@dataclass(frozen=True, slots=True)
class Usage(Row):
    """What one message of a peer used up."""

    table: ClassVar[Table] = schema.usage
    peer: str
    jti: str
    dataset: str
    agreement: str
    action: str
    family: str
    elements: int
    at: int


@dataclass(frozen=True, slots=True)
class Question(Row):
    """A batch that we asked; its inputs and scalars are sealed."""

    table: ClassVar[Table] = schema.questions
    contents: ClassVar[tuple[str, ...]] = ("sealed",)
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    manifest: str
    family: str
    elements: int
    run: str
    sealed: bytes
    answered: bool
    at: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class Hit(Row):
    """A token of ours that the holder has too."""

    table: ClassVar[Table] = schema.hits
    peer: str
    manifest: str
    handle: str
    token: str
    family: str
    dataset: str
    record: str
    label: bytes
    question: str
    at: int


@dataclass(frozen=True, slots=True)
class Assessment(Row):
    """What the hits under one handle say together of one record of ours."""

    table: ClassVar[Table] = schema.assessments
    contents: ClassVar[tuple[str, ...]] = ("score",)
    bound: ClassVar[tuple[str, ...]] = ("id",)
    at_once: ClassVar[int] = 1_000
    id: str
    peer: str
    manifest: str
    handle: str
    dataset: str
    record: str
    score: bytes
    at: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class RequestRow(Row):
    """A request for details, asked by us or of us."""

    table: ClassVar[Table] = schema.requests
    contents: ClassVar[tuple[str, ...]] = ("request", "answer", "reason")
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    role: str
    agreement: str
    handle: str
    manifest: str
    request: str
    state: str
    answer: str
    approval: str
    approvals: int
    reason: str
    final: bool
    due: int
    at: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class Approval(Row):
    """An officer's approval of one exact answer."""

    table: ClassVar[Table] = schema.approvals
    request: str
    officer: str
    approval: str
    at: int


@dataclass(frozen=True, slots=True)
class Witness(Row):
    """A third who watches logs of this node, and where it takes checkpoints."""

    table: ClassVar[Table] = schema.witnesses
    name: str
    key: str
    url: str
    officer: str
    at: int


@dataclass(frozen=True, slots=True)
class VouchedNote(Row):
    """The newest checkpoint of a log that the other side, and a witness, have cosigned."""

    table: ClassVar[Table] = schema.vouched
    peer: str
    direction: str
    witness: str
    size: int
    note: str
    at: int
