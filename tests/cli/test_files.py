"""A file from one served node to another by commands alone, pulled and pushed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.test_commands_together import until
from comity.demo.sides import free_ports
from comity.operations import holdings
from comity.operations.proposals import NegotiationShown
from comity.operations.receiving import ReceivedFiles, ReceivedShown
from comity.operations.standing import TransferShown
from commands import Officer, make_node, pin_each_other, quiet_logs, served

# One day of two nodes, in this order: a file is never divided among workers.

CONTENT = b"%PDF-1.7 a report\n" * 50_000
TERMS = """\
purposes = ["sanctions screening"]
expiry = 2027-12-31T00:00:00Z
handling = "TLP:AMBER"

[receive]
approval = "one-officer"
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Officer, Officer, str, Path]]:
    folder = tmp_path_factory.mktemp("files")
    ports = free_ports(2)
    mx = make_node(folder, "mx", "MX", port=ports[0])
    us = make_node(folder, "us", "US", port=ports[1])
    pin_each_other(mx, us)
    (folder / "report.pdf").write_bytes(CONTENT)
    (folder / "terms.toml").write_text(TERMS)
    with quiet_logs(), served(mx, us):
        args = (str(folder / "report.pdf"), "--media-type", "application/pdf", "--title", "R")
        held = mx.says(holdings.HoldingsShown, "holdings", "file", "report", *args)
        assert held.file is not None
        assert held.file.size == len(CONTENT)
        assert "SHA-256" in mx.run("holdings", "file", "report", *args).out
        mx.run("offer", "make", "report", "--terms", str(folder / "terms.toml"), "--to", "us")
        asked = us.says(NegotiationShown, "negotiate", "mx", "report")
        done = until(
            lambda: us.run("negotiations", "show", asked.id, "--json"),
            lambda ran: bool(ran.json["state"] == "FINALIZED"),
        )
        agreement: str = done.json["agreement"]
        until(
            lambda: mx.run("agreements", "show", agreement, "--json"),
            lambda ran: bool(ran.json["state"] == "active"),
        )
        yield mx, us, agreement, folder


def state(officer: Officer, transfer: str, wanted: str) -> None:
    until(
        lambda: officer.run("transfers", "show", transfer, "--json"),
        lambda ran: bool(ran.json["state"] == wanted and not ran.json["pending"]),
    )


def ask(mx: Officer, us: Officer, agreement: str, format: str) -> tuple[str, str]:
    """Ask for the file, and approve it; returns both ids of the transfer."""
    asked = us.says(TransferShown, "transfers", "request", "mx", agreement, "--format", format)
    found = until(
        lambda: mx.run("transfers", "--json"),
        lambda ran: bool([one for one in ran.json["transfers"] if one["waits"]]),
    )
    (theirs,) = (one["id"] for one in found.json["transfers"] if one["waits"])
    assert "starts" in mx.run("transfers", "approve", theirs).out
    return theirs, asked.id


def test_pulled_with_a_suspension_between(
    two: tuple[Officer, Officer, str, Path],
) -> None:
    mx, us, agreement, folder = two
    theirs, ours = ask(mx, us, agreement, "HttpData-PULL")
    state(us, ours, "STARTED")
    state(mx, theirs, "STARTED")
    assert "told" in mx.run("transfers", "suspend", theirs, "--reason", "audit").out
    state(us, ours, "SUSPENDED")
    assert "audit" in us.run("transfers", "show", ours).out
    assert us.refused("transfers", "fetch", ours) == "transfer-not-started"
    assert us.refused("transfers", "resume", ours) == "transfer-suspended"
    state(mx, theirs, "SUSPENDED")
    assert mx.run("transfers", "resume", theirs).code == 0
    state(us, ours, "STARTED")
    out = folder / "out.pdf"
    came = us.says(ReceivedShown, "transfers", "fetch", ours, "-o", str(out))
    assert (out.read_bytes(), came.signed, came.looked_by) == (CONTENT, True, "ana")
    state(mx, theirs, "COMPLETED")
    assert us.refused("transfers", "complete", ours) == "state-not-allowed"
    assert mx.refused("transfers", "terminate", theirs) == "state-not-allowed"
    assert mx.refused("transfers", "start", theirs) == "state-not-allowed"


def test_pushed_and_looked_at(two: tuple[Officer, Officer, str, Path]) -> None:
    mx, us, agreement, folder = two
    theirs, ours = ask(mx, us, agreement, "HttpData-PUSH")
    state(us, ours, "COMPLETED")
    state(mx, theirs, "COMPLETED")
    (came,) = (one for one in us.says(ReceivedFiles, "received").files if one.transfer == ours)
    assert (came.size, came.signed, came.looked_by) == (len(CONTENT), True, "")
    assert "TLP:AMBER" in us.run("received").out
    out = folder / "pushed.pdf"
    text = us.run("received", "take", came.id.removeprefix("urn:uuid:")[:8], "-o", str(out)).out
    assert "application/pdf" in text
    assert out.read_bytes() == CONTENT
    assert us.refused("received", "take", came.id, "-o", str(out)) == "file-exists"
    assert "took a received file" in us.run("journal").out
    assert "pushed a file" in mx.run("journal").out
    assert "HttpData-PUSH" in mx.run("posture", "us").out
