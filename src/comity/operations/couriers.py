"""Courier: what waits for a peer as a file, and files of peers taken in."""

from pathlib import Path

from pydantic import Field
from sqlalchemy import Connection

from comity import bundling
from comity.api import Progress
from comity.core.identity import Pinned
from comity.edge.courier_file import Part
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import standing
from comity.operations.peering import find_peer, is_carried
from comity.operations.registry import Caller, Model, operation
from comity.protocol import packing
from comity.store import journal, spool
from comity.store.rows.agreements import Negotiation, Transfer
from comity.store.rows.moving import many
from comity.store.rows.requests import RequestRow
from comity.unbundling import Taken, Unbundler
from comity.worker import due


class Pack(Model):
    """For whom, into which file, and how large a file may be (0: any size)."""

    peer: str
    file: str
    part_size: int = 0


class PackShown(Model):
    """What was packed."""

    peer: str
    number: int
    files: tuple[str, ...]
    bytes: int
    requests: int
    replies: int
    expires: int


class Unpack(Model):
    """Files that a courier brought, in any order."""

    files: tuple[str, ...]


class FileShown(Model):
    """What became of one file."""

    file: str
    peer: str = ""
    number: int = 0
    part: int = 0
    parts: int = 0
    state: str
    """taken, kept (other parts are missing) or refused."""
    error: str = ""
    params: dict[str, str | int] = Field(default_factory=dict)


class BundleShown(Model):
    """What came of one bundle, all of whose parts are here or not."""

    peer: str
    number: int
    order: str
    """next, older, again, or incomplete where parts are missing."""
    parts_missing: tuple[int, ...] = ()
    new: int = 0
    known: int = 0
    refused: dict[str, int] = Field(default_factory=dict)
    """Messages of the peer that this node refuses, by code."""
    refused_there: dict[str, int] = Field(default_factory=dict)
    """Messages of this node that the peer refused, by code."""
    not_taken: dict[str, int] = Field(default_factory=dict)
    """Messages of which nothing came, by code."""
    put_off: int = 0
    record: str = ""
    """equal, incomplete or differs: the peer's log as it says, and as it is held here."""
    messages_missing: int = 0
    """Messages of the peer that must exist and have not come."""


class WaitingShown(Model):
    """What there is to do for a peer now."""

    peer: str
    negotiations: int
    requests: int
    transfers: int
    """What waits for an officer here."""
    to_send: int
    """Messages that a courier has to take there."""


class Unpacked(Model):
    """What came of files."""

    files: tuple[FileShown, ...]
    bundles: tuple[BundleShown, ...]
    waiting: tuple[WaitingShown, ...]


@operation("courier.pack", Pack, PackShown)
def pack(node: Node, caller: Caller, args: Pack, progress: Progress) -> PackShown:
    """Write all that waits for a peer into a file for a courier, signed and encrypted to it.

    Raises PEER_UNKNOWN, KEY_REVOKED, ARGUMENT_INVALID (part_size), FILE_EXISTS, DISK_FULL,
    STORE_FAILED.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
    if args.part_size < 0:
        raise ComityError(Code.ARGUMENT_INVALID, where="part_size")
    if peer.revoked:
        # Nothing goes to who may have the keys now.
        raise ComityError(Code.KEY_REVOKED, peer=peer.id)
    due(node)
    if is_carried(node, peer):
        # What was on its way for too long is told to what waits for it.
        node.delivery.run(peer.id)
    made = bundling.pack(node.local, node.store, peer, Path(args.file), args.part_size)
    with node.store.write() as tx:
        detail: dict[str, str | int] = {"peer": peer.id, "number": made.number}
        journal.note(tx, node.local.now(), caller.officer, "courier.pack", **detail)
    return PackShown(
        peer=peer.id,
        number=made.number,
        files=tuple(map(str, made.files)),
        bytes=made.bytes,
        requests=made.requests,
        replies=made.replies,
        expires=made.expires,
    )


@operation("courier.unpack", Unpack, Unpacked)
def unpack(node: Node, caller: Caller, args: Unpack, progress: Progress) -> Unpacked:
    """Take in files that a courier brought; what replies to them waits for the way back.

    Files that cannot be taken do not hold up the others, and cost nothing that is here.
    """
    due(node)
    spool.let_go_old(node.folder, node.local.now())
    taking = Unbundler(node.local, node.store, node.exchange, node.delivery)
    files: list[FileShown] = []
    opened: list[tuple[Pinned, Part]] = []
    for file in args.files:
        try:
            opened.append(taking.read(Path(file)))
        except ComityError as error:
            files.append(_refused(file, error))
    opened.sort(key=lambda each: (each[0].id, each[1].claims.num, each[1].claims.prt))
    bundles: dict[str, BundleShown] = {}
    for peer, part in opened:
        try:
            shown = _take(node, caller, taking, peer, part)
        except ComityError as error:
            files.append(_refused(str(part.path), error, part))
            continue
        bundles[part.claims.jti] = shown
        files.append(_file(part, "kept" if shown.parts_missing else "taken"))
    node.wake.set()
    with node.store.read() as tx:
        found = {peer.id: peer for peer, _ in opened}
        waiting = tuple(_waiting(node, tx, peer) for peer in found.values())
    return Unpacked(files=tuple(files), bundles=tuple(bundles.values()), waiting=waiting)


def _take(node: Node, caller: Caller, taking: Unbundler, peer: Pinned, part: Part) -> BundleShown:
    """Take the bundle that a part belongs to, or keep the part until the others are here."""
    claims, parts = part.claims, [part]
    if claims.tot > 1:
        spool.keep(node.folder, claims, part.path)
        here = spool.parts(node.folder, claims)
        if missing := tuple(n for n in range(1, claims.tot + 1) if n not in here):
            return BundleShown(
                peer=peer.id, number=claims.num, order="incomplete", parts_missing=missing
            )
        parts = [taking.read(path)[1] for path in here.values()]
        of = {(each.claims.iss, each.claims.jti, each.claims.num) for each in parts}
        if len(of) != 1 or [each.claims.prt for each in parts] != list(here):
            raise ComityError(Code.COURIER_CHANGED)
    taken = taking.take(peer, parts)
    with node.store.write() as tx:
        detail: dict[str, str | int] = {"peer": peer.id, "number": taken.number, "new": taken.new}
        journal.note(tx, node.local.now(), caller.officer, "courier.unpack", **detail)
    spool.let_go(node.folder, claims)
    return _bundle(peer, taken)


def _bundle(peer: Pinned, taken: Taken) -> BundleShown:
    return BundleShown(
        peer=peer.id,
        number=taken.number,
        order=taken.order,
        new=taken.new,
        known=taken.known,
        refused=dict(taken.refused),
        refused_there=dict(taken.refused_there),
        not_taken=dict(taken.not_taken),
        put_off=taken.put_off,
        record=taken.record,
        messages_missing=taken.missing,
    )


def _waiting(node: Node, tx: Connection, peer: Pinned) -> WaitingShown:
    transfers = many(tx, Transfer, peer=peer.id, role="provider")
    return WaitingShown(
        peer=peer.id,
        negotiations=len(many(tx, Negotiation, peer=peer.id, waits=True)),
        requests=len(many(tx, RequestRow, peer=peer.id, role="provider", state="held")),
        transfers=sum(standing.shown(tx, row).waits for row in transfers),
        to_send=packing.count(tx, peer.id),
    )


def _file(part: Part, state: str) -> FileShown:
    claims = part.claims
    return FileShown(
        file=str(part.path),
        peer=claims.iss,
        number=claims.num,
        part=claims.prt,
        parts=claims.tot,
        state=state,
    )


def _refused(file: str, error: ComityError, part: Part | None = None) -> FileShown:
    if error.code in (Code.STORE_FAILED, Code.DISK_FULL, Code.INTERNAL):
        raise error
    shown = _file(part, "refused") if part else FileShown(file=file, state="refused")
    return shown.model_copy(update={"error": str(error.code), "params": dict(error.params)})
