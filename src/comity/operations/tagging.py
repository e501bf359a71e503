"""Tagging: the holder makes a tag set for one agreement, and starts the transfers that wait."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import jws, tagset
from comity.core.canonical import b64url
from comity.core.derivation import derive, presence
from comity.core.entries import ENTRY_BYTES
from comity.core.holdings import decode
from comity.core.label import HANDLE_BYTES, Label
from comity.core.machines import Role, TransferState
from comity.core.manifest import TYP, Draft, FamilyKey, Manifest, SetReference
from comity.core.matching import tag_records
from comity.core.records import Record
from comity.core.tokens import Token
from comity.errors import Code, ComityError
from comity.limits import EPOCH_SECONDS
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.protocol import transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH
from comity.store import files, journal
from comity.store.rows import Agreement, Handle, Held, ManifestRow, Transfer, add, change, many, one

_ROWS: Final = 2_000


class Tag(Model):
    """The agreement to tag for: with which peer, about which dataset of ours."""

    peer: str
    dataset: str


class Tagged(Model):
    """A tag set, as its manifest describes it."""

    agreement: str
    dataset: str
    manifest: str
    epoch: int
    ends: int
    records: int
    entries: int
    padded: int
    dropped: int
    bytes: int
    families: tuple[str, ...]
    transfers_started: int


class HandlesNamed(Model):
    """Handles that a peer names, in a request or on the telephone."""

    handles: tuple[str, ...]


class HandleShown(Model):
    """What one handle stands for: a record of ours, for that peer, until the epoch ends."""

    handle: str
    manifest: str
    peer: str
    dataset: str
    record: str


class HandlesShown(Model):
    """What handles stand for."""

    handles: tuple[HandleShown, ...]


@operation("match.tag", Tag, Tagged)
def tag(node: Node, caller: Caller, args: Tag, progress: Progress) -> Tagged:
    """Make the tag set of a new epoch; the keys and tags of the one before it die.

    Raises PEER_UNKNOWN, AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED, AGREEMENT_EXPIRED,
    ACTION_NOT_AGREED, TAG_SET_INVALID, DISK_FULL, MANIFEST_CHANGED where somebody tags at the
    same time.
    """
    local = node.local
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        agreement = agreement_with(tx, peer.id, args.dataset, Role.PROVIDER)
        held = [
            # Of what is withheld not even the words of its status may show.
            decode(row.body, withheld=False)
            for row in many(tx, Held, dataset=args.dataset, withheld=False, order="n")
        ]
        before = many(tx, ManifestRow, agreement=agreement.id, role=Role.PROVIDER, order="epoch")
    grant = terms_of(agreement).match
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="match")
    keys = {family: local.kernel.scalar(local.entropy(64)) for family in sorted(grant.families)}
    statuses = sorted({status.value for record in held for status in record.statuses})
    now, expiry = local.now(), int(grant.expiry.timestamp())
    if now >= expiry:
        raise ComityError(Code.AGREEMENT_EXPIRED, expiry=f"{grant.expiry:%Y-%m-%dT%H:%M:%SZ}")
    draft = Draft(
        agreement=agreement.id,
        dataset=args.dataset,
        provider=node.id,
        consumer=peer.id,
        epoch=before[-1].epoch + 1 if before else 1,
        created_at=now,
        ends_at=min(now + EPOCH_SECONDS, expiry),
        salt=b64url(local.entropy(32)),
        family_keys=tuple(
            FamilyKey(family=family, key=b64url(local.kernel.public_key(key)))
            for family, key in keys.items()
        ),
        statuses=tuple(statuses),
    )
    handles = [local.entropy(HANDLE_BYTES) for _ in held]
    parts: list[bytes] = []
    made = tag_records(
        local.kernel,
        keys,
        draft.binding(),
        _labelled(held, handles, {value: code for code, value in enumerate(statuses)}),
        parts.append,
        progress,
        len(held),
    )
    data = tagset.build(parts, local.entropy)
    digest = tagset.digest([data])
    count = (len(data) - tagset.HEADER_BYTES) // ENTRY_BYTES
    manifest = draft.complete(SetReference(digest=b64url(digest), entries=count, bytes=len(data)))
    # Set and keys are durable before the manifest that names them is.
    files.write_set(local.folder, digest, data)
    files.write_keys(local.folder, b64url(manifest.digest()), keys)
    with node.store.write() as tx:
        started = _publish(node, tx, agreement, manifest)
        tagged = [
            Handle(b64url(manifest.digest()), b64url(handle), args.dataset, record.id)
            for record, handle in zip(held, handles, strict=True)
        ]
        for start in range(0, len(tagged), _ROWS):
            add(tx, *tagged[start : start + _ROWS])
        journal.note(
            tx, now, caller.officer, "match.tag", agreement=agreement.id, epoch=manifest.epoch
        )
    for old in before:
        files.destroy_keys(local.folder, old.digest)
    node.wake.set()
    return Tagged(
        agreement=agreement.id,
        dataset=args.dataset,
        manifest=b64url(manifest.digest()),
        epoch=manifest.epoch,
        ends=manifest.ends_at,
        records=made.records,
        entries=made.entries,
        padded=count,
        dropped=made.dropped,
        bytes=len(data),
        families=tuple(keys),
        transfers_started=started,
    )


@operation("match.handles", HandlesNamed, HandlesShown)
def handles(node: Node, caller: Caller, args: HandlesNamed, progress: Progress) -> HandlesShown:
    """Show which records of ours handles stand for. Raises HANDLE_UNKNOWN."""
    shown = []
    with node.store.read() as tx:
        for handle in args.handles:
            found = one(tx, Handle, handle=handle)
            manifest = one(tx, ManifestRow, digest=found.manifest) if found else None
            if found is None or manifest is None:
                raise ComityError(Code.HANDLE_UNKNOWN)
            shown.append(
                HandleShown(
                    handle=handle,
                    manifest=found.manifest,
                    peer=manifest.peer,
                    dataset=found.dataset,
                    record=found.record,
                )
            )
    return HandlesShown(handles=tuple(shown))


def agreement_with(tx: Connection, peer: str, dataset: str, role: Role) -> Agreement:
    """Return the latest agreement in force with a peer about a dataset.

    Raises AGREEMENT_UNKNOWN, or AGREEMENT_SUSPENDED where that is the only one.
    """
    found = many(tx, Agreement, peer=peer, dataset=dataset, role=role, order="at")
    active = [row for row in found if row.state == "active"]
    if active:
        return active[-1]
    if any(row.state == "suspended" for row in found):
        raise ComityError(Code.AGREEMENT_SUSPENDED, agreement=found[-1].id)
    raise ComityError(Code.AGREEMENT_UNKNOWN)


def _labelled(
    held: list[Record], handles: list[bytes], codes: dict[str, int]
) -> Iterator[tuple[Label, tuple[Token, ...]]]:
    for record, handle in zip(held, handles, strict=True):
        statuses = [(codes[status.value], status.as_of) for status in record.statuses]
        yield Label.of(handle, statuses, presence(record)), derive(record)


def _publish(node: Node, tx: Connection, agreement: Agreement, manifest: Manifest) -> int:
    """Put the manifest in force, and start what waited for it; returns how many started."""
    digest = b64url(manifest.digest())
    if one(tx, ManifestRow, agreement=agreement.id, role=Role.PROVIDER, epoch=manifest.epoch):
        raise ComityError(Code.MANIFEST_CHANGED)
    change(tx, ManifestRow, {"agreement": agreement.id, "role": Role.PROVIDER}, ready=False)
    add(
        tx,
        ManifestRow(
            digest=digest,
            peer=agreement.peer,
            agreement=agreement.id,
            role=Role.PROVIDER,
            signed=jws.sign(TYP, manifest.encode(), node.local.signers.message),
            epoch=manifest.epoch,
            ready=True,
            ends=manifest.ends_at,
        ),
    )
    peer = find_peer(tx, agreement.peer)
    waiting = many(
        tx, Transfer, agreement=agreement.id, format=MATCH, state=TransferState.REQUESTED
    )
    return sum(
        transferring.start_if_ready(node.local, tx, peer, row) for row in waiting if not row.pending
    )
