"""Merkle trees over a log: roots, proofs and their verification (RFC 6962 2.1, RFC 9162 2.1).

All hashes are SHA-256, 32 bytes. Leaves and inner nodes are hashed under different first bytes, so
that no inner node passes for a leaf. `Frontier` is what appending needs, and small enough to be
stored with every append; `Tree` makes proofs out of the leaf hashes themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.errors import Code, ComityError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf's data (RFC 9162 section 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 9162 section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A log of `size` leaves as the roots of its perfect subtrees, the largest first.

    There is one for each bit that is set in `size`, so this takes 32 log2(size) bytes at most.
    Raises PROOF_NOT_VALID (size) where number or length of the hashes do not fit.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        whole = all(len(item) == HASH_BYTES for item in self.hashes)
        if self.size < 0 or self.size.bit_count() != len(self.hashes) or not whole:
            raise ComityError(Code.PROOF_NOT_VALID, size=self.size)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> "Frontier":
        """Read a frontier back from its stored form; raises PROOF_NOT_VALID (size)."""
        starts = range(0, len(packed), HASH_BYTES)
        return cls(size, tuple(packed[start : start + HASH_BYTES] for start in starts))

    def pack(self) -> bytes:
        """Return the hashes in one piece, to be stored next to the size."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf hash: this one stays as it is."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier with a run of leaf hashes more; O(log size) each.

        Raises PROOF_NOT_VALID (size) for a leaf hash that is not 32 bytes.
        """
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                raise ComityError(Code.PROOF_NOT_VALID, size=size)
            hashes.append(leaf)
            # Every trailing bit set in the old size is a perfect subtree that now gets its right
            # half, as in binary addition.
            carry = size
            while carry & 1:
                right = hashes.pop()
                hashes[-1] = node_hash(hashes[-1], right)
                carry >>= 1
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Return the root hash of the log."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


class Tree:
    """Proofs over a random-access sequence of leaf hashes.

    The sequence may be a view of a store, and may grow. It is read in slices, each leaf at most
    once for a proof.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves

    def __len__(self) -> int:
        return len(self._leaves)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, all by default.

        Raises PROOF_NOT_VALID (size) where there are fewer.
        """
        return self.range_root(0, self._check_size(size))

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Prove that leaf `index` is in the tree of `size` leaves (RFC 9162 section 2.1.3.1).

        The leaf's sibling comes first. Raises PROOF_NOT_VALID (index, size).
        """
        stop = self._check_size(size)
        if not 0 <= index < stop:
            raise ComityError(Code.PROOF_NOT_VALID, index=index, size=stop)
        start, path = 0, list[bytes]()
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self.range_root(middle, stop))
                stop = middle
            else:
                path.append(self.range_root(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_proof(self, old: int, size: int | None = None) -> tuple[bytes, ...]:
        """Prove that the tree of `old` leaves begins the tree of `size` (RFC 9162 2.1.4.1).

        Raises PROOF_NOT_VALID (index, size) unless 0 < old <= size: everything begins with
        nothing, and there is nothing to prove.
        """
        stop = self._check_size(size)
        if not 0 < old <= stop:
            raise ComityError(Code.PROOF_NOT_VALID, index=old, size=stop)
        start, path = 0, list[bytes]()
        while old < stop:
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self.range_root(middle, stop))
                stop = middle
            else:
                path.append(self.range_root(start, middle))
                start = middle
        # A whole old tree is known to the verifier; only a part of it has to be sent.
        if start > 0:
            path.append(self.range_root(start, stop))
        return tuple(reversed(path))

    def _check_size(self, size: int | None) -> int:
        have = len(self)
        if size is None:
            return have
        if not 0 <= size <= have:
            raise ComityError(Code.PROOF_NOT_VALID, size=size)
        return size

    def range_root(self, start: int, stop: int) -> bytes:
        """Return the root over some leaves; a power of two that covers them divides `start`.

        What has the inner nodes of a log at hand answers this from them.
        """
        return Frontier().extend(self._leaves[start:stop]).root()


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash `leaf` is at `index` in the tree (RFC 9162 section 2.1.3.2).

    Raises PROOF_NOT_VALID (index, size).
    """
    failed = ComityError(Code.PROOF_NOT_VALID, index=index, size=size)
    if not 0 <= index < size or not _are_hashes(leaf, *proof):
        raise failed
    first, second, computed = index, size - 1, leaf
    for sibling in proof:
        if second == 0:
            raise failed
        if first & 1 or first == second:
            computed = node_hash(sibling, computed)
            first, second = _skip_levels(first, second)
        else:
            computed = node_hash(computed, sibling)
        first, second = first >> 1, second >> 1
    if second != 0 or computed != root:
        raise failed


def verify_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `size` leaves begins with that of `old` (RFC 9162 section 2.1.4.2).

    Raises PROOF_NOT_VALID (index, size), also where `old` is 0: that is no statement.
    """
    failed = ComityError(Code.PROOF_NOT_VALID, index=old, size=size)
    if not 0 < old <= size:
        raise failed
    if old == size:
        if proof or old_root != root:
            raise failed
        return
    if not proof or not _are_hashes(old_root, *proof):
        raise failed
    # A perfect old tree is itself the first node; the proof leaves it out.
    seed, *path = [old_root, *proof] if old & (old - 1) == 0 else proof
    first, second = old - 1, size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    computed_old = computed = seed
    for sibling in path:
        if second == 0:
            raise failed
        if first & 1 or first == second:
            computed_old = node_hash(sibling, computed_old)
            computed = node_hash(sibling, computed)
            first, second = _skip_levels(first, second)
        else:
            computed = node_hash(computed, sibling)
        first, second = first >> 1, second >> 1
    if second != 0 or computed_old != old_root or computed != root:
        raise failed


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _skip_levels(first: int, second: int) -> tuple[int, int]:
    """Climb the levels on which a last node has no sibling."""
    while first and not first & 1:
        first, second = first >> 1, second >> 1
    return first, second


def _are_hashes(*values: bytes) -> bool:
    """Tell whether all are 32 bytes: 31 and 33 would hash like two of 32."""
    return all(len(value) == HASH_BYTES for value in values)
