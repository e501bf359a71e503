"""Everything an operator can do, as typed functions. Importing this registers all of them."""

from comity.operations import (
    agreeing,
    filing,
    holdings,
    inbox,
    matching,
    peers,
    posture,
    receiving,
    records,
    setup,
    tagging,
    transfers,
)
from comity.operations.registry import Caller, Model, Operation, find, names

__all__ = [
    "Caller",
    "Model",
    "Operation",
    "agreeing",
    "filing",
    "find",
    "holdings",
    "inbox",
    "matching",
    "names",
    "peers",
    "posture",
    "receiving",
    "records",
    "setup",
    "tagging",
    "transfers",
]
