"""What an officer may want of a transfer that no operation of the product is for."""

from typing import Final, Literal

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.dsp.transfer import TransferCompletionMessage
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Caller, Model, Operation
from comity.protocol import transferring
from comity.store import peers
from comity.store.rows import Agreement, Transfer, one


class Begin(Model):
    """A transfer to ask for."""

    agreement: str
    format: str


class End(Model):
    """A transfer to end."""

    transfer: str
    how: Literal["completed", "terminated"]


class Done(Model):
    """The transfer it was about."""

    transfer: str


def _begin(node: Node, caller: Caller, args: Begin, progress: Progress) -> Done:
    with node.store.write() as tx:
        agreed = one(tx, Agreement, id=args.agreement, state="active", role="consumer")
        if agreed is None:
            raise ComityError(Code.AGREEMENT_UNKNOWN)
        peer = peers.pinned(tx, agreed.peer)
        transferring.request(node.local, tx, peer, agreed, args.format)
    node.wake.set()
    return Done(transfer=agreed.id)


def _end(node: Node, caller: Caller, args: End, progress: Progress) -> Done:
    with node.store.write() as tx:
        row = one(tx, Transfer, pid=args.transfer)
        if row is None or transferring.is_over(row):
            raise ComityError(Code.TRANSFER_UNKNOWN)
        peer = peers.pinned(tx, row.peer)
        if args.how == "terminated":
            transferring.terminate(node.local, tx, peer, row, "It is over.")
        else:
            _complete(node, tx, peer, row)
    node.wake.set()
    return Done(transfer=row.pid)


def _complete(node: Node, tx: Connection, peer: Pinned, row: Transfer) -> None:
    provider, consumer = transferring._pids(row)
    message = TransferCompletionMessage(provider_pid=provider, consumer_pid=consumer)
    transferring._send(node.local, tx, peer, row, "transfers/{}/completion", message)


BEGIN: Final = Operation("soak.begin", Begin, Done, _begin, True)
END: Final = Operation("soak.end", End, Done, _end, True)
ACTS: Final = (BEGIN, END)
