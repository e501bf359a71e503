"""What a peer can do to the record that shows: the kinds of alarms."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """One kind of cheating, as what it looks like from this side."""

    FORKED = "forked"
    """The peer signed two histories of its log that do not go together."""
    DELETED = "deleted"
    """The peer's log is shorter than it was, or an entry of it is gone."""
    REORDERED = "reordered"
    """Entries of the peer's log have other places than they had."""
    WITHHELD = "withheld"
    """The peer was asked for an entry that must exist, and did not give it."""
    BACKDATED = "backdated"
    """An entry says that it is older than it can be."""
    EQUIVOCATED = "equivocated"
    """The peer gave one number, or one id, to two messages."""
    MISSTATED = "misstated"
    """The peer signed something about our log that is not so."""
    UNCOSIGNED = "uncosigned"
    """The peer holds our log, and does not cosign it."""


HISTORY: Final = (Kind.FORKED, Kind.DELETED, Kind.REORDERED)
"""What a log that is not the one it was looks like, the more exactly the more was looked at."""
LASTING: Final = ((*HISTORY,), (Kind.MISSTATED,), (Kind.UNCOSIGNED,))
"""Kinds that show on every contact until the logs agree again, at whatever number."""


def same(kind: Kind) -> tuple[Kind, ...]:
    """Return the kinds that are one matter with a lasting one; none for what is about one entry."""
    return next((kinds for kinds in LASTING if kind in kinds), ())
