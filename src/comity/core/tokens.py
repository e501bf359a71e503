"""The token: what one fact of a record becomes before it meets the group.

Two authorities agree on a record exactly where they derive the same token from it, so the bytes
below are part of the protocol. How a record becomes tokens is in `comity.core.derivation`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from comity.core.records import Family, Kind
from comity.errors import Code, ComityError
from comity.limits import CANARIES, TOKEN_INPUT_BYTES

DOMAIN: Final = b"comity-token-1"
"""First field of every token input; a new layout gets a new number."""


@dataclass(frozen=True, slots=True)
class Token:
    """One normalised fact: its family, the kind of thing where that matters, and the value.

    Raises INPUT_INVALID where the value is empty, holds a NUL, is not valid Unicode or makes an
    input longer than TOKEN_INPUT_BYTES.
    """

    family: Family
    kind: Kind | None
    value: str

    def __post_init__(self) -> None:
        try:
            size = len(self.input())
        except UnicodeEncodeError:
            raise ComityError(Code.INPUT_INVALID, family=self.family.value) from None
        # A NUL in the value would not be ambiguous (the value is the last field), but no
        # normalisation gives one, so it is a sign of a broken reader.
        if not self.value or "\0" in self.value or size > TOKEN_INPUT_BYTES:
            raise ComityError(Code.INPUT_INVALID, family=self.family.value)

    def input(self) -> bytes:
        """Return the private input of the VOPRF.

        `comity-token-1` NUL family NUL kind (empty if none) NUL value, in UTF-8. No family and no
        kind holds a NUL, so two different tokens never give the same bytes.
        """
        return _head(self.family, self.kind) + self.value.encode()


@cache
def _head(family: Family, kind: Kind | None) -> bytes:
    """Return the fields before the value; there are as many as families and kinds."""
    named = kind.value if kind is not None else ""
    return b"\0".join((DOMAIN, family.value.encode(), named.encode(), b""))


CANARY_DOMAIN: Final = b"comity-canary-1"


def canary(family: Family, number: int) -> bytes:
    """Return the private input of a family's public canary, numbered from 0 to CANARIES - 1.

    `comity-canary-1` NUL family NUL number (two bytes, big-endian). The first field differs from
    that of every token, so no record can have a canary's input.
    """
    return b"\0".join((CANARY_DOMAIN, family.value.encode(), number.to_bytes(2, "big")))


def canaries(family: Family) -> list[bytes]:
    """Return the inputs of all canaries of a family, in their order."""
    return [canary(family, number) for number in range(CANARIES)]
