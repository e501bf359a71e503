"""The private keys that an identity document names, each in a file of its own below `keys`.

A node's first keys have plain names (`message.key`). Those that take their place are written beside
them, under names that say which key they are (`message-0f3a….key`), before the document that names
them is in force. So at every moment the document alone decides which files count, and a crash
leaves no more than a file that nothing names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from comity.core.canonical import b64url, unb64url
from comity.core.identity import Identity, Keys
from comity.core.keys import Signer
from comity.edge import keyfiles, pkcs11, tls
from comity.edge.pkcs11 import Pkcs11
from comity.errors import Code, ComityError

Use = Literal["message", "checkpoint", "cosignature", "encryption", "certificate"]
USES: Final[tuple[Use, ...]] = get_args(Use)
SIGNING: Final = ("message", "checkpoint", "cosignature")
"""The uses whose keys sign."""
NAME: Final = re.compile(
    r"(?:message|checkpoint|cosignature|encryption|tls)(?:-[0-9a-f]{16})?\.(?:key|pem)"
)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys of one identity document."""

    signers: dict[str, Signer]
    """By use."""
    decryption: X25519PrivateKey


def keys_folder(folder: Path) -> Path:
    """Return where the keys of the node in `folder` are."""
    return folder / "keys"


def open_keys(folder: Path, own: Identity, hardware: Pkcs11 | None) -> Keyring:
    """Read the keys that a document names; the message key may be in a token.

    Raises KEY_FILE_OPEN, KEY_FILE_INVALID, KEY_STORE_FAILED, or IDENTITY_INVALID where they are
    those of another.
    """
    named = own.keys.model_dump()
    signers: dict[str, Signer] = {}
    for use in SIGNING:
        public = unb64url(named[use])
        signers[use] = _open_signer(folder, use, public, hardware)
    decryption = keyfiles.read_decryption(
        path_of(folder, "encryption", unb64url(own.keys.encryption))
    )
    if decryption.public_key().public_bytes_raw() != unb64url(own.keys.encryption):
        raise ComityError(Code.IDENTITY_INVALID)
    return Keyring(signers, decryption)


def certificate_of(folder: Path, own: Identity) -> tuple[Path, Path]:
    """Return the files of the peer listener's certificate (PEM) and of its key."""
    certificate = unb64url(own.certificate)
    return path_of(folder, "tls", certificate, "pem"), path_of(folder, "tls", certificate)


def open_former(
    folder: Path, own: Identity, former: Iterable[Identity]
) -> tuple[X25519PrivateKey, ...]:
    """Read the other decryption keys of documents before one, as far as they are still here."""
    named = {before.keys.encryption for before in former} - {own.keys.encryption}
    paths = {path_of(folder, "encryption", unb64url(key)) for key in named}
    return tuple(keyfiles.read_decryption(path) for path in sorted(paths) if path.exists())


def make_keys(
    folder: Path, own: Identity, uses: Iterable[Use], now: datetime, hardware: Pkcs11 | None
) -> Identity:
    """Make new keys for some uses, in files or in a token; return the identity with those in it.

    Nothing counts before a document names it. Raises ADDRESS_INVALID, DISK_FULL, STORE_FAILED,
    KEY_STORE_FAILED.
    """
    keys, certificate = own.keys.model_dump(), own.certificate
    for use in uses:
        if use == "certificate":
            certificate = b64url(_make_certificate(folder, own, now))
            continue
        if use == "message" and hardware is not None:
            keys[use] = b64url(pkcs11.make_signer(hardware).public)
            continue
        make = X25519PrivateKey if use == "encryption" else Ed25519PrivateKey
        key = make.generate()
        public = key.public_key().public_bytes_raw()
        keyfiles.write_key(_named(folder, use, public), key)
        keys[use] = b64url(public)
    changed = {"keys": Keys(**keys), "certificate": certificate}
    return Identity(**{**own.model_dump(), **changed})


def sweep(folder: Path, in_force: Identity, former: Iterable[Identity]) -> None:
    """Destroy all keys of an identity but those of the document in force.

    Of documents before it only the decryption keys stay. Raises STORE_FAILED.
    """
    keep = set()
    for use in SIGNING:
        public = unb64url(getattr(in_force.keys, use))
        path = path_of(folder, use, public)
        # Where a token has the message key, the plain name is that of an older one.
        if path.exists() and keyfiles.read_signer(path).public == public:
            keep.add(path)
    for own in (in_force, *former):
        keep.add(path_of(folder, "encryption", unb64url(own.keys.encryption)))
    for suffix in ("key", "pem"):
        keep.add(path_of(folder, "tls", unb64url(in_force.certificate), suffix))
    for path in keys_folder(folder).iterdir():
        if NAME.fullmatch(path.name) and path not in keep:
            keyfiles.destroy(path)


def _open_signer(folder: Path, use: str, public: bytes, hardware: Pkcs11 | None) -> Signer:
    path = path_of(folder, use, public)
    if use != "message" or hardware is None or path.exists():
        signer = keyfiles.read_signer(path)
        if signer.public == public:
            return signer
        if use != "message" or hardware is None:
            raise ComityError(Code.IDENTITY_INVALID)
    return pkcs11.open_signer(hardware, public)


def path_of(folder: Path, use: str, public: bytes, suffix: str = "key") -> Path:
    """Return the file of a key: its own name, or the plain one of a node's first keys."""
    named = _named(folder, use, public, suffix)
    return named if named.exists() else keys_folder(folder) / f"{use}.{suffix}"


def _named(folder: Path, use: str, public: bytes, suffix: str = "key") -> Path:
    return keys_folder(folder) / f"{use}-{sha256(public).hexdigest()[:16]}.{suffix}"


def _make_certificate(folder: Path, own: Identity, now: datetime) -> bytes:
    """Make the listener's key and certificate; their names are known once they are made."""
    keys = keys_folder(folder)
    key, certificate = keys / ".tls-new.key", keys / ".tls-new.pem"
    for path in (key, certificate):
        path.unlink(missing_ok=True)
    host = urlsplit(own.address).hostname or ""
    made = tls.make_certificate(host, key, certificate, now)
    with keyfiles.failures(keys):
        key.rename(_named(folder, "tls", made))
        certificate.rename(_named(folder, "tls", made, "pem"))
        keyfiles.sync_folder(key)
    return made
