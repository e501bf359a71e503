"""Vectors for who implements the derivation and the matching: fixed inputs, and what they give."""

from datetime import date
from hashlib import sha256, shake_256

from comity.api import Inputs
from comity.core.derivation import Presence, derive_one
from comity.core.entries import LABEL_BYTES
from comity.core.label import Label
from comity.core.records import Family, Kind
from comity.core.tokens import canary
from documents.shown import table
from nodes import GROUP

FACTS = (
    (Family.RFC, "CEJ-010203-AB1", "", None),
    (Family.CURP, "xexx 010101 hneXXX a4", "", None),
    (Family.PASSPORT, "A 123-4567", "US", None),
    (Family.TAX_ID, "PT 123456789", "PT", None),
    (Family.IMO, "IMO 1234567", "", None),
    (Family.WALLET, "0x52908400098527886E0F7030069857D2E4169EE7", "", None),
    (Family.PHONE, "0052 55 1234 5678", "", None),
    (Family.ACCOUNT, "GB82 WEST 1234 5698 7654 32", "", None),
    (Family.ACCOUNT, "0321 8000 0118 3597 19", "MX", None),
    (Family.NAME, "«Peña y Asociados», S. A. de C.V.", "", Kind.ORGANISATION),
    (Family.NAME, "PENA Y ASOCIADOS SA DE CV", "", Kind.ORGANISATION),
    (Family.NAME, "Sa'id EXAMPLE-NÚÑEZ", "", Kind.PERSON),
)
"""Family, what somebody wrote, issuer, kind."""
LABEL = Label.of(
    bytes(range(12)),
    [(0, date(2024, 11, 15)), (2, None)],
    Presence.RFC | Presence.BIRTH_DATE,
)


def tokens() -> str:
    """Facts as somebody wrote them, and the private inputs they give."""
    rows = []
    for family, text, country, kind in FACTS:
        given = derive_one(family, text, kind, country).input()
        shown = given.decode().replace("\0", "␀")
        with_issuer = f"`{text}`, {country}" if country else f"`{text}`"
        rows.append(
            (f"`{family}`", with_issuer, f"`{shown}`", f"`{sha256(given).hexdigest()[:16]}`")
        )
    first = canary(Family.RFC, 1)
    hexed = "comity-canary-1␀rfc␀\\x00\\x01"
    rows.append(("canary 1", "(none: public)", f"`{hexed}`", f"`{sha256(first).hexdigest()[:16]}`"))
    return table(
        ("family", "written", "private input (␀ is a zero byte)", "SHA-256, first 8"), rows
    )


def walk() -> str:
    """One token's whole way: key, blind, evaluation, proof, output, entry of the set."""
    key = GROUP.scalars(_bytes("key", 64))
    blind = GROUP.scalars(_bytes("blind", 64))
    public = GROUP.public_key(key)
    given = Inputs.pack([derive_one(Family.RFC, "CEJ010203AB1").input()])
    blinded = GROUP.blind(given, blind)
    evaluated, proof = GROUP.evaluate(key, blinded, _bytes("nonce", 64))
    output = GROUP.finalise(given, blind, blinded, evaluated, proof, public)
    context = _bytes("context", 32)
    label = LABEL.encode()
    entry = GROUP.seal(output, context, [0], label)
    opened = GROUP.open(output, context, [0], entry[-LABEL_BYTES - 16 :])
    if opened != [label] or GROUP.tag(key, given) != output:
        raise ValueError("the vector does not hold")
    lines = {
        "private key": key,
        "public key": public,
        "private input": given.data,
        "blind": blind,
        "blinded element": blinded,
        "evaluated element": evaluated,
        "proof nonce, 64 random bytes": _bytes("nonce", 64),
        "proof": proof,
        "output": output,
        "context (the manifest's binding)": context,
        "ordinal": (0).to_bytes(2, "big"),
        "label": label,
        "entry": entry,
    }
    return "\n".join(["```text", *_folded(lines), "```"])


def header(tag_set: bytes) -> str:
    """The first 32 bytes of a set's file, and its first entry."""
    lines = {"header": tag_set[:32], "first entry": tag_set[32:90]}
    return "\n".join(["```text", *_folded(lines), "```"])


def _bytes(name: str, size: int) -> bytes:
    return shake_256(f"comity vector {name}".encode()).digest(size)


def _folded(lines: dict[str, bytes]) -> list[str]:
    shown = []
    for name, value in lines.items():
        shown.append(f"{name}:")
        text = value.hex()
        shown += [f"    {text[at : at + 64]}" for at in range(0, len(text), 64)]
    return shown
