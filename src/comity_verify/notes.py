"""Signed notes (C2SP signed-note), of logs (0x01) and of those who cosign checkpoints (0x04)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity_verify.encoding import from_base64, to_base64
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.signatures import check

LOG: Final = 1
"""An Ed25519 signature over the text of a note."""
COSIGNATURE: Final = 4
"""An Ed25519 signature over a time and the text (C2SP tlog-cosignature)."""
_BYTES: Final = 128 * 1024
_LINE: Final = re.compile("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/]+=*)")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key of 32 bytes under a name, for one type of signature."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first 4 bytes of a hash over name, type and key."""
        return sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public).digest()[:4]

    def encode(self) -> str:
        """Return the key as one line: `name+hex(id)+base64(type || key)`."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read such a line. Raises the flaw `key`."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = from_base64(encoded, Flaw.KEY)
        if len(material) != 33 or material[0] not in (LOG, COSIGNATURE) or not _named(name):
            raise VerificationFailure(Flaw.KEY)
        key = cls(name, material[0], material[1:])
        if key.id.hex() != key_id:
            raise VerificationFailure(Flaw.KEY)
        return key


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature by a known key, checked. `time` is 0 where the type of signature has none."""

    key: VerifierKey
    time: int


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it: name, key id, value."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]


def parse(data: bytes) -> Note:
    """Read a note; checks no signature. Raises the flaw `note`."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise VerificationFailure(Flaw.NOTE) from None
    text, divider, lines = whole.rpartition("\n\n")
    if len(data) > _BYTES or _CONTROL.search(whole) or not divider or not lines.endswith("\n"):
        raise VerificationFailure(Flaw.NOTE)
    return Note(f"{text}\n", tuple(_line(line) for line in lines[:-1].split("\n")))


def verify(note: Note, known: Iterable[VerifierKey]) -> list[Signed]:
    """Check all signatures by known keys; others are ignored. Raises the flaw `signature`."""
    by_name = {(key.name, key.id): key for key in known}
    found = []
    for name, key_id, value in note.lines:
        key = by_name.get((name, key_id))
        if key is not None:
            found.append(Signed(key, _check(key, note.text, value)))
    return found


def _check(key: VerifierKey, text: str, value: bytes) -> int:
    """Check one signature and return its time."""
    if key.type == LOG:
        check(key.public, value, text.encode(), Flaw.SIGNATURE)
        return 0
    time = int.from_bytes(value[:8], "big")
    if time >= 2**63:
        raise VerificationFailure(Flaw.SIGNATURE)
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    check(key.public, value[8:], message, Flaw.SIGNATURE)
    return time


def _line(line: str) -> tuple[str, bytes, bytes]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise VerificationFailure(Flaw.NOTE)
    value = from_base64(found[2], Flaw.NOTE)
    if len(value) < 5:
        raise VerificationFailure(Flaw.NOTE)
    return found[1], value[:4], value[4:]


def _named(name: str) -> bool:
    return re.fullmatch(r"[^\s+\x00-\x1f]+", name) is not None
