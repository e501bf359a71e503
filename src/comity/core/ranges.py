"""Byte ranges (RFC 9110 section 14): one range, or the whole file."""

import re
from typing import Final

_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
"""One range. Eighteen digits are past any file, and short for every parser of numbers."""


class UnsatisfiableError(Exception):
    """A range that begins past the end (RFC 9110 section 15.5.17)."""


def select(header: str, size: int) -> tuple[int, int] | None:
    """Return start and stop (exclusive) of the bytes that a Range header asks for, of `size`.

    None means the whole: no header, another unit, several ranges, or what cannot be read, all of
    which a server may ignore (section 14.2). Raises UnsatisfiableError.
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        if not last:
            return None
        start, stop = max(0, size - int(last)), size
    else:
        start = int(first)
        if last and int(last) < start:
            return None
        stop = min(size, int(last) + 1) if last else size
    if start >= size or start >= stop:
        raise UnsatisfiableError
    return start, stop
