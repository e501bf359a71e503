"""Files that come from peers: fetched or pushed, kept as opaque bytes until an officer looks."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from comity.api import Progress
from comity.core.canonical import b64url, unb64url
from comity.core.dsp.transfer import DataAddress
from comity.core.identity import Pinned
from comity.core.machines import Role, TransferState
from comity.edge.file_client import Reply
from comity.edge.files import STATEMENT_HEADER, Arrived, etag
from comity.errors import Code, ComityError
from comity.gate import keep_received, under_way
from comity.limits import FILE_BYTES, FILE_CHUNK_BYTES
from comity.node import Node
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.operations.transfers import TransferId, get
from comity.protocol import filing, transferring
from comity.protocol.addresses import pinned_path
from comity.protocol.agreed import in_force
from comity.protocol.catalog import PULL
from comity.pushing import file_client
from comity.store import journal, kept, peers
from comity.store.rows.agreements import Transfer
from comity.store.rows.files import Received
from comity.store.rows.moving import change, many, one


class ReceivedShown(Model):
    """A file that came."""

    id: str
    peer: str
    transfer: str
    agreement: str
    dataset: str
    sha256: str
    """Base64url."""
    size: int
    media_type: str
    """As the peer names it; nothing here depends on it."""
    signed: bool
    """The peer signed a statement about it, which was checked."""
    handling: str
    """The label of the terms under which it came (TLP 2.0)."""
    looked_by: str
    """The officer who took it first; empty while nobody has."""
    looked: int
    at: int
    destroyed: bool
    """At the end of its retention; what it was stays known."""


class ReceivedFiles(Model):
    """Files that came."""

    files: tuple[ReceivedShown, ...]


class ReceivedTake(Model):
    """A received file, and where its copy goes: a new file on the node's machine."""

    id: str
    path: str


@operation("transfer.fetch", TransferId, ReceivedShown)
def fetch(node: Node, caller: Caller, args: TransferId, progress: Progress) -> ReceivedShown:
    """Pull the file of a started transfer, check it, keep it, and complete the transfer.

    What came of an earlier attempt is gone on with. Raises TRANSFER_UNKNOWN, TRANSFER_NOT_STARTED,
    TRANSFER_SUSPENDED, AGREEMENT_SUSPENDED, ADDRESS_NOT_PINNED, PEER_UNREACHABLE, PEER_REFUSED,
    PEER_ANSWER_INVALID, FILE_DIFFERS (reason).
    """
    with node.store.read() as tx:
        row = get(tx, args.transfer)
        known = one(tx, Received, transfer=row.pid)
        if known:
            return _shown(node, known)
        _check_open(row)
        in_force(tx, row.agreement, row.peer)
        peer = peers.pinned(tx, row.peer)
        address = filing.kept_address(node.local, tx, row.pid)
    if address is None:
        raise ComityError(Code.TRANSFER_NOT_STARTED, state=row.state)
    target = pinned_path(peer, filing.endpoint_of(address))
    digest = filing.property_of(address, filing.SHA256)
    part = kept.part_path(node.folder, row.pid, digest)
    try:
        arrived = _Pull(node, row, peer, address, part, progress).run(target)
        received = _keep(node, caller, row.pid, arrived, part)
    except ComityError as error:
        if error.code is Code.FILE_DIFFERS:
            # A wrong piece cannot be told from the others: the next attempt starts over.
            kept.drop_parts(node.folder, row.pid)
        raise
    kept.drop_parts(node.folder, row.pid)
    node.wake.set()
    return _shown(node, received)


@operation("received.list", Nothing, ReceivedFiles)
def received_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> ReceivedFiles:
    """List the files that came, latest first."""
    with node.store.read() as tx:
        found = sorted(many(tx, Received), key=lambda row: row.at, reverse=True)
    return ReceivedFiles(files=tuple(_shown(node, row) for row in found))


@operation("received.take", ReceivedTake, ReceivedShown)
def take(node: Node, caller: Caller, args: ReceivedTake, progress: Progress) -> ReceivedShown:
    """Copy a received file to where an officer looks at it; who did is in the journal.

    Raises RECEIVED_UNKNOWN, FILE_EXISTS, FILE_MISSING, DISK_FULL, STORE_FAILED.
    """
    with node.store.write() as tx:
        row = one(tx, Received, id=args.id)
        if row is None:
            raise ComityError(Code.RECEIVED_UNKNOWN)
        now = node.local.now()
        if not row.officer:
            change(tx, Received, {"id": row.id}, officer=caller.officer, looked=now)
        journal.note(tx, now, caller.officer, "received.take", received=row.id)
    # Journaled first: nobody looks without a trace.
    kept.take(kept.received_path(node.folder, row.id), Path(args.path))
    with node.store.read() as tx:
        return _shown(node, one(tx, Received, id=args.id) or row)


def _check_open(row: Transfer) -> None:
    if row.role != Role.CONSUMER or row.format != PULL or row.state != TransferState.STARTED:
        raise ComityError(Code.TRANSFER_NOT_STARTED, state=row.state)
    if row.held:
        raise ComityError(Code.TRANSFER_SUSPENDED)
    if row.pending:
        raise ComityError(Code.TRANSFER_PENDING, message=row.pending)


@dataclass
class _Pull:
    """One attempt to bring a file home; what came stays when the line breaks."""

    node: Node
    row: Transfer
    peer: Pinned
    address: DataAddress
    part: Path
    progress: Progress

    def run(self, target: str) -> Arrived:
        """Fetch what is missing, and say what is here. Raises what `transfer.fetch` raises."""
        announced = filing.property_of(self.address, filing.SIZE)
        digest = filing.property_of(self.address, filing.SHA256)
        total = int(announced) if announced.isdigit() and len(announced) < 19 else None
        tag = etag(unb64url(digest, 32)) if digest else ""
        said = filing.property_of(self.address, filing.STATEMENT)
        media_type = ""
        with kept.growing(self.part) as file:
            have = file.tell() if tag else 0
            if total is None or have != total:
                token = filing.property_of(self.address, filing.AUTHORIZATION)
                with (
                    closing(file_client(self.peer)) as client,
                    client.pull(target, token, have, tag) as reply,
                ):
                    self._take_in(reply, file, have, total)
                media_type = reply.headers.get("content-type", "")
                said = said or reply.headers.get(STATEMENT_HEADER.lower(), "")
            file.seek(0)
            whole, size = kept.digest_of(file)
        return Arrived(whole, size, media_type, "", said)

    def _take_in(self, reply: Reply, file: IO[bytes], have: int, total: int | None) -> None:
        if reply.status == 206 and have:
            # From another place than was asked for, the pieces would not fit together.
            if not reply.headers.get("content-range", "").startswith(f"bytes {have}-"):
                raise ComityError(Code.PEER_ANSWER_INVALID, peer=self.peer.id, reason="http")
        elif reply.status == 200:
            have = 0
            file.seek(0)
            file.truncate()
        else:
            raise ComityError(
                Code.PEER_REFUSED, peer=self.peer.id, status=reply.status, reason="unknown"
            )
        size = looked = have
        for chunk in reply.chunks:
            size += len(chunk)
            if size > (FILE_BYTES if total is None else total):
                raise ComityError(Code.FILE_DIFFERS, reason="size")
            file.write(chunk)
            if size - looked >= FILE_CHUNK_BYTES:
                looked = size
                self._check_under_way()
                self.progress("fetch", size, total or size)
        self.progress("fetch", size, total or size)

    def _check_under_way(self) -> None:
        with self.node.store.read() as tx:
            row = get(tx, self.row.pid)
            if not under_way(self.node.local, tx, row):
                raise ComityError(Code.TRANSFER_NOT_STARTED, state=row.state)


def _keep(node: Node, caller: Caller, pid: str, arrived: Arrived, part: Path) -> Received:
    """Check a file that came, keep it, and say that the transfer is complete."""
    with node.store.write() as tx:
        row = get(tx, pid)
        known = one(tx, Received, transfer=pid)
        if known:
            return known
        peer = peers.pinned(tx, row.peer)
        address = filing.kept_address(node.local, tx, pid)
        digest = filing.property_of(address, filing.SHA256) if address else ""
        if digest and digest != b64url(arrived.digest):
            raise ComityError(Code.FILE_DIFFERS, reason="digest")
        received = keep_received(node.local, tx, peer, row, arrived, part)
        journal.note(tx, node.local.now(), caller.officer, "transfer.fetch", transfer=pid)
        if row.state == TransferState.STARTED and not row.pending:
            transferring.complete(node.local, tx, peer, row)
    return received


def _shown(node: Node, row: Received) -> ReceivedShown:
    return ReceivedShown(
        id=row.id,
        peer=row.peer,
        transfer=row.transfer,
        agreement=row.agreement,
        dataset=row.dataset,
        sha256=row.digest,
        size=row.size,
        media_type=row.media_type,
        signed=bool(row.statement),
        handling=row.handling,
        looked_by=row.officer,
        looked=row.looked,
        at=row.at,
        destroyed=not kept.received_path(node.folder, row.id).exists(),
    )
