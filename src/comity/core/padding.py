"""Padding of questions: how many tokens are asked does not tell how many names a subject has.

A holder sees elements only, and how many of each family. Padding looks like every other element,
counts against the quota like every other, and agrees with nothing.
"""

from typing import Final

from comity.core.records import Family
from comity.core.tokens import CANARY_DOMAIN

DOMAIN: Final = b"comity-padding-1"
SEED_BYTES: Final = 16
STEP: Final = 8
"""The least step between two sizes of a question."""
_STEPS_BITS: Final = 4


def padded_count(count: int) -> int:
    """Return how many tokens of a family are asked where `count` are wanted: none for none.

    The next multiple of STEP or, above 256, of a sixteenth of the power of two below: at most
    STEP - 1 more, or a sixteenth.
    """
    step = max(STEP, 1 << max(0, count.bit_length() - 1 - _STEPS_BITS))
    return -(-count // step) * step


def paddings(family: Family, seeds: bytes) -> list[bytes]:
    """Return the private inputs of padding, one for every SEED_BYTES of random bytes.

    `comity-padding-1` NUL family NUL seed. The first field differs from that of every token.
    """
    head = DOMAIN + b"\0" + family.value.encode() + b"\0"
    return [head + seeds[at : at + SEED_BYTES] for at in range(0, len(seeds), SEED_BYTES)]


def is_of_a_record(private_input: bytes) -> bool:
    """Tell whether an input is of a record: neither padding nor a canary."""
    return not private_input.startswith((DOMAIN + b"\0", CANARY_DOMAIN + b"\0"))
