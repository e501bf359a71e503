"""Plays Comity with what others wrote: `make interop`.

With the Eclipse connector in both directions; and logs, proofs and witnesses with the Go reference
code for transparency logs.
"""

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from interop import giving, logs, taking
from interop.play import Play, tell
from interop.stage import stage


def main() -> int:
    """Play everything; return 1 where a step did not come out."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shown = Play()
    with tempfile.TemporaryDirectory() as folder:
        try:
            logs.play(Path(folder), shown)
        except Exception as error:
            return _failed(shown, error)
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as on:
        try:
            giving.play(on, shown)
            taking.play(on, shown)
        except Exception as error:
            tell(on)
            return _failed(shown, error)
    sys.stdout.write(f"interop: {shown.passed} passed, 0 failed\n")
    return 0


def _failed(shown: Play, error: Exception) -> int:
    sys.stdout.write(f"{error}\ninterop: {shown.passed} passed, 1 failed\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
