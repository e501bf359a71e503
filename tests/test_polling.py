"""A node that accepts no connection: the main job, over real sockets, in both parts."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from comity.api import Request, Response
from comity.core.identity import read
from comity.core.token import digest
from comity.demo.sides import free_ports
from comity.limits import MAILBOX_WAIT_SECONDS
from comity.node import IDENTITY_FILE
from comity.operations.records import RecordVerified
from comity.polling import Round
from commands import Officer, Ran, make_node, pin_each_other, quiet_logs, served

MX_LIST = "Ref,Empresa,RFC,Estado,Fecha\nM1,Uno SA de CV,CNU130416UJ3,Definitivo,2023-07-01\n"
US_LIST = "Ref,Company,RFC\nU1,Uno Trading,CNU130416UJ3\nU2,Nobody Inc,\n"
MX_MAP = "id=Ref;name=Empresa;kind=organisation;rfc=RFC;status=Estado;as_of=Fecha"
US_MAP = "id=Ref;name=Company;kind=organisation;rfc=RFC"
TERMS = """\
purposes = ["sanctions"]
legalBases = ["treaty"]
expiry = "2030-01-01T00:00:00Z"
handling = "TLP:AMBER"

[match]
families = ["rfc", "name"]
approval = "automatic"

[request]
fields = ["names", "statuses"]
approval = "one-officer"
answerWithin = "P7D"
"""


def until(look: Callable[[], Ran], fits: Callable[[Ran], bool]) -> Ran:
    """Look again until it fits: what crosses takes a moment."""
    for _ in range(300):
        ran = look()
        if fits(ran):
            return ran
        time.sleep(0.2)
    raise AssertionError(ran)


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran
    return ran


@pytest.fixture(params=["mx", "us"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Officer, Officer]]:
    """A holder and an asker, of whom one accepts no connection."""
    ports = free_ports(2)
    made = [
        make_node(
            tmp_path,
            name,
            territory,
            *("--peer-port", str(port), *(("--no-listen",) if request.param == name else ())),
            port=port,
        )
        for name, territory, port in (("mx", "MX", ports[0]), ("us", "US", ports[1]))
    ]
    pin_each_other(made[0], made[1])
    with quiet_logs():
        yield made[0], made[1]


def play(mx: Officer, us: Officer, folder: Path) -> None:
    """Offer, negotiate, tag, match, ask, approve."""
    (folder / "mx.csv").write_text(MX_LIST)
    (folder / "us.csv").write_text(US_LIST)
    (folder / "terms.toml").write_text(TERMS)
    for who, name, mapping in ((mx, "mx", MX_MAP), (us, "us", US_MAP)):
        ok(
            who.run(
                *("holdings", "load", str(folder / f"{name}.csv"), "--format", "csv"),
                *("--map", mapping, "--dataset", name),
            )
        )
    terms = str(folder / "terms.toml")
    ok(mx.run("offer", "make", "mx", "--terms", terms, "--to", "us.example"))
    until(lambda: us.run("catalog", "mx.example", "--json"), lambda ran: ran.code == 0)
    ok(us.run("negotiate", "mx.example", "mx"))
    until(lambda: us.run("agreements", "--json"), lambda ran: '"active"' in ran.out)
    ok(mx.run("tag", "us.example", "mx"))
    matched = until(lambda: us.run("match", "mx.example", "mx", "--json"), lambda r: r.code == 0)
    assert matched.json["hits"][0]["record"] == "U1"
    handle = matched.json["hits"][0]["handle"]
    ok(us.run("ask", "--case", "US-1", "--", handle))
    held = until(lambda: mx.run("inbox", "--json"), lambda ran: '"held"' in ran.out)
    [one] = held.json["requests"]
    request = one["id"]
    ok(mx.run("approve", request, "--approval", one["approval"]))
    until(lambda: us.run("requests", request, "--json"), lambda ran: '"answered"' in ran.out)


def test_the_main_job_without_a_connection_to_one_side(
    two: tuple[Officer, Officer], tmp_path: Path
) -> None:
    mx, us = two
    with served(mx, us) as started:
        silent = [each for each in started if each.peer_port == 0]
        assert len(silent) == 1
        play(mx, us, tmp_path)
        for one, other in ((mx, "us.example"), (us, "mx.example")):
            verified = until(
                partial(one.run, "record", "verify", other, "--json"), lambda ran: ran.code == 0
            )
            assert RecordVerified.model_validate(json.loads(verified.out)).sent.size > 5
    # After a restart of both it goes on.
    with served(mx, us):
        until(lambda: us.run("catalog", "mx.example", "--json"), lambda ran: ran.code == 0)


def test_the_document_says_so(two: tuple[Officer, Officer]) -> None:
    reaches = {read((each.folder / IDENTITY_FILE).read_text()).reach for each in two}
    assert reaches == {"listens", "polls"}


def test_replies_that_were_lost_are_brought_again() -> None:
    handled: list[Request] = []

    def handle(request: Request) -> Response:
        handled.append(request)
        return Response(200, "d.e.f", "application/json", b"{}")

    made, request = Round(handle), Request("POST", "/x", "a.b.c")
    assert made.letters().wait == MAILBOX_WAIT_SECONDS
    assert made.begin(request)
    # It came twice before the first was done.
    assert not made.begin(request)
    assert made.letters().under_way == (digest(b"a.b.c"),)
    made.work(request)
    lost = made.letters()
    assert [each.to for each in lost.replies] == [digest(b"a.b.c")]
    # Whether it arrived is not known, so it is brought again, and not worked on again.
    assert made.letters() == lost
    assert not made.begin(request)
    made.brought(lost)
    assert made.letters().replies == ()
    # Asked once more, the exchange gives its stored reply.
    assert made.begin(request)
    assert handled == [request]


def test_a_defect_brings_nothing_and_ends_nothing() -> None:
    def fail(_: Request) -> Response:
        raise RuntimeError

    made, request = Round(fail), Request("POST", "/x", "a.b.c")
    assert made.begin(request)
    made.work(request)
    assert made.letters().replies == ()
    assert made.begin(request)
