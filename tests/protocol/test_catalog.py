"""The catalog: what is offered, to whom, and what is asked of it in vain."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from comity.core.canonical import model
from comity.core.dsp.catalog import (
    CatalogError,
    CatalogRequestMessage,
    RootCatalog,
    RootDataset,
)
from comity.errors import Code
from comity.limits import CATALOG_PAGE, REPLY_BYTES
from comity.operations import agreeing
from comity.protocol.base import DSP, fill_path
from comity.store.rows import Dataset, Message, Offer, add, many
from nodes import MX, US, Pair, run
from stages import (
    CATALOG,
    CATALOG_BODY,
    MX_LIST,
    MX_ROWS,
    TERMS,
    code,
    load,
    matching_terms,
    pin_third,
    say,
)


def catalog(p: Pair) -> RootCatalog:
    return model(RootCatalog, say(p.us, MX.id, CATALOG, CATALOG_BODY).body, REPLY_BYTES)


def offered(p: Pair) -> list[tuple[str, str]]:
    found = run(agreeing.catalog, p.us, peer=MX.id).offers
    return [(offer.dataset, offer.id) for offer in found]


def test_an_empty_catalog(loaded: Pair) -> None:
    found = catalog(loaded)
    assert (found.participant_id, found.dataset) == (MX.id, None)
    assert offered(loaded) == []


def test_what_is_offered_with_its_terms(loaded: Pair) -> None:
    made = run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    (shown,) = run(agreeing.catalog, loaded.us, peer=MX.id).offers
    assert (shown.id, shown.dataset, shown.terms) == (made.id, MX_LIST, made.terms)
    (dataset,) = catalog(loaded).dataset or ()
    assert [item.format for item in dataset.distribution or ()] == [
        "Comity-Match",
        "Comity-Request",
    ]
    assert (catalog(loaded).service or ())[0].endpoint_url == MX.address + DSP


def test_offers_to_somebody_else_are_not_seen(loaded: Pair) -> None:
    third = pin_third(loaded)
    load(loaded.mx, "second-list", *MX_ROWS)
    run(agreeing.make_offer, loaded.mx, dataset="second-list", terms=TERMS, peer=third)
    ours = run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS, peer=US.id)
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=matching_terms(), peer=third)
    assert offered(loaded) == [(MX_LIST, ours.id)]
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", "second-list")
    assert code(say(loaded.us, MX.id, target, method="GET")) == Code.DATASET_UNKNOWN


def test_a_withdrawn_offer_is_gone(loaded: Pair) -> None:
    first, second = (
        run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=draft)
        for draft in (TERMS, matching_terms(tokensInAll=5))
    )
    assert offered(loaded) == [(MX_LIST, first.id), (MX_LIST, second.id)]
    assert not run(agreeing.withdraw_offer, loaded.mx, offer=first.id).open
    assert offered(loaded) == [(MX_LIST, second.id)]


def test_one_dataset(loaded: Pair) -> None:
    made = run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", MX_LIST)
    found = model(RootDataset, say(loaded.us, MX.id, target, method="GET").body, REPLY_BYTES)
    assert (found.id, [policy.id for policy in found.has_policy]) == (MX_LIST, [made.id])


@pytest.mark.parametrize("dataset", ["us-list", "", "%", "a b", "\u00e9", "x" * 300])
def test_a_dataset_that_is_not_offered(loaded: Pair, dataset: str) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", dataset)
    reply = say(loaded.us, MX.id, target, method="GET")
    assert (reply.status, code(reply)) == (404, Code.DATASET_UNKNOWN)
    assert model(CatalogError, reply.body, REPLY_BYTES).code == Code.DATASET_UNKNOWN


def test_filters_are_not_guessed_at(loaded: Pair) -> None:
    reply = say(loaded.us, MX.id, CATALOG, CATALOG_BODY[:-1] + b',"filter":[{"a":1}]}')
    assert code(reply) == Code.FILTER_NOT_SUPPORTED


def test_a_query_without_criteria_is_a_page(loaded: Pair) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)

    def asked(**changes: JsonValue) -> Message:
        query = {
            "@type": "QuerySpec",
            "offset": 0,
            "limit": 50,
            "sortOrder": "ASC",
            "filterExpression": [],
        }
        message = CatalogRequestMessage(filter=({**query, **changes},))
        return say(loaded.us, MX.id, CATALOG, message)

    def count(reply: Message) -> int:
        return len(model(RootCatalog, reply.body, REPLY_BYTES).dataset or ())

    assert count(asked()) == 1
    assert count(asked(offset=1)) == 0
    assert count(asked(limit=10**9)) == 1
    refused: tuple[dict[str, JsonValue], ...] = (
        {"filterExpression": [{"operandLeft": "id"}]},
        {"sortField": "id"},
        {"limit": 0},
        {"offset": -1},
        {"@type": "Query"},
        {"other": None},
    )
    for changes in refused:
        assert code(asked(**changes)) == Code.FILTER_NOT_SUPPORTED


def test_a_catalog_has_so_many_datasets_and_fits_a_reply(loaded: Pair) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    with loaded.mx.store.write() as tx:
        (dataset,), (offer,) = many(tx, Dataset), many(tx, Offer)
        count = CATALOG_PAGE + 1
        add(tx, *(replace(dataset, id=f"list-{n}", title="x" * 200) for n in range(count)))
        add(tx, *(replace(offer, id=f"urn:{n}", dataset=f"list-{n}") for n in range(count)))
    reply = say(loaded.us, MX.id, CATALOG, CATALOG_BODY)
    assert len(reply.body) < REPLY_BYTES
    assert len(model(RootCatalog, reply.body, REPLY_BYTES).dataset or ()) == CATALOG_PAGE
