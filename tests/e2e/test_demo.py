"""The demo, played: two real processes, real HTTPS, and an account that says what happened."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from comity.core.derivation import FAMILIES
from shared import shared

pytestmark = pytest.mark.processes

_PLAY = (
    "import sys; from comity.demo import run;"
    "sys.exit(run(None, None, as_json=True, keep=None, language='en', size=200))"
)
_SYNTHETIC = (sys.executable, "-c", _PLAY)
_COMMAND = (sys.executable, "-c", "from comity.cli import main; main()", "demo", "--json")
_ATTEMPTS = {
    "command": (404, "message-unknown"),
    "quota": (429, "quota-exceeded"),
    "body": (413, "body-too-large"),
    "replay": (200, "same-reply"),
    "altered": (401, "not-authentic"),
    "callback": (400, "address-not-pinned"),
    "stale": (401, "not-authentic"),
    "stranger": (401, "not-authentic"),
    "suspended": (400, "agreement-suspended"),
}


def _environment(temporary: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMITY_")}
    return {**kept, "TMPDIR": str(temporary)}


def _played(command: tuple[str, ...], temporary: Path) -> tuple[int, Any]:
    done = subprocess.run(
        command, capture_output=True, timeout=240, env=_environment(temporary), check=False
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def test_a_side_that_rewrites_its_log_is_caught(tmp_path: Path) -> None:
    status, account = _played((*_COMMAND, "--cheat"), tmp_path)
    assert (account["failures"], account["ok"], status) == ([], True, 0)
    names = [claim["name"] for claim in account["claims"]]
    assert names[-6:] == [
        "cheat-cosigned",
        "cheat-rewritten",
        "cheat-differs",
        "cheat-alarm",
        "cheat-stops",
        "cheat-named",
    ]
    assert not list(tmp_path.iterdir())


def test_on_synthetic_lists_everything_it_claims_happens(tmp_path: Path) -> None:
    status, account = _played(_SYNTHETIC, tmp_path)
    assert (account["failures"], account["stopped"], status) == ([], "", 0)
    assert account["ok"]
    assert account["lists_kind"] == "synthetic"
    # Eleven ways to agree, four pairs each; in one of them two families do.
    exact = _exact(account)
    assert len(exact) == 44
    assert sum(len(families) for families, _ in exact.values()) == 48
    # Four ways in which names differ.
    assert len(account["pairs"]) >= 44 + 16
    for pair in account["pairs"]:
        total = sum(line["weight"] for line in pair["reasons"])
        assert total == pytest.approx(pair["score"], abs=0.01)
    assert all(pair["us_record"].startswith("SYN-US-") for pair in account["pairs"])
    assert all(pair["mx_record"].startswith("SYN-MX-") for pair in account["pairs"])
    assert all(pair["status"] for pair in account["pairs"])
    refusals = {each["attempt"]: (each["status"], each["code"]) for each in account["refusals"]}
    assert refusals == _ATTEMPTS
    assert not any(each["changed"] for each in account["refusals"])
    assert [each["state"] for each in account["requests"]] == ["answered", "declined", "held"]
    assert {field["name"] for field in account["requests"][0]["fields"]} == {
        *("identifiers", "names", "statuses")
    }
    for direction in account["bytes"].values():
        assert direction["tls_bytes"] > direction["bytes"] > 10_000
    assert account["seconds"] >= sum(step["seconds"] for step in account["steps"]) - 1
    assert {"comity", "python", "kernel"} <= account["versions"].keys()
    # Nothing is left behind.
    assert list(tmp_path.iterdir()) == []


def test_through_couriers_the_same_happens_and_nobody_opens_a_socket(tmp_path: Path) -> None:
    play = _PLAY.replace("size=200", "size=200, courier=True")
    status, account = _played((sys.executable, "-c", play), tmp_path)
    assert (account["failures"], account["stopped"], status) == ([], "", 0)
    assert len(_exact(account)) == 44
    assert [each["state"] for each in account["requests"]] == ["answered", "declined", "held"]
    claims = {claim["name"] for claim in account["claims"] if claim["held"]}
    assert {"equal", "agreed", "found-known", "answered", "declined", "final"} <= claims
    assert {"no-socket", "carried", "courier-cut", "courier-altered-file"} <= claims
    assert account["couriers"] > 15
    assert list(tmp_path.iterdir()) == []


def test_one_digit_of_one_rfc_changes_the_result_on_real_lists(tmp_path: Path) -> None:
    sat = shared("data/mx_sat_69b/Listado_Completo_69-B_personas_morales.csv")
    ofac = shared("data/us_ofac_sdn")
    data = sat.read_bytes()
    assert data.count(b"SAF130812CL4") == 1
    copied, folder, temporary = (tmp_path / name for name in ("sat.csv", "ofac", "temporary"))
    folder.mkdir()
    temporary.mkdir()
    kept = _thinned(data, b"CNU130416UJ3", b"SAF130812CL4", b"MCF071017FGA")
    copied.write_bytes(kept.replace(b"SAF130812CL4", b"SAF130813CL4"))
    listed = (ofac / "sdn.csv").read_bytes().removesuffix(b"\x1a")
    entries = _thinned(listed, b"CNU130416UJ3", b"SAF130812CL4", b"FERRELECTRICA")
    (folder / "sdn.csv").write_bytes(entries + b"\x1a")
    (folder / "alt.csv").write_bytes((ofac / "alt.csv").read_bytes())
    command = (*_COMMAND, "--mx", str(copied), "--us", str(folder))
    status, account = _played(command, temporary)
    assert (account["failures"], status) == ([], 0)
    found = _exact(account)
    # With the real list: both families for the second pair, and its own RFC as the record's id.
    assert found == {
        ("21079", "CNU130416UJ3"): (["name", "rfc"], "identifier"),
        ("39477", "SAF130813CL4"): (["name"], "name-only"),
        ("46217", "MCF071017FGA"): (["name"], "name-only"),
    }
    warned = {pair["mx_record"]: pair["warnings"] for pair in account["pairs"]}
    # Both have an RFC there, and they differ: an officer is told.
    assert warned["SAF130813CL4"] == ["name-only", "conflict-rfc"]
    assert warned["MCF071017FGA"] == ["name-only"]
    bands = {pair["mx_record"]: pair["band"] for pair in account["pairs"]}
    assert bands["CNU130416UJ3"] == "same"
    assert bands["MCF071017FGA"] in ("probably", "possibly")
    assert "same" not in {band for record, band in bands.items() if record != "CNU130416UJ3"}
    assert account["lists"]["us"]["name"] == "sdn.csv"


def _exact(account: Any) -> dict[tuple[str, str], tuple[list[str], str]]:
    """Return the pairs in which an exact family agrees: those families, and the evidence."""
    exact = {family.value for family in FAMILIES}
    return {
        (pair["us_record"], pair["mx_record"]): (
            [family for family in pair["families"] if family in exact],
            pair["evidence"],
        )
        for pair in account["pairs"]
        if exact.intersection(pair["families"])
    }


def _thinned(data: bytes, *matching: bytes) -> bytes:
    """Keep every fourth row, and those that match: `make demo` plays all of them."""
    rows = [row + b"\r\n" for row in data.split(b"\r\n") if row]
    return b"".join(
        row
        for number, row in enumerate(rows)
        if number % 4 == 0 or any(part in row for part in matching)
    )


def test_what_ends_too_early_is_a_failure_and_leaves_nothing(tmp_path: Path) -> None:
    with _begun(tmp_path) as play:
        pids = _nodes(tmp_path)
        os.kill(pids["us"], signal.SIGKILL)
        written, _ = play.communicate(timeout=120)
    account = json.loads(written)
    assert play.returncode == 1
    assert not account["ok"]
    assert account["stopped"].startswith("node-not-serving")
    assert [claim["name"] for claim in account["claims"] if not claim["held"]] == ["to-the-end"]
    assert list(tmp_path.iterdir()) == []
    assert not any(map(_runs, pids.values()))


def test_told_to_end_it_takes_its_nodes_with_it(tmp_path: Path) -> None:
    with _begun(tmp_path) as play:
        pids = _nodes(tmp_path)
        assert all(map(_runs, pids.values()))
        play.send_signal(signal.SIGTERM)
        play.communicate(timeout=60)
    assert play.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
    assert not any(map(_runs, pids.values()))


def _begun(temporary: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _SYNTHETIC,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(temporary),
    )


def _nodes(temporary: Path) -> dict[str, int]:
    """Wait until both nodes serve; return their process ids."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        said = {path.parent.name: path for path in temporary.glob("*/*/serving.json")}
        if len(said) == 2:
            return {name: int(json.loads(path.read_text())["pid"]) for name, path in said.items()}
        time.sleep(0.02)
    raise TimeoutError


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
