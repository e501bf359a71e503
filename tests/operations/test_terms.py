import json
from typing import Any

import pytest

from comity.core.terms import draft_terms
from comity.core.terms_odrl import PROFILE, to_message_offer, to_offer
from comity.errors import Code
from comity.operations import terms
from comity.store.rows.agreements import Agreement
from comity.store.rows.moving import change, many
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, TERMS

BARE = {"action": f"{PROFILE}:match"}


def agreement(p: Pair) -> str:
    with p.mx.store.read() as tx:
        (row,) = many(tx, Agreement)
    return row.id


def test_an_agreement_says_the_same_to_both(agreed: Pair) -> None:
    id = agreement(agreed)
    ours = run(terms.terms_explain, agreed.mx, agreement=id)
    theirs = run(terms.terms_explain, agreed.us, agreement=id)
    assert ours == theirs
    assert (ours.holder, ours.asker, ours.dataset) == (MX.id, US.id, MX_LIST)
    assert (ours.state, ours.known) == ("active", True)
    codes = {one.code for one in ours.sentences}
    assert {"may-match", "may-request", "not-receive", "approval-request-1"} <= codes


def test_a_draft_and_its_policy_say_the_same(agreed: Pair) -> None:
    draft = run(terms.terms_explain, agreed.mx, terms=TERMS)
    assert draft.known
    value = draft_terms(TERMS)
    for policy in (
        to_offer(value, "urn:uuid:1"),
        to_message_offer(value, "urn:uuid:1", "urn:uuid:2"),
    ):
        shown = run(terms.terms_explain, agreed.mx, terms=json.loads(policy.to_json()))
        assert shown == draft
    with agreed.mx.store.read() as tx:
        (row,) = many(tx, Agreement)
    assert run(terms.terms_explain, agreed.mx, terms=json.loads(row.agreement)) == draft


@pytest.mark.parametrize(
    ("change_it", "code", "where"),
    [
        ({"profile": "urn:other"}, "terms-unknown", "profile"),
        ({"obligation": [{"action": "use"}]}, "terms-unknown", "obligation"),
        ({"permission": [{"action": "use"}]}, "terms-unknown", "permission.0.action"),
        ({"permission": [BARE]}, "terms-invalid", "permission.0.approval"),
    ],
)
def test_a_policy_that_is_not_known_allows_nothing(
    agreed: Pair, change_it: dict[str, Any], code: str, where: str
) -> None:
    policy = json.loads(to_offer(draft_terms(TERMS), "urn:uuid:1").to_json()) | change_it
    shown = run(terms.terms_explain, agreed.mx, terms=policy)
    assert not shown.known
    assert [(one.code, one.params) for one in shown.sentences] == [
        ("nothing", {}),
        (code, {"where": where}),
    ]


def test_an_agreement_that_is_not_known_allows_nothing(agreed: Pair) -> None:
    id = agreement(agreed)
    with agreed.mx.store.write() as tx:
        (row,) = many(tx, Agreement)
        strange = json.loads(row.agreement) | {"prohibition": [{"action": "use"}]}
        change(tx, Agreement, {"id": id}, agreement=json.dumps(strange))
    shown = run(terms.terms_explain, agreed.mx, agreement=id)
    assert (shown.known, shown.agreement) == (False, id)
    assert shown.sentences[1].params == {"where": "prohibition"}


def test_what_cannot_be_explained(agreed: Pair) -> None:
    with refuses(Code.AGREEMENT_UNKNOWN):
        run(terms.terms_explain, agreed.mx, agreement="urn:uuid:none")
    with refuses(Code.TERMS_INVALID):
        run(terms.terms_explain, agreed.mx, terms={"match": {}})
    with refuses(Code.ARGUMENT_INVALID, where="agreement"):
        run(terms.terms_explain, agreed.mx)
    with refuses(Code.ARGUMENT_INVALID, where="agreement"):
        run(terms.terms_explain, agreed.mx, agreement="x", terms=TERMS)
