"""Witnesses: thirds who watch a log of this node, so that not even both sides can rewrite it."""

from typing import Annotated

from pydantic import Field

from comity.api import Progress
from comity.core import witness as words
from comity.core.note import KeyType, Note, VerifierKey
from comity.edge import witness_client
from comity.errors import Code, ComityError
from comity.limits import CLOCK_SKEW_SECONDS, ID_CHARS, WITNESSES
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.setup import Nothing
from comity.protocol import recording, vouching
from comity.store import journal, peers, record
from comity.store.rows.evidence import VouchedNote, Witness
from comity.store.rows.moving import add, many, one, remove
from comity.store.tiles import stored_tree

_CONFLICT = 409


class WitnessAdd(Model):
    """A witness: its name here, its key (vkey) and the URL that it takes checkpoints at."""

    name: Annotated[str, Field(min_length=1, max_length=ID_CHARS, pattern=r"^[^\s\x00-\x1f]+$")]
    key: str
    url: str


class WitnessNamed(Model):
    """A witness by its name here."""

    name: str


class WitnessShown(Model):
    """A witness, and who named it."""

    name: str
    key: str
    url: str
    officer: str
    at: int


class LogKey(Model):
    """What the operator of a witness has to enter for one log of this node."""

    peer: str
    origin: str
    key: str
    """As a vkey (C2SP signed-note)."""


class Witnesses(Model):
    """All witnesses, and the keys of the logs that they can watch."""

    witnesses: tuple[WitnessShown, ...]
    logs: tuple[LogKey, ...]


class WitnessArgs(Model):
    """Whose log; and one witness, or all."""

    peer: str
    witness: str = ""


class SeenBy(Model):
    """That a witness has cosigned our log at a size."""

    witness: str
    size: int
    time: int
    """By the clock of the witness; seconds since 1970-01-01, UTC."""
    checkpoint: str
    """The signed note, with all its signatures."""


class LogWitnessed(Model):
    """Our log for one peer, as witnesses saw it."""

    peer: str
    seen: tuple[SeenBy, ...]


@operation("witness.add", WitnessAdd, WitnessShown)
def witness_add(node: Node, caller: Caller, args: WitnessAdd, progress: Progress) -> WitnessShown:
    """Name a witness. Raises NOTE_INVALID (reason: key), ADDRESS_INVALID, WITNESS_EXISTS."""
    key = VerifierKey.parse(args.key)
    if key.type is not KeyType.COSIGNATURE:
        raise ComityError(Code.NOTE_INVALID, reason="key")
    url, now = witness_client.check_url(args.url), node.local.now()
    row = Witness(args.name, args.key, url, caller.officer, now)
    with node.store.write() as tx:
        known = many(tx, Witness)
        if len(known) >= WITNESSES:
            raise ComityError(Code.WITNESS_EXISTS, witness=args.name, limit=WITNESSES)
        if any(args.name == other.name or args.key == other.key for other in known):
            raise ComityError(Code.WITNESS_EXISTS, witness=args.name)
        add(tx, row)
        journal.note(tx, now, caller.officer, "witness.add", witness=row.name, url=url)
    return _shown(row)


@operation("witness.list", Nothing, Witnesses)
def witness_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Witnesses:
    """List the witnesses, and what their operators have to know of our logs."""
    with node.store.read() as tx:
        rows = many(tx, Witness, order="name")
        keys = [recording.log_key(node.local.identity, peer.id) for peer in peers.everyone(tx)]
        names = [peer.id for peer in peers.everyone(tx)]
    return Witnesses(
        witnesses=tuple(map(_shown, rows)),
        logs=tuple(
            LogKey(peer=peer, origin=key.name, key=key.encode())
            for peer, key in zip(names, keys, strict=True)
        ),
    )


@operation("witness.remove", WitnessNamed, WitnessShown)
def witness_remove(
    node: Node, caller: Caller, args: WitnessNamed, progress: Progress
) -> WitnessShown:
    """Remove a witness; what it cosigned stays. Raises WITNESS_UNKNOWN."""
    with node.store.write() as tx:
        row = one(tx, Witness, name=args.name)
        if row is None:
            raise ComityError(Code.WITNESS_UNKNOWN, witness=args.name[:ID_CHARS])
        remove(tx, Witness, name=row.name)
        journal.note(tx, node.local.now(), caller.officer, "witness.remove", witness=row.name)
    return _shown(row)


@operation("record.witness", WitnessArgs, LogWitnessed)
def witness_log(node: Node, caller: Caller, args: WitnessArgs, progress: Progress) -> LogWitnessed:
    """Have the newest checkpoint of our log that the peer cosigned cosigned by witnesses, too.

    Raises WITNESS_UNKNOWN, ENTRY_NOT_COSIGNED, WITNESS_UNREACHABLE, WITNESS_REFUSED (status).
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        signed = vouching.cosigned_note(tx, peer.id, record.OUT)
        rows = [row for row in many(tx, Witness, order="name") if args.witness in ("", row.name)]
    if not rows:
        raise ComityError(Code.WITNESS_UNKNOWN, witness=args.witness[:ID_CHARS])
    if signed is None:
        raise ComityError(Code.ENTRY_NOT_COSIGNED, entry=0, size=0)
    seen = tuple(_have_seen(node, caller, peer.id, signed, row) for row in rows)
    return LogWitnessed(peer=peer.id, seen=seen)


def _have_seen(node: Node, caller: Caller, peer: str, signed: Note, row: Witness) -> SeenBy:
    """Submit a checkpoint to one witness, and keep what it cosigns."""
    with node.store.read() as tx:
        kept = one(tx, VouchedNote, peer=peer, direction=record.OUT, witness=row.name)
    size, old = words.size_of(signed), kept.size if kept else 0
    reply = _submit(node, peer, signed, row, min(old, size))
    if reply.status == _CONFLICT and reply.content_type == words.SIZE_TYPE:
        try:
            theirs = words.other_size(reply.body)
        except ComityError:
            raise _refused(row, reply.status, "form") from None
        if theirs > size:
            # It has cosigned more of our log than there is here.
            raise _refused(row, reply.status, "ahead")
        reply = _submit(node, peer, signed, row, theirs)
    if reply.status != 200:
        raise _refused(row, reply.status)
    try:
        cosigned, time = words.cosigned(signed, reply.body, VerifierKey.parse(row.key))
    except ComityError:
        raise _refused(row, reply.status, "signature") from None
    now = node.local.now()
    if time > now + CLOCK_SKEW_SECONDS:
        raise _refused(row, reply.status, "time")
    with node.store.write() as tx:
        vouching.keep(tx, peer, record.OUT, cosigned, now, row.name)
        detail: dict[str, str | int] = {"peer": peer, "witness": row.name, "size": size}
        journal.note(tx, now, caller.officer, "record.witness", **detail)
    return SeenBy(witness=row.name, size=size, time=time, checkpoint=cosigned.encode().decode())


def _submit(
    node: Node, peer: str, signed: Note, row: Witness, old: int
) -> witness_client.WitnessReply:
    size = words.size_of(signed)
    with node.store.read() as tx:
        tree = stored_tree(tx, peer, record.OUT)
        proof = words.continuation(tree, old, size)
    body = words.submission(old, proof, signed)
    return witness_client.post(row.url + words.PATH, body, row.name)


def _refused(row: Witness, status: int, reason: str = "") -> ComityError:
    return ComityError(Code.WITNESS_REFUSED, witness=row.name, status=status, reason=reason)


def _shown(row: Witness) -> WitnessShown:
    return WitnessShown(name=row.name, key=row.key, url=row.url, officer=row.officer, at=row.at)
