"""Proofs in Merkle trees, checked as RFC 6962 section 2.1 defines them: by recursion.

The node has its own verification, in the iterative form of RFC 9162. The two share no line, and
tests hold them against each other.
"""

from collections.abc import Sequence
from hashlib import sha256

from comity_verify.failure import Flaw, VerificationFailure


def leaf_hash(data: bytes) -> bytes:
    """Return MTH({d}) = SHA-256(0x00 || d)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def check_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is the hash of entry `index` in the tree of `size` entries under `root`.

    The leaf's sibling is first in the path. Raises the flaw `inclusion`.
    """
    failed = VerificationFailure(Flaw.INCLUSION)

    def above(m: int, n: int, rest: Sequence[bytes]) -> bytes:
        if n == 1:
            if rest:
                raise failed
            return leaf
        if not rest:
            raise failed
        k = _half(n)
        if m < k:
            return node_hash(above(m, k, rest[:-1]), rest[-1])
        return node_hash(rest[-1], above(m - k, n - k, rest[:-1]))

    if not 0 <= index < size < 2**63 or not _hashes(leaf, *path):
        raise failed
    if above(index, size, path) != root:
        raise failed


def check_consistency(
    old: int, size: int, path: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `old` entries begins that of `size`. Raises the flaw `consistency`.

    Every tree begins with the empty one: that is no statement, and refused.
    """
    failed = VerificationFailure(Flaw.CONSISTENCY)

    def both(m: int, n: int, whole: bool, rest: Sequence[bytes]) -> tuple[bytes, bytes]:
        """Return the roots of the old part and of all, of a subtree with m old entries out of n."""
        if m == n and whole:
            # The old tree is a subtree of the new one, whose root is known: it is not sent.
            if rest:
                raise failed
            return old_root, old_root
        if not rest:
            raise failed
        last = rest[-1]
        if m == n:
            if len(rest) != 1:
                raise failed
            return last, last
        k = _half(n)
        if m <= k:
            before, now = both(m, k, whole, rest[:-1])
            return before, node_hash(now, last)
        before, now = both(m - k, n - k, False, rest[:-1])
        return node_hash(last, before), node_hash(last, now)

    if not 0 < old <= size < 2**63 or not _hashes(*path):
        raise failed
    if old < size and not _hashes(old_root):
        raise failed
    if both(old, size, True, path) != (old_root, root):
        raise failed


def _half(n: int) -> int:
    """Return the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def _hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)
