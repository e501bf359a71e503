"""Everything an operator can do, as typed functions. Importing this registers all of them."""

from comity.operations import (
    agreeing,
    holdings,
    inbox,
    matching,
    peers,
    posture,
    records,
    rehearsing,
    setup,
    tagging,
    terms,
    transfers,
)
from comity.operations.registry import Caller, Model, Operation, find, names

__all__ = [
    "Caller",
    "Model",
    "Operation",
    "agreeing",
    "find",
    "holdings",
    "inbox",
    "matching",
    "names",
    "peers",
    "posture",
    "records",
    "rehearsing",
    "setup",
    "tagging",
    "terms",
    "transfers",
]
