"""Loading lists as holdings, and marking records that no counterpart may learn of."""

from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter
from sqlalchemy import Connection

from comity import formats
from comity.api import Progress
from comity.core.holdings import decode, root
from comity.core.records import Record
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.store import journal
from comity.store.rows.files import DatasetFile
from comity.store.rows.holdings import Dataset, Held
from comity.store.rows.moving import add, change, many, one, remove

_BATCH: Final = 2_000
_REPORT: Final = TypeAdapter(LoadReport)


class HoldingsLoad(Model):
    """A list to load. The file is on the node's machine."""

    path: str
    format: str
    dataset: str
    title: str = ""
    mapping: str = ""
    as_of: date | None = None
    replace: bool = False
    withhold: tuple[str, ...] = ()
    """Ids of records that are never tagged and never answered."""


class FileShown(Model):
    """The file of a dataset, as transfers give it: whole, with what is withheld in records."""

    sha256: str
    """Base64url."""
    size: int
    media_type: str


class HoldingsShown(Model):
    """A dataset, and what came of loading it."""

    dataset: str
    title: str
    records: int
    withheld: int
    report: LoadReport
    file: FileShown | None = None


class Holdings(Model):
    """All datasets held here."""

    holdings: tuple[HoldingsShown, ...]


class Withhold(Model):
    """A record to withhold, or to let go."""

    dataset: str
    record: str
    state: Literal["withheld", "shared"] = "withheld"


class RecordArgs(Model):
    """A record of ours."""

    dataset: str
    record: str


class RecordShown(Model):
    """A record as it is held here."""

    dataset: str
    record: Record


@operation("holdings.load", HoldingsLoad, HoldingsShown)
def load(node: Node, caller: Caller, args: HoldingsLoad, progress: Progress) -> HoldingsShown:
    """Read a list and hold it as a dataset: all of it or nothing.

    Raises what the reader raises, DATASET_EXISTS, ARGUMENT_INVALID, RECORD_UNKNOWN.
    """
    if not args.dataset or len(args.dataset) > 100 or "/" in args.dataset:
        raise ComityError(Code.ARGUMENT_INVALID, where="dataset")
    read, report = formats.read(
        Path(args.path), args.format, args.mapping or None, progress, args.as_of
    )
    unknown = set(args.withhold) - set(read.ids)
    if unknown:
        raise ComityError(Code.RECORD_UNKNOWN, record=min(unknown))
    now, each = node.local.now(), range(len(read))
    salts = [node.local.entropy(16) for _ in each]
    dataset = Dataset(
        id=args.dataset,
        title=args.title or args.dataset,
        format=args.format,
        records=len(read),
        root=root(salts, (read.body(n) for n in each)),
        report=_REPORT.dump_json(report).decode(),
        loaded=now,
    )
    hidden = set(args.withhold) | {read.ids[n] for n in each if read.withheld(n)}
    with node.store.write() as tx:
        known = one(tx, Dataset, id=args.dataset)
        if known and not args.replace:
            raise ComityError(Code.DATASET_EXISTS, dataset=args.dataset)
        if known:
            # A record stays withheld when its list is loaded anew.
            hidden |= {row.id for row in many(tx, Held, dataset=args.dataset, withheld=True)}
            remove(tx, Held, dataset=args.dataset)
            remove(tx, Dataset, id=args.dataset)
        add(tx, dataset)
        for start in range(0, len(read), _BATCH):
            stop = min(start + _BATCH, len(read))
            rows = (
                Held(args.dataset, id, n, read.body(n), salts[n], id in hidden)
                for n, id in enumerate(read.ids[start:stop], start)
            )
            add(tx, *rows)
            progress("store", stop, len(read))
        journal.note(
            tx, now, caller.officer, "holdings.load", dataset=args.dataset, records=len(read)
        )
    with node.store.read() as tx:
        return shown(tx, dataset)


@operation("holdings.list", Nothing, Holdings)
def holdings_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Holdings:
    """List what is held here."""
    with node.store.read() as tx:
        return Holdings(holdings=tuple(shown(tx, row) for row in many(tx, Dataset, order="id")))


@operation("holdings.withhold", Withhold, RecordArgs)
def withhold(node: Node, caller: Caller, args: Withhold, progress: Progress) -> RecordArgs:
    """Withhold a record from tagging and answers, or let it go again. Raises RECORD_UNKNOWN.

    It takes effect with the next tag set; answers stop at once.
    """
    where: dict[str, object] = {"dataset": args.dataset, "id": args.record}
    with node.store.write() as tx:
        if not change(tx, Held, where, withheld=args.state == "withheld"):
            raise ComityError(Code.RECORD_UNKNOWN, record=args.record)
        now, action = node.local.now(), f"holdings.{args.state}"
        journal.note(tx, now, caller.officer, action, dataset=args.dataset, record=args.record)
    return RecordArgs(dataset=args.dataset, record=args.record)


@operation("holdings.show", RecordArgs, RecordShown)
def show(node: Node, caller: Caller, args: RecordArgs, progress: Progress) -> RecordShown:
    """Show a record of ours. Raises RECORD_UNKNOWN."""
    with node.store.read() as tx:
        found = one(tx, Held, dataset=args.dataset, id=args.record)
    if found is None:
        raise ComityError(Code.RECORD_UNKNOWN, record=args.record)
    return RecordShown(dataset=args.dataset, record=decode(found.body, withheld=found.withheld))


def shown(tx: Connection, row: Dataset) -> HoldingsShown:
    """Return a dataset as it is held."""
    withheld = len(many(tx, Held, dataset=row.id, withheld=True))
    file = one(tx, DatasetFile, dataset=row.id)
    return HoldingsShown(
        dataset=row.id,
        title=row.title,
        records=row.records,
        withheld=withheld,
        report=_REPORT.validate_json(row.report),
        file=FileShown(sha256=file.digest, size=file.size, media_type=file.media_type)
        if file
        else None,
    )
