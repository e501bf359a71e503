"""How the holder's identity document is followed by another, and how it is revoked."""

from comity.core import revocation, succession
from comity.core.canonical import b64url
from comity.core.identity import issue, read
from documents import seeded, shown


def endorsement(document: str) -> str:
    """Show what endorses the document that follows this one."""
    before, key = read(document), seeded.signer_of("mx", "next message")
    keys = before.keys.model_copy(update={"message": b64url(key.public)})
    after = before.model_copy(update={"version": 2, "issued": before.issued + 1, "keys": keys})
    following, signer = issue(after, key), seeded.signer_of("mx", "message")
    return shown.token(succession.endorse(document, following, "message", signer))


def revoked(document: str) -> str:
    """Show a revocation of this document by its recovery key."""
    signer = seeded.signer_of("mx", "recovery")
    return shown.token(
        revocation.revoke(document, "recovery", "stolen", read(document).issued + 1, signer)
    )
