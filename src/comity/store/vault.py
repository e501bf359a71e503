"""Contents at rest: each row has a key of its own, wrapped under a key that is a file and rotates.

A row key is 32 random bytes and is drawn anew whenever the contents of the row change. It seals
each of the row's sealed fields (AES-256-GCM, the field's place as nonce) and stands beside them,
sealed under the *wrap key* in force (AES-256-GCM, random nonce). Both are bound to what the row is.
So who destroys a row key destroys the contents wherever a copy of the row may be, once the wrap key
that it was under is destroyed, too. Wrap keys are files of their own and never in a backup.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine

from comity.api import Entropy
from comity.edge import keyfiles
from comity.errors import Code, ComityError

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
"""What a sealed field has more than the field."""
_NONCE_BYTES: Final = 12
_NONCES: Final = tuple(place.to_bytes(_NONCE_BYTES, "big") for place in range(8))
"""One for each sealed field of a row: a row key seals each of them once."""
_OPTION: Final = "comity_vault"


class Sealed(NamedTuple):
    """Sealed fields, the row key under its wrap key, and the number of that. Nothing sealed: 0."""

    fields: list[bytes]
    key: bytes
    wrap: int


class Vault:
    """The wrap keys of one node, files `<n>.key` in a folder. Many threads may use it."""

    def __init__(self, folder: Path, entropy: Entropy = secrets.token_bytes) -> None:
        """Nothing is read before it is needed."""
        self._folder = folder
        self._entropy = entropy
        self._ciphers: dict[int, AESGCM] = {}
        self._making = Lock()
        self.current = 0
        """The number of the wrap key that new row keys go under. The store sets it."""

    def path(self, number: int) -> Path:
        """Return where a wrap key is, or goes."""
        return self._folder / f"{number}.key"

    def make(self, number: int) -> None:
        """Make a wrap key, durably, in place of one that was made and never used.

        Raises DISK_FULL or STORE_FAILED.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfiles.replace_secret(self.path(number), self._entropy(KEY_BYTES))
        self._ciphers.pop(number, None)

    def destroy(self, number: int) -> None:
        """Destroy a wrap key: what is under it is gone. Raises STORE_FAILED."""
        self._ciphers.pop(number, None)
        keyfiles.destroy(self.path(number))

    def seal(self, place: bytes, fields: Sequence[bytes]) -> Sealed:
        """Seal fields under a fresh row key; empty ones stay empty, and need none.

        `place` says which row it is; no other opens them. Raises KEY_FILE_INVALID, KEY_FILE_OPEN.
        """
        if not any(fields):
            return Sealed([b""] * len(fields), b"", 0)
        random = self._entropy(KEY_BYTES + _NONCE_BYTES)
        key = random[:KEY_BYTES]
        cipher = AESGCM(key)
        sealed = [
            cipher.encrypt(nonce, field, place) if field else b""
            for nonce, field in zip(_NONCES, fields, strict=False)
        ]
        number = self.current
        return Sealed(sealed, self._wrapped(number, place, key, random[KEY_BYTES:]), number)

    def open(self, place: bytes, sealed: Sealed) -> list[bytes]:
        """Open what `seal` made. Raises STORE_FAILED where anything of it was changed or moved."""
        if not sealed.wrap:
            if any(sealed.fields):
                raise _broken()
            return [b""] * len(sealed.fields)
        try:
            cipher = AESGCM(self._unwrapped(sealed.wrap, place, sealed.key))
            return [
                cipher.decrypt(nonce, field, place) if field else b""
                for nonce, field in zip(_NONCES, sealed.fields, strict=False)
            ]
        except (InvalidTag, TypeError, ValueError):
            # A database without types may give text where bytes were.
            raise _broken() from None

    def rewrap(self, place: bytes, number: int, key: bytes) -> tuple[bytes, int]:
        """Put a row key under the wrap key in force. Raises what `open` raises."""
        try:
            plain = self._unwrapped(number, place, key)
        except (InvalidTag, TypeError, ValueError):
            raise _broken() from None
        current = self.current
        return self._wrapped(current, place, plain, self._entropy(_NONCE_BYTES)), current

    def _wrapped(self, number: int, place: bytes, key: bytes, nonce: bytes) -> bytes:
        # Random nonces are good for 2^32 keys under one wrap key (NIST SP 800-38D, section 8.3):
        # a thousand messages a second for fifty days.
        return nonce + self._cipher(number).encrypt(nonce, key, place)

    def _unwrapped(self, number: int, place: bytes, key: bytes) -> bytes:
        return self._cipher(number).decrypt(key[:_NONCE_BYTES], key[_NONCE_BYTES:], place)

    def _cipher(self, number: int) -> AESGCM:
        found = self._ciphers.get(number)
        if found is None:
            with self._making:
                found = AESGCM(keyfiles.read_secret(self.path(number), KEY_BYTES))
                self._ciphers[number] = found
        return found


def attach(engine: Engine, vault: Vault) -> Engine:
    """Return an engine whose connections know a vault."""
    return engine.execution_options(**{_OPTION: vault})


def of(tx: Connection) -> Vault:
    """Return the vault of the store that a connection is of."""
    found = tx.get_execution_options()[_OPTION]
    assert isinstance(found, Vault)  # noqa: S101 - `attach` put it there
    return found


def _broken() -> ComityError:
    return ComityError(Code.STORE_FAILED, reason="seal")
