"""How one identity document follows another: endorsed, in a chain that leads on from any of them.

A new version is signed by its own message key, as every document is, and endorsed by the message
key of the version before it. The offline recovery key, whose digest every version commits to,
overrides: what it endorses is taken whatever the pinned version is, and it is used up by that,
since the new version has to commit to another one (DESIGN D2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.core import identity, jws
from comity.core.canonical import b64url, canonical, model, unb64url
from comity.core.identity import Did, Identity, PublicKey
from comity.core.keys import Signer
from comity.errors import Code, ComityError
from comity.limits import CLOCK_SKEW_SECONDS, IDENTITY_STEPS, TOKEN_BYTES, UPDATE_BYTES

TYP: Final = "comity-endorsement+jwt"
Endorser = Literal["message", "recovery"]
"""Which key of a version says what follows it."""
_Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Endorsement(BaseModel):
    """What an endorsement says: this document follows that one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["comity-endorsement-1"] = "comity-endorsement-1"
    id: Did
    by: Endorser
    key: PublicKey
    """The raw public key that signs it; of a recovery key, nothing else shows it."""
    previous: _Hash
    """SHA-256 of the document before, base64url."""
    document: _Hash
    """SHA-256 of the document that follows, base64url."""


@dataclass(frozen=True, slots=True)
class Step:
    """A version and why it may follow another; unverified but for the document's own signature."""

    identity: Identity
    document: str
    endorsement: str


def digest(document: str) -> str:
    """Return how endorsements and revocations name a document: its SHA-256, base64url."""
    return b64url(sha256(document.strip().encode()).digest())


def commitment(recovery: bytes) -> str:
    """Return what documents say of a raw recovery public key: its SHA-256, base64url."""
    return b64url(sha256(recovery).digest())


def endorse(before: str, document: str, by: Endorser, signer: Signer) -> str:
    """Sign that `document` follows `before`, with the message or the recovery key of that one."""
    said = Endorsement(
        id=identity.read(document).id,
        by=by,
        key=b64url(signer.public),
        previous=digest(before),
        document=digest(document),
    )
    return jws.sign(TYP, canonical(said.model_dump(mode="json")), signer)


def write(steps: Sequence[Step]) -> str:
    """Return the text of an update: for each step its document and its endorsement, one a line."""
    lines = [line for step in steps[-IDENTITY_STEPS:] for line in (step.document, step.endorsement)]
    return "".join(f"{line}\n" for line in lines)


def read(text: str) -> tuple[Step, ...]:
    """Read an update. Raises IDENTITY_INVALID (reason: update) for what cannot be one."""
    lines = text.strip().split("\n")
    if len(text) > UPDATE_BYTES or len(lines) % 2 or len(lines) > 2 * IDENTITY_STEPS:
        raise ComityError(Code.IDENTITY_INVALID, reason="update")
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return tuple(
        Step(identity.read(document), document.strip(), endorsement.strip())
        for document, endorsement in pairs
    )


def follow(pinned: str, steps: Sequence[Step], now: int) -> tuple[Step, ...]:
    """Return those steps that lead on from the pinned document, in their order.

    Steps before it are passed over: an update has a node's whole history. Raises what `check`
    raises of the last step where none leads on, and of the first that breaks the chain after that.
    """
    before, taken = pinned.strip(), list[Step]()
    for step in steps:
        try:
            check(before, step, now)
        except ComityError:
            if taken or step is steps[-1]:
                raise
            continue
        taken.append(step)
        before = step.document
    return tuple(taken)


def check(pinned: str, step: Step, now: int) -> Endorser:
    """Check that a step may follow the pinned document; returns by whose word.

    Raises ENDORSEMENT_INVALID (reason: id, form, document, previous, key, recovery or issued), or
    IDENTITY_OLD (version, pinned) where the message key endorses what is no later version.
    """
    before, after = identity.read(pinned), step.identity
    if after.id != before.id:
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="id")
    if step.document == pinned.strip():
        raise ComityError(Code.IDENTITY_OLD, version=after.version, pinned=before.version)
    said = _said(step.endorsement)
    if (said.id, said.document) != (after.id, digest(step.document)):
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="document")
    if after.issued > now + CLOCK_SKEW_SECONDS:
        # What the key before it signed is taken up to this time, so it must not lie ahead.
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="issued")
    if said.by == "recovery":
        # A used key would let whoever has an old update take everything back to it.
        if commitment(unb64url(said.key)) != before.recovery or after.recovery == before.recovery:
            raise ComityError(Code.ENDORSEMENT_INVALID, reason="recovery")
        return said.by
    if after.version <= before.version:
        raise ComityError(Code.IDENTITY_OLD, version=after.version, pinned=before.version)
    if said.key != before.keys.message:
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="key")
    if said.previous != digest(pinned):
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="previous")
    if after.recovery != before.recovery:
        # Or else who steals the message key could shut the recovery key out.
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="recovery")
    return said.by


def endorser(step: Step) -> Endorser:
    """Return whose word a step is. Raises ENDORSEMENT_INVALID (reason: form)."""
    return _said(step.endorsement).by


def _said(endorsement: str) -> Endorsement:
    """Read an endorsement and check it against the key that it names."""
    try:
        if len(endorsement) > TOKEN_BYTES:
            raise ComityError(Code.ENDORSEMENT_INVALID)
        said = model(Endorsement, jws.payload(endorsement), TOKEN_BYTES)
        jws.check(TYP, endorsement, unb64url(said.key))
    except ComityError:
        raise ComityError(Code.ENDORSEMENT_INVALID, reason="form") from None
    return said
