"""Checkpoints of a log, and cosignatures on them (C2SP tlog-checkpoint and tlog-cosignature).

A checkpoint says how many leaves a log has and what its root is. The log signs it; the peer that
mirrors the log checks that it continues the last one it knows, and cosigns it with the time. From
then on, neither can show anybody another history of the same log.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comity.core import note
from comity.core.keys import Signer
from comity.core.merkle import EMPTY_ROOT, HASH_BYTES
from comity.core.note import KeyType, Note, Signature, VerifierKey
from comity.errors import Code, ComityError

SIZE_MAX: Final = 2**63 - 1
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log. Raises CHECKPOINT_INVALID (reason: origin, size, root, extension)."""

    origin: str
    """The log's identity, which is also the name of the key that signs for it."""
    size: int
    """Number of leaves."""
    root: bytes
    """Root hash over them: 32 bytes."""
    extensions: tuple[str, ...] = ()
    """Further lines. Nothing of ours writes or reads any; they are part of what is signed."""

    def __post_init__(self) -> None:
        if not _is_line(self.origin):
            raise ComityError(Code.CHECKPOINT_INVALID, reason="origin")
        if not 0 <= self.size <= SIZE_MAX:
            raise ComityError(Code.CHECKPOINT_INVALID, reason="size")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise ComityError(Code.CHECKPOINT_INVALID, reason="root")
        if not all(_is_line(line) for line in self.extensions):
            raise ComityError(Code.CHECKPOINT_INVALID, reason="extension")

    def text(self) -> str:
        """Return the note's text: origin, size, root in base64, one a line."""
        lines = (self.origin, str(self.size), note.encode64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note's text as a checkpoint. Raises CHECKPOINT_INVALID (reason)."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise ComityError(Code.CHECKPOINT_INVALID, reason="form")
        origin, size, root, *extensions = lines
        if not _SIZE.fullmatch(size):
            raise ComityError(Code.CHECKPOINT_INVALID, reason="size")
        try:
            decoded = note.decode64(root)
        except ComityError:
            raise ComityError(Code.CHECKPOINT_INVALID, reason="root") from None
        return cls(origin, int(size), decoded, tuple(extensions))


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified statement: at this time, this was the largest tree of the log that was seen."""

    name: str
    """Whose key."""
    time: int
    """Seconds since 1970-01-01, UTC."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint that its log signed, and every cosignature that was asked for."""

    checkpoint: Checkpoint
    note: Note
    """With all its signatures, also unknown ones."""
    cosignatures: tuple[Cosignature, ...]
    """One for each cosigner, in the order they were given."""


def sign(checkpoint: Checkpoint, signer: Signer) -> Note:
    """Sign a checkpoint as its log; the key's name is the origin.

    Raises NOTE_INVALID (reason: key) for an origin that cannot be a key's name. Whoever signs has
    made sure that the log only ever grew.
    """
    return note.sign(checkpoint.text(), checkpoint.origin, signer)


def cosign(signed: Note, name: str, signer: Signer, time: int) -> Note:
    """Add a cosignature (0x04) of `time`, in seconds since 1970-01-01, UTC.

    Raises CHECKPOINT_INVALID (reason) where the note is no checkpoint, or the time is negative or
    past 2^63 - 1. Whoever cosigns has verified the log's signature and its consistency before.
    """
    Checkpoint.parse(signed.text)
    if not 0 <= time <= note.TIMESTAMP_MAX:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="time")
    key = VerifierKey(name, KeyType.COSIGNATURE, signer.public)
    value = time.to_bytes(note.TIMESTAMP_BYTES, "big") + signer.sign(
        note.cosigned_message(signed.text, time)
    )
    return signed.signed(Signature(name, key.id, value))


def verify(data: bytes, log: VerifierKey, cosigners: Sequence[VerifierKey] = ()) -> Verified:
    """Read a signed checkpoint: the log's signature and one of every cosigner must be there.

    Raises NOTE_INVALID (reason: size, form, signature, unsigned) or CHECKPOINT_INVALID (reason:
    key where `log` or a cosigner is a key of the wrong type, origin where the log is another one,
    cosignature where one is missing, and those of `Checkpoint`).
    """
    types = [log.type, *(key.type for key in cosigners)]
    if types != [KeyType.ED25519, *(KeyType.COSIGNATURE for _ in cosigners)]:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="key")
    parsed = note.parse(data)
    verified = note.verify(parsed, (log, *cosigners))
    if not any(signature.by(log) for signature in verified):
        raise ComityError(Code.NOTE_INVALID, reason="unsigned")
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != log.name:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="origin")
    return Verified(checkpoint, parsed, tuple(_latest(verified, key) for key in cosigners))


def _latest(verified: Sequence[Signature], key: VerifierKey) -> Cosignature:
    """Return the latest cosignature by a key, out of signatures that have been verified."""
    times = [
        int.from_bytes(signature.value[: note.TIMESTAMP_BYTES], "big")
        for signature in verified
        if signature.by(key)
    ]
    if not times:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="cosignature")
    return Cosignature(key.name, max(times))


def _is_line(text: str) -> bool:
    return bool(text) and "\n" not in text
