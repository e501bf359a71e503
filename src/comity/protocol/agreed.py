"""What an agreement in force says to a message: its terms, its state, its use so far."""

from sqlalchemy import Connection

from comity.core.agreement import IN_FORCE, Standing
from comity.core.canonical import model
from comity.core.decision import Decision, MatchQuestion, Question, Usage, evaluate
from comity.core.dsp.policy import Agreement as Policy
from comity.core.duration import period_start
from comity.core.machines import Role, TransferState
from comity.core.terms import Terms
from comity.core.terms_odrl import from_policy
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol.base import Inbound, Local
from comity.store.rows import Agreement, Transfer, one
from comity.store.usage import used


def terms_of(agreement: Agreement) -> Terms:
    """Return the terms of an agreement. Raises TERMS_UNKNOWN."""
    return from_policy(model(Policy, agreement.agreement.encode(), BODY_BYTES))


def in_force(tx: Connection, agreement: str, peer: str) -> Agreement:
    """Return an agreement with a peer that is in force.

    Raises AGREEMENT_UNKNOWN (not agreed, at an end, or somebody else's) or AGREEMENT_SUSPENDED (by
    either side). Expiry is one of the terms, and each grant has its own.
    """
    found = one(tx, Agreement, id=agreement, peer=peer)
    if found is None or found.state not in IN_FORCE:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    if found.state == Standing.SUSPENDED or found.peer_suspended:
        raise ComityError(Code.AGREEMENT_SUSPENDED, agreement=found.id)
    return found


def started(inbound: Inbound, tx: Connection, format: str) -> tuple[Transfer, Agreement]:
    """Return the peer's started transfer that the path names, and its agreement; we are provider.

    It has to be of the format that the message is for: officers approve one, and not the other.

    Raises TRANSFER_UNKNOWN, TRANSFER_NOT_STARTED, TRANSFER_SUSPENDED and what `in_force` raises.
    """
    where = {"pid": inbound.params[0], "peer": inbound.peer.id, "format": format}
    found = one(tx, Transfer, role=Role.PROVIDER, **where)
    if found is None:
        raise ComityError(Code.TRANSFER_UNKNOWN)
    agreement = in_force(tx, found.agreement, inbound.peer.id)
    if found.held:
        raise ComityError(Code.TRANSFER_SUSPENDED)
    if found.state != TransferState.STARTED and found.pending != "TransferStartMessage":
        raise ComityError(Code.TRANSFER_NOT_STARTED, state=found.state)
    return found, agreement


def decide(
    local: Local, tx: Connection, agreement: Agreement, question: Question, jti: str
) -> Decision:
    """Evaluate the terms; usage counts everything of this peer but the message itself."""
    terms, now = terms_of(agreement), local.clock.now()
    usage = Usage()
    if isinstance(question, MatchQuestion) and terms.match:
        since = 0
        if terms.match.tokens_per_period:
            since = int(period_start(terms.match.tokens_per_period.period, now).timestamp())
        usage = Usage(
            in_period=used(tx, agreement.peer, agreement.dataset, "match", since, jti),
            in_all=used(tx, agreement.peer, agreement.dataset, "match", 0, jti),
        )
    return evaluate(terms, question, usage, now)
