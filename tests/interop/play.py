"""A play in steps: each is shown when it has come out, and the first that does not ends it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from interop.connector import Failed
from interop.stage import Stage

_LAST: Final = 12
_LOG_BYTES: Final = 4_000


class Play:
    """Counts and shows the steps."""

    def __init__(self) -> None:
        self.passed = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Play one step: the block raises, or it has come out."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            _say(f"  FAILED  {what}")
            raise
        self.passed += 1
        _say(f"  ok      {what} ({time.monotonic() - began:.1f} s)")


def act(title: str) -> None:
    """Show where a direction begins."""
    _say(title)


def check(found: object, expected: object, what: str) -> None:
    """Compare. Raises Failed."""
    if found != expected:
        raise Failed(f"{what}: {found!r}, not {expected!r}")


def tell(stage: Stage) -> None:
    """Show what passed between the two at last, and what the connector logged."""
    for heard in stage.stand_in.heard[-_LAST:]:
        way = "connector -> node" if heard.inward else "node -> connector"
        _say(f"{way} {heard.request.method} {heard.request.target}")
        _say(f"    {_text(heard.request.body)}")
        _say(f"    {heard.response.status} {_text(heard.response.body)}")
    _say(stage.edc.log.read_text("utf-8", "replace")[-_LOG_BYTES:])


def _text(body: Any) -> str:
    return bytes(body).decode("utf-8", "replace")[:3_000]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
