"""Agreements as a negotiation makes them: drawn up, checked, signed, in force (DESIGN D4)."""

from sqlalchemy import Connection

from comity.core import agreement as agreements
from comity.core.agreement import IN_FORCE, Standing
from comity.core.canonical import b64url, model
from comity.core.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
)
from comity.core.dsp.policy import Agreement, MessageOffer, Policy
from comity.core.identity import Pinned
from comity.core.machines import Role
from comity.core.terms_odrl import replaces_of
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES
from comity.protocol import consent
from comity.protocol.base import Local
from comity.store import peers
from comity.store.rows.agreements import Agreement as AgreementRow
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import add, change, one


def offer_of(row: Negotiation) -> MessageOffer:
    """Return the latest offer of a negotiation."""
    return model(MessageOffer, row.offer.encode(), BODY_BYTES)


def draw_up(local: Local, tx: Connection, peer: Pinned, row: Negotiation) -> AgreementRow:
    """Draw up the agreement to the latest offer as its provider, sign it and keep it."""
    drawn_up = agreements.draw_up(
        offer_of(row),
        id=local.new_urn(),
        provider=local.identity.id,
        consumer=peer.id,
        timestamp=local.clock.now(),
    )
    signature = agreements.sign(drawn_up, Role.PROVIDER, local.signers.message)
    made = row_of(row, drawn_up, local.now(), provider_signature=signature)
    add(tx, made)
    change(tx, Negotiation, {"pid": row.pid}, agreement=made.id)
    return made


def check(
    local: Local, tx: Connection, peer: Pinned, row: Negotiation, message: ContractAgreementMessage
) -> AgreementRow:
    """Check an agreement as its consumer; it is not signed here yet.

    Raises AGREEMENT_DIFFERS, SIGNATURE_INVALID, AGREEMENT_UNKNOWN (what it replaces).
    """
    if one(tx, AgreementRow, id=message.agreement.id):
        # An id names one agreement for ever, whoever gives it.
        raise ComityError(Code.AGREEMENT_DIFFERS, where="@id")
    agreements.check_agreement(
        message.agreement, offer_of(row), provider=peer.id, consumer=local.identity.id
    )
    check_replaced(tx, peer.id, row.dataset, Role.CONSUMER, message.agreement)
    theirs = _checked(tx, message.agreement, Role.PROVIDER, message.signature, peer)
    return row_of(row, message.agreement, local.now(), provider_signature=theirs)


def sign(local: Local, tx: Connection, row: Negotiation) -> str:
    """Sign the agreement of a negotiation as its consumer; returns the signature."""
    made = agreements.sign(_agreement(tx, row), Role.CONSUMER, local.signers.message)
    change(tx, AgreementRow, {"id": row.agreement}, consumer_signature=made)
    return made


def check_verification(
    peer: Pinned, tx: Connection, row: Negotiation, message: ContractAgreementVerificationMessage
) -> str:
    """Return the consumer's signature, checked. Raises SIGNATURE_INVALID, AGREEMENT_UNKNOWN."""
    return _checked(tx, _agreement(tx, row), Role.CONSUMER, message.signature, peer)


def put_in_force(tx: Connection, agreement: str) -> None:
    """Let an agreement hold whose last word was said."""
    change(tx, AgreementRow, {"id": agreement}, state=Standing.ACTIVE)


def supersede(local: Local, tx: Connection, peer: Pinned, agreement: str) -> None:
    """Let a finalized agreement take the place of the one that it replaces.

    Its provider does so once the consumer has taken the last word: until then it may decline.
    """
    made = one(tx, AgreementRow, id=agreement)
    old = one(tx, AgreementRow, id=made.replaces, peer=peer.id) if made else None
    if old is None or old.state not in IN_FORCE:
        return
    change(tx, AgreementRow, {"id": old.id}, state=Standing.SUPERSEDED)
    if old.role == Role.PROVIDER:
        # What runs under it is the provider's to end; the consumer is told transfer by transfer.
        consent.end(local, tx, peer, old, Standing.SUPERSEDED)


def let_go(tx: Connection, agreement: str) -> None:
    """Let an agreement go whose negotiation ends otherwise than finalized.

    Its provider has had it in force since it said the last word.
    """
    for state in (Standing.AGREED, *IN_FORCE):
        where = {"id": agreement, "state": state}
        change(tx, AgreementRow, where, state=Standing.WITHDRAWN)


def check_replaced(tx: Connection, peer: str, dataset: str, role: Role, policy: Policy) -> None:
    """Check that what a policy replaces is an agreement in force of the same kind.

    `role` is this side's part in it. Raises AGREEMENT_UNKNOWN, TERMS_INVALID.
    """
    replaced = replaces_of(policy)
    if replaced is None:
        return
    found = one(tx, AgreementRow, id=replaced, peer=peer, dataset=dataset, role=role)
    if found is None or found.state not in IN_FORCE:
        raise ComityError(Code.AGREEMENT_UNKNOWN)


def _checked(
    tx: Connection, agreement: Agreement, role: Role, signature: str | None, peer: Pinned
) -> str:
    if signature is None and not agreements.must_be_signed(agreement):
        return ""
    key = peers.key_of(tx, peer, agreements.TYP, signature or "")
    agreements.check_signature(agreement, role, signature or "", key)
    return signature or ""


def _agreement(tx: Connection, row: Negotiation) -> Agreement:
    stored = one(tx, AgreementRow, id=row.agreement)
    if stored is None:
        raise ComityError(Code.AGREEMENT_UNKNOWN)
    return model(Agreement, stored.agreement.encode(), BODY_BYTES)


def row_of(
    row: Negotiation, agreed: Agreement, now: int, *, provider_signature: str
) -> AgreementRow:
    """Return an agreement as it is kept, before the consumer signs."""
    return AgreementRow(
        id=agreed.id,
        peer=row.peer,
        role=row.role,
        dataset=row.dataset,
        agreement=agreed.to_json().decode(),
        digest=b64url(agreed.digest()),
        provider_signature=provider_signature,
        consumer_signature="",
        state=Standing.AGREED,
        at=now,
        peer_suspended=False,
        ends=agreements.ends(agreed),
        replaces=replaces_of(agreed) or "",
    )
