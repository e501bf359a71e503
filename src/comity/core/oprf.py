"""RFC 9497, verifiable mode, suite ristretto255-SHA512, step for step.

Everything works on encodings: an element is 32 bytes (RFC 9496), a scalar 32 bytes little-endian,
a proof the scalars c and s. Functions take single items, or lists with the position of the first,
so that a kernel can spread a batch over threads and still compute exactly this.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from comity.errors import Code, ComityError

ELEMENT_BYTES: Final = 32
SCALAR_BYTES: Final = 32
PROOF_BYTES: Final = 2 * SCALAR_BYTES
OUTPUT_BYTES: Final = 64
UNIFORM_BYTES: Final = 64
"""What hash_to_group and hash_to_scalar draw from expand_message_xmd (RFC 9497 section 4.1)."""
INPUT_BYTES: Final = 2**16 - 1
"""The longest private input (RFC 9497 section 1.2)."""

IDENTITY: Final = bytes(ELEMENT_BYTES)
"""The identity's encoding: where a sum starts, and never a valid element of a message."""

_BLOCK_BYTES: Final = 128  # SHA-512's input block, s_in_bytes in RFC 9380
_CONTEXT: Final = b"OPRFV1-" + b"\x01" + b"-ristretto255-SHA512"  # modeVOPRF = 0x01
_GROUP_DST: Final = b"HashToGroup-" + _CONTEXT
_SCALAR_DST: Final = b"HashToScalar-" + _CONTEXT
_SEED_DST: Final = b"Seed-" + _CONTEXT


class Group(Protocol):
    """The prime-order group ristretto255, on encodings (RFC 9497 section 2.1).

    Operations on scalars take a time that does not depend on them: keys and blinds go through
    nothing else. Every wrong length is refused.
    """

    def element_from_uniform(self, uniform: bytes) -> bytes:
        """Map 64 uniform bytes to an element."""
        ...

    def multiply(self, scalar: bytes, element: bytes) -> bytes:
        """Multiply an element by a non-zero scalar.

        Raises ELEMENT_INVALID where the encoding is not canonical, not on the curve or the
        identity's (RFC 9497 section 4.1, DeserializeElement), or the scalar is zero.
        """
        ...

    def multiply_base(self, scalar: bytes) -> bytes:
        """Multiply the generator. Raises SCALAR_INVALID where the scalar is zero."""
        ...

    def add(self, left: bytes, right: bytes) -> bytes:
        """Add two elements; either may be the identity. Raises ELEMENT_INVALID."""
        ...

    def scalar_from_uniform(self, uniform: bytes) -> bytes:
        """Reduce 64 bytes, little-endian, modulo the order of the group."""
        ...

    def check_scalar(self, scalar: bytes) -> None:
        """Raise SCALAR_INVALID unless this is the canonical encoding of a non-zero scalar."""
        ...

    def scalar_invert(self, scalar: bytes) -> bytes:
        """Invert a scalar. Raises SCALAR_INVALID where it is zero."""
        ...

    def scalar_multiply(self, left: bytes, right: bytes) -> bytes:
        """Multiply two scalars."""
        ...

    def scalar_subtract(self, left: bytes, right: bytes) -> bytes:
        """Subtract the right scalar from the left one."""
        ...


def expand_message_xmd(message: bytes, dst: bytes) -> bytes:
    """Return 64 uniform bytes (RFC 9380 section 5.3.1 with SHA-512).

    64 bytes are one block of SHA-512, so of b_1 to b_ell there is only b_1.
    """
    dst_prime = dst + len(dst).to_bytes(1, "big")
    z_pad = bytes(_BLOCK_BYTES)
    length = UNIFORM_BYTES.to_bytes(2, "big")
    b_0 = hashlib.sha512(z_pad + message + length + b"\x00" + dst_prime).digest()
    return hashlib.sha512(b_0 + b"\x01" + dst_prime).digest()


def _prefixed(*fields: bytes) -> bytes:
    """Join fields, each behind its length in two bytes: I2OSP(len(x), 2) || x."""
    return b"".join([len(field).to_bytes(2, "big") + field for field in fields])


def hash_to_group(group: Group, private_input: bytes) -> bytes:
    """Map an input to an element (section 4.1, HashToGroup).

    Raises INPUT_INVALID where the input is too long or the element is the identity (section 3.3).
    """
    if len(private_input) > INPUT_BYTES:
        raise ComityError(Code.INPUT_INVALID)
    element = group.element_from_uniform(expand_message_xmd(private_input, _GROUP_DST))
    if element == IDENTITY:
        raise ComityError(Code.INPUT_INVALID)
    return element


def hash_to_scalar(group: Group, message: bytes) -> bytes:
    """Map a string to a scalar (section 4.1, HashToScalar)."""
    return group.scalar_from_uniform(expand_message_xmd(message, _SCALAR_DST))


def scalar_from_random(group: Group, random: bytes) -> bytes:
    """Reduce 64 random bytes to a key or a blind (section 2.1, RandomScalar; 4.7.2).

    Raises SCALAR_INVALID where the result is zero, which chance gives once in 2^252.
    """
    scalar = group.scalar_from_uniform(random)
    group.check_scalar(scalar)
    return scalar


def blind(group: Group, private_input: bytes, scalar: bytes) -> bytes:
    """Blind one input with a fresh scalar (section 3.3.2, Blind).

    Raises INPUT_INVALID or SCALAR_INVALID.
    """
    group.check_scalar(scalar)
    return group.multiply(scalar, hash_to_group(group, private_input))


def evaluate(group: Group, key: bytes, private_input: bytes) -> bytes:
    """Return the output for an input that the holder of the key knows (section 3.3.2, Evaluate)."""
    evaluated = group.multiply(key, hash_to_group(group, private_input))
    return finish(private_input, evaluated)


def unblind(group: Group, scalar: bytes, evaluated: bytes) -> bytes:
    """Undo the blinding of an evaluated element: the first steps of Finalize (section 3.3.1).

    Raises SCALAR_INVALID, or ELEMENT_INVALID.
    """
    group.check_scalar(scalar)
    return group.multiply(group.scalar_invert(scalar), evaluated)


def finish(private_input: bytes, unblinded: bytes) -> bytes:
    """Hash an input with its element to the 64-byte output: the last steps of Finalize.

    In verifiable mode the proof is checked before anything computed here is used (section 3.3.2).
    Raises INPUT_INVALID where the input is too long.
    """
    if len(private_input) > INPUT_BYTES:
        raise ComityError(Code.INPUT_INVALID)
    return hashlib.sha512(_prefixed(private_input, unblinded) + b"Finalize").digest()


def composite_weights(
    group: Group,
    public_key: bytes,
    blinded: Sequence[bytes],
    evaluated: Sequence[bytes],
    first: int = 0,
) -> list[bytes]:
    """Return the scalars d_i that bind a batch into one statement (section 2.2.1).

    `first` is the position in the batch of the first pair given.
    """
    seed = hashlib.sha512(_prefixed(public_key, _SEED_DST)).digest()
    head = _prefixed(seed)
    return [
        hash_to_scalar(group, head + i.to_bytes(2, "big") + _prefixed(c, d) + b"Composite")
        for i, (c, d) in enumerate(zip(blinded, evaluated, strict=True), first)
    ]


def weighted_term(group: Group, total: bytes, weight: bytes, element: bytes) -> bytes:
    """Return total + weight * element: one step of M or Z. Raises ELEMENT_INVALID."""
    return group.add(total, group.multiply(weight, element))


def compute_composites_fast(group: Group, key: bytes, m: bytes) -> tuple[bytes, bytes]:
    """Return M and Z for the holder of the key: Z = k * M (section 2.2.1, fast version).

    `m` is the sum of d_i * C_i. The asker, who has no key, sums d_i * D_i as well
    (section 2.2.2, ComputeComposites).
    """
    return m, group.multiply(key, m)


def _challenge(group: Group, public_key: bytes, m: bytes, z: bytes, t2: bytes, t3: bytes) -> bytes:
    return hash_to_scalar(group, _prefixed(public_key, m, z, t2, t3) + b"Challenge")


def generate_proof(
    group: Group, key: bytes, public_key: bytes, composites: tuple[bytes, bytes], nonce: bytes
) -> bytes:
    """Prove that the whole batch was evaluated under the key (section 2.2.1, GenerateProof).

    `nonce` is the scalar r: fresh, uniform and secret, or the proof gives the key away.
    """
    m, z = composites
    t2 = group.multiply_base(nonce)
    t3 = group.multiply(nonce, m)
    c = _challenge(group, public_key, m, z, t2, t3)
    s = group.scalar_subtract(nonce, group.scalar_multiply(c, key))
    return c + s


def verify_proof(
    group: Group, public_key: bytes, composites: tuple[bytes, bytes], proof: bytes
) -> None:
    """Check a batch's proof (section 2.2.2, VerifyProof). Raises PROOF_INVALID.

    A zero c or s is refused as well; chance gives a true proof one of them once in 2^251.
    """
    m, z = composites
    if len(proof) != PROOF_BYTES:
        raise ComityError(Code.PROOF_INVALID)
    c, s = proof[:SCALAR_BYTES], proof[SCALAR_BYTES:]
    try:
        group.check_scalar(c)
        group.check_scalar(s)
        t2 = group.add(group.multiply_base(s), group.multiply(c, public_key))
        t3 = group.add(group.multiply(s, m), group.multiply(c, z))
    except ComityError:
        raise ComityError(Code.PROOF_INVALID) from None
    if _challenge(group, public_key, m, z, t2, t3) != c:
        raise ComityError(Code.PROOF_INVALID)
