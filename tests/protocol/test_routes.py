"""The closed set: which messages there are, and how a path is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import Code
from comity.protocol.base import fill_path, match_path
from comity.protocol.routes import CONTACTS, ROUTES, find_contact, find_route
from refusals import refuses

EVERY = (*ROUTES, *CONTACTS)
CLOSED = """
POST /dsp/2025-1/catalog/request CatalogRequestMessage
GET /dsp/2025-1/catalog/datasets/{} DatasetRequestMessage
POST /dsp/2025-1/negotiations/request ContractRequestMessage
POST /dsp/2025-1/negotiations/offers ContractOfferMessage
POST /dsp/2025-1/negotiations/{}/request ContractRequestMessage
POST /dsp/2025-1/negotiations/{}/offers ContractOfferMessage
POST /dsp/2025-1/negotiations/{}/agreement ContractAgreementMessage
POST /dsp/2025-1/negotiations/{}/agreement/verification ContractAgreementVerificationMessage
POST /dsp/2025-1/negotiations/{}/events ContractNegotiationEventMessage
POST /dsp/2025-1/negotiations/{}/termination ContractNegotiationTerminationMessage
GET /dsp/2025-1/negotiations/{} ContractNegotiation
POST /comity/1/agreements comity-consent-1
POST /dsp/2025-1/transfers/request TransferRequestMessage
POST /dsp/2025-1/transfers/{}/start TransferStartMessage
POST /dsp/2025-1/transfers/{}/suspension TransferSuspensionMessage
POST /dsp/2025-1/transfers/{}/completion TransferCompletionMessage
POST /dsp/2025-1/transfers/{}/termination TransferTerminationMessage
GET /dsp/2025-1/transfers/{} TransferProcess
GET /comity/1/transfers/{}/manifest comity-manifest-1
GET /comity/1/transfers/{}/set/{} comity-set-part-1
POST /comity/1/transfers/{}/questions comity-question-1
POST /comity/1/transfers/{}/requests comity-request-1
POST /comity/1/answers/{} comity-answer-1
POST /comity/1/attestations comity-attestation-1
POST /comity/1/recalls comity-recall-1
POST /comity/1/recalls/outcomes comity-recall-outcome-1
POST /comity/1/lost comity-lost-1
POST /comity/1/contact/record comity-record-1
POST /comity/1/contact/record/roots comity-record-roots-1
POST /comity/1/contact/record/entries comity-record-entries-1
POST /comity/1/contact/resume comity-resume-1
POST /comity/1/contact/mailbox comity-mailbox-1
POST /comity/1/contact/ledger comity-ledger-1
"""


def test_the_set_is_closed() -> None:
    """Whoever adds a message adds it here, and says what it can cause."""
    found = "\n".join(f"{route.method} {route.path} {route.what}" for route in EVERY)
    assert found == CLOSED.strip()


def test_no_request_fits_two_routes() -> None:
    for route in EVERY:
        path = fill_path(route.path, *(["urn:uuid:1"] * route.path.count("{}")))
        fitting = [
            other
            for other in EVERY
            if other.method == route.method and match_path(other.path, path) is not None
        ]
        assert fitting == [route]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/dsp/2025-1"),
        ("POST", "/dsp/2025-1/catalog/request/"),
        ("POST", "//dsp/2025-1/catalog/request"),
        ("POST", "/DSP/2025-1/catalog/request"),
        ("post", "/dsp/2025-1/catalog/request"),
        ("GET", "/dsp/2025-1/catalog/request"),
        ("DELETE", "/dsp/2025-1/transfers/x"),
        ("GET", "/comity/1/transfers/x/set/1/2"),
        ("GET", "/.well-known/dspace-version"),
        ("GET", "/operations/node.show"),
    ],
)
def test_everything_else_is_unknown(method: str, path: str) -> None:
    with refuses(Code.MESSAGE_UNKNOWN):
        find_route(method, path)


def test_all_of_it_is_below_the_nodes_own_path() -> None:
    route, params, query = find_route("GET", "/a/b/dsp/2025-1/transfers/x", "/a/b")
    assert (route.what, params, query) == ("TransferProcess", ("x",), "")
    for target in ("/dsp/2025-1/transfers/x", "/a/bc/dsp/2025-1/transfers/x", "/a/b", ""):
        with refuses(Code.MESSAGE_UNKNOWN):
            find_route("GET", target, "/a/b")


def test_what_is_in_one_table_is_unknown_to_the_other() -> None:
    for route in CONTACTS:
        assert find_contact(route.method, f"/a{route.path}", "/a") is route
        with refuses(Code.MESSAGE_UNKNOWN):
            find_route(route.method, route.path)
    for route in ROUTES:
        with refuses(Code.MESSAGE_UNKNOWN):
            find_contact(route.method, route.path)


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2))
def test_ids_go_into_a_path_and_come_out_again(ids: list[str]) -> None:
    printable = all(text.isprintable() for text in ids)
    encodable = all(char < "\ud800" or char > "\udfff" for text in ids for char in text)
    if encodable:
        path = fill_path("/a/{}/b/{}", *ids)
        assert path.isascii()
        assert match_path("/a/{}/b/{}", path) == (tuple(ids) if printable else None)


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_any_path_is_read_or_unknown(path: str) -> None:
    found = match_path("/a/{}", path)
    assert found is None or path.startswith("/a/")


@pytest.mark.parametrize("segment", ["%ff", "%c3%28", "%00", "%0a", "%ed%a0%80", "%e2%80%ae"])
def test_ids_that_are_no_text_fit_nothing(segment: str) -> None:
    assert match_path("/a/{}", f"/a/{segment}") is None
