"""What asking begins with, fetched: the manifest in force, and the tag set that it names."""

from dataclasses import dataclass

from comity.api import Progress
from comity.core import jws
from comity.core.canonical import b64url, unb64url
from comity.core.identity import Pinned
from comity.core.manifest import TYP, Manifest
from comity.core.messages import ManifestReply
from comity.core.records import Family
from comity.core.tagset import part_count
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.peering import call
from comity.protocol import ended_sets
from comity.protocol.addresses import data_path
from comity.protocol.agreed import terms_of
from comity.protocol.sending import Draft
from comity.store import files, peers
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import add, change, many


@dataclass(frozen=True, slots=True)
class Session:
    """A started transfer of a peer, with its manifest and its tag set at hand."""

    peer: Pinned
    agreement: Agreement
    transfer: Transfer
    manifest: Manifest
    digest: str
    families: frozenset[Family]
    """Those to ask."""
    purpose: str
    legal_basis: str


def fetch_manifest(node: Node, peer: Pinned, agreement: Agreement, transfer: Transfer) -> Manifest:
    """Fetch and check the manifest in force. Raises MANIFEST_INVALID, MANIFEST_CHANGED."""
    target = data_path(peer, transfer.their_pid, "manifest")
    reply = call(node, peer, "comity-manifest-1", "GET", target)
    signed = ManifestReply.read(reply.body).manifest
    try:
        with node.store.read() as tx:
            key = peers.key_of(tx, peer, TYP, signed)
        manifest = Manifest.read(jws.check(TYP, signed, key))
    except ComityError:
        raise ComityError(Code.MANIFEST_INVALID) from None
    names = (manifest.agreement, manifest.dataset, manifest.provider, manifest.consumer)
    if names != (agreement.id, agreement.dataset, peer.id, node.id):
        raise ComityError(Code.MANIFEST_INVALID)
    grant = terms_of(agreement).match
    if grant is None or {entry.family for entry in manifest.family_keys} != set(grant.families):
        # A family left out would pass off a part of the agreed result as the whole.
        raise ComityError(Code.MANIFEST_INVALID)
    if manifest.ends_at <= node.local.now():
        raise ComityError(Code.EPOCH_ENDED)
    digest = b64url(manifest.digest())
    with node.store.write() as tx:
        known = many(tx, ManifestRow, agreement=agreement.id, role="consumer", order="epoch")
        # An epoch has one manifest for ever, and epochs only go forward.
        for row in known:
            if row.epoch > manifest.epoch or (row.epoch == manifest.epoch and row.digest != digest):
                raise ComityError(Code.MANIFEST_CHANGED)
        if digest not in {row.digest for row in known}:
            row = ManifestRow(
                digest,
                peer.id,
                agreement.id,
                "consumer",
                signed,
                manifest.epoch,
                False,
                manifest.ends_at,
            )
            add(tx, row)
    return manifest


def fetch_set(node: Node, session: Session, progress: Progress) -> None:
    """Fetch the parts of the tag set that are not here yet, and check the whole."""
    reference = session.manifest.tag_set
    digest = unb64url(reference.digest, 32)
    if not files.set_path(node.folder, digest).exists():
        missing = files.missing_parts(node.folder, digest, reference.bytes)
        for done, number in enumerate(missing, 1):
            draft = part_draft(session, number)
            call(node, draft.peer, draft.kind, draft.method, draft.target, subject=draft.subject)
            progress("fetch", done, len(missing))
        count = part_count(reference.bytes)
        files.join_parts(
            node.folder, digest, reference.bytes, lambda done: progress("check", done, count)
        )
    set_is_here(node, session)


def part_draft(session: Session, number: int) -> Draft:
    """Return the request for one part of the tag set; its reply is kept by its handler."""
    target = data_path(session.peer, session.transfer.their_pid, "set/{}", str(number))
    subject = f"{session.manifest.tag_set.digest}.{number}"
    return Draft(session.peer, "comity-set-part-1", "GET", target, b"", subject)


def set_is_here(node: Node, session: Session) -> None:
    """Note that the tag set is here, whole and checked."""
    with node.store.write() as tx:
        change(tx, ManifestRow, {"digest": session.digest}, ready=True)
        ended_sets.let_go(node.local, tx)
