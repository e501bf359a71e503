"""Courier files on a disk: encrypted to one node, a chunk at a time, so that memory stays bounded.

    comity-courier-1 LF     what it is
    8 bytes                 SHA-256 of the receiver's X25519 key, cut: who can open it
    80 bytes                HPKE (RFC 9180) of a key of this file alone
    chunks                  ChaCha20-Poly1305, 65,536 bytes and a tag of 16 each

HPKE is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 in base mode: who wrote it is
shown by the signature inside. The nonce of a chunk is its number in 11 bytes, big-endian, and a
byte that is 1 in the last one; so no chunk can be moved, left out or taken for the end.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from comity.core import courier
from comity.core.canonical import b64url
from comity.core.courier import CHUNK_BYTES, HINT_BYTES, MAGIC, TAG_BYTES, WRAPPED_BYTES, PartClaims
from comity.edge.keyfiles import PRIVATE, failures, sync_folder
from comity.errors import Code, ComityError

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_FILE_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was read: what its sender says, not verified, and where it is."""

    path: Path
    token: str
    claims: PartClaims
    key: X25519PrivateKey = field(repr=False)
    """The one of this node's keys that opens it."""


def write(path: Path, token: bytes, pieces: Iterable[bytes], size: int, key: bytes) -> int:
    """Write a part in a new file, encrypted to a raw public key; returns the file's length.

    `token` is the signature's line and `pieces` are `size` bytes in all. Raises FILE_EXISTS,
    DISK_FULL, STORE_FAILED; nothing is left then.
    """
    with failures(path):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    try:
        with failures(path), open(fd, "wb") as file:
            for data in _sealed(token, pieces, size, key):
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
            length = file.tell()
        sync_folder(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return length


def _sealed(token: bytes, pieces: Iterable[bytes], size: int, key: bytes) -> Iterator[bytes]:
    file_key = os.urandom(_FILE_KEY_BYTES)
    outside = MAGIC + courier.hint(key)
    yield outside
    yield _SUITE.encrypt(file_key, X25519PublicKey.from_public_bytes(key), info=outside)
    cipher = ChaCha20Poly1305(file_key)
    number, held, left = 0, b"", courier.padded(len(token) + size)
    for piece in _filled(token, pieces, size, left):
        held += piece
        while len(held) >= CHUNK_BYTES or (held and len(held) == left):
            chunk, held = held[:CHUNK_BYTES], held[CHUNK_BYTES:]
            left -= len(chunk)
            yield cipher.encrypt(_nonce(number, last=left == 0), chunk, None)
            number += 1


def _filled(token: bytes, pieces: Iterable[bytes], size: int, whole: int) -> Iterator[bytes]:
    yield token
    written = 0
    for piece in pieces:
        written += len(piece)
        yield piece
    if written != size:
        raise ComityError(Code.INTERNAL)
    missing = whole - len(token) - size
    while missing > 0:
        yield bytes(min(missing, CHUNK_BYTES))
        missing -= CHUNK_BYTES


def read(path: Path, keys: Sequence[X25519PrivateKey]) -> Part:
    """Open a part with one of this node's keys, and check that it is whole, as its sender says.

    Whose it is, nobody has checked then. Raises FILE_MISSING, COURIER_NO_FILE,
    COURIER_FOR_ANOTHER, COURIER_TRUNCATED, COURIER_CHANGED.
    """
    with _opened(path) as file:
        key = _key(file, keys)
        chunks = _chunks(file, key)
        length = os.fstat(file.fileno()).st_size
        try:
            first = next(chunks)
        except ComityError as error:
            if courier.is_whole(length):
                raise
            # No file is made with that length.
            raise _cut() from error
        token, start = courier.signed_line(first)
        claims = courier.claimed(token)
        expected = courier.file_bytes(courier.padded(start + claims.len))
        if length != expected:
            raise _cut() if length < expected else ComityError(Code.COURIER_CHANGED)
        hashed, left = sha256(), claims.len
        for data in chain([first[start:]], chunks):
            hashed.update(data[:left])
            if any(data[left:]):
                raise ComityError(Code.COURIER_CHANGED)
            left -= len(data[:left])
    if left or b64url(hashed.digest()) != claims.dig:
        raise ComityError(Code.COURIER_CHANGED)
    return Part(path, token, claims, key)


def piece(part: Part) -> Iterator[bytes]:
    """Give the piece of the bundle in a part that was read, a chunk at a time.

    Raises COURIER_CHANGED where the file is another one by now.
    """
    with _opened(part.path) as file:
        skipped, left = len(part.token) + 1, part.claims.len
        hashed = sha256()
        for chunk in _chunks(file, part.key):
            data = chunk[skipped : skipped + left]
            skipped, left = 0, left - len(data)
            hashed.update(data)
            if not left and b64url(hashed.digest()) != part.claims.dig:
                raise ComityError(Code.COURIER_CHANGED)
            yield data


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError:
        raise ComityError(Code.FILE_MISSING, file=str(path)) from None


def _key(file: BinaryIO, keys: Sequence[X25519PrivateKey]) -> X25519PrivateKey:
    """Return the key that a file says it is encrypted to; the file stands at its begin again."""
    outside = file.read(len(MAGIC) + HINT_BYTES)
    file.seek(0)
    if not outside.startswith(MAGIC):
        raise _cut() if outside and MAGIC.startswith(outside) else ComityError(Code.COURIER_NO_FILE)
    if len(outside) < len(MAGIC) + HINT_BYTES:
        raise _cut()
    for key in keys:
        if outside == MAGIC + courier.hint(key.public_key().public_bytes_raw()):
            return key
    raise ComityError(Code.COURIER_FOR_ANOTHER)


def _chunks(file: BinaryIO, key: X25519PrivateKey) -> Iterator[bytes]:
    """Decrypt a file chunk by chunk."""
    outside = file.read(len(MAGIC) + HINT_BYTES)
    try:
        file_key = _SUITE.decrypt(file.read(WRAPPED_BYTES), key, info=outside)
        cipher = ChaCha20Poly1305(file_key)
        number, sealed = 0, file.read(CHUNK_BYTES + TAG_BYTES)
        while sealed or not number:
            following = file.read(CHUNK_BYTES + TAG_BYTES)
            yield _open(cipher, number, sealed, last=not following)
            number, sealed = number + 1, following
    except (InvalidTag, ValueError):
        raise ComityError(Code.COURIER_CHANGED) from None


def _open(cipher: ChaCha20Poly1305, number: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), sealed, None)
    except InvalidTag:
        if not last:
            raise
    # Where it is not the last one of the whole file, the file was cut between two chunks.
    cipher.decrypt(_nonce(number, last=False), sealed, None)
    raise _cut()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cut() -> ComityError:
    return ComityError(Code.COURIER_TRUNCATED)
