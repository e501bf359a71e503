"""The gate of the file paths: which token opens which path, and what comes of it.

Whoever has the token of a transfer that is under way may pull or push its file, and nobody else
anything: a path that does not exist, a wrong token and a transfer that is suspended look alike.
"""

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy import Connection

from comity.api import Response
from comity.core import statement
from comity.core.canonical import b64url, canonical, unb64url
from comity.core.decision import Outcome
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferMessage, TransferState
from comity.edge.files import Arrived, Giving, Taking, repr_digest
from comity.errors import Code, ComityError
from comity.limits import FILE_REQUESTS, MEDIA_TYPE_CHARS
from comity.protocol import filing, transferring
from comity.protocol.agreed import in_force, known_terms
from comity.protocol.base import BYTES, JSON, Local
from comity.protocol.catalog import PULL, PUSH
from comity.protocol.incarnations import check_frozen
from comity.store import alarms, journal, kept, peers, record
from comity.store.engine import Store
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.files import FileToken, Grant, Received
from comity.store.rows.moving import add, change, one

_ENDING = (TransferMessage.SUSPENSION, TransferMessage.COMPLETION)
_log = structlog.get_logger()


class FileGate:
    """Implements `comity.edge.files.Gate` for one node."""

    def __init__(self, local: Local, store: Store, committed: Callable[[], None]) -> None:
        """`committed` is called after what changes a transfer, so that the outbox wakes."""
        self._local = local
        self._store = store
        self._committed = committed
        self._counting = Lock()
        self.refused = 0
        """How many requests were turned away. A capped counter, not a log."""
        self._incoming = local.folder / "received" / "incoming"
        for left in self._incoming.glob("*"):
            # What was coming when the process ended will come again, whole.
            left.unlink()

    def give(self, path: str, token: str) -> Giving | None:
        """Return the file that a path gives, or None for everything that is wrong."""
        pid = self._opened(filing.FILES, path, token, PULL)
        with self._store.read() as tx:
            granted = one(tx, Grant, transfer=pid)
        if granted is None:
            return None
        return Giving(
            granted.transfer,
            kept.file_path(self._local.folder, granted.digest),
            granted.size,
            unb64url(granted.digest, 32),
            granted.media_type,
            granted.statement,
        )

    def take(self, path: str, token: str) -> Taking | None:
        """Return where a file may come to, or None for everything that is wrong."""
        pid = self._opened(filing.INBOX, path, token, PUSH)
        if not pid:
            return None
        with self._store.read() as tx:
            known = one(tx, Received, transfer=pid)
        part = self._incoming / secrets.token_hex(16)
        return Taking(pid, part, unb64url(known.digest, 32) if known else b"")

    def goes_on(self, transfer: str) -> bool:
        """Tell whether the transfer is still under way."""
        with self._store.read() as tx:
            return under_way(self._local, tx, one(tx, Transfer, pid=transfer))

    def gave(self, transfer: str, start: int, sent: int, whole: bool) -> None:
        """Note in the journal what crossed the border."""
        with self._store.write() as tx:
            journal.note(
                tx,
                self._local.now(),
                "",
                "file.gave",
                transfer=transfer,
                start=start,
                bytes=sent,
                whole=int(whole),
            )
        _log.info("file-gave", transfer=transfer, bytes=sent)

    def keep(self, taking: Taking, arrived: Arrived) -> Response:
        """Keep a pushed file, durably, and say that the transfer is complete.

        Raises FILE_DIFFERS (reason: digest, statement, size or late) where the file is not what
        its sender said, or the transfer is no longer under way.
        """
        if arrived.repr_digest and arrived.repr_digest != repr_digest(arrived.digest):
            raise ComityError(Code.FILE_DIFFERS, reason="digest")
        with self._store.write() as tx:
            row = one(tx, Transfer, pid=taking.transfer)
            known = one(tx, Received, transfer=taking.transfer)
            if row is None or known or not under_way(self._local, tx, row):
                raise ComityError(Code.FILE_DIFFERS, reason="late")
            peer = peers.pinned(tx, row.peer)
            keep_received(self._local, tx, peer, row, arrived, taking.part)
            if not row.pending:
                transferring.complete(self._local, tx, peer, row)
        self._committed()
        _log.info("file-came", transfer=taking.transfer, bytes=arrived.size)
        said = {"sha256": b64url(arrived.digest), "size": arrived.size}
        return Response(200, "", JSON, canonical(said))

    def _opened(self, template: str, path: str, token: str, format: str) -> str:
        """Return the transfer that a token opens a path for; else count it, and return ""."""
        pid = filing.pid_in(template, path) or ""
        if self._opens(pid, token, format):
            return pid
        with self._counting:
            self.refused = min(self.refused + 1, 10**9)
        return ""

    def _opens(self, pid: str, token: str, format: str) -> bool:
        """Tell whether a token opens the path of a transfer, and count that it was used."""
        with self._store.read() as tx:
            row = one(tx, Transfer, pid=pid, format=format)
            known = one(tx, FileToken, transfer=pid)
            open_now = under_way(self._local, tx, row)
            pushed = row is not None and format == PUSH and one(tx, Received, transfer=pid)
        # Compared even where there is nothing to compare with, so that time tells nothing.
        right = hmac.compare_digest(
            filing.secret_of(token), known.secret if known else secrets.token_bytes(32)
        )
        if known is None or not right or not (open_now or pushed):
            return False
        if known.requests >= FILE_REQUESTS:
            return False
        with self._store.write() as tx:
            change(tx, FileToken, {"transfer": pid}, requests=known.requests + 1)
        return True


def keep_received(
    local: Local, tx: Connection, peer: Pinned, row: Transfer, arrived: Arrived, part: Path
) -> Received:
    """Keep a file that came whole, as opaque bytes below a fresh id.

    Where its sender signed a statement, it has to be true. Raises FILE_DIFFERS (reason).
    """
    agreement = one(tx, Agreement, id=row.agreement)
    if agreement is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    if arrived.statement:
        _check_statement(local, tx, peer, row, agreement, arrived)
    # Under terms of another make: what they say of the file is for officers to read.
    terms = known_terms(agreement)
    grant = terms.receive if terms else None
    received = Received(
        id=local.new_urn(),
        peer=peer.id,
        transfer=row.pid,
        agreement=row.agreement,
        dataset=agreement.dataset,
        digest=b64url(arrived.digest),
        size=arrived.size,
        media_type=_media_type(arrived.media_type),
        statement=arrived.statement,
        handling=grant.handling if grant and grant.handling else "",
        officer="",
        looked=0,
        at=local.now(),
    )
    kept.settle(part, kept.received_path(local.folder, received.id))
    add(tx, received)
    journal.note(
        tx, local.now(), "", "file.came", transfer=row.pid, received=received.id, bytes=arrived.size
    )
    return received


def _check_statement(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: Transfer,
    agreement: Agreement,
    arrived: Arrived,
) -> None:
    try:
        key = peers.key_of(tx, peer, statement.TYP, arrived.statement)
        said = statement.read(arrived.statement, key)
    except ComityError:
        raise ComityError(Code.FILE_DIFFERS, reason="statement") from None
    expected = (
        (said.provider, peer.id),
        (said.consumer, local.identity.id),
        (said.agreement, row.agreement),
        (said.transfer, row.their_pid),
        (said.dataset, agreement.dataset),
        (said.sha256, b64url(arrived.digest)),
        (said.size, arrived.size),
    )
    if any(one != other for one, other in expected):
        raise ComityError(Code.FILE_DIFFERS, reason="statement")


def _media_type(text: str) -> str:
    """Return a media type that a peer names, or that of plain bytes; nothing depends on it."""
    fits = len(text) <= MEDIA_TYPE_CHARS and text.isascii() and text.isprintable()
    return text if fits and text else BYTES


def under_way(local: Local, tx: Connection, row: Transfer | None) -> bool:
    """Tell whether a file may cross in a transfer now.

    A suspension or completion of ours counts at once; so does a start of ours that the peer has
    taken and not acknowledged yet.
    """
    if row is None or row.held or row.pending in _ENDING:
        return False
    if row.state != TransferState.STARTED and row.pending != TransferMessage.START:
        return False
    if row.role == Role.PROVIDER and alarms.is_open(tx, row.peer):
        return False
    try:
        check_frozen(record.ends(tx, row.peer), row.peer)
        agreement = in_force(tx, row.agreement, row.peer)
        peer = peers.pinned(tx, row.peer)
        if peer.revoked:
            return False
        if row.role == Role.PROVIDER:
            return filing.decide(local, tx, peer, agreement).outcome is not Outcome.REFUSE
        terms = known_terms(agreement)
        if terms is None:
            # What a giver of another make allows is the giver's to say, and to end.
            return True
        return terms.receive is not None and local.clock.now() < terms.receive.expiry
    except ComityError:
        return False
