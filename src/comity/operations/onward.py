"""Onward sharing, executed by the receiver: what came in under terms without it is not offered on.

A dataset is known by the SHA-256 of the files that it was loaded from, as its load report has them.
So a received file that was loaded as a list, under whatever name, is known again. A copy that was
changed is not: this keeps people from a mistake, and nobody from a breach.
"""

from collections.abc import Collection

from pydantic import TypeAdapter

from comity.errors import Code, ComityError
from comity.formats.report import LoadReport
from comity.store.rows import Dataset

_REPORT = TypeAdapter(LoadReport)


def sources(dataset: Dataset) -> frozenset[str]:
    """Return the SHA-256 of each file that a dataset was loaded from, in hexadecimal."""
    return frozenset(file.sha256 for file in _REPORT.validate_json(dataset.report).files)


def check_onward(dataset: Dataset, received: Collection[str]) -> None:
    """Refuse to offer what was received under terms without onward sharing.

    `received` are the SHA-256 of those files, in hexadecimal. Raises ONWARD_NOT_AGREED (dataset).
    """
    if not sources(dataset).isdisjoint(received):
        raise ComityError(Code.ONWARD_NOT_AGREED, dataset=dataset.id)
