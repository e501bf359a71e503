"""Private matching, asked: a question is made durable, sent, checked and looked up at home.

What a batch asked (inputs and scalars) stays here, sealed, until retention ends: the signed batch
commits to it, and an oversight body can have positions of it opened (DESIGN D5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import Connection, select

from comity.api import Inputs, Progress
from comity.core import jws
from comity.core.canonical import b64url, unb64url
from comity.core.identity import Pinned
from comity.core.label import Label
from comity.core.manifest import TYP, Manifest
from comity.core.matching import check_canaries, look_up
from comity.core.messages import Evaluation, ManifestReply
from comity.core.messages import Question as QuestionMessage
from comity.core.padding import SEED_BYTES, padded_count, paddings
from comity.core.records import Family
from comity.core.tagset import TagSet, part_count
from comity.core.tokens import canaries
from comity.errors import Code, ComityError
from comity.limits import BATCH_ELEMENTS, CANARIES
from comity.node import Node
from comity.operations.peering import call, finish, remember
from comity.protocol import ended_sets
from comity.protocol.addresses import dsp_base
from comity.protocol.agreed import terms_of
from comity.protocol.base import DATA, DSP, fill_path
from comity.protocol.sending import Draft, post
from comity.store import files, peers, record
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import Hit, ManifestRow, Question
from comity.store.rows.moving import add, change, many, one
from comity.store.schema.matching import questions

OUTPUT_BYTES: Final = 64
_NONCE_BYTES: Final = 12
_TOKEN_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Sources:
    """Which records of ours each private input comes from; what was typed has no dataset."""

    dataset: str
    root: str
    records: Mapping[Family, Mapping[bytes, Sequence[str]]]

    def without(self, settled: "Sequence[Settled]") -> "Sources":
        """Return what is left to ask when some questions have been."""
        done = {item for one in settled for item in one.inputs}
        left = {
            family: {item: ids for item, ids in inputs.items() if item not in done}
            for family, inputs in self.records.items()
        }
        return replace(self, records=left)


@dataclass(frozen=True, slots=True)
class Settled:
    """What one question asked and found."""

    family: Family
    inputs: tuple[bytes, ...]
    """Private inputs, canaries included."""
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A started transfer of a peer, with its manifest and its tag set at hand."""

    peer: Pinned
    agreement: Agreement
    transfer: Transfer
    manifest: Manifest
    digest: str
    purpose: str
    legal_basis: str


def data_path(peer: Pinned, transfer: str, rest: str, *ids: str) -> str:
    """Return the target of one of our own messages at a peer."""
    base = dsp_base(peer.identity).removesuffix(DSP)
    return base + fill_path(f"{DATA}/transfers/{{}}/{rest}", transfer, *ids)


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


def batches(node: Node, session: Session, sources: Sources) -> Iterator[tuple[Family, list[bytes]]]:
    """Yield the batches to ask, family by family.

    The first of a family has its canaries in front; the proof over a batch pins the key and the
    digest pins the set, so their result holds for the rest of the epoch. Padding comes last.
    """
    for family, inputs in sources.records.items():
        waiting = list(inputs)
        if not waiting:
            continue
        with node.store.read() as tx:
            asked = many(
                tx, Question, manifest=session.digest, family=family, answered=True, limit=1
            )
        if not asked:
            waiting = canaries(family) + waiting
        missing = padded_count(len(waiting)) - len(waiting)
        waiting += paddings(family, node.local.entropy(missing * SEED_BYTES))
        for start in range(0, len(waiting), BATCH_ELEMENTS):
            yield family, waiting[start : start + BATCH_ELEMENTS]


def ask(
    node: Node, session: Session, sources: Sources, family: Family, inputs: list[bytes], run: str
) -> Settled:
    """Ask one batch and keep its hits. Raises what peers refuse, and what `settle` raises."""
    row = put_question(node, session, sources, family, inputs, run)
    finish(node, session.peer, row.id)
    return settle(node, session, sources, row)


def put_question(
    node: Node, session: Session, sources: Sources, family: Family, inputs: list[bytes], run: str
) -> Question:
    """Put the question about one batch into the outbox, and keep what it asks, sealed."""
    local = node.local
    blinds = local.kernel.scalars(local.entropy(64 * len(inputs)))
    message = QuestionMessage.make(
        manifest=session.digest,
        family=family,
        elements=b64url(local.kernel.blind(Inputs.pack(inputs), blinds)),
        root=sources.root,
        purpose=session.purpose,
        legal_basis=session.legal_basis,
    )
    target = data_path(session.peer, session.transfer.their_pid, "questions")
    with node.store.write() as tx:
        jti = post(tx, local, session.peer, "comity-question-1", "POST", target, message.encode())
        row = Question(
            id=jti,
            peer=session.peer.id,
            manifest=session.digest,
            family=family,
            elements=len(inputs),
            run=run,
            sealed=_seal(node, jti, inputs, blinds),
            answered=False,
            at=local.now(),
        )
        add(tx, row)
        remember(node, tx, session.peer, jti)
    return row


def settle(node: Node, session: Session, sources: Sources, row: Question) -> Settled:
    """Check the reply to a question, look its outputs up, and keep the hits, all at once.

    Raises PEER_ANSWER_INVALID, MANIFEST_CHANGED, ELEMENT_INVALID, PROOF_INVALID, CANARY_MISSED,
    TAG_SET_INVALID; then nothing is kept.
    """
    local, family = node.local, Family(row.family)
    with node.store.read() as tx:
        sent = record.entry(tx, row.peer, record.OUT, row.id)
        reply = record.reply(tx, row.peer, record.IN, row.id)
    if sent is None or not sent.body or reply is None or reply.status != 200 or reply.destroyed:
        raise ComityError(Code.PEER_ANSWER_INVALID, reason="missing")
    evaluation = Evaluation.read(reply.body)
    if evaluation.manifest != session.digest:
        raise ComityError(Code.MANIFEST_CHANGED)
    inputs, blinds = _unseal(node, row)
    outputs = local.kernel.finalise(
        Inputs.pack(inputs),
        blinds,
        unb64url(QuestionMessage.read(sent.body).elements),
        unb64url(evaluation.elements),
        unb64url(evaluation.proof, 64),
        session.manifest.public_key(family),
    )
    context = session.manifest.binding()
    with files.open_set(node.folder, unb64url(session.manifest.tag_set.digest, 32)) as tags:
        found = _look_up(node, context, tags, family, inputs, outputs)
    hits = [
        Hit(
            peer=row.peer,
            manifest=session.digest,
            handle=b64url(label.handle),
            token=token_id(private_input),
            family=family,
            dataset=sources.dataset,
            record=source,
            label=label.encode(),
            question=row.id,
            at=local.now(),
        )
        for private_input, labels in found
        for label in labels
        for source in sources.records[family].get(private_input, ())
    ]
    with node.store.write() as tx:
        for hit in hits:
            _keep(tx, hit)
        change(tx, Question, {"id": row.id}, answered=True)
    return Settled(family, tuple(inputs), tuple(hits))


def unsettled(node: Node, session: Session, sources: Sources) -> list[Question]:
    """Return questions from the same sources that were answered and not looked up yet."""
    with node.store.read() as tx:
        waiting = many(tx, Question, manifest=session.digest, answered=False, order="at")
        return [row for row in waiting if _is_answered(tx, row, sources)]


def answered(node: Node, session: Session, sources: Sources) -> list[Settled]:
    """Return what was asked from the same sources under this manifest, and looked up.

    The first has all hits that the list has in this epoch: who found a hit first is its question.
    """
    named = select(questions.c.id).where(
        questions.c.manifest == session.digest,
        questions.c.answered,
        questions.c.family.in_(sources.records),
    )
    with node.store.read() as tx:
        rows = (one(tx, Question, id=id) for id in tx.execute(named).scalars().all())
        inputs = [
            (Family(row.family), tuple(inputs_of(node, row)))
            for row in rows
            if row is not None and _is_answered(tx, row, sources)
        ]
        hits = many(tx, Hit, manifest=session.digest, dataset=sources.dataset)
    some = tuple(hit for hit in hits if hit.family in sources.records)
    return [
        Settled(family, asked, () if number else some)
        for number, (family, asked) in enumerate(inputs)
    ]


def _is_answered(tx: Connection, row: Question, sources: Sources) -> bool:
    sent = record.entry(tx, row.peer, record.OUT, row.id)
    reply = record.reply(tx, row.peer, record.IN, row.id)
    if sent is None or reply is None or reply.refused or not (sent.body and reply.body):
        return False
    return QuestionMessage.read(sent.body).root == sources.root


def _look_up(
    node: Node,
    context: bytes,
    tags: TagSet,
    family: Family,
    inputs: list[bytes],
    outputs: bytes,
) -> list[tuple[bytes, tuple[Label, ...]]]:
    kernel = node.local.kernel
    if inputs[:CANARIES] == canaries(family):
        cut = CANARIES * OUTPUT_BYTES
        check_canaries(kernel, context, tags, family, outputs[:cut])
        inputs, outputs = inputs[CANARIES:], outputs[cut:]
    labels = look_up(kernel, context, tags, outputs)
    return [pair for pair in zip(inputs, labels, strict=True) if pair[1]]


def token_id(private_input: bytes) -> str:
    """Return how hits name a token of ours: 22 characters, of a digest of its input."""
    return b64url(sha256(private_input).digest()[:_TOKEN_ID_BYTES])


def _keep(tx: Connection, hit: Hit) -> None:
    where: dict[str, object] = {
        name: getattr(hit, name) for name in ("manifest", "handle", "token", "dataset", "record")
    }
    if one(tx, Hit, **where) is None:
        add(tx, hit)


def _seal(node: Node, jti: str, inputs: list[bytes], blinds: bytes) -> bytes:
    packed = b"".join(len(item).to_bytes(2, "big") + item for item in inputs)
    plain = len(inputs).to_bytes(4, "big") + blinds + packed
    nonce = node.local.entropy(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(node.local.sealing_key).encrypt(nonce, plain, jti.encode())


def inputs_of(node: Node, row: Question) -> list[bytes]:
    """Return the private inputs of a question, canaries included."""
    return _unseal(node, row)[0]


def _unseal(node: Node, row: Question) -> tuple[list[bytes], bytes]:
    nonce, sealed = row.sealed[:_NONCE_BYTES], row.sealed[_NONCE_BYTES:]
    plain = ChaCha20Poly1305(node.local.sealing_key).decrypt(nonce, sealed, row.id.encode())
    count = int.from_bytes(plain[:4], "big")
    at = 4 + 32 * count
    blinds, inputs = plain[4:at], []
    for _ in range(count):
        size = int.from_bytes(plain[at : at + 2], "big")
        inputs.append(plain[at + 2 : at + 2 + size])
        at += 2 + size
    return inputs, blinds
