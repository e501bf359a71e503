"""Terms on the screen: all that one agreement allows, grant by grant."""

from comity.cli.output import Screen, Value
from comity.core.duration import Duration
from comity.core.terms import Action, Grant, MatchTerms, RequestTerms, Terms

_COUNTED = {
    Action.MATCH: "quota",
    Action.REQUEST: "requests-allowed",
    Action.RECEIVE: "transfers-allowed",
}
"""What is counted in each grant."""


def terms(screen: Screen, shown: Terms) -> None:
    """Show terms, a block for each grant."""
    for action, grant in shown.grants():
        screen.facts(_facts(screen, action, grant), title=screen.word("grant", action))


def summary(screen: Screen, shown: Terms) -> str:
    """Return terms on one line: what is granted, and until when."""
    return ", ".join(
        screen.text(
            "say.until",
            action=screen.word("action", action),
            expiry=grant.expiry.strftime("%Y-%m-%d"),
        )
        for action, grant in shown.grants()
    )


def _facts(screen: Screen, action: Action, grant: Grant) -> list[tuple[str, Value]]:
    facts: list[tuple[str, Value]] = []
    if isinstance(grant, MatchTerms):
        facts = [("families", screen.words("family", grant.families))]
    if isinstance(grant, RequestTerms):
        facts = [
            ("fields", screen.words("field", grant.fields)),
            ("answer-within", duration(screen, grant.answer_within)),
        ]
    return [
        *facts,
        *_quota(screen, action, grant),
        ("approval", screen.word("approval", grant.approval)),
        ("purposes", "; ".join(grant.purposes)),
        ("legal-bases", "; ".join(grant.legal_bases) or screen.word("answer", "any")),
        ("territories", grant.territories or screen.word("answer", "any")),
        ("expiry", grant.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("retention", duration(screen, grant.retention) if grant.retention else None),
        ("onward", grant.onward),
        ("handling", f"{grant.handling}: {screen.word('handling', grant.handling)}"),
    ]


def _quota(screen: Screen, action: Action, grant: Grant) -> list[tuple[str, Value]]:
    label, quotas, shown = _COUNTED[action], grant.quotas, list[str]()
    if quotas.per_period:
        count, period = quotas.per_period.count, quotas.per_period.period
        shown.append(f"{count:,} {screen.word('period', period)}")
    if quotas.in_all is not None:
        shown.append(f"{quotas.in_all:,} {screen.word('period', 'all')}")
    return [(label, text) for text in shown or [screen.word("answer", "no-limit")]]


def duration(screen: Screen, shown: Duration) -> str:
    """Return a duration in words."""
    unit = f"{shown.unit}1" if shown.count == 1 else shown.unit
    return f"{shown.count} {screen.word('unit', unit)}"
