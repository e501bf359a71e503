"""What a question asked, kept sealed: its private inputs and the scalars that blinded them.

The signed batch commits to both, so an oversight body can have positions of it opened until
retention ends (DESIGN D5).
"""

from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from comity.node import Node
from comity.store.rows.matching import Question

_NONCE_BYTES: Final = 12


def seal(node: Node, jti: str, inputs: list[bytes], blinds: bytes) -> bytes:
    """Seal private inputs and their scalars (32 bytes each) under the id of their question."""
    packed = b"".join(len(item).to_bytes(2, "big") + item for item in inputs)
    plain = len(inputs).to_bytes(4, "big") + blinds + packed
    nonce = node.local.entropy(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(node.local.sealing_key).encrypt(nonce, plain, jti.encode())


def unseal(node: Node, row: Question) -> tuple[list[bytes], bytes]:
    """Return the private inputs of a question, padding included, and their scalars.

    Raises InvalidTag where it was sealed by another node, or for another question.
    """
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


def inputs_of(node: Node, row: Question) -> list[bytes]:
    """Return the private inputs of a question, canaries and padding included."""
    return unseal(node, row)[0]
