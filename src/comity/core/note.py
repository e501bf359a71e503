"""Signed notes and verifier keys (C2SP signed-note).

A note is text, an empty line, and signature lines. Of the assigned signature types Comity has the
two that sign with Ed25519: that of notes (0x01), and the timestamped cosignatures of checkpoints
(0x04, C2SP tlog-cosignature). Signatures by keys that the reader does not know are kept and
ignored; one by a known key that does not fit refuses the whole note.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from comity.core import keys
from comity.errors import Code, ComityError
from comity.limits import NOTE_BYTES

KEY_ID_BYTES: Final = 4
TIMESTAMP_BYTES: Final = 8
TIMESTAMP_MAX: Final = 2**63 - 1
_DASH: Final = "\N{EM DASH} "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NO_NAME: Final = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")
"""White space, plus, control characters, and halves of characters."""


class KeyType(IntEnum):
    """The signature types of the specification that are taken here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named public key for one type of signature. Raises NOTE_INVALID (reason: key)."""

    name: str
    """Not empty, without white space and without a plus."""
    type: KeyType
    public: bytes
    """The raw Ed25519 public key: 32 bytes."""

    def __post_init__(self) -> None:
        if not _is_key_name(self.name) or len(self.public) != keys.PUBLIC_BYTES:
            raise ComityError(Code.NOTE_INVALID, reason="key")

    @property
    def id(self) -> bytes:
        """The key id: the first 4 bytes of a hash over name, type and key."""
        named = f"{self.name}\n".encode() + bytes([self.type]) + self.public
        return sha256(named).digest()[:KEY_ID_BYTES]

    def encode(self) -> str:
        """Return the key as a vkey: `name+hex(id)+base64(type || key)`."""
        return f"{self.name}+{self.id.hex()}+{encode64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey. Raises NOTE_INVALID (reason: key), also where its id does not fit it."""
        try:
            # The last part may hold a plus, since base64 does; name and id may not.
            name, key_id, encoded = text.split("+", 2)
            material = decode64(encoded)
            key = cls(name, KeyType(material[0]), material[1:])
        except (ComityError, ValueError, IndexError):
            raise ComityError(Code.NOTE_INVALID, reason="key") from None
        if key.id.hex() != key_id:
            raise ComityError(Code.NOTE_INVALID, reason="key")
        return key

    def check(self, text: str, value: bytes) -> None:
        """Check the value of a signature over a note's text. Raises SIGNATURE_INVALID."""
        if self.type is KeyType.COSIGNATURE:
            time = int.from_bytes(value[:TIMESTAMP_BYTES], "big")
            if time > TIMESTAMP_MAX:
                raise ComityError(Code.SIGNATURE_INVALID)
            keys.verify(self.public, value[TIMESTAMP_BYTES:], cosigned_message(text, time))
        else:
            keys.verify(self.public, value, _utf8(text))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose it says it is, and the value, unverified."""

    name: str
    key_id: bytes
    """4 bytes."""
    value: bytes
    """What the signature's type makes of it: never empty."""

    def by(self, key: VerifierKey) -> bool:
        """Tell whether this claims to be by `key`; nothing is verified by that."""
        return self.name == key.name and self.key_id == key.id


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures that came with it. Nothing here has been verified."""

    text: str
    """With its final newline."""
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Return the bytes of the note.

        Raises NOTE_INVALID (reason: form) where `parse` would not read the same note from them.
        """
        lines = (
            f"{_DASH}{item.name} {encode64(item.key_id + item.value)}\n" for item in self.signatures
        )
        data = _utf8(f"{self.text}\n{''.join(lines)}")
        if parse(data) != self:
            raise ComityError(Code.NOTE_INVALID, reason="form")
        return data

    def signed(self, signature: Signature) -> "Note":
        """Return the note with one more signature."""
        return Note(self.text, (*self.signatures, signature))


def parse(data: bytes) -> Note:
    """Read the bytes of a note; verifies nothing.

    Raises NOTE_INVALID (reason: size past NOTE_BYTES, or form).
    """
    if len(data) > NOTE_BYTES:
        raise ComityError(Code.NOTE_INVALID, reason="size")
    malformed = ComityError(Code.NOTE_INVALID, reason="form")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed from None
    # The last empty line divides: the text may have empty lines of its own.
    text, divider, lines = whole.rpartition("\n\n")
    if _CONTROL.search(whole) or not divider or not lines.endswith("\n"):
        raise malformed
    return Note(f"{text}\n", tuple(_parse_line(line) for line in lines[:-1].split("\n")))


def sign(text: str, name: str, signer: keys.Signer) -> Note:
    """Make a note with one Ed25519 signature (0x01); `text` ends in a newline.

    Raises NOTE_INVALID (reason: key for the name, form for the text).
    """
    key = VerifierKey(name, KeyType.ED25519, signer.public)
    note = Note(text, (Signature(name, key.id, signer.sign(_utf8(text))),))
    note.encode()
    return note


def verify(note: Note, known: Sequence[VerifierKey]) -> tuple[Signature, ...]:
    """Check every signature by a known key, and return those, in the note's order.

    Raises NOTE_INVALID (reason: signature, where one by a known key does not fit; unsigned, where
    there is none).
    """
    verified = []
    for signature in note.signatures:
        for key in known:
            if signature.by(key):
                _check(key, note.text, signature)
                verified.append(signature)
                break
    if not verified:
        raise ComityError(Code.NOTE_INVALID, reason="unsigned")
    return tuple(verified)


def cosigned_message(text: str, time: int) -> bytes:
    """Return what a cosignature signs (C2SP tlog-cosignature, Ed25519 signed message)."""
    return _utf8(f"cosignature/v1\ntime {time}\n{text}")


def encode64(data: bytes) -> str:
    """Encode bytes in base64 with padding (RFC 4648 section 4), as the C2SP formats do."""
    return base64.b64encode(data).decode("ascii")


def decode64(text: str) -> bytes:
    """Decode base64 in its one canonical spelling. Raises NOTE_INVALID (reason: form)."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise ComityError(Code.NOTE_INVALID, reason="form") from None
    if encode64(data) != text:
        raise ComityError(Code.NOTE_INVALID, reason="form")
    return data


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise ComityError(Code.NOTE_INVALID, reason="form") from None


def _parse_line(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _is_key_name(name):
        raise ComityError(Code.NOTE_INVALID, reason="form")
    value = decode64(encoded)
    if len(value) <= KEY_ID_BYTES:
        raise ComityError(Code.NOTE_INVALID, reason="form")
    return Signature(name, value[:KEY_ID_BYTES], value[KEY_ID_BYTES:])


def _check(key: VerifierKey, text: str, signature: Signature) -> None:
    try:
        key.check(text, signature.value)
    except ComityError:
        raise ComityError(Code.NOTE_INVALID, reason="signature") from None


def _is_key_name(name: str) -> bool:
    return bool(name) and not _NO_NAME.search(name)
