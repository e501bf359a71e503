"""Tagging: the holder makes a tag set for one agreement, and starts the transfers that wait."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import jws
from comity.core.canonical import b64url, unb64url
from comity.core.machines import Role, TransferState
from comity.core.manifest import TYP, Draft, FamilyKey, Manifest
from comity.core.matching import Tagged as Counted
from comity.core.records import Family
from comity.core.terms import MatchTerms
from comity.errors import Code, ComityError
from comity.limits import EPOCH_SECONDS
from comity.node import Node
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.tag_sets import Maker, survey
from comity.protocol import transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH
from comity.store import building, files, journal
from comity.store.building import Building
from comity.store.handles import Handles
from comity.store.rows import Agreement, Handle, ManifestRow, Transfer, add, change, many, one


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
    ACTION_NOT_AGREED, TAG_SET_INVALID, DISK_FULL, STORE_FAILED, MANIFEST_CHANGED where somebody
    tags at the same time. Then nothing is left of it.
    """
    with node.store.read() as tx:
        peer = find_peer(tx, args.peer)
        agreement = agreement_with(tx, peer.id, args.dataset, Role.PROVIDER)
        before = many(tx, ManifestRow, agreement=agreement.id, role=Role.PROVIDER, order="epoch")
    grant = terms_of(agreement).match
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="match")
    now = node.local.now()
    if now >= int(grant.expiry.timestamp()):
        raise ComityError(Code.AGREEMENT_EXPIRED, expiry=f"{grant.expiry:%Y-%m-%dT%H:%M:%SZ}")
    with (
        building.begin(node.folder, node.store) as work,
        closing(Handles(work.path)) as handles,
    ):
        epoch = before[-1].epoch + 1 if before else 1
        made = _make(node, work, handles, _Epoch(agreement, grant, epoch, now), progress)
        manifest = made.manifest
        digest = b64url(manifest.digest())
        # Set, keys and handles are durable before the manifest that names them is.
        work.announce(digest, unb64url(manifest.tag_set.digest, 32))
        work.settle(unb64url(manifest.tag_set.digest, 32))
        files.write_keys(node.folder, digest, made.keys)
        for done in handles.store(node.store, digest, args.dataset):
            progress("store", done, made.tagged.records)
        with node.store.write() as tx:
            started = _publish(node, tx, agreement, manifest)
            at = node.local.now()
            journal.note(tx, at, caller.officer, "match.tag", agreement=agreement.id, epoch=epoch)
    for old in before:
        files.destroy_keys(node.folder, old.digest)
    node.wake.set()
    return Tagged(
        agreement=agreement.id,
        dataset=args.dataset,
        manifest=digest,
        epoch=manifest.epoch,
        ends=manifest.ends_at,
        records=made.tagged.records,
        entries=made.tagged.rows - made.dropped,
        padded=manifest.tag_set.entries,
        dropped=made.dropped,
        bytes=manifest.tag_set.bytes,
        families=tuple(made.keys),
        transfers_started=started,
    )


@dataclass(frozen=True, slots=True)
class _Epoch:
    """What a set is made for."""

    agreement: Agreement
    grant: MatchTerms
    number: int
    now: int


@dataclass(frozen=True, slots=True)
class _Made:
    """A set that is whole, and not published."""

    manifest: Manifest
    keys: Mapping[Family, bytes]
    tagged: Counted
    dropped: int


def _make(node: Node, work: Building, handles: Handles, epoch: _Epoch, progress: Progress) -> _Made:
    local, agreement, grant = node.local, epoch.agreement, epoch.grant
    keys = {family: local.kernel.scalars(local.entropy(64)) for family in sorted(grant.families)}
    maker = Maker(local.kernel, local.entropy, progress, work)
    # One state of the dataset throughout, whatever is loaded or withheld meanwhile.
    with node.store.read() as tx:
        found = survey(tx, agreement.dataset, keys, progress)
        work.check_room(found.bytes)
        tagged, rows = maker.tag(tx, agreement.dataset, found, keys, handles)
    draft = Draft(
        agreement=agreement.id,
        dataset=agreement.dataset,
        provider=node.id,
        consumer=agreement.peer,
        epoch=epoch.number,
        created_at=epoch.now,
        ends_at=min(epoch.now + EPOCH_SECONDS, int(grant.expiry.timestamp())),
        salt=b64url(local.entropy(32)),
        family_keys=tuple(
            FamilyKey(family=family, key=b64url(local.kernel.public_key(key)))
            for family, key in keys.items()
        ),
        statuses=found.statuses,
        records=tagged.records,
    )
    entries, dropped = maker.seal(draft.binding(), rows)
    return _Made(draft.complete(maker.write(entries)), keys, tagged, dropped)


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
