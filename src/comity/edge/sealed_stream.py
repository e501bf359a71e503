"""An encrypted stream in chunks: what is read of it is authentic, and the end is the end.

    comity-backup-1 LF
    {"..."} LF                 how the key is had: from a passphrase, or with a private key
    chunk chunk … last chunk   64 KiB each, ChaCha20-Poly1305 (RFC 8439), 16 bytes more

A passphrase is stretched with scrypt (RFC 7914) to the key; for a recipient the key is random, and
HPKE (RFC 9180) carries it. The key of the chunks is derived from it and the whole header, so that
no byte of the header can change. A chunk's nonce is its number and whether it is the last.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Annotated, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field

from comity.core.canonical import b64url, canonical, model, unb64url
from comity.errors import Code, ComityError
from comity.limits import BACKUP_CHUNK_BYTES, BACKUP_HEADER_BYTES

MAGIC: Final = b"comity-backup-1\n"
_TAG_BYTES: Final = 16
_SCRYPT: Final = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and a third of a second for each guess (OWASP's first choice, 2023 and since)."""
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_Bytes = Annotated[str, Field(max_length=512, pattern=r"^[A-Za-z0-9_-]*$")]


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    to: Literal["passphrase", "recipient"]
    salt: _Bytes
    """Of scrypt, and of the derivation from a random key."""
    wrapped: _Bytes = ""
    """The key as HPKE gives it to the recipient."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What a backup is closed with: one of both."""

    passphrase: str = ""
    recipient: X25519PublicKey | None = None


@dataclass(frozen=True, slots=True)
class Opener:
    """What a backup is opened with: one of both."""

    passphrase: str = ""
    key: X25519PrivateKey | None = None


class Writer:
    """Encrypts what is written to it. Has to be closed: without the last chunk nothing is whole."""

    def __init__(self, file: IO[bytes], lock: Lock) -> None:
        salt = secrets.token_bytes(16)
        if lock.recipient is not None:
            secret = secrets.token_bytes(32)
            wrapped = _SUITE.encrypt(secret, lock.recipient, info=MAGIC)
            header = _Header(to="recipient", salt=b64url(salt), wrapped=b64url(wrapped))
        else:
            secret = _stretched(lock.passphrase, salt)
            header = _Header(to="passphrase", salt=b64url(salt))
        line = canonical(header.model_dump(mode="json")) + b"\n"
        self._file = file
        self._cipher = ChaCha20Poly1305(_derived(secret, line))
        self._number = 0
        self._waiting = bytearray()
        file.write(MAGIC + line)

    def write(self, data: bytes) -> int:
        """Take some bytes. A full chunk goes once there is more: it may be the last one."""
        self._waiting += data
        while len(self._waiting) > BACKUP_CHUNK_BYTES:
            self._put(bytes(self._waiting[:BACKUP_CHUNK_BYTES]), last=False)
            del self._waiting[:BACKUP_CHUNK_BYTES]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1


class Reader:
    """Decrypts a stream, a chunk at a time. Raises BACKUP_INVALID (reason), BACKUP_LOCKED."""

    def __init__(self, file: IO[bytes], opener: Opener) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise ComityError(Code.BACKUP_INVALID, reason="form")
        line = file.readline(BACKUP_HEADER_BYTES)
        try:
            header = model(_Header, line.removesuffix(b"\n"), BACKUP_HEADER_BYTES)
            salt, wrapped = unb64url(header.salt), unb64url(header.wrapped)
        except ComityError:
            raise ComityError(Code.BACKUP_INVALID, reason="form") from None
        self._file = file
        self._cipher = ChaCha20Poly1305(_derived(_opened(header, salt, wrapped, opener), line))
        self._number = 0
        self._ahead = file.read(BACKUP_CHUNK_BYTES + _TAG_BYTES)
        self._plain = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        parts = bytearray()
        while len(parts) < size:
            if not self._plain and not self._next():
                break
            wanted = size - len(parts)
            parts += self._plain[:wanted]
            self._plain = self._plain[wanted:]
        return bytes(parts)

    def finish(self) -> None:
        """Read to the end, so that what was cut off shows."""
        while self._next():
            pass

    def _next(self) -> bool:
        if self._ended:
            return False
        chunk, self._ahead = self._ahead, self._file.read(BACKUP_CHUNK_BYTES + _TAG_BYTES)
        last = not self._ahead
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, last), chunk, None)
        except InvalidTag:
            # The first one fails for a wrong key, too.
            code = Code.BACKUP_INVALID if self._number else Code.BACKUP_LOCKED
            raise ComityError(code, reason="changed" if self._number else "key") from None
        self._number += 1
        self._ended = last
        return True


def _opened(header: _Header, salt: bytes, wrapped: bytes, opener: Opener) -> bytes:
    if header.to == "passphrase":
        if not opener.passphrase:
            raise ComityError(Code.BACKUP_LOCKED, reason="passphrase")
        return _stretched(opener.passphrase, salt)
    if opener.key is None:
        raise ComityError(Code.BACKUP_LOCKED, reason="recipient")
    try:
        return _SUITE.decrypt(wrapped, opener.key, info=MAGIC)
    except (InvalidTag, ValueError):
        raise ComityError(Code.BACKUP_LOCKED, reason="key") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase.encode())


def _derived(secret: bytes, line: bytes) -> bytes:
    info = MAGIC + sha256(line).digest()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
