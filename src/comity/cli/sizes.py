"""Sizes as people type them."""

import re
from typing import Final

from comity.errors import Code, ComityError

_SIZE: Final = re.compile(r"([1-9][0-9]{0,11})\s*(B|kB|MB|GB|KiB|MiB|GiB)?")
_UNITS: Final = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}


def size(text: str) -> int:
    """Return a size in bytes: a number, and a unit (IEC 80000-13). Raises ARGUMENT_INVALID."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ComityError(Code.ARGUMENT_INVALID, where="part_size")
    return int(found[1]) * _UNITS[found[2] or "B"]
