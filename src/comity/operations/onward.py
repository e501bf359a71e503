"""Onward sharing, executed by the receiver: what came in under terms without it is not offered on.

A dataset is known by the SHA-256 of the files that it was loaded from, as its load report has them,
and of the file that it gives. So a received file that was loaded as a list, under whatever name, is
known again. A copy that was changed is not: this keeps people from a mistake, and nobody from a
breach.
"""

from collections.abc import Collection

from pydantic import TypeAdapter
from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport
from comity.protocol.agreed import known_terms
from comity.store.rows import Agreement, Dataset, DatasetFile, Received, many, one

_REPORT = TypeAdapter(LoadReport)


def sources(dataset: Dataset) -> frozenset[str]:
    """Return the SHA-256 of each file that a dataset was loaded from, in hexadecimal."""
    return frozenset(file.sha256 for file in _REPORT.validate_json(dataset.report).files)


def check_offerable(tx: Connection, dataset: Dataset) -> None:
    """Refuse to offer what came from a peer under terms that keep it here.

    Terms that are not known let nothing be passed on. Raises ONWARD_NOT_AGREED (dataset).
    """
    kept = {unb64url(row.digest, 32).hex() for row in many(tx, Received) if not _may_go(tx, row)}
    check_onward(dataset, kept)
    file = one(tx, DatasetFile, dataset=dataset.id)
    if file is not None and unb64url(file.digest, 32).hex() in kept:
        raise ComityError(Code.ONWARD_NOT_AGREED, dataset=dataset.id)


def _may_go(tx: Connection, received: Received) -> bool:
    agreement = one(tx, Agreement, id=received.agreement)
    terms = known_terms(agreement) if agreement else None
    return terms is not None and terms.receive is not None and terms.receive.onward


def check_onward(dataset: Dataset, received: Collection[str]) -> None:
    """Refuse to offer what was received under terms without onward sharing.

    `received` are the SHA-256 of those files, in hexadecimal. Raises ONWARD_NOT_AGREED (dataset).
    """
    if not sources(dataset).isdisjoint(received):
        raise ComityError(Code.ONWARD_NOT_AGREED, dataset=dataset.id)
