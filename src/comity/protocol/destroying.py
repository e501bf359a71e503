"""Contents of the record are destroyed: token, body, salt and key, and what came of them.

The leaf and the numbers of the entry stay, so the tree and every proof of it stay as they were.
What goes with an entry is what this node made of it: hits and sealed inputs of a question, the text
of a request that was asked of us, the answer. What we asked ourselves stays as a note of our own,
and our own list is not the record's.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from comity.core.machines import Role
from comity.core.messages import Answer, DetailRequest
from comity.protocol.base import Local
from comity.store import journal, record
from comity.store.rows import (
    Destruction,
    Hit,
    Message,
    Question,
    RequestRow,
    add,
    change,
    one,
    remove,
)

ENDED: Final = "retention.ended"
RECALLED: Final = "recall.destroyed"
"""Actions in the journal."""
OURS, PEERS = "ours", "peer"
"""Whose copy was destroyed."""


class Ground(StrEnum):
    """Why contents are destroyed."""

    RETENTION = "retention"
    RECALL = "recall"

    @property
    def action(self) -> str:
        """The action in the journal."""
        return ENDED if self is Ground.RETENTION else RECALLED


def destroy(local: Local, tx: Connection, entry: Message, ground: Ground, recall: str = "") -> None:
    """Destroy the contents of an entry here, and what came of them; once."""
    if entry.destroyed:
        return
    now = local.now()
    if entry.what == "comity-question-1":
        _forget_question(tx, entry, ground, now)
    elif entry.kind == "request" and entry.body:
        _forget_request(tx, entry, ground, now)
    where = {"peer": entry.peer, "direction": entry.direction, "seq": entry.seq}
    change(tx, Message, where, token="", body=b"", look=0, destroyed=now)
    add(
        tx,
        Destruction(
            peer=entry.peer,
            direction=entry.direction,
            seq=entry.seq,
            side=OURS,
            ground=ground,
            recall=recall,
            at=now,
            attestation="",
        ),
    )


def _forget_question(tx: Connection, entry: Message, ground: Ground, now: int) -> None:
    """Forget what a question of ours asked and found; of one that was asked of us nothing is kept.

    What somebody settled late goes with the question, not later.
    """
    ours = (entry.direction == record.OUT) == (entry.kind == "request")
    jti = entry.jti if entry.kind == "request" else entry.reply_to
    asked = one(tx, Question, id=jti, peer=entry.peer) if ours else None
    if asked is None:
        return
    found = remove(tx, Hit, question=jti)
    remove(tx, Question, id=jti)
    journal.note(
        tx,
        now,
        "",
        ground.action,
        peer=entry.peer,
        manifest=asked.manifest,
        hits=found,
        questions=1,
    )


def _forget_request(tx: Connection, entry: Message, ground: Ground, now: int) -> None:
    if entry.what == "comity-answer-1":
        request = Answer.read(entry.body).request
        if change(tx, RequestRow, {"id": request, "peer": entry.peer}, answer="", reason=""):
            journal.note(tx, now, "", ground.action, peer=entry.peer, request=request)
    elif entry.what == "comity-request-1" and entry.direction == record.IN:
        request = DetailRequest.read(entry.body).id
        where = {"id": request, "peer": entry.peer, "role": Role.PROVIDER}
        change(tx, RequestRow, where, request="")
