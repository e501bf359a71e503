"""A bundle for a peer is numbered, cut into parts, and each part signed, encrypted and written.

The bundle is made twice in one state of the database: once to learn what the parts are, since each
says so in front, and once to write them. So none of it is held in memory, and nothing in clear
touches the disk.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection

from comity.core import bundle, courier
from comity.core.bundle import Line, ReplyLine, RequestLine
from comity.core.canonical import b64url, unb64url
from comity.core.courier import PartClaims
from comity.core.identity import Pinned
from comity.edge import courier_file
from comity.errors import Code, ComityError
from comity.limits import COURIER_AGAIN_SECONDS, COURIER_LIFETIME_SECONDS, COURIER_PARTS
from comity.protocol import packing
from comity.protocol.base import Local
from comity.store import links, record
from comity.store.engine import Store

_WHOLE: Final = 2**62
"""As much room as one part needs that nobody limits."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that was packed."""

    number: int
    files: tuple[Path, ...]
    bytes: int
    requests: int
    replies: int
    expires: int


def pack(local: Local, store: Store, peer: Pinned, out: Path, part_size: int = 0) -> Packed:
    """Write all that waits for a peer into `out`, or into parts beside it of at most that size.

    Raises FILE_EXISTS, DISK_FULL, ARGUMENT_INVALID (part_size); nothing is left then.
    """
    room = courier.room(part_size) if part_size else _WHOLE
    with store.write() as tx:
        number = links.of(tx, peer.id).packed + 1
        links.save(tx, peer.id, packed=number)
    counted: Counter[type[Line]] = Counter()

    def count(line: Line) -> Line:
        counted[type(line)] += 1
        return line

    with store.read() as tx:
        head, said = packing.head(tx, local, peer), record.ends(tx, peer.id).ours.size

        def written(seen: Callable[[Line], Line]) -> Iterator[bytes]:
            return bundle.write(head, map(seen, packing.lines(tx, local, peer)))

        sizes = _measure(written(count), room)
        if len(sizes) > COURIER_PARTS:
            raise ComityError(Code.ARGUMENT_INVALID, where="part_size")
        files, length = _write(local, peer, out, number, sizes, written(lambda line: line))
    with store.write() as tx:
        links.save(tx, peer.id, said=said, seen=head.seen.size, made=local.now())
    _log.info("packed", peer=peer.id, number=number, files=len(files), bytes=length)
    return Packed(
        number=number,
        files=files,
        bytes=length,
        requests=counted[RequestLine],
        replies=counted[ReplyLine],
        expires=local.now() + COURIER_LIFETIME_SECONDS,
    )


def _write(
    local: Local,
    peer: Pinned,
    out: Path,
    number: int,
    sizes: Sequence[tuple[int, str]],
    pieces: Iterator[bytes],
) -> tuple[tuple[Path, ...], int]:
    cut, jti, now = _Cutter(pieces), local.new_id(), local.now()
    made: list[Path] = []
    length = 0
    key = unb64url(peer.identity.keys.encryption, 32)
    try:
        for part, (size, digest) in enumerate(sizes, 1):
            claims = PartClaims(
                iss=local.identity.id,
                aud=peer.id,
                iat=now,
                exp=now + COURIER_LIFETIME_SECONDS,
                jti=jti,
                num=number,
                prt=part,
                tot=len(sizes),
                len=size,
                dig=digest,
            )
            line = courier.sign(claims, local.signers.message)
            path = out if len(sizes) == 1 else part_path(out, part, len(sizes))
            length += courier_file.write(path, line, cut.take(size), size, key)
            made.append(path)
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise
    return tuple(made), length


def is_due(local: Local, tx: Connection, peer: Pinned) -> bool:
    """Tell whether a file to a peer would say more than the last one.

    Where something has not arrived, the same goes again each day: nobody knows what was lost.
    """
    link, ends = links.of(tx, peer.id), record.ends(tx, peer.id)
    if (link.said, link.seen) != (ends.ours.size, ends.theirs.size):
        return True
    return local.now() >= link.made + COURIER_AGAIN_SECONDS and packing.count(tx, peer.id) > 0


def part_path(out: Path, part: int, parts: int) -> Path:
    """Return where a part goes: beside the name that was asked for."""
    return out.with_name(f"{out.name}.{part}-of-{parts}")


def _measure(pieces: Iterable[bytes], room: int) -> list[tuple[int, str]]:
    """Return size and digest of each part that a bundle is cut into."""
    sizes: list[tuple[int, str]] = []
    hashed, size = sha256(), 0
    for piece in pieces:
        while piece:
            data, piece = piece[: room - size], piece[room - size :]
            hashed.update(data)
            size += len(data)
            if size == room and piece:
                sizes.append((size, b64url(hashed.digest())))
                hashed, size = sha256(), 0
    return [*sizes, (size, b64url(hashed.digest()))]


class _Cutter:
    """Gives a bundle out in parts of given sizes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def take(self, size: int) -> Iterator[bytes]:
        """Give so many bytes."""
        while size and (data := self._held or next(self._pieces, b"")):
            yield data[:size]
            self._held = data[size:]
            size -= min(size, len(data))
