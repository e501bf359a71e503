"""Private matching, asked: a question is made durable, sent, checked and looked up at home.

What it begins with is fetched before (`comity.operations.fetching`); what a batch asked stays here,
sealed (`comity.operations.sealing`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from comity.api import Inputs
from comity.core.canonical import b64url, unb64url
from comity.core.label import Label
from comity.core.matching import check_canaries, look_up
from comity.core.messages import Evaluation
from comity.core.messages import Question as QuestionMessage
from comity.core.oprf import OUTPUT_BYTES
from comity.core.padding import SEED_BYTES, padded_count, paddings
from comity.core.records import Family
from comity.core.tagset import TagSet
from comity.core.tokens import canaries
from comity.errors import Code, ComityError
from comity.limits import BATCH_ELEMENTS, CANARIES
from comity.node import Node
from comity.operations.fetching import Session
from comity.operations.peering import finish, remember
from comity.operations.sealing import inputs_of, seal, unseal
from comity.protocol.addresses import data_path
from comity.protocol.sending import post
from comity.store import files, record
from comity.store.rows.matching import Hit, Question
from comity.store.rows.moving import add, change, many, one
from comity.store.schema.matching import questions

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
            sealed=seal(node, jti, inputs, blinds),
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
    inputs, blinds = unseal(node, row)
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
