"""What the ledger counts of each entry of the record, written down before its contents can go.

The record keeps contents only as long as the terms say; the figures outlive them. So each entry is
looked at once: by the worker soon after it came, or by whoever asks for the figures. Written down
is what both sides know the same of it (`comity.core.ledger`).
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from comity.core.ledger import Act, Entry
from comity.core.machines import Role
from comity.core.messages import Answer, DetailRequest, Question
from comity.core.token import issued_at
from comity.errors import Code, ComityError
from comity.limits import LEDGER_ENTRIES
from comity.protocol.base import DATA, DSP, Local, match_path
from comity.protocol.catalog import MATCH, REQUEST
from comity.protocol.filing import FORMATS
from comity.protocol.questions import count_of
from comity.store import record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.moving import add, many, one
from comity.store.rows.record import Dealing, Head, Message
from comity.store.schema.record import dealings, messages
from comity.store.statements import Statement

PATHS: Final[tuple[tuple[str, str, Act], ...]] = (
    ("POST", f"{DATA}/transfers/{{}}/questions", Act.QUESTION),
    ("POST", f"{DATA}/transfers/{{}}/requests", Act.REQUEST),
    ("POST", f"{DATA}/answers/{{}}", Act.ANSWER),
    ("POST", f"{DSP}/transfers/{{}}/start", Act.FILE_STARTED),
    ("POST", f"{DSP}/transfers/{{}}/completion", Act.FILE_GIVEN),
)
_AT_ONCE: Final = 16
"""Entries in memory at once: questions have half a megabyte."""
_LAST: Final = Statement(
    select(func.max(dealings.c.seq))
    .where(dealings.c.peer == bindparam("peer"))
    .where(dealings.c.direction == bindparam("direction"))
)
_FORMATS: Final = {Act.QUESTION: (MATCH,), Act.REQUEST: (REQUEST,)}


def note(local: Local, tx: Connection, peer: str, limit: int = LEDGER_ENTRIES) -> int:
    """Write down what is counted of entries that nobody has looked at yet; returns how many."""
    noted = 0
    for direction in (record.OUT, record.IN):
        start, size = _noted(tx, peer, direction), _size(tx, peer, direction)
        made = [
            _dealing(local, tx, entry)
            for entry in _between(tx, peer, direction, start, min(size, start + limit))
        ]
        add(tx, *made)
        noted += len(made)
    return noted


def behind(tx: Connection) -> list[str]:
    """Return the peers of whose entries some were not looked at yet."""
    return sorted(
        {row.peer for row in many(tx, Head) if _noted(tx, row.peer, row.direction) < row.size}
    )


def note_all(local: Local, tx: Connection, peer: str) -> None:
    """Write all of it down, before contents are destroyed."""
    while note(local, tx, peer):
        pass


def entries(local: Local, tx: Connection, peer: str, direction: str, size: int) -> Iterator[Entry]:
    """Give what is counted of a log below a size; what nobody has written down yet, too."""
    sender = local.identity.id if direction == record.OUT else peer
    start = min(_noted(tx, peer, direction), size)
    query = (
        select(messages.c.jti, messages.c.reply_to, messages.c.status, *dealings.c)
        .join(
            dealings,
            (messages.c.peer == dealings.c.peer)
            & (messages.c.direction == dealings.c.direction)
            & (messages.c.seq == dealings.c.seq),
        )
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.seq < start)
        .order_by(messages.c.seq)
    )
    for jti, reply_to, status, *row in tx.execute(query.execution_options(yield_per=1_000)):
        made = Dealing(*row)
        if made.gone and (found := one(tx, Message, peer=peer, direction=direction, seq=made.seq)):
            # It may have come since.
            made = _dealing(local, tx, found)
        yield _entry(sender, jti, reply_to, status, made)
    for found in _between(tx, peer, direction, start, size):
        made = _dealing(local, tx, found)
        yield _entry(sender, found.jti, found.reply_to, found.status, made)


def datasets(tx: Connection, peer: str) -> dict[str, str]:
    """Return which dataset each agreement with a peer is about."""
    return {row.id: row.dataset for row in many(tx, Agreement, peer=peer)}


def _noted(tx: Connection, peer: str, direction: str) -> int:
    last = _LAST.rows(tx, {"peer": peer, "direction": direction})[0][0]
    return 0 if last is None else int(last) + 1


def _size(tx: Connection, peer: str, direction: str) -> int:
    """Return how far a log is without a gap."""
    found = one(tx, Head, peer=peer, direction=direction)
    return found.size if found else 0


def _between(tx: Connection, peer: str, direction: str, start: int, stop: int) -> Iterator[Message]:
    for at in range(start, stop, _AT_ONCE):
        between = messages.c.seq >= at, messages.c.seq < min(at + _AT_ONCE, stop)
        yield from many(tx, Message, *between, peer=peer, direction=direction, order="seq")


def _entry(sender: str, jti: str, reply_to: str, status: int, row: Dealing) -> Entry:
    return Entry(
        sender=sender,
        jti=jti,
        reply_to=reply_to,
        status=status,
        issued=row.issued,
        bytes=row.bytes,
        act=Act(row.act),
        asker=row.asker,
        agreement=row.agreement,
        subject=row.subject,
        elements=row.elements,
        is_answered=row.answered,
        is_gone=row.gone,
    )


def _dealing(local: Local, tx: Connection, entry: Message) -> Dealing:
    """Return what is counted of an entry."""
    act, pid = _act(entry)
    transfer = _transfer(tx, entry, pid) if pid and act is not Act.ANSWER else None
    act = act if act is Act.ANSWER or _fits(act, transfer) else Act.NONE
    # What was fetched has no contents until it comes itself.
    is_gone = not entry.token or entry.refused == Code.MESSAGE_FETCHED
    issued = _issued(entry)
    sender = local.identity.id if entry.direction == record.OUT else entry.peer
    asker, agreement, subject = sender, "", ""
    elements, answered = 0, False
    if transfer is not None and act is not Act.NONE:
        agreement = transfer.agreement
    if transfer is not None and act in (Act.FILE_STARTED, Act.FILE_GIVEN):
        consumer = transfer.role == Role.CONSUMER
        asker = local.identity.id if consumer else entry.peer
        subject = transfer.pid if consumer else transfer.their_pid
    try:
        if act is Act.QUESTION and entry.body:
            elements = count_of(Question.read(entry.body))
        elif act is Act.REQUEST and entry.body:
            subject = DetailRequest.read(entry.body).id
        elif act is Act.ANSWER and entry.body:
            answer = Answer.read(entry.body)
            agreement, subject = answer.agreement, answer.request
            answered = answer.outcome == "answered"
    except ComityError:
        # What nobody could read was refused, and is counted as that.
        pass
    return Dealing(
        peer=entry.peer,
        direction=entry.direction,
        seq=entry.seq,
        issued=entry.at if issued is None else issued,
        bytes=len(entry.token) + entry.size,
        act=str(act),
        asker=asker if act is not Act.NONE else "",
        agreement=agreement,
        subject=subject,
        elements=elements,
        answered=answered,
        gone=is_gone or issued is None,
    )


def _issued(entry: Message) -> int | None:
    """Return the time in an entry's token; None where that is gone, or spoiled."""
    try:
        return issued_at(entry.token)
    except ComityError:
        return None


def _act(entry: Message) -> tuple[Act, str]:
    """Return what a request is to the ledger, by its path alone, and the id in that."""
    if entry.kind != "request":
        return Act.NONE, ""
    for method, template, act in PATHS:
        # The receiver's own prefix, if it has one, stands before the paths that all have.
        head = template.split("{}")[0]
        at = entry.target.find(head)
        ids = match_path(template, entry.target[at:]) if at >= 0 else None
        if method == entry.method and ids is not None:
            return act, ids[0]
    return Act.NONE, ""


def _transfer(tx: Connection, entry: Message, pid: str) -> Transfer | None:
    """Return the transfer that a path names: by the pid of whoever got the message."""
    if entry.direction == record.IN:
        return one(tx, Transfer, peer=entry.peer, pid=pid)
    return one(tx, Transfer, peer=entry.peer, their_pid=pid)


def _fits(act: Act, transfer: Transfer | None) -> bool:
    if transfer is None:
        return False
    return transfer.format in _FORMATS.get(act, tuple(FORMATS))
