"""Files of datasets: what plain transfers give, kept here by digest."""

import re
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from comity.api import Progress
from comity.core.holdings import root
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport
from comity.limits import MEDIA_TYPE_CHARS
from comity.node import Node
from comity.operations import holdings
from comity.operations.holdings import HoldingsShown
from comity.operations.registry import Caller, Model, operation
from comity.protocol.base import BYTES
from comity.store import journal, kept
from comity.store.rows.files import DatasetFile, Grant
from comity.store.rows.holdings import Dataset
from comity.store.rows.moving import add, one, remove

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
"""A type and a subtype, without parameters (RFC 6838 section 4.2), in small letters."""
_DATASET: Final = re.compile(r"[^/\s]{1,100}")
FORMAT: Final = "file"
"""The format of a dataset that is nothing but a file."""
_REPORT: Final = TypeAdapter(LoadReport)


class HoldingsFile(Model):
    """A file for a dataset, or for a new one of its own. The file is on the node's machine."""

    dataset: str
    path: str
    title: str = ""
    media_type: str = BYTES


@operation("holdings.file", HoldingsFile, HoldingsShown)
def keep(node: Node, caller: Caller, args: HoldingsFile, progress: Progress) -> HoldingsShown:
    """Keep a copy of a file, which transfers of its dataset give from now on.

    Raises ARGUMENT_INVALID (where), FILE_MISSING, FILE_TOO_LARGE, DISK_FULL.
    """
    if not _DATASET.fullmatch(args.dataset):
        raise ComityError(Code.ARGUMENT_INVALID, where="dataset")
    if len(args.media_type) > MEDIA_TYPE_CHARS or not _MEDIA_TYPE.fullmatch(args.media_type):
        raise ComityError(Code.ARGUMENT_INVALID, where="media_type")
    copy = kept.keep(node.folder, Path(args.path))
    now = node.local.now()
    row = DatasetFile(args.dataset, copy.digest, copy.size, args.media_type, caller.officer, now)
    with node.store.write() as tx:
        dataset = one(tx, Dataset, id=args.dataset)
        if dataset is None:
            dataset = _only_a_file(args, now)
            add(tx, dataset)
        before = one(tx, DatasetFile, dataset=args.dataset)
        remove(tx, DatasetFile, dataset=args.dataset)
        add(tx, row)
        journal.note(
            tx, now, caller.officer, "holdings.file", dataset=row.dataset, sha256=row.digest
        )
        # An older copy stays while a transfer gives it, or another dataset has the same bytes.
        dropped = before is not None and not (
            one(tx, DatasetFile, digest=before.digest) or one(tx, Grant, digest=before.digest)
        )
        shown = holdings.shown(tx, dataset)
    if before is not None and dropped:
        kept.file_path(node.folder, before.digest).unlink(missing_ok=True)
    return shown


def _only_a_file(args: HoldingsFile, now: int) -> Dataset:
    report = LoadReport(FORMAT, (), "", 0, 0, 0, (), (), ())
    return Dataset(
        id=args.dataset,
        title=args.title or args.dataset,
        format=FORMAT,
        records=0,
        root=root([], []),
        report=_REPORT.dump_json(report).decode(),
        loaded=now,
    )
