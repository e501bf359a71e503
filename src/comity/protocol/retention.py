"""Retention, executed by the receiver: what was learned under terms is destroyed when they say so.

It runs from the moment something was learned, by the agreement under which it was; that this has
ended since changes nothing. What goes: hits, with the inputs and scalars of the questions that they
came from, so that nothing in the tag set can be looked up again; answers, in the request and in the
record; and files that were received. The log commits to digests, so it stays whole. What we asked
ourselves stays.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from comity.core.machines import Role
from comity.core.messages import Answer
from comity.core.terms import Conditions
from comity.protocol.agreed import known_terms
from comity.protocol.base import Local
from comity.store import journal, record
from comity.store import kept as files
from comity.store.rows import (
    Agreement,
    Hit,
    ManifestRow,
    Message,
    Question,
    Received,
    RequestRow,
    change,
    many,
    remove,
)
from comity.store.schema import hits, messages, questions, requests

ENDED: Final = "retention.ended"
"""The action in the journal."""
ANSWER: Final = "comity-answer-1"


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
        if terms.request and terms.request.retention:
            _end_answers(local, tx, terms.request, agreement)
        if terms.receive and terms.receive.retention:
            _end_files(local, tx, terms.receive, agreement)


def _end_hits(local: Local, tx: Connection, grant: Conditions, manifest: ManifestRow) -> None:
    now, gone = local.now(), {"hits": 0, "questions": 0}
    for name, cls, table in (("hits", Hit, hits), ("questions", Question, questions)):
        times = select(table.c.at).where(table.c.manifest == manifest.digest).distinct()
        for (at,) in tx.execute(times).all():
            if is_over(grant, at, now):
                gone[name] += remove(tx, cls, manifest=manifest.digest, at=at)
    if any(gone.values()):
        journal.note(tx, now, "", ENDED, peer=manifest.peer, manifest=manifest.digest, **gone)


def _end_answers(local: Local, tx: Connection, grant: Conditions, agreement: Agreement) -> None:
    now = local.now()
    kept = many(tx, RequestRow, requests.c.answer != "", agreement=agreement.id, role=Role.CONSUMER)
    over = {row.id for row in kept if is_over(grant, row.at, now)}
    for request in sorted(over):
        change(tx, RequestRow, {"id": request}, answer="", reason="")
        journal.note(tx, now, "", ENDED, peer=agreement.peer, request=request)
    if over:
        _destroy_bodies(tx, agreement.peer, over)


def _end_files(local: Local, tx: Connection, grant: Conditions, agreement: Agreement) -> None:
    """Destroy the bytes. What is known of them stays, so that a copy is still not passed on."""
    for received in many(tx, Received, agreement=agreement.id):
        path = files.received_path(local.folder, received.id)
        if path.exists() and is_over(grant, received.at, local.now()):
            path.unlink()
            journal.note(tx, local.now(), "", ENDED, peer=received.peer, received=received.id)


def _destroy_bodies(tx: Connection, peer: str, answered: set[str]) -> None:
    """Empty the bodies of answers in the record; token, digest and size of each stay."""
    came = many(
        tx, Message, messages.c.body != b"", peer=peer, direction=record.IN, what=ANSWER, refused=""
    )
    for message in came:
        if message.kind == "request" and Answer.read(message.body).request in answered:
            where: dict[str, object] = {"peer": peer, "direction": record.IN, "seq": message.seq}
            change(tx, Message, where, body=b"")
