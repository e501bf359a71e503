"""Identity documents: who a participant says it is, with the keys that sign for it.

A document is a compact JWS, signed with the message key that it names. That shows that it is whole.
Whose it is, people find out by comparing the fingerprint over another way.
"""

from hashlib import sha256
from typing import Final

from comity_verify.encoding import from_url, read_object
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.found import Party
from comity_verify.signatures import open_jws, unverified

_TYP: Final = "comity-identity+jwt"
_ENDORSEMENT: Final = "comity-endorsement+jwt"
_FILE_BYTES: Final = 4 * 1024 * 1024
_BYTES: Final = 64 * 1024
"""Larger documents are refused unread."""


def read_all(file: bytes) -> list[Party]:
    """Read a file of identity documents: one, or the history of one participant, a line each.

    Between the documents of a history stand endorsements, of which each says why the next one
    follows. They are passed over: what counts is that people have compared the fingerprints of all
    documents that were used. Raises the flaw `identity`.
    """
    lines = file.decode("utf-8", "replace").split()
    if not lines or len(file) > _FILE_BYTES:
        raise VerificationFailure(Flaw.IDENTITY)
    parties = [read(line.encode()) for line in lines if not _is_endorsement(line)]
    if len({party.id for party in parties}) != 1:
        raise VerificationFailure(Flaw.IDENTITY)
    return parties


def read(document: bytes) -> Party:
    """Read an identity document. Raises the flaw `identity`.

    Members that are not known here are left alone: a later version may have more.
    """
    flaw = Flaw.IDENTITY
    text = document.decode("utf-8", "replace").strip()
    if len(document) > _BYTES:
        raise VerificationFailure(flaw)
    said = read_object(unverified(text, flaw), flaw)
    try:
        keys = said["keys"]
        party = Party(
            id=str(said["id"]),
            name=str(said["name"]),
            territory=str(said["territory"]),
            fingerprint=fingerprint(text),
            message=from_url(keys["message"], flaw),
            checkpoint=from_url(keys["checkpoint"], flaw),
            cosignature=from_url(keys["cosignature"], flaw),
        )
    except (KeyError, TypeError, AttributeError):
        raise VerificationFailure(flaw) from None
    if said.get("kind") != "comity-identity-1" or not party.id or "/" in party.id:
        raise VerificationFailure(flaw)
    open_jws(_TYP, text, party.message, flaw)
    return party


def _is_endorsement(line: str) -> bool:
    header = read_object(from_url(line.partition(".")[0], Flaw.IDENTITY), Flaw.IDENTITY)
    return header.get("typ") == _ENDORSEMENT


def fingerprint(document: str) -> str:
    """Return the fingerprint of a whole document: 40 digits in groups of five."""
    number = int.from_bytes(sha256(document.strip().encode()).digest(), "big") % 10**40
    digits = f"{number:040d}"
    return " ".join(digits[at : at + 5] for at in range(0, 40, 5))
