"""Retention, executed by the receiver: what was learned under terms is destroyed when they say so.

It runs from the moment something was learned, by the agreement under which it was; that this has
ended since changes nothing. What goes: hits, with the inputs and scalars of the questions that they
came from, so that nothing in the tag set can be looked up again; files that were received; and, on
both sides, the messages of the record that carry such contents (`comity.protocol.lapsing`).
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from comity.core.machines import Role
from comity.core.terms import Conditions
from comity.protocol.agreed import known_terms
from comity.protocol.base import Local
from comity.protocol.destroying import ENDED, destroyed_file
from comity.store import journal
from comity.store import kept as files
from comity.store.rows.agreements import Agreement
from comity.store.rows.files import Received
from comity.store.rows.matching import Assessment, Hit, ManifestRow, Question
from comity.store.rows.moving import many, remove
from comity.store.schema.matching import assessments, hits, questions

__all__ = ["ENDED", "end_retention", "is_over", "kept_until"]


def is_over(grant: Conditions, learned: int, now: int) -> bool:
    """Whether what was learned at a time, in seconds, has to be gone by now."""
    until = grant.kept_until(datetime.fromtimestamp(learned, UTC))
    return until is not None and until.timestamp() <= now


def kept_until(grant: Conditions | None, learned: int) -> int:
    """Return when what was learned has to be gone, in seconds; 0 where the terms do not say."""
    until = grant.kept_until(datetime.fromtimestamp(learned, UTC)) if grant else None
    return int(until.timestamp()) if until else 0


def end_retention(local: Local, tx: Connection) -> None:
    """Destroy what may no longer be kept."""
    for agreement in many(tx, Agreement, role=Role.CONSUMER):
        terms = known_terms(agreement)
        if terms is None:
            continue  # Nothing can be learned under what cannot be evaluated.
        if terms.match and terms.match.retention:
            for manifest in many(tx, ManifestRow, agreement=agreement.id, role=Role.CONSUMER):
                _end_hits(local, tx, terms.match, manifest)
        if terms.receive and terms.receive.retention:
            _end_files(local, tx, terms.receive, agreement)


def _end_hits(local: Local, tx: Connection, grant: Conditions, manifest: ManifestRow) -> None:
    now, gone = local.now(), {"hits": 0, "assessments": 0, "questions": 0}
    for name, cls, table in (
        ("hits", Hit, hits),
        ("assessments", Assessment, assessments),
        ("questions", Question, questions),
    ):
        times = select(table.c.at).where(table.c.manifest == manifest.digest).distinct()
        for (at,) in tx.execute(times).all():
            if is_over(grant, at, now):
                gone[name] += remove(tx, cls, manifest=manifest.digest, at=at)
    if any(gone.values()):
        journal.note(tx, now, "", ENDED, peer=manifest.peer, manifest=manifest.digest, **gone)


def _end_files(local: Local, tx: Connection, grant: Conditions, agreement: Agreement) -> None:
    """Destroy the bytes. What is known of them stays, so that a copy is still not passed on."""
    for received in many(tx, Received, agreement=agreement.id):
        path = files.received_path(local.folder, received.id)
        if path.exists() and is_over(grant, received.at, local.now()):
            path.unlink()
            destroyed_file(local, tx, received.peer, received.transfer)
            journal.note(tx, local.now(), "", ENDED, peer=received.peer, received=received.id)
