"""A rehearsal: what draft terms would have said to what was asked, one question after another.

Usage starts from nothing and grows with what the draft lets through or holds, as it would have.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from comity.core.decision import (
    Decision,
    Outcome,
    Question,
    Usage,
    action_of,
    amount,
    evaluate,
)
from comity.core.duration import period_start
from comity.core.terms import Action, Terms

_BEGINNING: Final = datetime.min


@dataclass
class _Used:
    window: datetime = _BEGINNING
    in_period: int = 0
    in_all: int = 0


@dataclass
class Rehearsal:
    """Draft terms, and what was used under them so far."""

    terms: Terms
    _used: dict[tuple[Hashable, Action], _Used] = field(default_factory=dict)

    def decide(self, whose: Hashable, question: Question, moment: datetime) -> Decision:
        """Decide on a question that was asked at `moment` (aware), and count it if it gets past.

        Quotas are of one peer and one dataset, which `whose` stands for. Questions come in the
        order of time.
        """
        action = action_of(question)
        used = self._used.setdefault((whose, action), _Used())
        grant = self.terms.grant(action)
        if grant is not None and grant.quotas.per_period is not None:
            window = period_start(grant.quotas.per_period.period, moment)
            if window != used.window:
                used.window, used.in_period = window, 0
        usage = Usage(used.in_period, used.in_all)
        decision = evaluate(self.terms, question, usage, moment)
        if decision.outcome is not Outcome.REFUSE:
            used.in_period += amount(question)
            used.in_all += amount(question)
        return decision
