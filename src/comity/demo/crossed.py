"""What crossed the border, read from the record of one side, and what is not in it.

Every message that was sent stands in the record with its exact body, and the tag set that came
stands beside it. So what was said can be searched for what must not have been said.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.core.canonical import b64url
from comity.core.records import Record
from comity.demo.sides import Side
from comity.edge import lock
from comity.node import open_node
from comity.store import record

_BLOB: Final = re.compile(rb"[A-Za-z0-9_-]{16,}")
"""What may be base64url of something."""
_WORDS: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(rb"[\x20-\x7e]{8,}")
_WORD_BYTES: Final = 200
_SECRET_BYTES: Final = 32
_NAME_CHARS: Final = 8
"""Shorter names, and names of one word, are words of the language as well."""
_IDENTIFIER_CHARS: Final = 7


@dataclass(frozen=True, slots=True)
class Said:
    """All that could be read in what crossed, and the bytes it was read from."""

    text: str
    words: frozenset[str]
    raw: bytes


def everything(side: Side, peer: str) -> Said:
    """Read all that passed between a stopped node and its peer."""
    with lock.hold(side.folder), closing(open_node(side.folder)) as node, node.store.read() as tx:
        bodies = [
            each.target.encode() + b"\n" + each.body
            for direction in (record.OUT, record.IN)
            for each in record.entries(tx, peer, direction)
        ]
    sets = (side.folder / "sets").glob("*.tags")
    return read(bodies + [path.read_bytes() for path in sets])


def read(bodies: list[bytes]) -> Said:
    """Read bodies, and whatever is base64url in them."""
    encoded = [_decoded(blob) for body in bodies for blob in _BLOB.findall(body)]
    raw = b"\n".join([*bodies, *encoded])
    text = "\n".join(part for body in bodies for part in _readable(body)).casefold()
    return Said(text, frozenset(_WORDS.findall(text)), raw)


def leaked(said: Said, records: Iterable[Record], released: Iterable[str]) -> set[str]:
    """Return the names and identifiers of records that stand in what was said.

    Those that an officer released, and parts of them, do not count.
    """
    free = "\n".join(released).casefold()
    found = set()
    for each in records:
        for name in each.names:
            text = " ".join(name.casefold().split())
            if len(text) >= _NAME_CHARS and " " in text and text in said.text and text not in free:
                found.add(name)
        for item in each.identifiers:
            text = item.value.casefold()
            whole = len(text) >= _IDENTIFIER_CHARS and not text.isalpha()
            if whole and text in said.words and text not in free:
                found.add(item.value)
    return found


def keys_in(said: Said, folders: Iterable[Path]) -> int:
    """Return how many private keys of these nodes stand in what was said, however written."""
    return sum(
        any(written in said.raw for written in _written(path.read_bytes()))
        for folder in folders
        for path in (folder / "keys").glob("*.key")
    )


def _written(file: bytes) -> tuple[bytes, ...]:
    """Return the ways to write the secret in a key file, which is base64 or PEM."""
    lines = [line for line in file.splitlines() if not line.startswith(b"-----")]
    encoded = base64.b64decode(b"".join(lines))
    secret = encoded[-_SECRET_BYTES:]
    return secret, secret.hex().encode(), b64url(secret).encode(), base64.b64encode(encoded)


def _readable(body: bytes) -> Iterator[str]:
    """Yield the text of a body, and what can be read in anything that is encoded in it."""
    yield from _text(_BLOB.sub(b" ", body))
    for blob in _BLOB.findall(body):
        if len(blob) <= _WORD_BYTES:
            yield blob.decode("ascii")
        yield from _text(_decoded(blob))


def _decoded(blob: bytes) -> bytes:
    # One character beyond a group of four is no byte yet; two or three are.
    whole = blob[:-1] if len(blob) % 4 == 1 else blob
    return base64.urlsafe_b64decode(whole + b"=" * (-len(whole) % 4))


def _text(data: bytes) -> Iterator[str]:
    """Yield data as text, or the pieces of it that could be."""
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        yield from (piece.decode("ascii") for piece in _PIECE.findall(data))
