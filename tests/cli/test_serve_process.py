"""`comity serve` as a process of its own, with commands beside it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commands import Officer, make_node

pytestmark = pytest.mark.processes


def comity(*args: str) -> list[str]:
    return [sys.executable, "-c", "from comity.cli import main; main()", *args]


@contextmanager
def serving(officer: Officer) -> Iterator[tuple["subprocess.Popen[str]", dict[str, object]]]:
    """Run `comity serve --json` and read the line that says that it is ready."""
    process = subprocess.Popen(
        comity("serve", "--folder", str(officer.folder), "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            said += line
        yield process, json.loads(said)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_commands_go_through_the_process_that_serves(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX", "--peer-port", "0")
    with serving(node) as (process, said):
        assert said["pid"] == process.pid
        assert node.run("officer", "add", "ben").code == 0
        listed = subprocess.run(
            comity("officer", "list", "--json", "--as", "ben"),
            env={**os.environ, "COMITY_FOLDER": str(node.folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(listed.stdout) == {"officers": ["ana", "ben"]}
        assert listed.stderr == ""
        assert node.refused("serve") == "node-busy"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert out == ""
        # Whatever was logged is JSON, a line each.
        assert all(json.loads(line)["event"] for line in err.splitlines())
    assert node.run("officer", "list", "--as", "ana").code == 0


def test_a_node_that_was_killed_is_not_believed_to_serve(tmp_path: Path) -> None:
    node = make_node(tmp_path, "mx", "MX", "--peer-port", "0")
    with serving(node) as (process, _):
        process.kill()
        process.wait()
        assert (node.folder / "serving.json").exists()
        assert node.run("officer", "list", "--json").json == {"officers": ["ana"]}
        assert node.refused("catalog", "us") == "node-not-serving"
