"""What the log keeps of one message.

The leaf commits to the message token, and the token to everything else: sender, time, number,
target, the digest of the exact body. Logs and proofs show hashes only, so a hash must not be
guessable. A token without secret parts could be: its claims are few and well-formed, Ed25519 adds
no randomness, and a peer that saw a proof could try likely messages against the hashes beside the
path. Every token therefore has a claim `slt`, 16 fresh random bytes. It needs no place of its own:
whoever has the token can compute the leaf, and whoever has not learns nothing from it. In the same
way a body can be destroyed while the log stays whole, as the leaf needs the token only.
"""

from hashlib import sha256
from typing import Final

DOMAIN: Final = b"comity-leaf-1\x00"
"""Keeps these hashes apart from any other use of SHA-256; a new layout gets a new number."""


def leaf(token: bytes) -> bytes:
    """Return the leaf data of a message, 32 bytes: SHA-256(`comity-leaf-1` NUL token).

    `token` is the compact JWS exactly as it was sent, in ASCII. The Merkle tree hashes the result
    once more (`merkle.leaf_hash`).
    """
    return sha256(DOMAIN + token).digest()
