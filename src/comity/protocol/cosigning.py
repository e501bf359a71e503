"""Checkpoints that peers exchange on every contact: what is said, checked and cosigned.

Each side sends a signed checkpoint of its own log, the proof that it continues the last one that
the other side cosigned, and its cosignature of the other's newest. Both check by the proof and by
what they hold. What cannot be is an alarm (docs/decisions/0031-watching).
"""

from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from comity.core import checkpoint, merkle, note
from comity.core.alarm import HISTORY, Kind
from comity.core.canonical import b64url, unb64url
from comity.core.checkpoint import Checkpoint, Verified
from comity.core.identity import Pinned
from comity.core.messages import Holds, RecordReply, RecordState
from comity.errors import Code, ComityError
from comity.limits import CLOCK_SKEW_SECONDS
from comity.protocol.alarming import alarm
from comity.protocol.base import Act, Effect, Inbound, Local, Moved, Outcome, Route
from comity.protocol.incarnations import check_frozen
from comity.protocol.recording import (
    RECORD,
    cosigned_by,
    cosigner_key,
    log_key,
    own_checkpoint,
)
from comity.protocol.refusals import plain
from comity.protocol.watching import Watch
from comity.store import alarms, checkpoints, record
from comity.store.checkpoints import cosigned_note
from comity.store.rows.evidence import Cosigned
from comity.store.tiles import StoredTree, stored_tree


@dataclass(frozen=True, slots=True)
class Found:
    """A kind of alarm, what it is about, and what shows it."""

    kind: Kind
    number: int
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What comes of the state that a peer has sent."""

    verified: Verified
    """Its checkpoint, with a good signature."""
    cosigned: str
    """Its newest checkpoint that we have cosigned, as a note; empty where there is none."""
    missing: range
    """Entries that its log must have, and that are not here."""
    found: tuple[Found, ...]
    effects: tuple[Effect, ...]

    @property
    def is_forked(self) -> bool:
        """Whether the peer's log is not the one that is mirrored here."""
        return any(each.kind in HISTORY for each in self.found)


def statement(local: Local, tx: Connection, peer: str) -> RecordState:
    """Return what this side says of the record."""
    at, ends = local.now(), record.ends(tx, peer)
    own = own_checkpoint(local, tx, peer)
    size = Checkpoint.parse(own.text).size
    known, theirs = cosigned_note(tx, peer, record.OUT), cosigned_note(tx, peer, record.IN)
    since = known.size if known and known.size <= size else 0
    proof = stored_tree(tx, peer, record.OUT).consistency_proof(since, size) if since else ()
    return RecordState(
        checkpoint=own.encode().decode(),
        since=since,
        consistency=tuple(map(b64url, proof)),
        written=ends.ours.next,
        at=at,
        holds=Holds(**ends.seen().model_dump()),
        cosigned=theirs.note if theirs else "",
    )


def judge(
    local: Local, tx: Connection, peer: Pinned, said: RecordState | RecordReply, shown: str
) -> Judged:
    """Check what a peer says of both logs; `shown` is its message, as evidence.

    Raises NOTE_INVALID or CHECKPOINT_INVALID where the checkpoint is not one of its log, and
    PROOF_NOT_VALID.
    """
    own = local.identity.id
    verified = checkpoint.verify(said.checkpoint.encode(), log_key(peer.identity, own))
    tree = stored_tree(tx, peer.id, record.IN)
    found = [
        *_of_their_log(tx, peer.id, tree, verified, said, shown),
        *_of_our_log(local, tx, peer, said, shown),
    ]
    kept = _kept(local, peer.id, tree, verified, said)
    newest = cosigned_note(tx, peer.id, record.IN)
    effects: list[Effect] = [
        partial(_raise, local=local, peer=peer.id, found=each) for each in found
    ]
    if not any(each.kind in HISTORY for each in found):
        if kept.time and newest is not None and kept.size <= newest.size:
            # With keys in force, where it was signed with others.
            same = kept.size == newest.size and _is_current(local, peer, newest)
            if same:
                kept = replace(newest, written=kept.written, at=kept.at)
            elif kept.size < newest.size:
                kept = newest
        effects.append(partial(_keep, before=newest, kept=kept))
        newest = kept if kept.time else newest
    size = max(verified.checkpoint.size, record.ends(tx, peer.id).theirs.next)
    return Judged(
        verified,
        newest.note if newest else "",
        range(len(tree), size),
        tuple(found),
        (*effects, *_ours(local, tx, peer, said)),
    )


def _is_current(local: Local, peer: Pinned, kept: Cosigned) -> bool:
    """Tell whether a checkpoint of the peer's log was signed and cosigned with keys in force."""
    try:
        log = log_key(peer.identity, local.identity.id)
        checkpoint.verify(kept.note.encode(), log, [cosigner_key(local.identity)])
    except ComityError:
        return False
    return True


def _of_their_log(
    tx: Connection,
    peer: str,
    tree: StoredTree,
    verified: Verified,
    said: RecordState | RecordReply,
    shown: str,
) -> list[Found]:
    """Compare a checkpoint of the peer's log with what we hold, and with what it signed before."""
    claimed, newest = verified.checkpoint, checkpoints.newest(tx, peer, record.IN)
    before = newest.note if newest else ""
    evidence = {"held": before, "shown": said.checkpoint, "message": shown}
    if claimed.size <= len(tree):
        root = tree.root(claimed.size)
        if root != claimed.root:
            _check_own(tx, peer, tree)
            return [Found(Kind.FORKED, claimed.size, {**evidence, "root": b64url(root)})]
    for other in checkpoints.above(tx, peer, record.IN, len(tree), claimed.size):
        if other.root != (claimed.root if other.size == claimed.size else tree.root(other.size)):
            return [Found(Kind.FORKED, other.size, {**evidence, "held": other.note})]
    if 0 < said.since <= min(len(tree), claimed.size):
        proof = tuple(unb64url(item) for item in said.consistency)
        since = tree.root(said.since)
        try:
            merkle.verify_consistency(said.since, claimed.size, proof, since, claimed.root)
        except ComityError:
            if claimed.size <= len(tree):
                raise
            return [Found(Kind.FORKED, claimed.size, {**evidence, "root": b64url(since)})]
    # Two contacts may be under way together, and one of them have looked at its clock later.
    later = newest is not None and said.at > newest.at + CLOCK_SKEW_SECONDS
    if newest and later and said.written < newest.written:
        return [Found(Kind.DELETED, said.written, evidence)]
    return []


def _check_own(tx: Connection, peer: str, tree: StoredTree) -> None:
    """Check that it is not our own copy that is spoiled. Raises RECORD_DIFFERS (size)."""
    size, root = record.head(tx, peer, record.IN)
    if tree.root() != root:
        raise ComityError(Code.RECORD_DIFFERS, size=size)


def _of_our_log(
    local: Local, tx: Connection, peer: Pinned, said: RecordState | RecordReply, shown: str
) -> list[Found]:
    """Compare what a peer says that it holds of our log with our log."""
    tree, holds = stored_tree(tx, peer.id, record.OUT), said.holds
    if holds.size > len(tree) or b64url(tree.root(holds.size)) != holds.root:
        root = b64url(tree.root(min(holds.size, len(tree))))
        return [Found(Kind.MISSTATED, holds.size, {"message": shown, "root": root})]
    if said.cosigned:
        try:
            # It may be from before one of us got new keys.
            cosigned = cosigned_by(tx, local, peer, said.cosigned, former=True).checkpoint
        except ComityError:
            return [Found(Kind.MISSTATED, holds.size, {"message": shown})]
        if cosigned.size <= len(tree) and tree.root(cosigned.size) != cosigned.root:
            return [Found(Kind.MISSTATED, cosigned.size, {"message": shown})]
    return []


def _kept(
    local: Local,
    peer: str,
    tree: StoredTree,
    verified: Verified,
    said: RecordState | RecordReply,
) -> Cosigned:
    """Return what is kept of a checkpoint: cosigned, where all of the log is here."""
    claimed, signed, time = verified.checkpoint, verified.note, 0
    if claimed.size <= len(tree):
        time = local.now()
        signed = checkpoint.cosign(signed, local.identity.id, local.signers.cosignature, time)
    return Cosigned(
        peer=peer,
        direction=record.IN,
        size=claimed.size,
        root=claimed.root,
        time=time,
        written=said.written,
        at=said.at,
        note=signed.encode().decode(),
    )


def _ours(
    local: Local, tx: Connection, peer: Pinned, said: RecordState | RecordReply
) -> tuple[Effect, ...]:
    """Return what keeps the peer's cosignature of our log, where it is one."""
    tree = stored_tree(tx, peer.id, record.OUT)
    try:
        verified = cosigned_by(tx, local, peer, said.cosigned, former=False)
    except ComityError:
        return ()
    claimed = verified.checkpoint
    if claimed.size > len(tree) or tree.root(claimed.size) != claimed.root:
        return ()
    time = verified.cosignatures[0].time
    kept = Cosigned(
        peer=peer.id,
        direction=record.OUT,
        size=claimed.size,
        root=claimed.root,
        time=time,
        written=claimed.size,
        at=time,
        note=said.cosigned,
    )
    return (partial(_keep_ours, kept=kept),)


def _keep_ours(tx: Connection, kept: Cosigned) -> None:
    checkpoints.keep(tx, kept)
    alarms.agreed_again(tx, kept.peer, kept.size, Kind.MISSTATED, Kind.UNCOSIGNED)


def _keep(tx: Connection, before: Cosigned | None, kept: Cosigned) -> None:
    """Keep a checkpoint of the peer's log. Raises Moved where another one was cosigned meanwhile.

    Whoever cosigns must never cosign less after more (C2SP tlog-cosignature).
    """
    if cosigned_note(tx, kept.peer, record.IN) != before:
        raise Moved
    checkpoints.keep(tx, kept)
    if kept.time:
        alarms.agreed_again(tx, kept.peer, kept.size, *HISTORY)


def _raise(tx: Connection, local: Local, peer: str, found: Found) -> None:
    alarm(local, tx, peer, found.kind, found.number, **found.evidence)


@dataclass(frozen=True, slots=True)
class Known:
    """What a peer had said of both logs before it was asked: its reply cannot say less."""

    signed: int
    """The size of its newest checkpoint."""
    next: int
    """One past the highest number that it gave."""
    holds: int
    """How much of our log it said that it holds."""


def known(tx: Connection, peer: str, watch: Watch) -> Known:
    """Return what a peer has said so far."""
    newest, ours = checkpoints.newest(tx, peer, record.IN), cosigned_note(tx, peer, record.OUT)
    holds = max(watch.holds(peer), ours.size if ours else 0)
    return Known(newest.size if newest else 0, record.ends(tx, peer).theirs.next, holds)


def judge_reply(
    local: Local,
    tx: Connection,
    peer: Pinned,
    sent: RecordState,
    before: Known,
    said: RecordReply,
    shown: str,
) -> Judged:
    """Check a reply: besides what `judge` checks, it is newer than all that was known before.

    Raises what `judge` raises.
    """
    judged = judge(local, tx, peer, said, shown)
    newest = checkpoints.newest(tx, peer.id, record.IN)
    size, found = judged.verified.checkpoint.size, list[Found]()
    evidence = {"held": newest.note if newest else "", "shown": said.checkpoint, "message": shown}
    if not judged.is_forked and (size < before.signed or said.written < before.next):
        number = size if size < before.signed else said.written
        found.append(Found(Kind.DELETED, number, evidence))
    misstated = any(each.kind is Kind.MISSTATED for each in judged.found)
    less = said.holds.size < before.holds or _uncosigned(tx, local, peer, sent, said)
    if less and not misstated:
        found.append(Found(Kind.UNCOSIGNED, said.holds.size, {"message": shown}))
    raising = [partial(_raise, local=local, peer=peer.id, found=each) for each in found]
    return replace(judged, found=(*judged.found, *found), effects=(*raising, *judged.effects))


def _uncosigned(
    tx: Connection, local: Local, peer: Pinned, sent: RecordState, said: RecordReply
) -> bool:
    """Tell whether a peer that holds what was sent to it has not cosigned it."""
    size = Checkpoint.parse(note.parse(sent.checkpoint.encode()).text).size
    if said.holds.size < size:
        return False
    try:
        verified = cosigned_by(tx, local, peer, said.cosigned, former=False)
        return verified.checkpoint.size < size
    except ComityError:
        return True


def _on_state(inbound: Inbound, tx: Connection, message: RecordState) -> Act:
    local, peer = inbound.local, inbound.peer
    # What a frozen node holds is less than it has said that it holds.
    check_frozen(record.ends(tx, peer.id), peer.id)
    judged = judge(local, tx, peer, message, f"{inbound.token}\n{message.encode().decode()}")
    own = statement(local, tx, peer.id)
    reply = RecordReply(**own.model_dump(exclude={"type", "cosigned"}), cosigned=judged.cosigned)
    return partial(Outcome, 200, reply.encode(), judged.effects)


CONTACTS = (Route("comity-record-1", "POST", RECORD, RecordState.read, _on_state, plain),)
"""Contact messages: comparing the record must not change it."""
