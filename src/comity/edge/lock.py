"""One process to a folder, and how the others find it.

The lock is the kernel's (flock): it goes with the process, however that ends, so nothing has to be
cleaned up after a crash. The process that serves writes beside it where its operators' listener is.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from comity.edge.keyfiles import PRIVATE, replace
from comity.errors import Code, ComityError

LOCK_FILE: Final = "lock"
SERVING_FILE: Final = "serving.json"
# `find_serving` holds the lock for an instant when nobody else does; that is no second process.
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that serves: the address of its operators' listener, and its process id."""

    address: str
    pid: int


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a node's folder for this process while the block runs.

    Raises NODE_MISSING (folder), or NODE_BUSY (pid: of the process that holds it, 0 if unknown).
    """
    fd = _open(folder)
    try:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == _ATTEMPTS:
                    raise ComityError(Code.NODE_BUSY, pid=_pid(fd)) from None
                time.sleep(_PAUSE_SECONDS)
        os.truncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode("ascii"), 0)
        # The file stays: if it were removed, two processes could each lock one of that name.
        yield
    finally:
        os.close(fd)


@contextmanager
def announce(folder: Path, address: str) -> Iterator[None]:
    """Say, while the block runs, where the operators' listener of this process is.

    The process holds the folder. Raises DISK_FULL or STORE_FAILED.
    """
    path = folder / SERVING_FILE
    replace(path, json.dumps(asdict(Serving(address, os.getpid()))).encode("utf-8"))
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def find_serving(folder: Path) -> Serving | None:
    """Return the process that serves this folder, or None.

    What a crash left behind is not believed. Raises NODE_MISSING (folder).
    """
    try:
        said = json.loads((folder / SERVING_FILE).read_bytes())
        serving = Serving(str(said["address"]), int(said["pid"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    fd = _open(folder)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        # Somebody holds the folder; if it is another process, the announcement is an old one.
        return serving if _pid(fd) == serving.pid else None
    finally:
        os.close(fd)
    return None


def _open(folder: Path) -> int:
    """Open the lock file, made if need be. Raises NODE_MISSING."""
    # Closed on exec, so that no program started from here keeps the folder locked.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(folder / LOCK_FILE, flags, PRIVATE)
    except OSError:
        raise ComityError(Code.NODE_MISSING, folder=str(folder)) from None


def _pid(fd: int) -> int:
    """Return the process id in the lock file, 0 where there is none."""
    text = os.pread(fd, 20, 0)
    return int(text) if text.isdigit() else 0
