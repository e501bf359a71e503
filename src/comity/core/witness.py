"""What a log and a witness say to each other (C2SP tlog-witness, add-checkpoint).

A log submits its checkpoint with the proof that it continues the one that the witness cosigned.
The witness answers with its cosignature, or with the size of that last one, or with a refusal.
"""

import re
from collections.abc import Sequence
from typing import Final

from comity.core import note
from comity.core.checkpoint import Checkpoint
from comity.core.merkle import Tree
from comity.core.note import TIMESTAMP_BYTES, KeyType, Note, VerifierKey
from comity.errors import Code, ComityError

PATH: Final = "/add-checkpoint"
"""Below the URL of the witness (its submission prefix)."""
SIZE_TYPE: Final = "text/x.tlog.size"
"""Media type of a reply that says another size."""
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


def continuation(tree: Tree, old: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the log of `size` entries continues that of `old`.

    Everything continues nothing, and there the proof is empty. Raises PROOF_NOT_VALID (index,
    size) where there is no such proof.
    """
    return tree.consistency_proof(old, size) if old else ()


def submission(old: int, proof: Sequence[bytes], signed: Note) -> bytes:
    """Return the body of a request to add a checkpoint."""
    lines = [f"old {old}", *(note.encode64(item) for item in proof)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + signed.encode()


def cosigned(signed: Note, reply: bytes, key: VerifierKey) -> tuple[Note, int]:
    """Return the checkpoint with the cosignature that a witness answered, and its time.

    Signatures by other keys are left out. Raises NOTE_INVALID (reason: size, form, signature,
    unsigned), or CHECKPOINT_INVALID (reason: key where this is no key to cosign with, time where
    the cosignature has none).
    """
    if key.type is not KeyType.COSIGNATURE:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="key")
    answered = note.parse(f"{signed.text}\n".encode() + reply)
    if answered.text != signed.text:
        raise ComityError(Code.NOTE_INVALID, reason="form")
    first = note.verify(answered, [key])[0]
    time = int.from_bytes(first.value[:TIMESTAMP_BYTES], "big")
    if time == 0:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="time")
    others = tuple(each for each in signed.signatures if not each.by(key))
    return Note(signed.text, (*others, first)), time


def other_size(reply: bytes) -> int:
    """Return the size that a witness says it cosigned last. Raises CHECKPOINT_INVALID (size)."""
    found = _SIZE.fullmatch(reply)
    if found is None:
        raise ComityError(Code.CHECKPOINT_INVALID, reason="size")
    return int(found[1])


def size_of(signed: Note) -> int:
    """Return the size that a checkpoint says."""
    return Checkpoint.parse(signed.text).size
