"""Tagging: the holder makes a tag set for one agreement, and starts the transfers that wait."""

from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection

from comity.api import Progress
from comity.core import jws
from comity.core.canonical import b64url, unb64url
from comity.core.derivation import DERIVATION
from comity.core.machines import Role, TransferState
from comity.core.manifest import TYP, Draft, FamilyKey, Manifest
from comity.core.terms import MatchTerms
from comity.errors import Code, ComityError
from comity.limits import EPOCH_SECONDS, KEYS_LEFT_SECONDS
from comity.node import Node
from comity.operations.agreements import agreement_with
from comity.operations.peering import find_peer
from comity.operations.registry import Caller, Model, operation
from comity.operations.tag_sets import Counted, Maker, survey
from comity.protocol import ended_sets, transferring
from comity.protocol.agreed import terms_of
from comity.protocol.catalog import MATCH
from comity.store import building, files, journal, keysets
from comity.store.building import Building
from comity.store.handles import Handles
from comity.store.keysets import KeySet
from comity.store.outputs import Outputs
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.holdings import Dataset
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import add, change, many, one


class Tag(Model):
    """The agreement to tag for: with which peer, about which dataset of ours."""

    peer: str
    dataset: str
    new_keys: bool = False
    """Take nothing over: what the peer has evaluated so far finds nothing in the new set."""


class Tagged(Model):
    """A tag set, as its manifest describes it."""

    agreement: str
    dataset: str
    manifest: str
    epoch: int
    ends: int
    new_keys: bool
    """Whether the keys are new: if not, those of the set before, or of one that was not finished,
    were taken over."""
    records: int
    tagged_anew: int
    taken_over: int
    """Records that were tagged before with these keys."""
    left_out: int
    """Records of the dataset that are withheld."""
    entries: int
    padded: int
    dropped: int
    bytes: int
    families: tuple[str, ...]
    transfers_started: int


@operation("match.tag", Tag, Tagged)
def tag(node: Node, caller: Caller, args: Tag, progress: Progress) -> Tagged:
    """Make the tag set of a new epoch; the tags of the one before it die.

    Records that were tagged before with the same keys, in a set or in an attempt that did not come
    to its end, are not tagged again (docs/decisions/0042-tagging-again.md). Raises PEER_UNKNOWN,
    AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED, AGREEMENT_EXPIRED, ACTION_NOT_AGREED, TAG_SET_INVALID,
    DISK_FULL, STORE_FAILED; TAGGING_UNDER_WAY or MANIFEST_CHANGED where somebody tags at the same
    time. Then nothing is left of it but what the next attempt takes over.
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
        wanted = _Epoch(agreement, grant, epoch, now, args.new_keys)
        made = _make(node, work, handles, wanted, progress)
        manifest = made.manifest
        digest = b64url(manifest.digest())
        # Set, keys and handles are durable before the manifest that names them is.
        work.announce(digest, unb64url(manifest.tag_set.digest, 32))
        work.settle(unb64url(manifest.tag_set.digest, 32))
        files.write_keys(node.folder, digest, made.keys.keys)
        for done in handles.store(node.store, digest, args.dataset):
            progress("store", done, made.tagged.records)
        with node.store.write() as tx:
            started = _publish(node, tx, agreement, manifest)
            at = node.local.now()
            journal.note(tx, at, caller.officer, "match.tag", agreement=agreement.id, epoch=epoch)
    for old in before:
        files.destroy_keys(node.folder, old.digest)
    with node.store.read() as tx:
        ended_sets.let_go(node.local, tx)
    node.wake.set()
    return Tagged(
        agreement=agreement.id,
        dataset=args.dataset,
        manifest=digest,
        epoch=manifest.epoch,
        ends=manifest.ends_at,
        new_keys=made.new_keys,
        records=made.tagged.records,
        tagged_anew=made.tagged.anew,
        taken_over=made.tagged.records - made.tagged.anew,
        left_out=made.left_out,
        entries=made.tagged.rows - made.dropped,
        padded=manifest.tag_set.entries,
        dropped=made.dropped,
        bytes=manifest.tag_set.bytes,
        families=tuple(made.keys.keys),
        transfers_started=started,
    )


@dataclass(frozen=True, slots=True)
class _Epoch:
    """What a set is made for."""

    agreement: Agreement
    grant: MatchTerms
    number: int
    now: int
    new_keys: bool

    @property
    def ends(self) -> int:
        """When keys that are made now end."""
        return min(self.now + EPOCH_SECONDS, int(self.grant.expiry.timestamp()))


@dataclass(frozen=True, slots=True)
class _Made:
    """A set that is whole, and not published."""

    manifest: Manifest
    keys: KeySet
    new_keys: bool
    tagged: Counted
    left_out: int
    dropped: int


def _make(node: Node, work: Building, handles: Handles, epoch: _Epoch, progress: Progress) -> _Made:
    local, agreement = node.local, epoch.agreement
    maker = Maker(local.kernel, local.entropy, progress, work)
    with keysets.alone(node.folder, agreement.id):
        keys, new = _keys(node, epoch)
        # One state of the dataset throughout, whatever is loaded or withheld meanwhile.
        with node.store.read() as tx, Outputs(keys) as kept:
            found = survey(tx, agreement.dataset, keys.keys, progress)
            work.check_room(found.bytes - kept.size)
            tagged, rows = maker.tag(tx, agreement.dataset, found, keys.keys, kept, handles)
            dataset = one(tx, Dataset, id=agreement.dataset)
    draft = Draft(
        agreement=agreement.id,
        dataset=agreement.dataset,
        provider=node.id,
        consumer=agreement.peer,
        epoch=epoch.number,
        created_at=epoch.now,
        ends_at=keys.ends,
        salt=b64url(local.entropy(32)),
        family_keys=tuple(
            FamilyKey(family=family, key=b64url(local.kernel.public_key(key)))
            for family, key in keys.keys.items()
        ),
        statuses=found.statuses,
        records=tagged.records,
    )
    entries, dropped = maker.seal(draft.binding(), rows)
    left_out = dataset.records - tagged.records if dataset else 0
    return _Made(draft.complete(maker.write(entries)), keys, new, tagged, left_out, dropped)


def _keys(node: Node, epoch: _Epoch) -> tuple[KeySet, bool]:
    """Return the keys to tag with, and whether they are new: those that there are, where they do.

    In the transaction in which it is seen that the agreement stands, so that keys of one that has
    ended are not made after its end. Raises AGREEMENT_UNKNOWN, AGREEMENT_SUSPENDED.
    """
    local, families = node.local, sorted(epoch.grant.families)
    with node.store.write() as tx:
        _check_active(tx, epoch.agreement)
        found = None if epoch.new_keys else keysets.current(node.folder, epoch.agreement.id)
        if found and found.derivation == DERIVATION and list(found.keys) == families:
            left = found.ends - epoch.now
            if left > 0 and (left >= KEYS_LEFT_SECONDS or found.ends >= epoch.ends):
                return found, False
        keys = {family: local.kernel.scalars(local.entropy(64)) for family in families}
        return keysets.make(node.folder, epoch.agreement.id, DERIVATION, epoch.ends, keys), True


def _check_active(tx: Connection, agreement: Agreement) -> None:
    """Raise AGREEMENT_UNKNOWN or AGREEMENT_SUSPENDED where an agreement stands no more."""
    found = one(tx, Agreement, id=agreement.id)
    if found is None or found.state != "active":
        suspended = found is not None and found.state == "suspended"
        code = Code.AGREEMENT_SUSPENDED if suspended else Code.AGREEMENT_UNKNOWN
        raise ComityError(code, **({"agreement": agreement.id} if suspended else {}))


def _publish(node: Node, tx: Connection, agreement: Agreement, manifest: Manifest) -> int:
    """Put the manifest in force, and start what waited for it; returns how many started.

    Raises what `_check_active` raises, and MANIFEST_CHANGED where there is one of that epoch.
    """
    _check_active(tx, agreement)
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
