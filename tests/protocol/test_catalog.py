"""The catalog: what is offered, to whom, and what is asked of it in vain."""

from dataclasses import replace
from itertools import count
from urllib.parse import quote

import pytest
from pydantic import JsonValue

from comity.api import Request
from comity.core.canonical import model
from comity.core.dsp.catalog import (
    CatalogError,
    CatalogRequestMessage,
    RootCatalog,
    RootDataset,
)
from comity.errors import Code
from comity.limits import CATALOG_PAGE, CATALOG_PAGES, REPLY_BYTES
from comity.operations import offering
from comity.protocol import catalog as catalogs
from comity.protocol.base import DSP, fill_path
from comity.store import record
from comity.store.rows.agreements import Offer
from comity.store.rows.holdings import Dataset
from comity.store.rows.moving import add, many
from comity.store.rows.record import Message
from nodes import MX, US, Pair, run
from refusals import refuses
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
    seal,
)


def catalog(p: Pair) -> RootCatalog:
    return model(RootCatalog, say(p.us, MX.id, CATALOG, CATALOG_BODY).body, REPLY_BYTES)


def offered(p: Pair) -> list[tuple[str, str]]:
    found = run(offering.catalog, p.us, peer=MX.id).offers
    return [(offer.dataset, offer.id) for offer in found]


def test_an_empty_catalog(loaded: Pair) -> None:
    found = catalog(loaded)
    assert (found.participant_id, found.dataset) == (MX.id, None)
    assert offered(loaded) == []


def test_what_is_offered_with_its_terms(loaded: Pair) -> None:
    made = run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    (shown,) = run(offering.catalog, loaded.us, peer=MX.id).offers
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
    run(offering.make_offer, loaded.mx, dataset="second-list", terms=TERMS, peer=third)
    ours = run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS, peer=US.id)
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=matching_terms(), peer=third)
    assert offered(loaded) == [(MX_LIST, ours.id)]
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", "second-list")
    assert code(say(loaded.us, MX.id, target, method="GET")) == Code.DATASET_UNKNOWN


def test_a_withdrawn_offer_is_gone(loaded: Pair) -> None:
    first, second = (
        run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=draft)
        for draft in (TERMS, matching_terms(tokensInAll=5))
    )
    assert offered(loaded) == [(MX_LIST, first.id), (MX_LIST, second.id)]
    assert not run(offering.withdraw_offer, loaded.mx, offer=first.id).open
    assert offered(loaded) == [(MX_LIST, second.id)]


def test_one_dataset(loaded: Pair) -> None:
    made = run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", MX_LIST)
    found = model(RootDataset, say(loaded.us, MX.id, target, method="GET").body, REPLY_BYTES)
    assert (found.id, [policy.id for policy in found.has_policy]) == (MX_LIST, [made.id])


@pytest.mark.parametrize("dataset", ["us-list", "", "%", "a b", "\u00e9", "x" * 300])
def test_a_dataset_that_is_not_offered(loaded: Pair, dataset: str) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    target = fill_path(f"{DSP}/catalog/datasets/{{}}", dataset)
    reply = say(loaded.us, MX.id, target, method="GET")
    assert (reply.status, code(reply)) == (404, Code.DATASET_UNKNOWN)
    assert model(CatalogError, reply.body, REPLY_BYTES).code == Code.DATASET_UNKNOWN


def test_filters_are_not_guessed_at(loaded: Pair) -> None:
    reply = say(loaded.us, MX.id, CATALOG, CATALOG_BODY[:-1] + b',"filter":[{"a":1}]}')
    assert code(reply) == Code.FILTER_NOT_SUPPORTED


def test_a_query_without_criteria_is_a_page(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)

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

    def datasets(reply: Message) -> int:
        return len(model(RootCatalog, reply.body, REPLY_BYTES).dataset or ())

    assert datasets(asked()) == 1
    assert datasets(asked(offset=1)) == datasets(asked(offset=10**9)) == 0
    assert datasets(asked(limit=10**9)) == 1
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


def page(p: Pair, query: str) -> tuple[RootCatalog, str]:
    """Return one page as the peer listener would send it: its body, and its Link header."""
    with p.us.store.read() as tx:
        seq = record.head(tx, MX.id, record.OUT)[0]
    target = f"{CATALOG}?{query}" if query else CATALOG
    request = seal(p, seq=seq + next(_NUMBERS), target=target)
    response = p.mx.exchange.handle(request)
    again = p.mx.exchange.handle(request)
    assert again == response
    return model(RootCatalog, response.body, REPLY_BYTES), response.link


_NUMBERS = count(1_000)


def many_lists(p: Pair, number: int) -> list[str]:
    """Offer so many datasets; returns their names in order."""
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
    names = [f"list-{n:04}\u00e9/?" for n in range(number)]
    with p.mx.store.write() as tx:
        (dataset,), (offer,) = many(tx, Dataset), many(tx, Offer)
        add(tx, *(replace(dataset, id=name) for name in names))
        add(tx, *(replace(offer, id=f"urn:{name}", dataset=name) for name in names))
    return sorted([*names, MX_LIST])


def test_pages_lead_forward_and_back(loaded: Pair) -> None:
    names = many_lists(loaded, 2 * CATALOG_PAGE + 1)
    seen, query, links = [], "", []
    while True:
        found, link = page(loaded, query)
        seen.append([item.id for item in found.dataset or ()])
        links.append(link)
        if found.next is None:
            break
        query = found.next
    assert [len(ids) for ids in seen] == [CATALOG_PAGE, CATALOG_PAGE, 2]
    assert [name for ids in seen for name in ids] == names
    back, _ = page(loaded, found.previous or "")
    assert [item.id for item in back.dataset or ()] == seen[1]
    first = f"{MX.address}{CATALOG}"
    assert links[0] == f'<{first}?after={quote(seen[0][-1], safe="")}>; rel="next"'
    assert links[1].startswith(f'<{first}?before={quote(seen[1][0], safe="")}>; rel="previous", <')
    assert links[2].endswith('rel="previous"')
    # The operation reads all of them.
    assert [dataset for dataset, _ in offered(loaded)] == names


def test_a_page_that_is_none(loaded: Pair) -> None:
    many_lists(loaded, 1)
    for query in ("page=2", "after=", "after=a&before=b", "after=<x>"):
        response = loaded.mx.exchange.handle(
            seal(loaded, seq=next(_NUMBERS), target=f"{CATALOG}?{query}")
        )
        assert (response.status, response.link) == (400, "")


def test_a_catalog_that_never_ends(loaded: Pair) -> None:
    """The peer's every page names a next one, and one of them leads elsewhere."""
    many_lists(loaded, 1)
    asked: list[str] = []

    def endless(request: Request) -> Request:
        asked.append(request.target)
        return request

    loaded.to_mx.on_request = endless
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            catalogs, "_span", lambda names, query: (0, 1 if len(names) > 1 else len(names))
        )
        found = offered(loaded)
    assert len(found) == len(asked) == CATALOG_PAGES
    assert all(target.startswith(CATALOG) for target in asked)


def test_a_next_page_elsewhere_is_not_asked_for(loaded: Pair) -> None:
    for page in ("https://127.0.0.1:9/x", "after=x HTTP/1.1", "//host/after=x", "x"):
        with refuses(Code.SCHEMA_INVALID):
            catalogs.page_target(f"{DSP}", page)


def test_a_catalog_has_so_many_datasets_and_fits_a_reply(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    with loaded.mx.store.write() as tx:
        (dataset,), (offer,) = many(tx, Dataset), many(tx, Offer)
        number = CATALOG_PAGE + 1
        add(tx, *(replace(dataset, id=f"list-{n}", title="x" * 200) for n in range(number)))
        add(tx, *(replace(offer, id=f"urn:{n}", dataset=f"list-{n}") for n in range(number)))
    reply = say(loaded.us, MX.id, CATALOG, CATALOG_BODY)
    assert len(reply.body) < REPLY_BYTES
    assert len(model(RootCatalog, reply.body, REPLY_BYTES).dataset or ()) == CATALOG_PAGE
