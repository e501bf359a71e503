"""Backup and restore by commands, between nodes that serve."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.demo.sides import free_ports
from comity.operations.backing_up import Backup, BackupKey, Restored
from comity.operations.records import RecordVerified
from comity.operations.setup import NodeShown
from comity.operations.thawing import Thawed, UnsettledList
from commands import Officer, make_node, pin_each_other, quiet_logs, served


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Officer, Officer]]:
    """Two nodes on this machine that pinned each other."""
    ports = free_ports(2)
    made = [
        make_node(tmp_path, name, territory, "--peer-port", str(port), port=port)
        for name, territory, port in (("mx", "MX", ports[0]), ("us", "US", ports[1]))
    ]
    pin_each_other(made[0], made[1])
    with quiet_logs():
        yield made[0], made[1]


def test_the_story_by_commands(nodes: tuple[Officer, Officer], tmp_path: Path) -> None:
    mx, us = nodes
    secret = tmp_path / "passphrase"
    secret.touch(0o600)
    secret.write_text("correct horse battery staple\n")
    backup, again = tmp_path / "backup", Officer(tmp_path / "again")
    opening = ("--passphrase-file", str(secret))
    with served(mx, us):
        assert mx.run("catalog", "us.example").code == 0
        made = mx.says(Backup, "backup", "-o", str(backup), *opening)
        assert mx.run("catalog", "us.example").code == 0
    assert mx.says(Backup, "backup", "--check", str(backup), *opening) == made
    assert again.refused("restore", str(backup), "--officer", "ana", "--key", str(secret)) == (
        "key-file-invalid"
    )
    restored = again.says(Restored, "restore", str(backup), "--officer", "ana", *opening)
    assert restored.id == made.id
    assert again.says(NodeShown, "identity").frozen == "restored"
    assert "congelado" in again.run("identity", "--language", "es").out
    doctor = again.run("doctor")
    assert (doctor.code, "The node is frozen: restored from a backup." in doctor.out) == (1, True)
    unreachable = again.run("thaw", "--json")
    assert unreachable.code == 1
    assert unreachable.json["peers"][0]["code"] == "peer-unreachable"
    with served(again, us):
        assert again.refused("catalog", "us.example") == "node-frozen"
        thawed = again.says(Thawed, "thaw")
        assert (thawed.frozen, thawed.peers[0].taken) == ("", 2)
        assert again.run("catalog", "us.example").code == 0
        assert again.says(RecordVerified, "record", "verify", "us.example").sent.size == 3
        assert again.says(UnsettledList, "unsettled").unsettled == ()
        assert again.run("unsettled").out == "There is nothing to be looked at.\n"
        assert again.refused("unsettled", "--settle", "A" * 22) == "unsettled-unknown"
    # The lost node turns up again, and learns from its peer what it is.
    with served(mx, us):
        assert mx.refused("catalog", "us.example") == "node-frozen"
    assert mx.says(NodeShown, "identity").frozen_peers == {"did:web:us.example": "superseded"}


def test_to_a_key(nodes: tuple[Officer, Officer], tmp_path: Path) -> None:
    mx, _ = nodes
    key = str(tmp_path / "backup.key")
    made = mx.says(BackupKey, "backup", "--make-key", key)
    backup = str(tmp_path / "backup")
    mx.says(Backup, "backup", "-o", backup, "--to", made.recipient)
    assert mx.says(Backup, "backup", "--check", backup, "--key", key).id == "did:web:mx.example"
    assert mx.refused("backup") == "argument-invalid"
    assert mx.refused("backup", "-o", str(tmp_path / "b")) == "not-confirmed"


def test_the_passphrase_is_asked_for_twice(nodes: tuple[Officer, Officer], tmp_path: Path) -> None:
    mx, _ = nodes
    backup, words = str(tmp_path / "backup"), "four words of mine\n"
    ran = mx.run("backup", "-o", backup, input=words + words)
    assert ran.code == 0, ran
    assert "four words" not in ran.out + ran.err
    checked = mx.run("backup", "--check", backup, input=words)
    assert (checked.code, "is whole" in checked.out) == (0, True)
    wrong = mx.run("backup", "--check", backup, input="other words of mine\n")
    assert (wrong.code, "cannot be opened" in wrong.err) == (1, True)
