"""The check-up finds what is wrong, says it by code, and changes nothing."""

import os
import socket
from pathlib import Path

import pytest

from comity import kernel
from comity.demo.sides import free_ports
from comity.doctor import Finding, examine
from comity.edge import lock
from comity.errors import Code
from comity.kernel import native
from commands import Officer, make_node, pin_each_other


@pytest.fixture
def mx(tmp_path: Path) -> Officer:
    node = make_node(tmp_path, "mx", "MX", port=free_ports(1)[0])
    node.folder.chmod(0o700)
    return node


def found(folder: Path, check: str, *, contact: bool = False) -> Finding:
    """Return the last finding of a check."""
    return [one for one in examine(folder, contact=contact) if one.check == check][-1]


def test_a_sound_node_has_nothing_wrong(mx: Officer) -> None:
    findings = examine(mx.folder)
    assert {one.outcome for one in findings if one.check != "room"} == {"ok"}
    assert [one.check for one in findings] == [
        *("version", "kernel", "folder", "settings", "keys", "clock", "room", "database"),
        *("standing", "ports"),
    ]


def test_the_kernel_is_named_with_its_library(mx: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kernel.VARIABLE, "portable")
    one = found(mx.folder, "kernel")
    assert one.said == "ok"
    assert one.params["library"] == "libsodium"
    assert one.params["origin"] in ("wheel", "system")


@pytest.mark.skipif(not native.installed(), reason="make kernel was not run")
def test_the_fast_kernel_is_named_with_its_path(
    mx: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kernel.VARIABLE, "native")
    one = found(mx.folder, "kernel")
    assert one.said == "native"
    assert one.params["library"] == native.PACKAGE
    assert one.params["origin"] == native.paths()[0]


def test_a_kernel_that_is_not_there(mx: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kernel.VARIABLE, "another")
    one = found(mx.folder, "kernel")
    assert one.outcome == "fail"
    assert one.error is not None
    assert one.error.code is Code.KERNEL_MISSING


def test_a_check_up_writes_nothing(mx: Officer) -> None:
    def state() -> dict[str, bytes]:
        files = (path for path in mx.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files if path.name != lock.LOCK_FILE}

    examine(mx.folder)
    before = state()
    examine(mx.folder)
    assert state() == before


@pytest.mark.parametrize("check", ["folder"])
def test_no_node(tmp_path: Path, check: str) -> None:
    one = found(tmp_path / "none", check)
    assert one.outcome == "fail"
    assert one.error is not None
    assert one.error.code is Code.NODE_MISSING
    assert not (tmp_path / "none").exists()


def test_an_open_folder(mx: Officer) -> None:
    mx.folder.chmod(0o755)
    assert found(mx.folder, "folder").said == "open"
    ran = mx.run("doctor", "--json")
    assert ran.code == 0
    (shown,) = [each for each in ran.json["checks"] if each["check"] == "folder"]
    assert shown["outcome"] == "warn"
    assert shown["todo"] == "Close it: chmod 700 on the folder."


def code_of(one: Finding) -> Code:
    assert one.outcome == "fail"
    assert one.error is not None
    return one.error.code


def test_a_key_that_others_can_read(mx: Officer) -> None:
    (mx.folder / "keys" / "message.key").chmod(0o644)
    assert code_of(found(mx.folder, "keys")) is Code.KEY_FILE_OPEN
    assert mx.run("doctor").code == 1


def test_a_key_of_another_node(mx: Officer) -> None:
    keys = mx.folder / "keys"
    os.replace(keys / "checkpoint.key", keys / "cosignature.key")
    (keys / "checkpoint.key").write_bytes((keys / "cosignature.key").read_bytes())
    (keys / "checkpoint.key").chmod(0o600)
    assert code_of(found(mx.folder, "keys")) is Code.IDENTITY_INVALID


def test_a_setting_that_is_wrong(mx: Officer) -> None:
    path = mx.folder / "comity.toml"
    path.write_text(path.read_text().replace('log_level = "info"', 'log_level = "loud"'))
    one = found(mx.folder, "settings")
    assert code_of(one) is Code.SETTING_INVALID


def test_a_database_that_is_none(mx: Officer) -> None:
    (mx.folder / "comity.db").write_bytes(b"this is no database" * 100)
    assert code_of(found(mx.folder, "database")) is Code.STORE_FAILED


def test_a_port_that_is_taken(mx: Officer) -> None:
    port = next(one for one in examine(mx.folder) if one.check == "ports").params["port"]
    with socket.create_server(("127.0.0.1", int(port))):
        findings = [one for one in examine(mx.folder) if one.check == "ports"]
    assert [code_of(one) for one in findings if one.outcome == "fail"] == [Code.PORT_IN_USE]


def test_a_folder_in_use_is_no_failure(mx: Officer) -> None:
    with lock.hold(mx.folder):
        one = found(mx.folder, "database")
    assert (one.outcome, one.said, one.params) == ("ok", "busy", {"pid": os.getpid()})


def test_peers_are_contacted_only_when_told(mx: Officer, tmp_path: Path) -> None:
    assert not [one for one in examine(mx.folder) if one.check == "peers"]
    assert found(mx.folder, "peers", contact=True).said == "none"
    us = make_node(tmp_path, "us", "US", port=free_ports(1)[0])
    pin_each_other(mx, us)
    assert code_of(found(mx.folder, "peers", contact=True)) is Code.PEER_UNREACHABLE
    ran = mx.run("doctor", "--peers", "--language", "es")
    assert ran.code == 1
    assert "nada atiende en su dirección" in ran.out
