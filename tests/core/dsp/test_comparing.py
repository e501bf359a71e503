"""What a JSON-LD processor does to a policy is no change; everything else is."""

from typing import Any

import pytest

from comity.core.canonical import canonical, model
from comity.core.dsp.comparing import same_words
from comity.core.dsp.policy import MessageOffer
from comity.limits import BODY_BYTES

WRITTEN: dict[str, Any] = {
    "@id": "urn:uuid:1",
    "@type": "Offer",
    "target": "list",
    "profile": "urn:comity:terms:1",
    "permission": [
        {
            "action": "urn:comity:terms:1:receive",
            "constraint": [
                {
                    "leftOperand": "purpose",
                    "operator": "isAnyOf",
                    "rightOperand": ["money-laundering", "sanctions"],
                },
                {"leftOperand": "spatial", "operator": "isAnyOf", "rightOperand": ["XB"]},
                {
                    "and": [
                        {"leftOperand": "count", "operator": "lteq", "rightOperand": "5"},
                        {"leftOperand": "urn:x", "operator": "eq", "rightOperand": "P1D"},
                    ]
                },
            ],
        }
    ],
}
REWRITTEN: dict[str, Any] = {
    "@id": "urn:uuid:2",
    "@type": "Offer",
    "target": "list",
    "assigner": "did:web:mx.example",
    "permission": [
        {
            "action": "urn:comity:terms:1:receive",
            "constraint": [
                {
                    "leftOperand": "odrl:purpose",
                    "operator": "isAnyOf",
                    "rightOperand": '[{"@value":"sanctions"},{"@value":"money-laundering"}]',
                },
                {
                    "leftOperand": "http://www.w3.org/ns/odrl/2/spatial",
                    "operator": "isAnyOf",
                    "rightOperand": "XB",
                },
                {
                    "and": [
                        {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "5"},
                        {"leftOperand": "urn:x", "operator": "eq", "rightOperand": "P1D"},
                    ]
                },
            ],
        }
    ],
}


def offer(value: dict[str, Any]) -> MessageOffer:
    return model(MessageOffer, canonical(value), BODY_BYTES)


def changed(**changes: Any) -> MessageOffer:
    """Return the rewritten offer with another first constraint."""
    permission = REWRITTEN["permission"][0]
    first, *rest = permission["constraint"]
    constraints = [{**first, **changes}, *rest]
    return offer({**REWRITTEN, "permission": [{**permission, "constraint": constraints}]})


def test_what_a_processor_does_is_no_change() -> None:
    assert same_words(offer(REWRITTEN), offer(WRITTEN))
    assert same_words(offer(WRITTEN), offer(WRITTEN))
    assert same_words(offer({**REWRITTEN, "profile": ["urn:comity:terms:1"]}), offer(WRITTEN))


@pytest.mark.parametrize(
    "changes",
    [
        {"leftOperand": "odrl:spatial"},
        {"leftOperand": "other:purpose"},
        {"operator": "isNoneOf"},
        {"rightOperand": "sanctions"},
        {"rightOperand": ["money-laundering", "sanctions", "tax"]},
        {"rightOperand": '[{"@value":"sanctions"},{"@value":"tax"}]'},
        {"rightOperand": '[{"@value":"sanctions"},{"@value":"money-laundering"}'},
        {"rightOperand": '[{"@value":"sanctions"},{"@value":"money-laundering"},1]'},
        {"rightOperand": '[{"@value":"sanctions"},{"@value":"money-laundering","@type":"x"}]'},
        {"rightOperand": '[{"@value":"sanctions"},{"@value":1}]'},
        {"rightOperand": "[{" * 20_000},
        {"rightOperand": '[{"@value":' * 20_000},
        {"more": "words"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_any_other_difference_is_a_change(changes: dict[str, Any]) -> None:
    assert not same_words(changed(**changes), offer(WRITTEN))


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": "urn:other"},
        {"prohibition": [{"action": "use"}]},
        {"obligation": [{"action": "use"}]},
        {"permission": REWRITTEN["permission"] * 2},
        {"more": "words"},
    ],
)
def test_more_rules_or_another_profile_are_a_change(changes: dict[str, Any]) -> None:
    assert not same_words(offer({**REWRITTEN, **changes}), offer(WRITTEN))


def test_a_profile_that_was_not_offered_is_a_change() -> None:
    plain = {name: value for name, value in WRITTEN.items() if name != "profile"}
    assert not same_words(offer(WRITTEN), offer(plain))
    assert same_words(offer(REWRITTEN), offer(plain))
