"""Keys by commands, at two served nodes: over real TLS, which shows the new certificate at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.demo.sides import free_ports
from comity.operations.identity import History, Rotated
from comity.operations.pinning import PeerChanged, PeerRevoked
from commands import Officer, make_node, pin_each_other, quiet_logs, served

ALL = ("message", "checkpoint", "cosignature", "encryption", "certificate")


@dataclass(frozen=True)
class Two:
    """Two nodes that pinned each other, and where files go that are handed over."""

    mx: Officer
    us: Officer
    folder: Path

    def handed(self, officer: Officer, *args: str) -> str:
        """Write what a command prints into a file, and return its path."""
        path = self.folder / "handed.over"
        ran = officer.run(*args)
        assert ran.code == 0, ran
        path.write_text(ran.out)
        return str(path)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    one, other = free_ports(2)
    mx = make_node(tmp_path, "mx", "MX", port=one)
    us = make_node(tmp_path, "us", "US", port=other)
    pin_each_other(mx, us)
    with quiet_logs():
        yield Two(mx, us, tmp_path)


def told(officer: Officer) -> str:
    fingerprint: str = officer.run("identity", "--json").json["fingerprint"]
    return fingerprint


def test_a_node_that_serves_gets_new_keys(two: Two) -> None:
    mx, us = two.mx, two.us
    with served(mx, us):
        assert us.says(Rotated, "identity", "rotate").keys == ALL
        # Neither side is believed, or even reached, until the other has followed.
        assert mx.refused("record", "verify", "us.example") == "peer-unreachable"
        assert us.refused("record", "verify", "mx.example") == "peer-refused"
        file = two.handed(us, "identity", "--update")
        ran = mx.run("peer", "update", file, "--fingerprint", told(us))
        assert ran.code == 0, ran
        assert "The message key before it endorses it." in ran.out
        assert mx.run("record", "verify", "us.example").code == 0
        assert us.run("record", "verify", "mx.example").code == 0
        # Nothing more follows from the same file.
        assert mx.refused("peer", "update", file, "--fingerprint", told(us)) == "identity-old"
        assert mx.run("record", "check", "us.example").code == 0
        shown = mx.says(History, "peer", "history", "us.example")
        assert [one.version for one in shown.versions] == [1, 2]
        assert us.run("identity", "history").code == 0


def test_two_groups_of_the_new_fingerprint_are_asked_for(two: Two) -> None:
    us, mx = two.us, two.mx
    assert us.says(Rotated, "identity", "rotate", "--message", "--encryption").keys == (
        "message",
        "encryption",
    )
    file = two.handed(us, "identity", "--update")
    ran = mx.run("peer", "update", file, input="00000\n00000\n")
    assert ran.code == 1
    assert "Office us: version 2 in place of 1." in ran.err
    # Whoever asks for JSON gives the fingerprint.
    changed = mx.says(PeerChanged, "peer", "update", file, "--fingerprint", told(us))
    assert [each.what for each in changed.changes] == ["key-message", "key-encryption"]


def test_stolen_keys_are_revoked_and_recovered(two: Two) -> None:
    mx, us, folder = two.mx, two.us, two.folder
    statement, recovery = str(folder / "us.revocation"), str(folder / "us.recovery")
    with served(mx, us):
        assert us.run("identity", "revoke", "--reason", "stolen", "-o", statement).code == 0
        assert us.refused("identity", "rotate") == "key-revoked"
        made = mx.says(PeerRevoked, "peer", "revoke", statement)
        assert (made.id, made.reason) == ("did:web:us.example", "stolen")
        assert mx.refused("record", "verify", "us.example") == "key-revoked"
        assert us.refused("record", "verify", "mx.example") == "peer-refused"
        busy = us.refused(
            *("identity", "recover", "--recovery-key", recovery),
            *("--next-recovery-key", str(folder / "next.recovery")),
        )
        assert busy == "node-busy"
    ran = us.run(
        *("identity", "recover", "--recovery-key", recovery),
        *("--next-recovery-key", str(folder / "next.recovery")),
    )
    assert ran.code == 0, ran
    assert (folder / "next.recovery").stat().st_mode & 0o777 == 0o600
    with served(mx, us):
        file = two.handed(us, "identity", "--update")
        ran = mx.run("peer", "update", file, "--fingerprint", told(us), "--language", "es")
        assert "La avala la llave de recuperación" in ran.out
        assert mx.run("record", "verify", "us.example").code == 0


def test_a_peer_is_stopped_by_name(two: Two) -> None:
    assert two.mx.says(PeerRevoked, "peer", "revoke", "us.example").reason == "stopped"
    assert two.mx.refused("peer", "revoke", "us.example") == "key-revoked"
    assert two.mx.refused("peer", "revoke", "nobody") == "peer-unknown"
    assert two.mx.refused("peer", "update", "no-such-file") == "file-missing"
    ran = two.us.run("identity", "revoke", "--reason", "bored", "-o", str(two.folder / "x"))
    assert ran.code == 1
    assert not (two.folder / "x").exists()


def test_the_first_version_has_no_update(two: Two) -> None:
    assert two.us.run("identity", "--update").out == ""
    assert two.us.run("identity", "--update", "--json").json == {"text": ""}
