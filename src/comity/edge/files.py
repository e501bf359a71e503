"""Where the file paths of the peer listener meet what knows of transfers: the gate.

The listener streams bytes and asks; what implements `Gate` decides, and is called in threads.
"""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from comity.api import Response

STATEMENT_HEADER: Final = "Comity-Digest"
"""The header that carries the signed statement about a file."""
DIGEST_HEADER: Final = "Repr-Digest"
"""RFC 9530 section 3: the digest of the whole file, whatever range is sent."""


@dataclass(frozen=True, slots=True)
class Giving:
    """A file that may be given, and what is said of it."""

    transfer: str
    path: Path
    size: int
    digest: bytes
    """SHA-256, 32 bytes."""
    media_type: str
    statement: str


@dataclass(frozen=True, slots=True)
class Taking:
    """A file that may come: where it grows. `known` is the digest of one that is here already."""

    transfer: str
    part: Path
    known: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that has come whole, and what its sender said of it."""

    digest: bytes
    size: int
    media_type: str
    repr_digest: str
    statement: str


class Gate(Protocol):
    """What knows which tokens open which paths. All of it is called in threads."""

    def give(self, path: str, token: str) -> Giving | None:
        """Return the file that a path gives, or None for everything that is wrong."""
        ...

    def take(self, path: str, token: str) -> Taking | None:
        """Return where a file may come to, or None for everything that is wrong."""
        ...

    def goes_on(self, transfer: str) -> bool:
        """Tell whether the transfer is still under way."""
        ...

    def gave(self, transfer: str, start: int, sent: int, whole: bool) -> None:
        """Note what was sent, from which byte on, and whether that was all that was asked for."""
        ...

    def keep(self, taking: Taking, arrived: Arrived) -> Response:
        """Keep a file, durably. Raises ComityError where it is not what was said of it."""
        ...


def repr_digest(digest: bytes) -> str:
    """Return a SHA-256 as RFC 9530 writes it."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def etag(digest: bytes) -> str:
    """Return the strong entity tag of a file: its digest (RFC 9110 section 8.8.3)."""
    return f'"{digest.hex()}"'
