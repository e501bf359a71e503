"""Terms and decisions in plain sentences on the screen."""

from comity import texts
from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.cli.rendering.terms import duration
from comity.core.decision import Outcome
from comity.core.duration import parse_duration
from comity.errors import Code, ComityError
from comity.operations.rehearsing import Rehearsed, Replayed, Verdict
from comity.operations.terms import Explained, SentenceShown

_WORDS = {"families": "family", "fields": "field"}
"""Lists of values that have words."""


def explained(screen: Screen, found: Explained) -> None:
    """Say what terms allow, ask for and do not allow, a sentence each."""
    if found.agreement:
        screen.say(
            "say.explain-agreement",
            "bold",
            agreement=short(found.agreement),
            dataset=found.dataset,
            state=screen.word("agreement", found.state),
        )
        screen.say("say.explain-parties", holder=found.holder, asker=found.asker)
    else:
        screen.say("say.explain-draft", "bold")
    before = ""
    for one in found.sentences:
        if one.action != before:
            screen.out.print()
        before = one.action
        screen.say(f"explain.{one.code}", "", **_params(screen, one))


def _params(screen: Screen, one: SentenceShown) -> dict[str, str | int]:
    params: dict[str, str | int] = {}
    for name, value in one.params.items():
        if isinstance(value, tuple):
            group = _WORDS.get(name)
            params[name] = screen.words(group, value) if group else "; ".join(value)
        elif name == "duration":
            params[name] = duration(screen, parse_duration(str(value)))
        elif name == "period":
            params[name] = screen.word("period", str(value))
        else:
            params[name] = f"{value:,}" if isinstance(value, int) else value
    if one.code == "reveals":
        family = str(one.params["family"])
        params["family"] = screen.word("family", family)
        params["reveals"] = screen.text(f"reveals.{family}")
    if "handling" in params:
        params["meaning"] = screen.word("handling", str(params["handling"]))
    return params


def decision(screen: Screen, verdict: Verdict | None) -> str:
    """Return the one sentence that says a decision."""
    if verdict is None:
        return screen.text("decision.not-replayable")
    if verdict.outcome is Outcome.ALLOW:
        return screen.text("decision.allow")
    if verdict.outcome is Outcome.HOLD:
        return screen.text(f"decision.hold-{verdict.officers}")
    refused = ComityError(Code(verdict.code), **verdict.params)
    return texts.error(screen.language, refused).what


def rehearsed(screen: Screen, found: Rehearsed) -> None:
    """Show what a draft would have said to what peers asked."""
    count = len(found.messages) + found.not_shown
    if not count:
        screen.say("say.rehearsed-none", "dim")
        return
    screen.say("say.rehearsed", "bold", count=f"{count:,}")
    if found.not_shown:
        screen.say("say.rehearsed-hidden", count=f"{found.not_shown:,}")
    for one in found.messages:
        _replayed(screen, one)
    totals = found.totals
    screen.facts(
        [
            ("let-through", totals.let_through),
            ("held", totals.held),
            ("would-be-refused", totals.refused),
            ("not-replayable", totals.not_replayable),
            ("decided-otherwise", totals.decided_otherwise),
        ]
    )


def _replayed(screen: Screen, one: Replayed) -> None:
    what = screen.word("said", one.what)
    screen.say(
        "say.rehearsed-one",
        "" if one.now and one.now.outcome is one.then.outcome else "yellow",
        time=when(one.at),
        peer=one.peer,
        dataset=one.dataset,
        what=f"{what} ({one.tokens:,})" if one.tokens else what,
        then=f"{screen.word('verdict', one.then.outcome)} {one.then.code}".strip(),
        now=decision(screen, one.now),
    )
