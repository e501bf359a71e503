"""Offline proofs that a log holds an entry (C2SP tlog-proof).

A proof is one small text file: the entry's place, the hashes that lead from it to the root, and the
signed checkpoint with that root. With the log's and the peer's public keys, anybody can check it
later without asking either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comity.core import checkpoint, note
from comity.core.checkpoint import SIZE_MAX, Verified
from comity.core.merkle import HASH_BYTES, verify_inclusion
from comity.core.note import VerifierKey
from comity.errors import Code, ComityError
from comity.limits import NOTE_BYTES, PROOF_EXTRA_BYTES

HEADER: Final = "c2sp.org/tlog-proof@v1"
PATH_HASHES: Final = 63
"""The longest path of a tree whose size is below 2^63."""
_HEAD_BYTES: Final = 4096 + 2 * PROOF_EXTRA_BYTES
"""All before the checkpoint: 63 lines of 45 bytes, and the extra data in base64."""
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it was written. Raises PROOF_NOT_VALID (reason: form)."""

    index: int
    """The entry's index in the log, from 0."""
    path: tuple[bytes, ...]
    """The inclusion proof, the leaf's sibling first: 32 bytes each."""
    checkpoint: bytes
    """The signed checkpoint, byte for byte."""
    extra: bytes | None = None
    """Whatever else travels along. Nothing vouches for it."""

    def __post_init__(self) -> None:
        hashes = all(len(item) == HASH_BYTES for item in self.path)
        if not 0 <= self.index < SIZE_MAX or len(self.path) > PATH_HASHES or not hashes:
            raise ComityError(Code.PROOF_NOT_VALID, reason="form")
        if len(self.extra or b"") > PROOF_EXTRA_BYTES:
            raise ComityError(Code.PROOF_NOT_VALID, reason="form")

    def encode(self) -> bytes:
        """Return the bytes of the proof file."""
        extra = [] if self.extra is None else [f"extra {note.encode64(self.extra)}"]
        path = (note.encode64(item) for item in self.path)
        head = "\n".join([HEADER, *extra, f"index {self.index}", *path])
        return f"{head}\n\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Read the bytes of a proof file; verifies nothing. Raises PROOF_NOT_VALID (reason)."""
        if len(data) > _HEAD_BYTES + NOTE_BYTES:
            raise ComityError(Code.PROOF_NOT_VALID, reason="size")
        # The first empty line ends the head, since no line of it is empty.
        head, divider, signed = data.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            extra = None
            if lines and lines[0].startswith("extra "):
                extra = note.decode64(lines.pop(0).removeprefix("extra "))
            found = _INDEX.fullmatch(lines[0]) if lines else None
            path = tuple(note.decode64(line) for line in lines[1:])
        except (UnicodeDecodeError, ComityError):
            raise ComityError(Code.PROOF_NOT_VALID, reason="form") from None
        if header != HEADER or not divider or found is None:
            raise ComityError(Code.PROOF_NOT_VALID, reason="form")
        return cls(int(found[1]), path, signed, extra)


def verify(
    proof: Proof, leaf: bytes, log: VerifierKey, cosigners: Sequence[VerifierKey] = ()
) -> Verified:
    """Check that the entry with the leaf hash `leaf` is where the proof says.

    The log's signature is required, and one of every cosigner. Raises what `checkpoint.verify`
    raises, and PROOF_NOT_VALID (index, size).
    """
    verified = checkpoint.verify(proof.checkpoint, log, cosigners)
    tree = verified.checkpoint
    verify_inclusion(proof.index, tree.size, leaf, proof.path, tree.root)
    return verified
