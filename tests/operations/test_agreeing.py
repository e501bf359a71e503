"""Offers and terms as operators give them, and what is said of them when they are wrong."""

from typing import Any

import pytest

from comity.errors import Code
from comity.operations import agreeing, agreements, offering, records
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import MX_LIST, TERMS


def changed(p: Pair, changes: dict[str, Any]) -> Any:
    """Return the terms of a negotiation under the offer with changes."""
    return run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST, terms=changes).terms


def test_what_is_changed_and_what_stays(offered: Pair) -> None:
    (offer,) = run(offering.offer_list, offered.mx).offers
    before = offer.terms
    assert before
    after = changed(offered, {"onward": True, "match": {"tokensInAll": 7, "handling": "TLP:RED"}})
    assert before.match
    assert before.request
    assert after.match == before.match.model_copy(
        update={"onward": True, "tokens_in_all": 7, "handling": after.match.handling}
    )
    assert (after.match.handling, after.request.handling) == ("TLP:RED", "TLP:AMBER")
    assert after.request == before.request.model_copy(update={"onward": True})


def test_a_grant_that_was_not_offered_is_added_and_nothing_else_is_lost(loaded: Pair) -> None:
    draft = {name: value for name, value in TERMS.items() if name != "request"}
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=draft)
    conditions = {"purposes": ["sanctions"], "expiry": "2027-01-01T00:00:00Z"}
    more = {"approval": "one-officer", "handling": "TLP:RED", **conditions}
    after = changed(loaded, {"receive": more})
    assert after.receive is not None
    assert after.match is not None
    with refuses(Code.TERMS_INVALID):
        changed(loaded, {"receive": {}})


@pytest.mark.parametrize(
    "changes",
    [
        {"match": None},
        {"match": 5},
        {"request": ["names"]},
        {"match": {"quota": 5}},
        {"everything": True},
        {"match": {"tokensInAll": 0}},
        {"match": {"tokensInAll": "many"}},
        {"purposes": []},
        {"purposes": ["a", "a"]},
        {"expiry": "tomorrow"},
        {"handling": "TLP:BLUE"},
    ],
)
def test_changes_that_are_no_terms(offered: Pair, changes: dict[str, Any]) -> None:
    with refuses(Code.TERMS_INVALID):
        changed(offered, changes)
    assert run(agreeing.negotiation_list, offered.us).negotiations == ()


def test_an_offer_of_what_is_not_held(loaded: Pair) -> None:
    with refuses(Code.DATASET_UNKNOWN, dataset="nothing"):
        run(offering.make_offer, loaded.mx, dataset="nothing", terms=TERMS)
    with refuses(Code.PEER_UNKNOWN, peer="nobody"):
        run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS, peer="nobody")
    draft = {**TERMS, "request": {**TERMS["request"], "fields": ["names", "passwords"]}}
    with refuses(Code.FIELD_NOT_AGREED, field="passwords"):
        run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=draft)
    with refuses(Code.TERMS_INVALID):
        run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms={})
    with refuses(Code.OFFER_UNKNOWN):
        run(offering.withdraw_offer, loaded.mx, offer="urn:uuid:1")


def test_asking_for_what_is_not_in_the_catalog(offered: Pair) -> None:
    for args in ({"dataset": "nothing"}, {"dataset": MX_LIST, "offer": "urn:uuid:1"}):
        with refuses(Code.OFFER_UNKNOWN):
            run(agreeing.negotiate, offered.us, peer=MX.id, **args)


def test_the_latest_offer_is_meant_where_none_is_named(offered: Pair) -> None:
    offered.clock.forward(seconds=1)
    draft = {**TERMS, "handling": "TLP:RED"}
    run(offering.make_offer, offered.mx, dataset=MX_LIST, terms=draft)
    assert changed(offered, {}).match.handling == "TLP:RED"


def test_things_that_there_are_not(offered: Pair) -> None:
    for operation in (agreeing.show, agreeing.accept):
        with refuses(Code.NEGOTIATION_UNKNOWN):
            run(operation, offered.mx, negotiation="urn:uuid:1")
    for each in (agreements.agreement_show, agreements.suspend, agreements.resume):
        with refuses(Code.AGREEMENT_UNKNOWN):
            run(each, offered.mx, agreement="urn:uuid:1")


def test_who_agreed_to_what_is_noted(offered: Pair) -> None:
    changed(offered, {"onward": True})
    offered.pump()
    (waits,) = run(agreeing.negotiation_list, offered.mx).negotiations
    run(agreeing.accept, offered.mx, negotiation=waits.id)
    offered.pump()
    (agreed,) = run(agreements.agreement_list, offered.mx).agreements
    assert run(agreements.agreement_show, offered.mx, agreement=agreed.id) == agreed
    noted = run(records.journal_show, offered.mx).entries[-1]
    assert (noted.action, noted.officer, noted.detail) == (
        "negotiation.accept",
        "officer-1",
        {"negotiation": waits.id, "peer": US.id},
    )
