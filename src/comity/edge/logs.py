"""What a node writes down while it runs: JSON lines on standard error, made of ids and numbers.

Logs travel to places that no agreement covers. So a line is built from an allow-list of keys, an
event is a fixed word, and anything else is dropped and counted: contents cannot slip in by mistake.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

LEVELS: Final = ("debug", "info", "warning", "error")
KEYS: Final = frozenset(
    {
        # Which line this is.
        *("event", "level", "time"),
        # Which thing it is about. All of these are ids or names that the node itself gave.
        *("peer", "jti", "seq", "agreement", "negotiation", "transfer", "offer", "dataset"),
        *("manifest", "epoch", "family", "request", "operation", "officer", "route", "what"),
        # How it went.
        *("code", "status", "reason", "state", "error", "place", "incident", "logger"),
        # How much.
        *("count", "total", "bytes", "seconds", "attempt"),
        # The process.
        *("listener", "host", "port", "pid", "version", "kernel", "signal"),
    }
)
"""Every key that a line may have. `dropped` is added where others were left out."""
VALUE_CHARS: Final = 200
"""The longest value: an id. Longer ones are contents."""
_WORD: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Set up logging for the whole process: ours, and warnings of the libraries below us.

    `level` is one of LEVELS; lines go to standard error unless `stream` says otherwise. Loggers
    come from `structlog.get_logger()`.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            only_ids,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def only_ids(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep what the allow-list names, and say in `dropped` how much was not kept."""
    kept = {key: value for key, value in line.items() if _allowed(key, value)}
    if len(kept) < len(line):
        kept["dropped"] = len(line) - len(kept)
    kept.setdefault("event", "unnamed")
    return kept


def place(error: BaseException) -> str:
    """Return where in the source an error was raised, as `module.py:line`, and nothing it says."""
    step = error.__traceback__
    if step is None:
        return ""
    while step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_code.co_filename.rpartition('/')[2]}:{step.tb_lineno}"


def _allowed(key: str, value: object) -> bool:
    """Tell whether a key may appear with this value: a number, an id, for an event a fixed word."""
    if key not in KEYS:
        return False
    if key == "event":
        return isinstance(value, str) and bool(_WORD.fullmatch(value)) and len(value) <= 60
    if isinstance(value, str):
        return len(value) <= VALUE_CHARS and value.isprintable()
    return value is None or isinstance(value, int | float)


class _Libraries(logging.Handler):
    """Takes warnings of libraries: who, and where in its source. Their text may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        error = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno,
            "library",
            logger=record.name,
            place=f"{record.filename}:{record.lineno}",
            error=error.__name__ if error else None,
        )
