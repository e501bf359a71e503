"""The message key in a hardware module, or whatever speaks PKCS #11 (v3.0), behind `Signer`.

The key is made in the token and never leaves it: it is sensitive and not extractable, and signs
with CKM_EDDSA over Ed25519. The binding (python-pkcs11) is an extra, and is imported only where the
settings name a module; nothing else in Comity knows of it.

PKCS #11 has one login for a process and token, and an operation belongs to a session. So there is
one session for each token, and one signature at a time on it.
"""

import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Final

from comity.core import keys
from comity.edge import keyfiles
from comity.errors import Code, ComityError

_CURVES: Final = (b"\x13\x0cedwards25519", b"\x06\x03\x2b\x65\x70")
"""CKA_EC_PARAMS for Ed25519 (PKCS #11 v3.0, 6.3.5): its name, or its OID (RFC 8410) elsewhere."""
_POINT_BYTES: Final = 32
_PROBE: Final = b"comity-pkcs11-probe"


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """Where the message key is: a module, a token in it, the label of our keys there."""

    module: str
    """Path of the shared library."""
    token: str
    key: str
    pin_file: Path
    """One line, closed to others."""


class TokenSigner:
    """One private key in a token."""

    def __init__(self, token: "_Token", public: bytes) -> None:
        self._token = token
        self._public = public

    @property
    def public(self) -> bytes:
        """The raw public key: 32 bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: 64 bytes. Raises KEY_STORE_FAILED."""
        return self._token.sign(self._public, message)


def make_signer(at: Pkcs11) -> TokenSigner:
    """Make a new key in the token. Raises KEY_STORE_FAILED (reason) and what `read_private` raises.

    A token whose signatures are not those of RFC 8032 is refused.
    """
    token = _token(at)
    return _proved(TokenSigner(token, token.generate(at.key)))


def open_signer(at: Pkcs11, public: bytes) -> TokenSigner:
    """Find a key of ours in the token. Raises KEY_STORE_FAILED (reason: key, where it is not)."""
    token = _token(at)
    token.find(public)
    return _proved(TokenSigner(token, public))


def destroy(at: Pkcs11, public: bytes) -> None:
    """Destroy a key of ours, if it is in the token. Raises KEY_STORE_FAILED."""
    _token(at).destroy(public)


def _proved(signer: TokenSigner) -> TokenSigner:
    try:
        keys.verify(signer.public, signer.sign(_PROBE), _PROBE)
    except ComityError as error:
        if error.code is Code.KEY_STORE_FAILED:
            raise
        raise _failed("mechanism") from None
    return signer


class _Token:
    """A token with a session on it, which is opened again where it broke off."""

    def __init__(self, binding: ModuleType, module: str, label: str, pin_file: Path) -> None:
        self._binding = binding
        self._module = module
        self._label = label
        self._pin_file = pin_file
        self._lock = Lock()
        self._session: Any = None
        self._keys: dict[bytes, Any] = {}
        """Private keys of this session by their public ones."""

    def sign(self, public: bytes, message: bytes) -> bytes:
        """Sign, on a fresh session where the one at hand is no good any more."""
        with self._lock:
            for attempt in (1, 2):
                try:
                    key = self._private(public)
                    made: bytes = key.sign(message, mechanism=self._binding.Mechanism.EDDSA)
                except self._binding.PKCS11Error:
                    self._give_up()
                    if attempt == 2:
                        raise _failed("sign") from None
                else:
                    return made
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def generate(self, label: str) -> bytes:
        """Make a key pair; returns the raw public key."""
        attribute, kinds = self._binding.Attribute, self._binding.KeyType
        private = {
            attribute.TOKEN: True,
            attribute.PRIVATE: True,
            attribute.SENSITIVE: True,
            attribute.EXTRACTABLE: False,
            attribute.SIGN: True,
        }
        with self._lock:
            session = self._opened()
            for curve in _CURVES:
                try:
                    domain = session.create_domain_parameters(
                        kinds.EC_EDWARDS, {attribute.EC_PARAMS: curve}, local=True
                    )
                    pair = domain.generate_keypair(
                        mechanism=self._binding.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                        store=True,
                        label=label,
                        id=secrets.token_bytes(16),
                        private_template=private,
                    )
                    public = _raw(bytes(pair[0][attribute.EC_POINT]))
                    self._check_kept(pair[1])
                except self._binding.PKCS11Error:
                    continue
                return public
        raise _failed("mechanism")

    def find(self, public: bytes) -> None:
        """Look a key up. Raises KEY_STORE_FAILED (reason: key)."""
        with self._lock:
            try:
                self._private(public)
            except self._binding.PKCS11Error:
                self._give_up()
                raise _failed("key") from None

    def destroy(self, public: bytes) -> None:
        """Destroy both halves of a key."""
        with self._lock:
            try:
                found = self._both(public)
                self._keys.pop(public, None)
                for half in found:
                    half.destroy()
            except self._binding.PKCS11Error:
                self._give_up()
                raise _failed("key") from None

    def _check_kept(self, private: Any) -> None:
        """Refuse a token that would give the key away after all. Raises KEY_STORE_FAILED."""
        attribute = self._binding.Attribute
        if private[attribute.EXTRACTABLE] or not private[attribute.SENSITIVE]:
            raise _failed("extractable")

    def _private(self, public: bytes) -> Any:
        if public not in self._keys:
            both = self._both(public)
            if not both:
                raise _failed("key")
            self._keys[public] = both[1]
        return self._keys[public]

    def _both(self, public: bytes) -> tuple[Any, ...]:
        """Return the public and the private half of a key, or nothing."""
        attribute, kinds = self._binding.Attribute, self._binding.ObjectClass
        session = self._opened()
        # Whole lists: a session searches for one thing at a time, to the end.
        for found in list(session.get_objects({attribute.CLASS: kinds.PUBLIC_KEY})):
            if found.key_type != self._binding.KeyType.EC_EDWARDS:
                continue
            if _raw(bytes(found[attribute.EC_POINT])) != public:
                continue
            wanted = {attribute.CLASS: kinds.PRIVATE_KEY, attribute.ID: found.id}
            private = list(session.get_objects(wanted))
            return (found, private[0]) if private else ()
        return ()

    def _opened(self) -> Any:
        """Return the session, logged in. Raises KEY_STORE_FAILED (reason: module, token, pin)."""
        if self._session is None:
            pin = keyfiles.read_private(self._pin_file).decode("utf-8", "replace").strip()
            try:
                library = self._binding.lib(self._module)
            except (self._binding.PKCS11Error, OSError, RuntimeError):
                raise _failed("module") from None
            try:
                token = library.get_token(token_label=self._label)
            except self._binding.PKCS11Error:
                raise _failed("token") from None
            try:
                self._session = token.open(rw=True, user_pin=pin)
            except self._binding.exceptions.UserAlreadyLoggedIn:
                self._session = token.open(rw=True)
            except self._binding.PKCS11Error:
                raise _failed("pin") from None
        return self._session

    def _give_up(self) -> None:
        session, self._session = self._session, None
        self._keys.clear()
        try:
            if session is not None:
                session.close()
        except self._binding.PKCS11Error:
            # It was no good; that is why it is given up.
            pass


def _token(at: Pkcs11) -> _Token:
    try:
        import pkcs11
    except ImportError:
        raise _failed("library") from None
    return _shared(pkcs11, at.module, at.token, at.pin_file)


@cache
def _shared(binding: ModuleType, module: str, label: str, pin_file: Path) -> _Token:
    """Return the token for this process: a second login on it would be refused."""
    return _Token(binding, module, label, pin_file)


def _raw(point: bytes) -> bytes:
    """Return the 32 bytes of CKA_EC_POINT: some modules give them as they are, others in DER."""
    wrapped = len(point) == _POINT_BYTES + 2 and point[:2] in (b"\x04\x20", b"\x03\x20")
    return point[2:] if wrapped else point


def _failed(reason: str) -> ComityError:
    return ComityError(Code.KEY_STORE_FAILED, reason=reason)
