"""What an agreement in force says to a message: its terms, its state, its use so far."""

from functools import lru_cache

from sqlalchemy import Connection

from comity.core.agreement import IN_FORCE, Standing
from comity.core.canonical import model
from comity.core.decision import (
    Decision,
    Question,
    ReceiveQuestion,
    Usage,
    action_of,
    evaluate,
)
from comity.core.dsp.policy import Agreement as Policy
from comity.core.duration import period_start
from comity.core.machines import Role, TransferState
from comity.core.terms import Action, Terms
from comity.core.terms_odrl import from_policy
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol.base import Inbound, Local
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import Usage as UsageRow
from comity.store.rows.moving import add, one
from comity.store.usage import used


def terms_of(agreement: Agreement) -> Terms:
    """Return the terms of an agreement. Raises TERMS_UNKNOWN."""
    return _read(agreement.agreement)


def known_terms(agreement: Agreement) -> Terms | None:
    """Return the terms of an agreement, or None where this node does not know them."""
    try:
        return terms_of(agreement)
    except ComityError:
        return None


@lru_cache(maxsize=256)
def _read(agreement: str) -> Terms:
    """Read terms that every question is decided by, once."""
    return from_policy(model(Policy, agreement.encode(), BODY_BYTES))


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


def reserve(
    inbound: Inbound,
    tx: Connection,
    agreement: Agreement,
    action: Action,
    elements: int = 1,
    family: str = "",
) -> None:
    """Count what a message asks for before anything else is decided; once, however often it comes.

    So no two messages share quota. The exchange gives back what a refused message reserved.
    """
    if one(tx, UsageRow, peer=inbound.peer.id, jti=inbound.jti):
        return
    row = UsageRow(
        peer=inbound.peer.id,
        jti=inbound.jti,
        dataset=agreement.dataset,
        agreement=agreement.id,
        action=action.value,
        family=family,
        elements=elements,
        at=inbound.now,
    )
    add(tx, row)


def decide(
    local: Local, tx: Connection, agreement: Agreement, question: Question, jti: str
) -> Decision:
    """Evaluate the terms; usage counts everything of this peer but the message itself."""
    terms, now = terms_of(agreement), local.clock.now()
    action = action_of(question)
    grant = terms.grant(action)
    if grant is None:
        return evaluate(terms, question, Usage(), now)
    quota, since = grant.quotas.per_period, 0
    if quota is not None:
        since = int(period_start(quota.period, now).timestamp())
    usage = Usage(
        in_period=used(tx, agreement.peer, agreement.dataset, action, since, jti),
        in_all=used(tx, agreement.peer, agreement.dataset, action, 0, jti),
    )
    return evaluate(terms, question, usage, now)


def decide_receive(
    local: Local, tx: Connection, agreement: Agreement, question: ReceiveQuestion, jti: str
) -> Decision:
    """Evaluate the terms for a transfer of a dataset's file, when it is asked for.

    One transfer is one execution: `reserve` counts it, with the action `receive`, when the message
    `jti` is admitted. At each download `decide_again` says whether the terms still hold.
    """
    return decide(local, tx, agreement, question, jti)


def decide_again(local: Local, agreement: Agreement, question: Question) -> Decision:
    """Evaluate the terms for what was counted when it came: an approval, a download.

    Everything but the quotas has to hold still. Whether the agreement is in force, `in_force` says.
    """
    return evaluate(terms_of(agreement), question, Usage(), local.clock.now())
