"""How a negotiation begins here: a request of a consumer, or an offer of a provider."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from comity.core.canonical import canonical, model, parse
from comity.core.dsp.comparing import same_words
from comity.core.dsp.negotiation import ContractOfferMessage, ContractRequestMessage
from comity.core.dsp.policy import MessageOffer, Offer, Policy
from comity.core.machines import NegotiationState, Role
from comity.core.terms_odrl import PROFILE, from_policy, replaces_of
from comity.errors import Code, ComityError
from comity.limits import BODY_BYTES, OPEN_NEGOTIATIONS_PER_PEER
from comity.protocol import negotiating
from comity.protocol.addresses import pinned_path
from comity.protocol.base import Act, Inbound, Outcome
from comity.protocol.catalog import open_offers
from comity.protocol.signing import check_replaced, offer_of
from comity.store import alarms
from comity.store.rows.agreements import Negotiation
from comity.store.rows.agreements import Offer as OfferRow
from comity.store.rows.moving import add, many


def on_first_request(inbound: Inbound, tx: Connection, message: ContractRequestMessage) -> Act:
    """Take a consumer's request (POST /negotiations/request).

    It is agreed to at once where it is exactly what an officer offered, the offer asks for no
    officer, and no alarm about the record is open; everything else waits for one.
    """
    if message.provider_pid is not None or message.callback_address is None:
        raise ComityError(Code.SCHEMA_INVALID, where="callbackAddress")
    base = pinned_path(inbound.peer, message.callback_address)
    theirs = many(tx, Negotiation, peer=inbound.peer.id)
    known = _again(theirs, message.consumer_pid, message.offer, Role.PROVIDER)
    if known is not None:
        return partial(Outcome, 201, negotiating.state_of(known).to_json())
    offered = _offered(inbound, tx, message.offer)
    check_readable(message.offer)
    _check_not_declined(theirs, message.offer, Role.PROVIDER)
    _check_room(theirs)
    officers = offered.officers if offered else 0
    offer = _in_our_words(message.offer, offered)
    row = _row(inbound, Role.PROVIDER, message.consumer_pid, base, offer, officers)
    alarmed = alarms.is_open(tx, inbound.peer.id)
    if officers == 0 and not alarmed and _is_as_offered(offer, offered):
        return _begin(inbound, row, agree=True)
    return _begin(inbound, row)


def on_first_offer(inbound: Inbound, tx: Connection, message: ContractOfferMessage) -> Act:
    """Take a provider's offer (POST /negotiations/offers): an officer decides."""
    if message.consumer_pid is not None or message.callback_address is None:
        raise ComityError(Code.SCHEMA_INVALID, where="callbackAddress")
    base = pinned_path(inbound.peer, message.callback_address)
    theirs = many(tx, Negotiation, peer=inbound.peer.id)
    known = _again(theirs, message.provider_pid, message.offer, Role.CONSUMER)
    if known is not None:
        return partial(Outcome, 201, negotiating.state_of(known).to_json())
    check_readable(message.offer)
    check_replaced(tx, inbound.peer.id, message.offer.target, Role.CONSUMER, message.offer)
    _check_not_declined(theirs, message.offer, Role.CONSUMER)
    _check_room(theirs)
    return _begin(inbound, _row(inbound, Role.CONSUMER, message.provider_pid, base, message.offer))


def check_readable(policy: Policy) -> None:
    """Check that a policy which names our profile says only what the profile defines.

    A policy of another profile, or of none, is somebody's words that an officer can look at; it is
    never agreed to by itself, and allows nothing here. Raises TERMS_UNKNOWN, TERMS_INVALID.
    """
    if policy.profile in (PROFILE, (PROFILE,)):
        from_policy(policy)


def same_terms(asked: Policy, offered: Policy) -> bool:
    """Whether two policies say the same. What is not known is the same as nothing else."""
    try:
        return from_policy(asked) == from_policy(offered)
    except ComityError:
        return False


def _begin(inbound: Inbound, row: Negotiation, *, agree: bool = False) -> Act:
    local, peer = inbound.local, inbound.peer
    if agree:
        row = replace(row, waits=False, due=0)

    def begin(tx: Connection) -> None:
        add(tx, row)
        if agree:
            negotiating.step(local, tx, peer, row)

    return partial(Outcome, 201, negotiating.state_of(row).to_json(), (begin,))


def _row(
    inbound: Inbound, role: Role, theirs: str, base: str, offer: MessageOffer, officers: int = 0
) -> Negotiation:
    first = NegotiationState.REQUESTED if role is Role.PROVIDER else NegotiationState.OFFERED
    return Negotiation(
        pid=inbound.local.new_urn(),
        peer=inbound.peer.id,
        their_pid=theirs,
        role=role,
        state=first,
        pending="",
        base=base,
        dataset=offer.target,
        offer=offer.to_json().decode(),
        offered_by=role.other,
        agreement="",
        waits=True,
        reason="",
        due=inbound.now + negotiating.TERM_SECONDS,
        updated=inbound.now,
        begun_by=role.other,
        officers=officers,
        final=False,
    )


def _offered(inbound: Inbound, tx: Connection, offer: MessageOffer) -> OfferRow | None:
    """Return the open offer that a request is about; an amendment is about an agreement instead.

    Raises OFFER_UNKNOWN, AGREEMENT_UNKNOWN.
    """
    made = open_offers(tx, inbound.peer.id).get(offer.target, [])
    found = next((item for item in made if item.id == offer.id), None)
    replaced = replaces_of(offer)
    if replaced is not None:
        check_replaced(tx, inbound.peer.id, offer.target, Role.PROVIDER, offer)
    elif found is None:
        raise ComityError(Code.OFFER_UNKNOWN)
    return found


def _in_our_words(asked: MessageOffer, offered: OfferRow | None) -> MessageOffer:
    """Return our own offer where a request repeats it in the words of a JSON-LD processor.

    The agreement is drawn up from these words: they are what an officer offered, what the terms are
    read from, and what such a connector compares the agreement with.
    """
    if offered is None or not same_words(asked, model(Offer, offered.policy.encode(), BODY_BYTES)):
        return asked
    ours = parse(offered.policy.encode(), BODY_BYTES)
    return model(
        MessageOffer, canonical({**ours, "@type": "Offer", "target": asked.target}), BODY_BYTES
    )


def _is_as_offered(asked: MessageOffer, offered: OfferRow | None) -> bool:
    if offered is None or replaces_of(asked) is not None:
        return False
    return same_terms(asked, model(Offer, offered.policy.encode(), BODY_BYTES))


def _again(
    theirs: Sequence[Negotiation], pid: str, offer: MessageOffer, mine: Role
) -> Negotiation | None:
    """Return the negotiation that this very message began before, under another message id.

    A connector that repeats a request because it saw no reply must not begin two. Raises
    STATE_NOT_ALLOWED where the pid is taken, and the message is another one.
    """
    for row in theirs:
        if (row.their_pid, row.role, row.begun_by) == (pid, mine, mine.other):
            before = offer_of(row)
            about = (offer.id, offer.target) == (before.id, before.target)
            if not about or not same_words(offer, before):
                raise ComityError(
                    Code.STATE_NOT_ALLOWED, state=row.state, message="begin", sender=mine.other
                )
            return row
    return None


def _check_not_declined(theirs: Sequence[Negotiation], offer: MessageOffer, mine: Role) -> None:
    """Refuse what was declined here, until it is reopened here (DESIGN T5)."""
    for row in theirs:
        if (
            (row.final, row.role, row.dataset) == (True, mine, offer.target)
            # A provider finds a new id for each offer; a consumer names one of ours.
            and (mine is Role.CONSUMER or offer_of(row).id == offer.id)
        ):
            raise ComityError(Code.NEGOTIATION_DECLINED)


def _check_room(theirs: Sequence[Negotiation]) -> None:
    if sum(not negotiating.is_over(row) for row in theirs) >= OPEN_NEGOTIATIONS_PER_PEER:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=OPEN_NEGOTIATIONS_PER_PEER)
