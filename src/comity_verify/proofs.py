"""Checkpoints of logs, and proofs of one entry against one (C2SP tlog-checkpoint, tlog-proof)."""

import re
from dataclasses import dataclass
from typing import Final

from comity_verify.encoding import from_base64
from comity_verify.failure import Flaw, VerificationFailure

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_HEAD_BYTES: Final = 64 * 1024
_PATH: Final = 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries a log has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note as a checkpoint. Raises the flaw `checkpoint`."""
        flaw = Flaw.CHECKPOINT
        *lines, end = text.split("\n")
        if len(lines) < 3 or end or "" in lines or not _NUMBER.fullmatch(lines[1]):
            raise VerificationFailure(flaw)
        root = from_base64(lines[2], flaw)
        if len(root) != 32:
            raise VerificationFailure(flaw)
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Proof:
    """The place of an entry, the hashes from its sibling up to the root, and the signed root."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, byte for byte."""

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Read a proof; checks nothing. Raises the flaw `proof`."""
        flaw = Flaw.PROOF
        head, divider, checkpoint = data.partition(b"\n\n")
        if not divider or len(head) > _HEAD_BYTES or not head.isascii():
            raise VerificationFailure(flaw)
        header, *lines = head.decode("ascii").split("\n")
        if lines and lines[0].startswith("extra "):
            # Opaque, and vouched for by nobody: only its form is looked at.
            from_base64(lines.pop(0).removeprefix("extra "), flaw)
        if header != _HEADER or not lines or not lines[0].startswith("index "):
            raise VerificationFailure(flaw)
        index = lines.pop(0).removeprefix("index ")
        path = tuple(from_base64(line, flaw) for line in lines)
        if not _NUMBER.fullmatch(index) or len(path) > _PATH:
            raise VerificationFailure(flaw)
        if not all(len(item) == 32 for item in path):
            raise VerificationFailure(flaw)
        return cls(int(index), path, checkpoint)
