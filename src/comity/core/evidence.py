"""The evidence file: messages of a record, each with its proof, for somebody who has no node.

An entry has the proof (C2SP tlog-proof), the message token, and what is released of the body: all
of it, or of an answer the part without its disclosures and those of the fields released, or none.
`comity_verify` reads these files; nothing here does.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from comity.core import disclosure
from comity.core.messages import Answer
from comity.core.proof import Proof
from comity.errors import Code, ComityError
from comity.limits import EVIDENCE_BYTES

TYPE: Final = "comity-evidence-1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, with what is released of its body."""

    proof: Proof
    token: str
    body: bytes = b""
    """All of it; empty where it is withheld, is not here, or was empty."""
    answer: bytes = b""
    """Of an answer that is released in part: all but the disclosures."""
    disclosures: tuple[str, ...] = ()
    """Of such an answer: the fields released."""

    def value(self) -> dict[str, object]:
        """Return the entry as a JSON value; what is withheld has no member."""
        made: dict[str, object] = {"proof": self.proof.encode().decode(), "token": self.token}
        if self.body:
            made["body"] = self.body.decode()
        if self.answer:
            made |= {"answer": self.answer.decode(), "disclosures": list(self.disclosures)}
        return made


def whole(proof: Proof, token: str, body: bytes) -> Entry:
    """Return an entry that releases all of its body, where that is a text."""
    try:
        body.decode()
    except UnicodeDecodeError:
        body = b""
    return Entry(proof, token, body)


def withhold_body(entry: Entry) -> Entry:
    """Return the entry with nothing of its body."""
    return replace(entry, body=b"")


def fields_of(entry: Entry) -> frozenset[str]:
    """Return the fields of the answer that an entry is, none where it is something else."""
    try:
        answer = Answer.read(entry.body)
        fields = disclosure.verify(answer.digests, answer.disclosures)
        return frozenset(item.name for item in fields)
    except ComityError:
        return frozenset()


def release(entry: Entry, names: Collection[str]) -> Entry:
    """Return the entry of an answer with the named fields alone.

    Raises ANSWER_INVALID (reason: name) where the answer has no such field.
    """
    answer = Answer.read(entry.body)
    whole = disclosure.Concealed(answer.digests, answer.disclosures)
    released = disclosure.reveal(whole, names)
    return replace(entry, body=b"", answer=answer.core(), disclosures=released.disclosures)


def names_of(entry: Entry) -> frozenset[str]:
    """Return the fields that the entry of an answer shows, where it shows it in part."""
    answer = Answer.read(entry.answer)
    shown = disclosure.verify(answer.digests, entry.disclosures)
    return frozenset(item.name for item in shown)


def encode(entries: Sequence[Entry]) -> bytes:
    """Return the bytes of the file. Raises FILE_TOO_LARGE (limit, in MiB)."""
    value = {"type": TYPE, "entries": [entry.value() for entry in entries]}
    made = json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
    if len(made) > EVIDENCE_BYTES:
        raise ComityError(Code.FILE_TOO_LARGE, limit=EVIDENCE_BYTES // 1024 // 1024)
    return made
