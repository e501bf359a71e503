"""The label: what the asker learns of a record that matched. Never a value.

32 bytes, whatever it says, so that its length says nothing (integers big-endian):

| bytes | what |
| --- | --- |
| 0-11 | handle: names the record until the epoch ends, and means nothing elsewhere |
| 12 | bits 0-2: statuses that follow (0 to 4); bit 7: the record has more; others zero |
| 13-28 | four slots: status code (1), as-of date in days since 1970-01-01 (3, 0 where unknown) |
| 29-30 | presence bits (`comity.core.derivation.Presence`) |
| 31 | zero |

A status code is a position in the manifest's vocabulary. Unused slots are zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from comity.core.derivation import Presence
from comity.core.entries import LABEL_BYTES
from comity.errors import Code, ComityError
from comity.limits import STATUSES_PER_LABEL

HANDLE_BYTES: Final = 12
STATUS_CODES: Final = 256

_EPOCH: Final = date(1970, 1, 1)
_LAST_DAY: Final = (date.max - _EPOCH).days
_COUNT_BITS: Final = 0x07
_MORE_BIT: Final = 0x80
_NOTHING: Final = Presence(0)
_KNOWN_PRESENCE: Final = sum(Presence)
_SLOTS: Final = slice(HANDLE_BYTES + 1, HANDLE_BYTES + 1 + 4 * STATUSES_PER_LABEL)


@dataclass(frozen=True, slots=True)
class Standing:
    """One status of a record: its code in the manifest's vocabulary, and since when.

    Raises TAG_SET_INVALID for a code outside 0 to 255, and for a date before 1970-01-02, for
    which a slot has no room.
    """

    code: int
    as_of: date | None = None

    def __post_init__(self) -> None:
        too_early = self.as_of is not None and self.as_of <= _EPOCH
        if too_early or not 0 <= self.code < STATUS_CODES:
            raise ComityError(Code.TAG_SET_INVALID)


@dataclass(frozen=True, slots=True)
class Label:
    """The contents of a label. Raises TAG_SET_INVALID for what does not fit."""

    handle: bytes
    statuses: tuple[Standing, ...] = ()
    more: bool = False
    """The record has statuses besides these."""
    presence: Presence = _NOTHING

    def __post_init__(self) -> None:
        if len(self.handle) != HANDLE_BYTES or len(self.statuses) > STATUSES_PER_LABEL:
            raise ComityError(Code.TAG_SET_INVALID)

    @classmethod
    def of(
        cls, handle: bytes, statuses: Sequence[tuple[int, date | None]], presence: Presence
    ) -> "Label":
        """Make the label of a record that may have more statuses than there is room for.

        `statuses` are (code, as-of date), the current one last: the last ones are kept. A date
        too early for a slot becomes unknown.
        """
        kept = tuple(
            Standing(code, as_of if as_of is not None and as_of > _EPOCH else None)
            for code, as_of in statuses[-STATUSES_PER_LABEL:]
        )
        return cls(handle, kept, len(statuses) > len(kept), presence)

    @property
    def is_canary(self) -> bool:
        """Whether this is the label of a canary: no record has the all-zero handle."""
        return self.handle == bytes(HANDLE_BYTES)

    def encode(self) -> bytes:
        """Return the 32 bytes."""
        slots = b"".join(
            bytes([standing.code]) + _days(standing.as_of).to_bytes(3, "big")
            for standing in self.statuses
        )
        head = len(self.statuses) | (_MORE_BIT if self.more else 0)
        presence = int(self.presence).to_bytes(2, "big")
        padded = slots.ljust(4 * STATUSES_PER_LABEL, b"\0")
        return self.handle + bytes([head]) + padded + presence + b"\0"

    @classmethod
    def decode(cls, data: bytes) -> "Label":
        """Read 32 bytes. Raises TAG_SET_INVALID for every other length and impossible value."""
        if len(data) != LABEL_BYTES or data[-1] != 0:
            raise ComityError(Code.TAG_SET_INVALID)
        head, slots = data[HANDLE_BYTES], data[_SLOTS]
        count = head & _COUNT_BITS
        presence = int.from_bytes(data[29:31], "big")
        if (
            head & ~(_COUNT_BITS | _MORE_BIT)
            or count > STATUSES_PER_LABEL
            or any(slots[4 * count :])
            or presence & ~_KNOWN_PRESENCE
        ):
            raise ComityError(Code.TAG_SET_INVALID)
        statuses = tuple(
            Standing(slots[at], _date(int.from_bytes(slots[at + 1 : at + 4], "big")))
            for at in range(0, 4 * count, 4)
        )
        return cls(data[:HANDLE_BYTES], statuses, bool(head & _MORE_BIT), Presence(presence))


CANARY: Final = Label(bytes(HANDLE_BYTES))
"""The label of every canary: 32 zero bytes."""


def _days(as_of: date | None) -> int:
    return 0 if as_of is None else (as_of - _EPOCH).days


def _date(days: int) -> date | None:
    if days > _LAST_DAY:
        raise ComityError(Code.TAG_SET_INVALID)
    return None if days == 0 else _EPOCH + timedelta(days)
