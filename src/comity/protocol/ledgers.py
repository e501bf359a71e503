"""The ledger, exchanged: each side signs its own figures over the same part of both logs.

It is a contact message: figures about the record are no entry of it (docs/decisions/0036-ledger).
"""

from functools import partial
from typing import Final

from sqlalchemy import Connection, func, select

from comity.core import ledger
from comity.core.canonical import b64url
from comity.core.identity import Pinned
from comity.core.ledger import Ledger, LedgerMessage, LogSize, Span, Statement
from comity.errors import Code, ComityError
from comity.protocol import accounting
from comity.protocol.base import CONTACT, Act, Inbound, Local, Outcome, Route
from comity.protocol.recording import root_at
from comity.protocol.refusals import plain
from comity.store import peers, record
from comity.store.rows.moving import add
from comity.store.rows.record import LedgerRow
from comity.store.schema.record import ledgers

PATH: Final = f"{CONTACT}/ledger"


def compute(
    local: Local, tx: Connection, peer: str, span: Span, sizes: tuple[int, int] | None = None
) -> tuple[Ledger, int]:
    """Compute the figures over our log and the peer's, to these sizes or as far as both are here.

    Returns them, and how many entries went before they were counted. Raises RECORD_INCOMPLETE,
    LEDGER_TOO_LONG.
    """
    heads = [record.head(tx, peer, way)[0] for way in (record.OUT, record.IN)]
    ours, theirs = sizes or (heads[0], heads[1])
    own = local.identity.id
    logs = [
        LogSize(sender=sender, size=size, root=b64url(root_at(tx, peer, way, size)))
        for sender, way, size in ((own, record.OUT, ours), (peer, record.IN, theirs))
    ]
    counted = [
        *accounting.entries(local, tx, peer, record.OUT, ours),
        *accounting.entries(local, tx, peer, record.IN, theirs),
    ]
    lines, volume = ledger.figures(counted, span, accounting.datasets(tx, peer))
    logs.sort(key=lambda log: log.sender)
    made = Ledger(span=span, logs=(logs[0], logs[1]), lines=lines, volume=volume)
    return made, sum(each.is_gone for each in counted)


def state(local: Local, peer: str, made: Ledger) -> str:
    """Sign figures. Raises LEDGER_TOO_LONG."""
    statement = Statement(party=local.identity.id, peer=peer, at=local.now(), ledger=made)
    return statement.sign(local.signers.message)


def read(local: Local, tx: Connection, peer: Pinned, signed: str) -> Statement:
    """Return a peer's statement about us. Raises LEDGER_INVALID (reason: signature or names)."""
    try:
        key = peers.key_of(tx, peer, ledger.TYP, signed)
        said = ledger.read(signed, key)
    except ComityError:
        raise ComityError(Code.LEDGER_INVALID, reason="signature") from None
    if (said.party, said.peer) != (peer.id, local.identity.id):
        raise ComityError(Code.LEDGER_INVALID, reason="names")
    if {log.sender for log in said.ledger.logs} != {peer.id, local.identity.id}:
        raise ComityError(Code.LEDGER_INVALID, reason="names")
    return said


def keep(
    local: Local, tx: Connection, peer: str, ours: str, theirs: str, *, equal: bool, officer: str
) -> None:
    """Keep two statements of the same figures."""
    last = tx.execute(select(func.max(ledgers.c.n)).where(ledgers.c.peer == peer)).scalar_one()
    n = 0 if last is None else int(last) + 1
    add(tx, LedgerRow(peer, n, ours, theirs, equal, local.now(), officer))


def _compare(inbound: Inbound, tx: Connection, message: LedgerMessage) -> Act:
    """Compute our own figures over the part of both logs that the peer names, and sign them."""
    local, peer = inbound.local, inbound.peer
    said = read(local, tx, peer, message.statement)
    sizes = {log.sender: log for log in said.ledger.logs}
    ours, theirs = sizes[local.identity.id], sizes[peer.id]
    for log, way in ((ours, record.OUT), (theirs, record.IN)):
        here, _ = record.head(tx, peer.id, way)
        if log.size > here:
            raise ComityError(Code.RECORD_INCOMPLETE, missing=log.size - here)
    made, _ = compute(local, tx, peer.id, said.ledger.span, (ours.size, theirs.size))
    if made.logs != said.ledger.logs:
        raise ComityError(Code.RECORD_DIFFERS, size=theirs.size)
    signed = state(local, peer.id, made)
    equal = not ledger.differences(made, said.ledger)

    def note(tx: Connection) -> None:
        keep(local, tx, peer.id, signed, message.statement, equal=equal, officer="")

    return partial(Outcome, 200, LedgerMessage(statement=signed).encode(), (note,))


CONTACTS: Final = (Route("comity-ledger-1", "POST", PATH, LedgerMessage.read, _compare, plain),)
