"""Plays Comity with the Eclipse connector, in both directions: `make interop`."""

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from interop import giving, taking
from interop.play import Play, tell
from interop.stage import stage


def main() -> int:
    """Play everything; return 1 where a step did not come out."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shown = Play()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as on:
        try:
            giving.play(on, shown)
            taking.play(on, shown)
        except Exception as error:
            tell(on)
            sys.stdout.write(f"{error}\ninterop: {shown.passed} passed, 1 failed\n")
            return 1
    sys.stdout.write(f"interop: {shown.passed} passed, 0 failed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
