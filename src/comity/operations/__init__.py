"""Everything an operator can do, as typed functions. Importing this registers all of them."""

from comity.operations import (
    agreeing,
    agreements,
    filing,
    holdings,
    inbox,
    matching,
    offering,
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
    "agreements",
    "filing",
    "find",
    "holdings",
    "inbox",
    "matching",
    "names",
    "offering",
    "peers",
    "posture",
    "receiving",
    "records",
    "setup",
    "tagging",
    "transfers",
]
