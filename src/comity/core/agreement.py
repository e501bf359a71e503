"""Agreements: drawn up by the provider, checked by the consumer, signed by both (DESIGN D4).

An agreement is the accepted offer with the two parties, a time and an id of its own. Each side
signs the same statement about it, a compact JWS with the digest of the agreement's canonical JSON,
so that the agreement can be shown together with both consents, and withheld while they are shown.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from pydantic import JsonValue

from comity.core import jws
from comity.core.canonical import b64url, canonical
from comity.core.dsp.policy import Agreement, MessageOffer, Policy
from comity.core.keys import Signer
from comity.core.machines import Role
from comity.core.terms_odrl import known_terms
from comity.errors import Code, ComityError

TYP: Final = "comity-agreement+jwt"
_NOT_TERMS: Final = frozenset(
    {"@context", "@id", "@type", "target", "assigner", "assignee", "timestamp"}
)


class Standing(StrEnum):
    """What an agreement is worth at this side now. Only one that is active allows anything."""

    AGREED = "agreed"
    """Drawn up, and not finalized yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """By this side; the peer's suspension is a word of the peer's."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """A later agreement between the two takes its place."""


IN_FORCE: Final = frozenset({Standing.ACTIVE, Standing.SUSPENDED})
"""What can still be suspended, resumed, withdrawn or replaced."""


def draw_up(
    offer: MessageOffer, *, id: str, provider: str, consumer: str, timestamp: datetime
) -> Agreement:
    """Make the agreement to an offer: all its terms as they stand, none added."""
    if timestamp.tzinfo is None:
        raise ComityError(Code.INTERNAL)
    # Read like anything else that is read, by JSON names alone: nothing of the offer changes place.
    return Agreement.model_validate_json(
        canonical(
            {
                **_terms(offer),
                "@id": id,
                "@type": "Agreement",
                "target": offer.target,
                "assigner": provider,
                "assignee": consumer,
                "timestamp": timestamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        ),
        strict=True,
    )


def check_agreement(
    agreement: Agreement, offer: MessageOffer, *, provider: str, consumer: str
) -> None:
    """Check that an agreement is the accepted offer between these two, no more and no less.

    Raises AGREEMENT_DIFFERS (where).
    """
    parts = (
        ("target", agreement.target, offer.target),
        ("assigner", agreement.assigner, provider),
        ("assignee", agreement.assignee, consumer),
        ("terms", canonical(_comparable(agreement)), canonical(_comparable(offer))),
    )
    for where, found, expected in parts:
        if found != expected:
            raise ComityError(Code.AGREEMENT_DIFFERS, where=where)


def must_be_signed(policy: Policy) -> bool:
    """Tell whether each side's signature over the agreement itself is needed.

    It is where the terms grant what only a node that signs can use: to match and to request. Other
    makes of connector sign no agreement; with them the message token over the whole message is
    the evidence, and a file is all that they can be given. Terms that are not known grant nothing.
    """
    terms = known_terms(policy)
    return terms is not None and (terms.match is not None or terms.request is not None)


def ends(agreement: Agreement) -> int:
    """Return when no grant of it allows anything any more, in seconds since 1970-01-01 UTC.

    An agreement whose terms are not known allows nothing, and has no end either: 2^53 - 1.
    """
    terms = known_terms(agreement)
    if terms is None:
        return 2**53 - 1
    return max(int(grant.expiry.timestamp()) for _, grant in terms.grants())


def sign(agreement: Agreement, role: Role, signer: Signer) -> str:
    """Return one side's consent to an agreement: a compact JWS."""
    return jws.sign(TYP, _statement(agreement, role), signer)


def check_signature(agreement: Agreement, role: Role, signature: str, public: bytes) -> None:
    """Check one side's consent. Raises SIGNATURE_INVALID."""
    if jws.check(TYP, signature, public) != _statement(agreement, role):
        raise ComityError(Code.SIGNATURE_INVALID)


@dataclass(frozen=True, slots=True)
class AgreementEvidence:
    """An agreement with both consents: what either side can show to a third."""

    agreement: Agreement
    provider_signature: str
    consumer_signature: str

    def check(self, provider_key: bytes, consumer_key: bytes) -> None:
        """Check both consents against the raw public keys. Raises SIGNATURE_INVALID."""
        check_signature(self.agreement, Role.PROVIDER, self.provider_signature, provider_key)
        check_signature(self.agreement, Role.CONSUMER, self.consumer_signature, consumer_key)


def _statement(agreement: Agreement, role: Role) -> bytes:
    """Say who consents to what. The role is in it, so that no consent passes for the other's."""
    return canonical(
        {"agreement": agreement.id, "digest": b64url(agreement.digest()), "role": role.value}
    )


def _terms(policy: Policy) -> dict[str, JsonValue]:
    """Return all of a policy that is neither its name nor its parties."""
    value = policy.to_value()
    return {name: value[name] for name in value if name not in _NOT_TERMS}


def _comparable(policy: Policy) -> dict[str, JsonValue]:
    """Return the terms without what JSON-LD processors change and nobody can mean.

    They leave out an empty list of constraints, and write a list of one profile as the profile.
    """
    value = {name: _without_no_constraint(inner) for name, inner in _terms(policy).items()}
    match value.get("profile"):
        case [only]:
            value["profile"] = only
    return value


def _without_no_constraint(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {
            name: _without_no_constraint(inner)
            for name, inner in value.items()
            if (name, inner) != ("constraint", [])
        }
    return [_without_no_constraint(item) for item in value] if isinstance(value, list) else value
