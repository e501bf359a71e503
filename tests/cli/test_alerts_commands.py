"""Saved lists by command, at two served nodes: what changed is shown once, and again if asked."""

import time
from collections.abc import Callable
from pathlib import Path

from comity.demo.sides import free_ports
from comity.operations.alerts import AllChanges
from comity.operations.asking_again import WatchRan
from comity.operations.finding import Hits
from comity.operations.saved_sets import Watches, WatchShown
from commands import Officer, Ran, make_node, pin_each_other, quiet_logs, served

MX_LIST = """\
Ref,Empresa,RFC,Estado,Fecha
M1,Comercializadora Uno SA de CV,CNU130416UJ3,Definitivo,2023-07-01
M2,Servicios Dos SC,SAF130812CL4,Presunto,2023-07-02
"""
US_LIST = """\
Ref,Company,RFC
U1,Uno Trading,CNU130416UJ3
U2,Servicios Dos SC,SAF130812CL4
U3,Solo Nombre SA,
"""
MX_MAP = "id=Ref;name=Empresa;kind=organisation;rfc=RFC;status=Estado;as_of=Fecha"
US_MAP = "id=Ref;name=Company;kind=organisation;rfc=RFC"
LATER = """\
Ref,Empresa,RFC,Estado,Fecha
M2,Servicios Dos SC,SAF130812CL4,Definitivo,2024-07-02
M3,Solo Nombre SA,MCF071017FGA,Definitivo,2024-07-03
"""


def until(look: Callable[[], Ran], fits: Callable[[Ran], bool]) -> None:
    """Look again until it fits: messages take a moment to arrive."""
    for _ in range(200):
        ran = look()
        if fits(ran):
            return
        time.sleep(0.05)
    raise AssertionError(ran)


def hold(officer: Officer, folder: Path, dataset: str, text: str, mapping: str) -> None:
    path = folder / f"{dataset}.csv"
    path.write_text(text)
    more = ("--dataset", dataset, "--replace")
    ran = officer.run("holdings", "load", str(path), "--format", "csv", "--map", mapping, *more)
    assert ran.code == 0, ran


def agreed(mx: Officer, us: Officer, folder: Path) -> None:
    terms = folder / "terms.toml"
    terms.write_text(mx.run("terms", "template").out)
    offered = mx.run("offer", "make", "firms", "--terms", str(terms), "--to", "us")
    assert offered.code == 0, offered
    until(lambda: us.run("catalog", "mx", "--json"), lambda ran: '"firms"' in ran.out)
    assert us.run("negotiate", "mx", "firms").code == 0
    until(lambda: us.run("agreements", "--json"), lambda ran: '"active"' in ran.out)
    until(lambda: mx.run("agreements", "--json"), lambda ran: '"active"' in ran.out)


def test_what_changed_is_shown_once_and_can_be_shown_again(tmp_path: Path) -> None:
    one, other = free_ports(2)
    mx = make_node(tmp_path, "mx", "MX", port=one)
    us = make_node(tmp_path, "us", "US", port=other)
    pin_each_other(mx, us)
    hold(mx, tmp_path, "firms", MX_LIST, MX_MAP)
    hold(us, tmp_path, "listed", US_LIST, US_MAP)
    with quiet_logs(), served(mx, us):
        agreed(mx, us, tmp_path)
        nothing = us.run("watch")
        assert "No list is saved" in nothing.out
        assert "comity watch add" in nothing.err
        assert us.refused("watch", "add", "mx", "other") == "agreement-unknown"
        assert us.refused("watch", "add", "mx", "firms", "--families", "imo") == (
            "family-not-agreed"
        )
        saved = us.says(WatchShown, "watch", "add", "mx", "firms")
        short = saved.id.removeprefix("urn:uuid:")[:8]
        assert (saved.holdings, saved.epoch) == ("listed", 0)
        # There is no tag set yet.
        assert us.run("watch", "run", "--wait", "0").code == 1
        assert us.refused("watch", "run", short, "--wait", "0") == "wait-ended"
        assert "could not be asked" in us.run("watch", "list").out
        assert mx.run("tag", "us", "firms").code == 0
        first = us.says(WatchRan, "watch", "run", short)
        assert sorted(hit.record for hit in first.watches[0].new) == ["U1", "U2"]

        hold(mx, tmp_path, "firms", LATER, MX_MAP)
        assert mx.run("tag", "us", "firms").code == 0
        ran = us.run("watch", "run")
        assert ran.code == 0, ran
        for said in (
            "New hits: 1",
            "U3",
            "has changed: 1",
            "presunto 2023-07-02",
            "gone from its tag set: 1",
        ):
            assert said in ran.out
        assert "Handle this as TLP:AMBER+STRICT" in ran.out
        assert us.run("watch").out == "Saved lists in which nothing changed: 1.\n"
        again = us.says(AllChanges, "watch", "show", short, "--since", "1").watches[0]
        assert [hit.record for hit in again.gone] == ["U1"]
        assert [pair.now.record for pair in again.changed] == ["U2"]
        assert us.refused("watch", "show", short, "--since", "7") == "epoch-unknown"
        assert us.refused("watch", "show", "none") == "watch-unknown"
        assert "gone from the peer's newest tag set: 1." in us.run("hits").out
        assert [hit.record for hit in us.says(Hits, "hits").hits if hit.gone] == ["U1"]

        assert us.says(Watches, "watch", "list").watches[0].epoch == 2
        assert us.run("watch", "--language", "es").out.startswith("Listas guardadas")
        assert "is removed" in us.run("watch", "remove", short).out
        assert us.says(Watches, "watch", "list").watches == ()


def test_a_serving_node_asks_by_itself(tmp_path: Path) -> None:
    one, other = free_ports(2)
    mx = make_node(tmp_path, "mx", "MX", port=one)
    us = make_node(tmp_path, "us", "US", port=other)
    pin_each_other(mx, us)
    hold(mx, tmp_path, "firms", MX_LIST, MX_MAP)
    hold(us, tmp_path, "listed", US_LIST, US_MAP)
    with quiet_logs(), served(mx, us):
        agreed(mx, us, tmp_path)
        assert mx.run("tag", "us", "firms").code == 0
        # A transfer is started; from then on nobody has to ask.
        assert us.run("match", "mx", "firms").code == 0
        us.says(WatchShown, "watch", "add", "mx", "firms", "--families", "rfc")
        until(
            lambda: us.run("watch", "list", "--json"),
            lambda ran: bool(ran.json["watches"][0]["epoch"] == 1),
        )
        # It was shown to nobody yet, whoever asked.
        (shown,) = us.says(AllChanges, "watch").watches
        assert len(shown.new) == 2
        (shown,) = us.says(AllChanges, "watch").watches
        assert (shown.new, shown.same) == ((), 2)
