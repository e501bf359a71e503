"""Revocations: whose key it was says that nothing of it counts from now on (DESIGN D2).

A revocation names one document, so that one of an earlier version, sent again, does nothing to a
later one. It is signed with the message key of that document or with the recovery key that the
document commits to. Who has stolen the message key can make one, too: that stops the thief as well.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.core import identity, jws
from comity.core.canonical import b64url, canonical, model, unb64url
from comity.core.identity import Did, PublicKey
from comity.core.keys import Signer
from comity.core.succession import Endorser, commitment, digest
from comity.errors import Code, ComityError
from comity.limits import TOKEN_BYTES

TYP: Final = "comity-revocation+jwt"
Reason = Literal["stolen", "lost", "closed"]


class Revocation(BaseModel):
    """What a revocation says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["comity-revocation-1"] = "comity-revocation-1"
    id: Did
    document: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    """SHA-256 of the document whose keys are revoked, base64url."""
    by: Endorser
    key: PublicKey
    """The raw public key that signs it."""
    reason: Reason
    at: Annotated[int, Field(ge=0, le=2**53 - 1)]
    """Seconds since 1970-01-01 UTC."""


def revoke(document: str, by: Endorser, reason: Reason, at: int, signer: Signer) -> str:
    """Sign that the keys of a document are revoked."""
    said = Revocation(
        id=identity.read(document).id,
        document=digest(document),
        by=by,
        key=b64url(signer.public),
        reason=reason,
        at=at,
    )
    return jws.sign(TYP, canonical(said.model_dump(mode="json")), signer)


def read(statement: str) -> Revocation:
    """Read a revocation and check it against the key that it names.

    Whether that key may say so, `check` tells. Raises REVOCATION_INVALID (reason: form).
    """
    try:
        statement = statement.strip()
        if len(statement) > TOKEN_BYTES:
            raise ComityError(Code.REVOCATION_INVALID)
        said = model(Revocation, jws.payload(statement), TOKEN_BYTES)
        jws.check(TYP, statement, unb64url(said.key))
    except ComityError:
        raise ComityError(Code.REVOCATION_INVALID, reason="form") from None
    return said


def check(said: Revocation, document: str) -> None:
    """Check that a revocation is about a document, by a key that may say so.

    Raises REVOCATION_INVALID (reason: document or key).
    """
    about = identity.read(document)
    if (said.id, said.document) != (about.id, digest(document)):
        raise ComityError(Code.REVOCATION_INVALID, reason="document")
    if said.by == "message":
        fits = said.key == about.keys.message
    else:
        fits = commitment(unb64url(said.key)) == about.recovery
    if not fits:
        raise ComityError(Code.REVOCATION_INVALID, reason="key")
