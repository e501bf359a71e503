"""The ledger of one relation: computed here, exchanged, and compared (DESIGN T7)."""

from typing import Literal

from comity.api import Progress
from comity.core import ledger
from comity.core.canonical import model
from comity.core.jws import payload
from comity.core.ledger import Ledger, LedgerMessage, Line, LogSize, Span, Statement, Volume
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.records import PeerArgs
from comity.operations.registry import Caller, Model, operation
from comity.protocol import ledgers
from comity.store import journal
from comity.store.rows.moving import many
from comity.store.rows.record import LedgerRow

Periods = Literal["P1D", "P1W", "P1M", "all"]


class LedgerArgs(Model):
    """A peer, and which messages count: those issued at or after `since` and before `until`."""

    peer: str
    since: int = 0
    """Seconds since 1970-01-01 UTC."""
    until: int = 2**53 - 1
    period: Periods = "all"


class LedgerShown(Model):
    """The figures, as both sides compute them."""

    peer: str
    since: int
    until: int
    period: Periods
    logs: tuple[LogSize, ...]
    lines: tuple[Line, ...]
    volume: tuple[Volume, ...]
    gone: int
    """Entries whose contents were destroyed before they were counted; they lack in the figures."""


class DifferenceShown(Model):
    """One figure that is not the same on both sides."""

    where: str
    ours: int
    theirs: int


class Exchanged(Model):
    """Both sides' signed statements over the same part of both logs."""

    ledger: LedgerShown
    at: int
    equal: bool
    differences: tuple[DifferenceShown, ...]
    ours: str
    theirs: str


class StatementShown(Model):
    """Two statements that were exchanged before."""

    at: int
    officer: str
    """Who asked; empty where the peer did."""
    since: int
    until: int
    period: Periods
    logs: tuple[LogSize, ...]
    equal: bool
    differences: tuple[DifferenceShown, ...]
    ours: str
    theirs: str


class Statements(Model):
    """All statements that were exchanged with a peer."""

    peer: str
    statements: tuple[StatementShown, ...]


@operation("ledger.show", LedgerArgs, LedgerShown)
def show(node: Node, caller: Caller, args: LedgerArgs, progress: Progress) -> LedgerShown:
    """Compute who gave what, from the record alone. Raises PEER_UNKNOWN, LEDGER_TOO_LONG."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        made, gone = ledgers.compute(node.local, tx, peer.id, _span(args))
    return _shown(peer.id, made, gone)


@operation("ledger.exchange", LedgerArgs, Exchanged, serving=True)
def exchange(node: Node, caller: Caller, args: LedgerArgs, progress: Progress) -> Exchanged:
    """Sign our figures, get the peer's over the same part of both logs, and compare.

    Raises PEER_UNREACHABLE, PEER_REFUSED with the peer's code (record-incomplete: messages are on
    their way), LEDGER_INVALID (reason: signature, names or logs), LEDGER_TOO_LONG.
    """
    local = node.local
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    # What still waits goes first, so that both sides have the same to count.
    node.delivery.bring(peer.id)
    with node.store.read() as tx:
        made, gone = ledgers.compute(local, tx, peer.id, _span(args))
    ours = ledgers.state(local, peer.id, made)
    reply = node.contacts.ask(peer, ledgers.PATH, LedgerMessage(statement=ours).encode())
    theirs = LedgerMessage.read(reply).statement
    with node.store.write() as tx:
        said = ledgers.read(local, tx, peer, theirs).ledger
        if (said.span, said.logs) != (made.span, made.logs):
            raise ComityError(Code.LEDGER_INVALID, reason="logs")
        found = ledger.differences(made, said)
        ledgers.keep(local, tx, peer.id, ours, theirs, equal=not found, officer=caller.officer)
        journal.note(
            tx, local.now(), caller.officer, "ledger.exchange", peer=peer.id, differences=len(found)
        )
    return Exchanged(
        ledger=_shown(peer.id, made, gone),
        at=local.now(),
        equal=not found,
        differences=_differences(found),
        ours=ours,
        theirs=theirs,
    )


@operation("ledger.statements", PeerArgs, Statements)
def statements(node: Node, caller: Caller, args: PeerArgs, progress: Progress) -> Statements:
    """Show the statements that were exchanged with a peer. Raises PEER_UNKNOWN."""
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        rows = many(tx, LedgerRow, peer=peer.id, order="n")
    return Statements(peer=peer.id, statements=tuple(map(_statement, rows)))


def _span(args: LedgerArgs) -> Span:
    if not 0 <= args.since < args.until:
        raise ComityError(Code.ARGUMENT_INVALID, where="until")
    return Span(since=args.since, until=min(args.until, 2**53 - 1), period=args.period)


def _shown(peer: str, made: Ledger, gone: int) -> LedgerShown:
    return LedgerShown(
        peer=peer,
        since=made.span.since,
        until=made.span.until,
        period=made.span.period,
        logs=made.logs,
        lines=made.lines,
        volume=made.volume,
        gone=gone,
    )


def _statement(row: LedgerRow) -> StatementShown:
    # Both were verified before they were kept.
    ours, theirs = (model(Statement, payload(each), BODY_BYTES) for each in (row.ours, row.theirs))
    return StatementShown(
        at=row.at,
        officer=row.officer,
        since=ours.ledger.span.since,
        until=ours.ledger.span.until,
        period=ours.ledger.span.period,
        logs=ours.ledger.logs,
        equal=row.equal,
        differences=_differences(ledger.differences(ours.ledger, theirs.ledger)),
        ours=row.ours,
        theirs=row.theirs,
    )


def _differences(found: tuple[ledger.Difference, ...]) -> tuple[DifferenceShown, ...]:
    return tuple(
        DifferenceShown(where=each.where, ours=each.ours, theirs=each.theirs) for each in found
    )
