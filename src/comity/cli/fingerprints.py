"""Comparing a fingerprint so that a glance is not enough.

The screen shows all groups but two, and the person types those two as the peer reads them aloud.
Which two is drawn anew each time, so nobody can prepare a document that agrees in the others only:
two groups are ten digits, and the groups shown are compared as well.
"""

import secrets
from typing import Final

from comity.cli.session import Session

HIDDEN: Final = 2
"""Groups that the person types."""
_MASK: Final = "_____"


def compare(session: Session, fingerprint: str) -> str:
    """Ask for the hidden groups; return the fingerprint with what was typed in their places.

    Raises NOT_CONFIRMED where nobody can be asked.
    """
    groups = fingerprint.split()
    hidden = sorted(secrets.SystemRandom().sample(range(len(groups)), HIDDEN))
    typed = [_MASK if place in hidden else group for place, group in enumerate(groups)]
    session.screen.hint("hint.compare")
    if not session.screen.json:
        session.screen.err.print(" ".join(typed), style="bold")
    for place in hidden:
        typed[place] = session.prompt("ask.group", number=place + 1).strip()
    # A wrong length must not be made up for by its neighbour.
    return " ".join(group if len(group) == len(_MASK) else "-" for group in typed)
