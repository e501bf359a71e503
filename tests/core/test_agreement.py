import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings

from comity.core.agreement import AgreementEvidence, check_agreement, check_signature, draw_up, sign
from comity.core.canonical import canonical, digest, model
from comity.core.dsp.policy import Agreement, MessageOffer
from comity.core.keys import Ed25519Signer
from comity.core.machines import Role
from comity.core.terms import Terms
from comity.core.terms_odrl import from_policy, to_message_offer
from comity.errors import Code
from comity.limits import BODY_BYTES
from core.drafts import TERMS, terms
from refusals import refuses

MX, US = "did:web:mx.example", "did:web:us.example"
NOW = datetime(2026, 11, 4, 6, 0, 0, 999, tzinfo=timezone(timedelta(hours=-6)))
OFFER = to_message_offer(TERMS, "urn:uuid:1", "urn:uuid:2")
AGREEMENT = draw_up(OFFER, id="urn:uuid:3", provider=MX, consumer=US, timestamp=NOW)
PROVIDER, CONSUMER = Ed25519Signer(b"\x01" * 32), Ed25519Signer(b"\x02" * 32)


def read(value: dict[str, Any]) -> Agreement:
    return model(Agreement, canonical(value), BODY_BYTES)


def check(agreement: Agreement, offer: MessageOffer = OFFER) -> None:
    check_agreement(agreement, offer, provider=MX, consumer=US)


def test_an_agreement_is_the_offer_between_two_parties_at_a_time() -> None:
    value = json.loads(AGREEMENT.to_json())
    assert value == json.loads(OFFER.to_json()) | {
        "@id": "urn:uuid:3",
        "@type": "Agreement",
        "assigner": MX,
        "assignee": US,
        "timestamp": "2026-11-04T12:00:00Z",
    }
    assert AGREEMENT.digest() == digest(value)
    check(AGREEMENT)


@settings(max_examples=30)
@given(terms)
def test_an_agreement_says_what_the_offer_said(value: Terms) -> None:
    offer = to_message_offer(value, "urn:uuid:1", "urn:uuid:2")
    agreement = draw_up(offer, id="urn:uuid:3", provider=MX, consumer=US, timestamp=NOW)
    check(agreement, offer)
    assert from_policy(agreement) == value


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"target": "urn:uuid:9"}, "target"),
        ({"assigner": US}, "assigner"),
        ({"assignee": MX}, "assignee"),
        ({"profile": "urn:comity:terms:2"}, "terms"),
        ({"permission": [{"action": "use"}]}, "terms"),
        ({"obligation": [{"action": "use"}]}, "terms"),
        ({"inheritFrom": "urn:x"}, "terms"),
        ({"inheritFrom": None}, "terms"),
    ],
)
def test_an_agreement_to_something_else_is_refused(change: dict[str, object], where: str) -> None:
    with refuses(Code.AGREEMENT_DIFFERS, where=where):
        check(read(json.loads(AGREEMENT.to_json()) | change))


def test_one_digit_more_is_something_else() -> None:
    text = AGREEMENT.to_json()
    assert text.count(b'"100"') == 1
    with refuses(Code.AGREEMENT_DIFFERS, where="terms"):
        check(model(Agreement, text.replace(b'"100"', b'"1000"'), BODY_BYTES))


def test_what_json_ld_processors_rewrite_is_no_difference() -> None:
    offer: dict[str, Any] = {
        "@id": "urn:uuid:1",
        "@type": "Offer",
        "target": "urn:uuid:2",
        "profile": ["urn:p"],
    }
    plain = {"permission": [{"action": "use"}]}
    empty = {"permission": [{"action": "use", "constraint": []}]}
    sent = model(MessageOffer, canonical(offer | empty), BODY_BYTES)
    agreed = json.loads(AGREEMENT.to_json()) | plain | {"profile": "urn:p"}
    check(read(agreed), sent)
    kept = draw_up(sent, id="urn:uuid:3", provider=MX, consumer=US, timestamp=NOW)
    assert json.loads(kept.to_json())["permission"] == empty["permission"]


def test_parties_named_in_an_offer_do_not_choose_those_of_the_agreement() -> None:
    value = json.loads(OFFER.to_json()) | {"assigner": "urn:other", "timestamp": "never"}
    offer = model(MessageOffer, canonical(value), BODY_BYTES)
    agreement = draw_up(offer, id="urn:uuid:3", provider=MX, consumer=US, timestamp=NOW)
    assert agreement == AGREEMENT


def test_python_names_in_an_offer_stay_what_they_were() -> None:
    rule = {"action": "use", "constraint": [], "left_operand": "x"}
    value = json.loads(OFFER.to_json()) | {"permission": [rule], "id": "urn:x"}
    offer = model(MessageOffer, canonical(value), BODY_BYTES)
    agreement = draw_up(offer, id="urn:uuid:3", provider=MX, consumer=US, timestamp=NOW)
    assert json.loads(agreement.to_json())["permission"] == [rule]
    assert (agreement.id, agreement.unknown()) == ("urn:uuid:3", ("id",))


def test_a_time_without_a_zone_is_a_defect() -> None:
    with refuses(Code.INTERNAL):
        draw_up(OFFER, id="i", provider=MX, consumer=US, timestamp=datetime(2026, 1, 1))


def test_both_consents_are_checked() -> None:
    evidence = AgreementEvidence(
        AGREEMENT,
        provider_signature=sign(AGREEMENT, Role.PROVIDER, PROVIDER),
        consumer_signature=sign(AGREEMENT, Role.CONSUMER, CONSUMER),
    )
    evidence.check(PROVIDER.public, CONSUMER.public)
    other = draw_up(
        OFFER, id="urn:uuid:3", provider=MX, consumer=US, timestamp=datetime(2027, 1, 1, tzinfo=UTC)
    )
    hostile = {
        "of another agreement": replace(evidence, agreement=other),
        "of the provider twice": replace(evidence, consumer_signature=evidence.provider_signature),
        "swapped": AgreementEvidence(
            AGREEMENT, evidence.consumer_signature, evidence.provider_signature
        ),
        "none": replace(evidence, consumer_signature=""),
    }
    for flawed in hostile.values():
        with refuses(Code.SIGNATURE_INVALID):
            flawed.check(PROVIDER.public, CONSUMER.public)


def test_a_consent_is_bound_to_its_role() -> None:
    signature = sign(AGREEMENT, Role.PROVIDER, PROVIDER)
    check_signature(AGREEMENT, Role.PROVIDER, signature, PROVIDER.public)
    with refuses(Code.SIGNATURE_INVALID):
        check_signature(AGREEMENT, Role.CONSUMER, signature, PROVIDER.public)
