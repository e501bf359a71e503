"""Terms on the screen: all that one agreement allows, grant by grant."""

from comity.cli.output import Screen, Value
from comity.core.duration import Duration
from comity.core.terms import Grant, MatchTerms, RequestTerms, Terms


def terms(screen: Screen, shown: Terms) -> None:
    """Show terms, a block for each grant."""
    for action, grant in shown.grants():
        screen.facts(_facts(screen, grant), title=screen.word("grant", action))


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


def _facts(screen: Screen, grant: Grant) -> list[tuple[str, Value]]:
    facts: list[tuple[str, Value]] = []
    if isinstance(grant, MatchTerms):
        facts = [("families", screen.words("family", grant.families)), *_quota(screen, grant)]
    if isinstance(grant, RequestTerms):
        facts = [
            ("fields", screen.words("field", grant.fields)),
            ("answer-within", _duration(screen, grant.answer_within)),
        ]
    return [
        *facts,
        ("approval", screen.word("approval", grant.approval)),
        ("purposes", "; ".join(grant.purposes)),
        ("legal-bases", "; ".join(grant.legal_bases) or screen.word("answer", "any")),
        ("territories", grant.territories or screen.word("answer", "any")),
        ("expiry", grant.expiry.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("retention", _duration(screen, grant.retention) if grant.retention else None),
        ("onward", grant.onward),
        ("handling", f"{grant.handling}: {screen.word('handling', grant.handling)}"),
    ]


def _quota(screen: Screen, grant: MatchTerms) -> list[tuple[str, Value]]:
    quotas: list[tuple[str, Value]] = []
    if grant.tokens_per_period:
        count, period = grant.tokens_per_period.count, grant.tokens_per_period.period
        quotas.append(("quota", f"{count:,} {screen.word('period', period)}"))
    if grant.tokens_in_all is not None:
        quotas.append(("quota", f"{grant.tokens_in_all:,} {screen.word('period', 'all')}"))
    return quotas or [("quota", screen.word("answer", "no-limit"))]


def _duration(screen: Screen, duration: Duration) -> str:
    unit = f"{duration.unit}1" if duration.count == 1 else duration.unit
    return f"{duration.count} {screen.word('unit', unit)}"
