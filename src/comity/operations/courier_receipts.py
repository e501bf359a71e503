"""Receipts: what shows that the messages of one side have arrived, where nothing comes back."""

from pathlib import Path

from comity.api import Progress
from comity.core import note
from comity.core.checkpoint import Checkpoint
from comity.edge import keyfiles
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import packing, receipts
from comity.store import journal, record


class Receipt(Model):
    """For which peer, and into which file (empty: into none)."""

    peer: str
    file: str = ""


class ReceiptShown(Model):
    """A receipt: the peer's own checkpoint of its log, with our cosignature."""

    peer: str
    size: int
    """How many of the peer's messages have arrived here."""
    text: str
    """C2SP signed note: what is handed over, printed or typed."""
    file: str


class Accept(Model):
    """A receipt as it came, whichever way."""

    text: str


class Accepted(Model):
    """What a receipt shows."""

    peer: str
    size: int
    """How many of our messages have arrived there."""
    sent: int
    """How many there are."""
    settled: int
    """Messages that nothing is waited for any more, since nothing comes back on this link."""


@operation("courier.receipt", Receipt, ReceiptShown)
def receipt(node: Node, caller: Caller, args: Receipt, progress: Progress) -> ReceiptShown:
    """Make a receipt for what has arrived from a peer; it goes back by another way.

    Raises PEER_UNKNOWN, COURIER_NO_RECEIPT where nothing has come, FILE_EXISTS.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        text = packing.receipt(tx, peer.id)
    if not text:
        raise ComityError(Code.COURIER_NO_RECEIPT, peer=peer.id)
    size = Checkpoint.parse(note.parse(text.encode()).text).size
    if args.file:
        keyfiles.write_once(Path(args.file), text.encode())
    with node.store.write() as tx:
        detail: dict[str, str | int] = {"peer": peer.id, "size": size}
        journal.note(tx, node.local.now(), caller.officer, "courier.receipt", **detail)
    return ReceiptShown(peer=peer.id, size=size, text=text, file=args.file)


@operation("courier.accept", Accept, Accepted)
def accept(node: Node, caller: Caller, args: Accept, progress: Progress) -> Accepted:
    """Take a receipt of a peer for what has arrived there.

    Raises NOTE_INVALID, CHECKPOINT_INVALID, PEER_UNKNOWN, RECORD_DIFFERS.
    """
    with node.store.write() as tx:
        peer = receipts.written_by(tx, node.local, args.text)
        size, settled = receipts.accept(tx, node.local, peer, args.text)
        sent = record.head(tx, peer.id, record.OUT)[0]
        detail: dict[str, str | int] = {"peer": peer.id, "size": size}
        journal.note(tx, node.local.now(), caller.officer, "courier.accept", **detail)
    return Accepted(peer=peer.id, size=size, sent=sent, settled=settled)
