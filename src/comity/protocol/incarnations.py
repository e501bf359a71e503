"""Which incarnation wrote a message: an old state cannot go on where a restored one did.

Every message token names its sender's incarnation for this peer. A restored node takes a higher one
before it signs anything, and says so in a contact message; from then on a message of a lower one is
refused, unless it stands in the part of the log that the restored node has vouched for.
"""

import structlog
from sqlalchemy import Connection

from comity.core.token import RequestClaims, ResponseClaims
from comity.errors import Code, ComityError
from comity.store import journal, standing
from comity.store.record import Ends

Claims = RequestClaims | ResponseClaims
_log = structlog.get_logger()


def check_frozen(ends: Ends, peer: str) -> None:
    """Raise NODE_FROZEN (peer, reason) where nothing is said to a peer."""
    if ends.frozen:
        raise ComityError(Code.NODE_FROZEN, peer=peer, reason=ends.frozen)


def check(ends: Ends, claims: Claims) -> None:
    """Check what a new message of a peer says of both incarnations.

    Raises INCARNATION_OLD (peer, known) where a later one of the peer is known, or NODE_BEHIND
    (peer, size) where the peer holds more of our log than there is here.
    """
    theirs = ends.theirs
    if claims.inc < theirs.incarnation and claims.seq >= theirs.vouched:
        raise ComityError(Code.INCARNATION_OLD, peer=claims.iss, known=theirs.incarnation)
    if claims.log.size > ends.ours.next:
        raise ComityError(Code.NODE_BEHIND, peer=claims.iss, size=claims.log.size)


def is_usual(ends: Ends, claims: Claims) -> bool:
    """Tell whether nothing needs to be checked or learned."""
    as_known = claims.inc == ends.theirs.incarnation and claims.log.size <= ends.ours.next
    return as_known and not ends.frozen


def learn(tx: Connection, ends: Ends, claims: Claims) -> None:
    """Remember the highest incarnation that was seen."""
    if claims.inc > ends.theirs.incarnation:
        standing.learn(tx, claims.iss, claims.inc, "", ends.theirs.vouched)


def stop(tx: Connection, peer: str, now: int, why: standing.Why, evidence: str = "") -> None:
    """Freeze this node for a peer, and note why. `evidence` is the token that shows it."""
    if standing.freeze(tx, peer, why):
        journal.note(tx, now, "", "node.frozen", peer=peer, reason=str(why), token=evidence)
        _log.error("frozen", peer=peer, reason=str(why))
