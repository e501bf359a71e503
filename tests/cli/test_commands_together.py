"""The main job by commands alone, at two served nodes: each result as JSON and as text."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.core.disclosure import Field
from comity.demo.sides import free_ports
from comity.operations import (
    agreements,
    finding,
    handles,
    matching,
    offering,
    posture,
    records,
    rehearsing,
    tagging,
)
from comity.operations.proposals import NegotiationShown
from comity.operations.requests import Requests, RequestShown
from commands import Officer, Ran, make_node, pin_each_other, quiet_logs, served

# One day of two nodes, in this order: a file is never divided among workers.

MX_LIST = """\
Ref,Empresa,RFC,Estado,Fecha
M1,Comercializadora Uno SA de CV,CNU130416UJ3,Definitivo,2023-07-01
M2,Servicios Dos SC,SAF130812CL4,Presunto,2023-07-02
M3,Solo Nombre SA,MCF071017FGA,Definitivo,2023-07-03
M4,Reservada SA,AAA010101AAA,Definitivo,2023-07-03
"""
US_LIST = """\
Ref,Company,RFC
U1,Uno Trading,CNU130416UJ3
U2,Servicios Dos SC,SAF130812CL4
U3,Solo Nombre SA,
U4,Nobody Inc,
U5,Reservada SA,
"""
MX_MAP = "id=Ref;name=Empresa;kind=organisation;rfc=RFC;status=Estado;as_of=Fecha"
US_MAP = "id=Ref;name=Company;kind=organisation;rfc=RFC"
PURPOSE = "money laundering investigation"


@dataclass(frozen=True)
class Two:
    """A holder and an asker, both served, with an agreement about `firms`."""

    mx: Officer
    us: Officer
    folder: Path
    offer: str
    agreement: str


def until(look: Callable[[], Ran], fits: Callable[[Ran], bool]) -> Ran:
    """Look again until it fits: messages take a moment to arrive."""
    for _ in range(200):
        ran = look()
        if fits(ran):
            return ran
        time.sleep(0.02)
    raise AssertionError(ran)


def load(officer: Officer, folder: Path, dataset: str, text: str, mapping: str) -> None:
    path = folder / f"{dataset}.csv"
    path.write_text(text)
    ran = officer.run(
        *("holdings", "load", str(path), "--format", "csv", "--map", mapping),
        *("--withhold", "M4") if dataset == "firms" else (),
    )
    assert ran.code == 0, ran


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("together")
    ports = free_ports(2)
    mx = make_node(folder, "mx", "MX", port=ports[0])
    us = make_node(folder, "us", "US", port=ports[1])
    pin_each_other(mx, us)
    load(mx, folder, "firms", MX_LIST, MX_MAP)
    load(us, folder, "listed", US_LIST, US_MAP)
    terms = folder / "terms.toml"
    terms.write_text(mx.run("terms", "template").out)
    with quiet_logs(), served(mx, us):
        offer = mx.says(
            offering.OfferShown, "offer", "make", "firms", "--terms", str(terms), "--to", "us"
        )
        (seen,) = us.says(offering.Offers, "catalog", "mx").offers
        assert seen.id == offer.id
        asked = us.says(NegotiationShown, "negotiate", "mx", "firms", "--offer", offer.id)
        done = until(
            lambda: us.run("negotiations", "show", asked.id, "--json"),
            lambda ran: bool(ran.json["state"] == "FINALIZED"),
        )
        agreement: str = done.json["agreement"]
        until(
            lambda: mx.run("agreements", "show", agreement, "--json"),
            lambda ran: bool(ran.json["state"] == "active"),
        )
        yield Two(mx, us, folder, offer.id, agreement)


def test_the_agreement_is_shown_on_both_sides(two: Two) -> None:
    digests = set()
    for officer in (two.mx, two.us):
        shown = officer.says(agreements.AgreementShown, "agreements", "show", two.agreement)
        assert shown.signed_by_both
        digests.add(shown.digest)
        assert officer.says(agreements.Agreements, "agreements").agreements == (shown,)
        assert "in force" in officer.run("agreements", "list").out
    assert len(digests) == 1
    text = two.us.run("agreements", "show", two.agreement.removeprefix("urn:uuid:")[:6]).out
    assert "100,000 per day" in text
    assert "10 days" in text
    assert "until             2027-12-31T00:00:00Z" in text


def test_match_ask_approve_and_verify(two: Two) -> None:
    made = two.mx.says(tagging.Tagged, "tag", "us", "firms")
    assert made.records == 3

    found = two.us.says(matching.Matched, "match", "mx", "firms")
    assert [(hit.record, hit.families) for hit in sorted(found.hits, key=lambda h: h.record)] == [
        ("U1", ("rfc",)),
        ("U2", ("name", "rfc")),
        ("U3", ("name",)),
    ]
    one = two.us.says(matching.Matched, "check", "mx", "firms", "--rfc", "SAF130812CL4")
    assert [hit.record for hit in one.hits] == [""]
    none = two.us.run("check", "mx", "firms", "--name", "Reservada SA")
    assert none.code == 0
    assert "No hits." in none.out
    assert two.us.refused("check", "mx", "firms") == "nothing-to-ask"
    assert two.us.refused("check", "mx", "firms", "--rfc", "SAF") == "input-invalid"
    assert len(two.us.says(finding.Hits, "hits").hits) == 4
    shown = two.us.run("hits", "mx").out
    assert "name only" in shown
    assert "A name alone identifies nobody" in shown

    handle = next(hit.handle for hit in found.hits if hit.record == "U2")
    (stands_for,) = two.mx.says(handles.HandlesShown, "handles", handle).handles
    assert (stands_for.record, stands_for.peer) == ("M2", "did:web:us.example")
    assert two.mx.refused("handles", "-nonsense") == "handle-unknown"
    assert two.us.refused("ask", "-nonsense", "--case", "X-0") == "handle-unknown"
    asked = two.us.says(RequestShown, "ask", handle, "--case", "X-1", "--urgency", "urgent")
    assert (asked.state, asked.case_reference) == ("held", "X-1")
    (waiting,) = two.mx.says(Requests, "inbox").requests
    short = waiting.id.removeprefix("urn:uuid:")[:8]
    held = two.mx.says(RequestShown, "inbox", "show", short)
    assert held.record == "M2"

    assert two.mx.refused("approve", short) == "not-confirmed"
    assert two.mx.refused("approve", short, "--approval", two.agreement) == "approval-void"
    no = two.mx.run("approve", short, input="n\n")
    assert "(not-confirmed)" in no.err
    for leaving in ("Servicios Dos SC", "rfc SAF130812CL4", "TLP:AMBER+STRICT", PURPOSE, "X-1"):
        assert leaving in no.err
    yes = two.mx.run("approve", short, input="y\n")
    assert yes.code == 0
    assert yes.out.endswith(f"{short} of did:web:us.example: answered.\n")
    assert two.mx.refused("approve", short, "--approval", held.approval) == "request-decided"

    until(
        lambda: two.us.run("requests", "--json"),
        lambda ran: bool(ran.json["requests"][0]["state"] == "answered"),
    )
    came = two.us.says(RequestShown, "requests", short)
    assert Field("names", ("Servicios Dos SC",)) in [Field(f.name, f.value) for f in came.answer]
    assert "Servicios Dos SC" in two.us.run("requests", short).out

    equal = two.us.says(records.RecordVerified, "record", "verify", "mx")
    assert equal.sent.sender == "did:web:us.example"
    assert "equal" in two.mx.run("record", "verify", "us").out
    said = two.us.says(records.RecordShown, "record", "show", "mx")
    assert said.sent == equal.sent.size
    assert "request for details" in two.us.run("record", "show", "mx").out

    draft = two.folder / "draft.toml"
    draft.write_text(two.mx.run("terms", "template").out.replace('"US"', '"CA"'))
    ran = two.mx.run("terms", "rehearse", str(draft), "--peer", "us")
    assert (ran.code, "The terms are not for this territory: US." in ran.out) == (0, True), ran
    again = two.mx.says(rehearsing.Rehearsed, "terms", "rehearse", str(draft))
    assert again.totals.refused + again.totals.not_replayable == len(again.messages) > 2
    assert two.us.says(rehearsing.Rehearsed, "terms", "rehearse", str(draft)).messages == ()


def test_a_request_is_declined_and_reopened(two: Two) -> None:
    two.mx.run("tag", "us", "firms")
    found = two.us.says(matching.Matched, "match", "mx", "firms", "--holdings", "listed")
    handle = next(hit.handle for hit in found.hits if hit.record == "U1")
    asked = two.us.says(RequestShown, "ask", handle, "--case", "X-2", "--field", "names")
    no = two.mx.says(RequestShown, "decline", asked.id, "--reason", "no legal basis")
    assert (no.state, no.reason) == ("declined", "no legal basis")
    assert two.us.refused("ask", handle, "--case", "X-3") == "peer-refused"
    ran = two.us.run("ask", handle, "--case", "X-3")
    assert "A request about this was declined, and that is final." in ran.err
    assert two.mx.run("reopen", asked.id).code == 0
    assert two.us.run("ask", handle, "--case", "X-4").code == 0


def test_a_negotiation_is_countered_accepted_and_declined(two: Two) -> None:
    less = two.folder / "less.toml"
    less.write_text('purposes = ["tax audit"]\n[match]\ntokens_in_all = 500\n')
    asked = two.us.says(NegotiationShown, "negotiate", "mx", "firms", "--terms", str(less))
    waits = until(
        lambda: two.mx.run("negotiations", "--json"),
        lambda ran: any(each["waits"] for each in ran.json["negotiations"]),
    )
    theirs = next(each for each in waits.json["negotiations"] if each["waits"])["id"]
    shown = two.mx.run("negotiations", "show", theirs)
    assert "tax audit" in shown.out
    assert "comity negotiations accept, counter or decline" in shown.err
    more = two.folder / "more.toml"
    more.write_text("[match]\ntokens_in_all = 700\n")
    two.mx.says(NegotiationShown, "negotiations", "counter", theirs, "--terms", str(more))
    until(
        lambda: two.us.run("negotiations", "show", asked.id, "--json"),
        lambda ran: bool(ran.json["waits"]),
    )
    two.us.says(NegotiationShown, "negotiations", "accept", asked.id)
    done = until(
        lambda: two.us.run("negotiations", "show", asked.id, "--json"),
        lambda ran: bool(ran.json["state"] == "FINALIZED"),
    )
    assert done.json["terms"]["match"]["tokensInAll"] == 700
    assert done.json["terms"]["match"]["purposes"] == ["tax audit"]

    again = two.us.says(NegotiationShown, "negotiate", "mx", "firms", "--terms", str(less))
    no = two.us.says(
        NegotiationShown, "negotiations", "decline", again.id, "--reason", "never mind"
    )
    assert no.state == "TERMINATED"
    assert "declined: never mind" in two.us.run("negotiations", "show", again.id).out
    assert "never" in two.us.run("negotiations", "list").out


def test_an_agreement_is_explained_to_both_sides(two: Two) -> None:
    for officer in (two.mx, two.us):
        ran = officer.run("terms", "explain", two.agreement)
        assert ran.code == 0, ran
        assert "The holder is did:web:mx.example, the asker is did:web:us.example." in ran.out
        assert "The asker may not pass on what it learns." in ran.out


def test_an_agreement_is_suspended_and_resumed(two: Two) -> None:
    name = two.agreement
    for word, state in (("suspend", "suspended"), ("resume", "active")):
        shown = two.mx.says(agreements.AgreementShown, "agreements", word, name)
        assert shown.state == state


def test_posture_says_everything_and_nothing_else(two: Two) -> None:
    found = two.mx.says(posture.Posture, "posture", "us")
    text = two.mx.run("posture", "us").out
    for message in found.messages:
        assert message.what in text
    assert "Have blinded tokens evaluated" in text
    assert text.endswith("It can cause nothing else here.\n")


def test_the_doctor_reaches_the_peers(two: Two) -> None:
    checks = two.mx.run("doctor", "--peers", "--json").json["checks"]
    outcomes = {each["check"]: each["outcome"] for each in checks}
    assert outcomes["ports"] == outcomes["peers"] == outcomes["database"] == "ok"
    assert "Office us answers" in two.mx.run("doctor", "--peers").out


def test_a_second_process_on_the_folder_is_refused(two: Two) -> None:
    assert two.mx.refused("serve") == "node-busy"


def test_everything_decided_is_in_the_journal(two: Two) -> None:
    journal = two.mx.says(records.Journal, "journal")
    actions = {each.action for each in journal.entries}
    assert {"peer.add", "holdings.load", "offer.make", "match.tag"} <= actions
    assert "loaded a list" in two.mx.run("journal").out
