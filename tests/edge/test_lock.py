"""One process to a folder, in real processes, one of them killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity.edge.lock import LOCK_FILE, SERVING_FILE, Serving, announce, find_serving, hold
from comity.errors import Code, ComityError

HOLDER = """
import sys
from pathlib import Path
from comity.edge.lock import announce, hold
folder = Path(sys.argv[1])
with hold(folder), announce(folder, "http://127.0.0.1:8700"):
    print("held", flush=True)
    sys.stdin.read()
"""
ADDRESS = "http://127.0.0.1:8700"


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the folder in another process while the block runs."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("")


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(ComityError) as caught, hold(tmp_path):
            pass
        assert caught.value.code is Code.NODE_BUSY
        assert caught.value.params == {"pid": process.pid}
        assert find_serving(tmp_path) == Serving(ADDRESS, process.pid)
    assert find_serving(tmp_path) is None
    assert not (tmp_path / SERVING_FILE).exists()
    with hold(tmp_path):
        pass


def test_a_killed_process_leaves_nothing_that_matters(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert (tmp_path / SERVING_FILE).exists()
        assert find_serving(tmp_path) is None
        with hold(tmp_path):
            # Somebody holds the folder again, and it is not who the old file names.
            assert find_serving(tmp_path) is None
            with announce(tmp_path, ADDRESS):
                assert find_serving(tmp_path) == Serving(ADDRESS, os.getpid())


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(ComityError) as caught, hold(tmp_path):
        pass
    assert caught.value.params == {"pid": os.getpid()}


def test_an_error_in_the_block_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path), announce(tmp_path, ADDRESS):
        raise ZeroDivisionError
    assert find_serving(tmp_path) is None
    with hold(tmp_path):
        pass


@pytest.mark.parametrize(
    "junk", ["", "null", "[]", "{}", '{"address":"x"}', '{"address":"x","pid":"y"}', "\x00"]
)
def test_an_announcement_that_is_none(tmp_path: Path, junk: str) -> None:
    (tmp_path / SERVING_FILE).write_text(junk)
    with hold(tmp_path):
        assert find_serving(tmp_path) is None


def test_looking_does_not_lock_anybody_out(tmp_path: Path) -> None:
    (tmp_path / SERVING_FILE).write_text('{"address":"x","pid":1}')
    for _ in range(50):
        assert find_serving(tmp_path) is None
        with hold(tmp_path):
            pass


def test_a_junk_lock_file(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text("not a number")
    with hold(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == str(os.getpid())


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ComityError) as caught, hold(tmp_path / "absent"):
        pass
    assert caught.value.code is Code.NODE_MISSING
    assert find_serving(tmp_path / "absent") is None
