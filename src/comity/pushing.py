"""Pushing files: what a transfer of ours gives, brought to the address that the peer asked for.

Which push is still to be made is in the database, so a crash costs nothing but the time of a whole
push: the receiver, which knows the file, keeps one. A suspension ends a push in its middle.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Lock
from typing import Final

import structlog
from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.core.identity import Pinned
from comity.core.machines import TransferState
from comity.edge.file_client import FileClient
from comity.edge.files import DIGEST_HEADER, STATEMENT_HEADER, repr_digest
from comity.errors import Code, ComityError
from comity.gate import under_way
from comity.limits import FILE_CHUNK_BYTES, PUSH_GRACE_SECONDS
from comity.protocol import filing, transferring
from comity.protocol.addresses import pinned_path
from comity.protocol.base import Local
from comity.store import journal, kept, peers, standing
from comity.store.engine import Store
from comity.store.rows.agreements import Transfer
from comity.store.rows.files import Grant
from comity.store.rows.moving import change, many, one
from comity.store.schema.files import grants

WAITING, DONE, OVER = "waiting", "done", "over"
_BACKOFF_CAP: Final = 300
_log = structlog.get_logger()


def file_client(peer: Pinned) -> FileClient:
    """Return a client for files of a pinned peer."""
    return FileClient(peer.identity.address, unb64url(peer.identity.certificate))


class Pusher:
    """Pushes what waits to be pushed."""

    def __init__(
        self, local: Local, store: Store, client: Callable[[Pinned], FileClient] = file_client
    ) -> None:
        self._local = local
        self._store = store
        self._client = client
        self._locks: dict[str, Lock] = defaultdict(Lock)
        self._stopping = Event()

    def stop(self) -> None:
        """End what is under way soon; it begins anew after the next start."""
        self._stopping.set()

    def run(self, peer: str) -> None:
        """Push what waits for a peer and is due, one after another."""
        with self._locks[peer]:
            for granted in self._due(peer):
                if self._stopping.is_set():
                    return
                try:
                    self._push(granted)
                except ComityError as error:
                    self._put_off(granted, error)

    def _due(self, peer: str) -> list[Grant]:
        now = self._local.now()
        with self._store.read() as tx:
            waiting = many(tx, Grant, peer=peer, push=WAITING, order="at")
            return [row for row in waiting if row.not_before <= now and self._may_go(tx, row)]

    def _push(self, granted: Grant) -> None:
        with self._store.read() as tx:
            peer = peers.pinned(tx, granted.peer)
            address = filing.kept_address(self._local, tx, granted.transfer)
        if address is None:
            raise ComityError(Code.ADDRESS_NOT_PINNED, peer=peer.id)
        # Compared again: the peer may have another address by now.
        target = pinned_path(peer, filing.endpoint_of(address))
        headers = [
            ("Content-Length", str(granted.size)),
            ("Content-Type", granted.media_type),
            (DIGEST_HEADER, repr_digest(unb64url(granted.digest, 32))),
            (STATEMENT_HEADER, granted.statement),
        ]
        path = kept.file_path(self._local.folder, granted.digest)
        with closing(self._client(peer)) as client:
            token = filing.property_of(address, filing.AUTHORIZATION)
            status = client.push(target, token, headers, self._chunks(granted, path))
        if not 200 <= status < 300:
            raise ComityError(Code.PEER_REFUSED, peer=peer.id, status=status, reason="unknown")
        now = self._local.now()
        with self._store.write() as tx:
            change(
                tx,
                Grant,
                {"transfer": granted.transfer, "digest": granted.digest},
                push=DONE,
                error="",
                not_before=now + PUSH_GRACE_SECONDS,
            )
            detail: dict[str, str | int] = {"transfer": granted.transfer, "bytes": granted.size}
            journal.note(tx, now, "", "file.pushed", **detail)
        _log.info("file-pushed", transfer=granted.transfer, bytes=granted.size)

    def _chunks(self, granted: Grant, path: Path) -> Iterator[bytes]:
        """Read the file, as long as the transfer is under way."""
        with path.open("rb") as file:
            while chunk := file.read(FILE_CHUNK_BYTES):
                with self._store.read() as tx:
                    if self._stopping.is_set() or not self._may_go(tx, granted):
                        raise ComityError(Code.TRANSFER_NOT_STARTED)
                yield chunk

    def _may_go(self, tx: Connection, granted: Grant) -> bool:
        """Tell whether a push may go now: the peer knows of the start, and nothing has ended it."""
        row = one(tx, Transfer, pid=granted.transfer)
        if row is None or row.state != TransferState.STARTED or row.pending:
            return False
        return under_way(self._local, tx, row)

    def _put_off(self, granted: Grant, error: ComityError) -> None:
        spread = int.from_bytes(self._local.entropy(2)) / 65_536
        wait = min(2**granted.attempts, _BACKOFF_CAP) * (0.5 + spread / 2)
        with self._store.write() as tx:
            change(
                tx,
                Grant,
                {"transfer": granted.transfer, "digest": granted.digest, "push": WAITING},
                attempts=granted.attempts + 1,
                not_before=self._local.now() + round(wait),
                error=str(error.code),
            )
        _log.info("push-put-off", transfer=granted.transfer, code=str(error.code))


def due(local: Local, store: Store) -> list[str]:
    """Return the peers to whom something is to be pushed now."""
    now = local.now()
    with store.read() as tx:
        waiting = many(tx, Grant, push=WAITING)
        return sorted({row.peer for row in waiting if row.not_before <= now})


def complete_late(local: Local, tx: Connection) -> None:
    """Complete transfers whose file was pushed, and whose receiver has not said so by itself."""
    frozen = standing.of_peers(tx)
    for granted in many(tx, Grant, grants.c.not_before <= local.now(), push=DONE):
        if granted.peer in frozen:
            continue
        row = one(tx, Transfer, pid=granted.transfer)
        if row and row.state == TransferState.STARTED:
            if row.pending or row.held:
                continue
            transferring.complete(local, tx, peers.pinned(tx, row.peer), row)
        change(tx, Grant, {"transfer": granted.transfer}, push=OVER)
