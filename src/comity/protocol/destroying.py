"""Contents of the record are destroyed: token, body, salt and key, and what came of them.

The leaf and the numbers of the entry stay, so the tree and every proof of it stay as they were.
What goes with an entry is what this node made of it: hits and sealed inputs of a question, the text
of a request that was asked of us, the answer. What we asked ourselves stays as a note of our own,
and our own list is not the record's.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from comity.core.machines import Role
from comity.core.messages import Answer, DetailRequest
from comity.protocol import accounting
from comity.protocol.addresses import transfer_in
from comity.protocol.base import Local
from comity.store import journal, kept, record
from comity.store.naming import Place
from comity.store.rows.files import Received
from comity.store.rows.matching import Assessment, Hit, Question
from comity.store.rows.moving import add, change, many, one, remove
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import Destruction
from comity.store.schema.record import messages

ENDED: Final = "retention.ended"
RECALLED: Final = "recall.destroyed"
"""Actions in the journal."""
OURS, PEERS = "ours", "peer"
"""Whose copy was destroyed."""
START: Final = "TransferStartMessage"
"""What gives the way to a file."""
NOBODY: Final = "-"
"""In the place of an attestation: none is needed."""


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
    # The figures outlive the contents.
    accounting.note_all(local, tx, entry.peer)
    now = local.now()
    if entry.what == "comity-question-1":
        _forget_question(tx, entry, ground, now)
    elif entry.what == START:
        _forget_file(local, tx, entry, ground)
    elif entry.kind == "request" and entry.body:
        _forget_request(tx, entry, ground, now)
    where = {"peer": entry.peer, "direction": entry.direction, "seq": entry.seq}
    gone: dict[str, object] = {"token": "", "body": b"", "look": 0, "destroyed": now}
    if entry.what == "comity-answer-1":
        # Its path names a digest of what it said.
        gone["target"] = f"{entry.target.rpartition('/')[0]}/-"
    change(tx, Message, where, **gone)
    # Only whom it came from is told.
    told = "" if entry.direction == record.IN else NOBODY
    _note(tx, entry.peer, (entry.direction, entry.seq), ground, recall, now, told)


def destroyed_file(local: Local, tx: Connection, peer: str, transfer: str) -> None:
    """Note that a file is destroyed at the end of its retention, by the start that it came with.

    The start itself has no contents and stays.
    """
    query = select(messages.c.seq, messages.c.target).where(
        messages.c.peer == peer,
        messages.c.direction == record.IN,
        messages.c.kind == "request",
        messages.c.what == START,
    )
    for seq, target in tx.execute(query).all():
        if transfer_in(target) == transfer:
            _note(tx, peer, (record.IN, seq), Ground.RETENTION, "", local.now(), "")


def _note(
    tx: Connection,
    peer: str,
    place: Place,
    ground: Ground,
    recall: str,
    now: int,
    attestation: str,
) -> None:
    """Keep that something is destroyed; a recall is attested even where retention was before it."""
    direction, seq = place
    remove(tx, Destruction, peer=peer, direction=direction, seq=seq, side=OURS)
    row = Destruction(peer, direction, seq, OURS, ground, recall, now, attestation)
    add(tx, row)


def _forget_question(tx: Connection, entry: Message, ground: Ground, now: int) -> None:
    """Forget what a question of ours asked and found; of one that was asked of us nothing is kept.

    What somebody settled late goes with the question, not later.
    """
    ours = (entry.direction == record.OUT) == (entry.kind == "request")
    jti = entry.jti if entry.kind == "request" else entry.reply_to
    asked = one(tx, Question, id=jti, peer=entry.peer) if ours else None
    if asked is None:
        return
    # What several hits said together is gone with one of them.
    for handle in {hit.handle for hit in many(tx, Hit, question=jti)}:
        remove(tx, Assessment, manifest=asked.manifest, handle=handle)
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


def _forget_file(local: Local, tx: Connection, entry: Message, ground: Ground) -> None:
    """Destroy the bytes of the file that a start gave the way to; what it was stays known."""
    transfer = transfer_in(entry.target)
    kept.drop_parts(local.folder, transfer)
    for received in many(tx, Received, peer=entry.peer, transfer=transfer):
        kept.received_path(local.folder, received.id).unlink(missing_ok=True)
        journal.note(tx, local.now(), "", ground.action, peer=entry.peer, received=received.id)


def _forget_request(tx: Connection, entry: Message, ground: Ground, now: int) -> None:
    if entry.what == "comity-answer-1":
        request = Answer.read(entry.body).request
        if change(tx, RequestRow, {"id": request, "peer": entry.peer}, answer="", reason=""):
            journal.note(tx, now, "", ground.action, peer=entry.peer, request=request)
    elif entry.what == "comity-request-1" and entry.direction == record.IN:
        request = DetailRequest.read(entry.body).id
        where = {"id": request, "peer": entry.peer, "role": Role.PROVIDER}
        change(tx, RequestRow, where, request="")
