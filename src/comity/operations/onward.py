"""Onward sharing, executed by the receiver: what came in under terms without it is not offered on.

A dataset is known by the SHA-256 of the files that it was loaded from, as its load report has them,
and of the file that it gives. So a received file that was loaded as a list, under whatever name, is
known again. A copy that was changed is not: this keeps people from a mistake, and nobody from a
breach.
"""

from collections.abc import Collection, Iterable
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.core.machines import Role
from comity.core.messages import CARRYING
from comity.errors import Code, ComityError
from comity.formats.report import LoadReport
from comity.protocol.addresses import transfer_in
from comity.protocol.agreed import known_terms
from comity.protocol.lapsing import agreement_of
from comity.store.record import OUT
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.files import DatasetFile, Grant, Received
from comity.store.rows.holdings import Dataset
from comity.store.rows.moving import many, one, streamed
from comity.store.rows.record import Message
from comity.store.schema.record import messages

_START: Final = "TransferStartMessage"
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


def passed_on(tx: Connection, entries: Iterable[Message]) -> dict[str, list[int]]:
    """Trace what came with entries along the agreements: what of it we sent on, and to whom.

    A file that came is followed to the datasets that were made of it, and to everything that left
    under agreements about these: the file itself, evaluations, answers. Answers and hits lead no
    further: what people made of them, no machine can tell. Returns numbers of our entries by peer.
    """
    starts = [entry for entry in entries if entry.what == _START]
    came = [
        row
        for entry in starts
        for row in many(tx, Received, peer=entry.peer, transfer=transfer_in(entry.target))
    ]
    digests = {row.digest for row in came}
    sums = {unb64url(digest, 32).hex() for digest in digests}
    made = {row.dataset for row in many(tx, DatasetFile) if row.digest in digests}
    made |= {row.id for row in many(tx, Dataset) if not sources(row).isdisjoint(sums)}
    found: dict[str, list[int]] = {}
    for agreement in many(tx, Agreement, role=Role.PROVIDER):
        if agreement.dataset in made:
            found.setdefault(agreement.peer, []).extend(_sent_under(tx, agreement, digests))
    return {peer: sorted(set(seqs)) for peer, seqs in found.items() if seqs}


def _sent_under(tx: Connection, agreement: Agreement, digests: Collection[str]) -> list[int]:
    """Return the numbers of our entries that gave something under an agreement."""
    gave = {
        transfer.their_pid
        for transfer in many(tx, Transfer, agreement=agreement.id, role=Role.PROVIDER)
        for grant in many(tx, Grant, transfer=transfer.pid)
        if grant.digest in digests
    }
    condition = messages.c.what.in_([_START, *CARRYING])
    return [
        entry.seq
        for entry in streamed(
            tx, Message, condition, order="seq", peer=agreement.peer, direction=OUT, destroyed=0
        )
        if not entry.refused and _gave(tx, entry, agreement, gave)
    ]


def _gave(tx: Connection, entry: Message, agreement: Agreement, files: Collection[str]) -> bool:
    if entry.what == _START:
        return entry.kind == "request" and transfer_in(entry.target) in files
    kind = "response" if entry.what == "comity-question-1" else "request"
    if entry.kind != kind or entry.what == "comity-request-1":
        return False
    under = agreement_of(tx, entry)
    return under is not None and under.id == agreement.id
