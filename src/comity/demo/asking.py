"""Step 6: requests for details. One is approved, one declined, one left to the stated term."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from comity.demo import terms
from comity.demo.lists import Compared
from comity.demo.matching import Pair
from comity.demo.stage import Stage
from comity.errors import Code, ComityError
from comity.operations import inbox
from comity.operations.requests import FieldShown, RequestShown

CASES: Final = ("US-2026-0417", "US-2026-0418", "US-2026-0419")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what came of it on the side that asked."""

    pair: Pair
    shown: RequestShown


def ask(stage: Stage, compared: Compared, pairs: tuple[Pair, ...]) -> list[Asked]:
    """Ask about up to three hits; return what came of each request."""
    plays = (_answered, _declined, _waiting)
    return [
        play(stage, pair, case, compared)
        for play, pair, case in zip(plays, pairs, CASES, strict=False)
    ]


def _answered(stage: Stage, pair: Pair, case: str, compared: Compared) -> Asked:
    mx, us, screen, claims = stage.mx, stage.us, stage.screen, stage.claims
    sent = _ask(stage, pair, case, "urgent")
    held = mx.run(inbox.show, request=sent.id)
    screen.say("inbox", name=mx.name)
    screen.facts_of(
        [
            (screen.label("case-reference"), held.case_reference),
            (screen.label("purpose"), held.purpose),
            (screen.label("legal-basis"), held.legal_basis),
            (screen.label("urgency"), screen.word("urgency", held.urgency)),
            (screen.label("about"), held.record),
            *_fields(stage, held.answer),
            (screen.label("approval-digest"), held.approval),
        ]
    )
    claims.check("held", held.state == "held" and held.record == pair.mx_record)
    other = held.approval[:-1] + ("A" if held.approval[-1] != "A" else "Q")
    try:
        mx.run(inbox.approve, request=held.id, approval=other)
        bound = False
    except ComityError as error:
        bound = error.code is Code.APPROVAL_VOID
    claims.check("bound", bound)
    mx.run(inbox.approve, request=held.id, approval=held.approval)
    came = _outcome(stage, sent.id, "answered")
    screen.say("answer", name=us.name, handling=came.handling)
    screen.facts_of(_fields(stage, came.answer))
    true = _values(came.answer, "names") == compared.mx[pair.mx_record].names
    asked = {field.name for field in came.answer}
    claims.check(
        "answered",
        true and came.answer == held.answer and asked == set(came.fields_asked),
        handling=came.handling,
        count=len(came.answer),
    )
    return Asked(pair, came)


def _declined(stage: Stage, pair: Pair, case: str, _compared: Compared) -> Asked:
    sent = _ask(stage, pair, case, "routine")
    reason = stage.screen.text("say.reason")
    stage.mx.run(inbox.decline, request=sent.id, reason=reason)
    came = _outcome(stage, sent.id, "declined")
    stage.claims.check(
        "declined",
        came.reason == reason and came.answer == (),
        name=stage.mx.name,
        reason=came.reason,
    )
    # A decline is final: to ask again changes nothing until the decliner reopens it.
    try:
        again = _ask(stage, pair, case, "routine")
        final = (again.state, again.reason) == ("refused", Code.REQUEST_DECLINED)
    except ComityError as error:
        final = error.params.get("reason") == Code.REQUEST_DECLINED
    stage.claims.check("final", final)
    return Asked(pair, came)


def _waiting(stage: Stage, pair: Pair, case: str, _compared: Compared) -> Asked:
    sent = _ask(stage, pair, case, "routine")
    held = stage.mx.run(inbox.show, request=sent.id)
    due = datetime.fromtimestamp(held.due, UTC).strftime("%Y-%m-%d %H:%M UTC")
    stage.claims.check("waits", held.state == "held" and held.due > 0, due=due)
    stage.screen.say("expiry", "dim")
    return Asked(pair, sent)


def _ask(stage: Stage, pair: Pair, case: str, urgency: str) -> RequestShown:
    sent = stage.us.run(
        inbox.ask,
        handle=pair.hit.handle,
        purpose=terms.PURPOSE,
        legal_basis=terms.LEGAL_BASIS,
        case_reference=case,
        urgency=urgency,
    )
    stage.bring()
    return stage.us.run(inbox.show, request=sent.id)


def _outcome(stage: Stage, request: str, state: str) -> RequestShown:
    return stage.us.wait(inbox.show, lambda found: found.state == state, request=request)


def _values(fields: tuple[FieldShown, ...], name: str) -> tuple[str, ...]:
    found = [field.value for field in fields if field.name == name]
    return tuple(found[0]) if found else ()


def _fields(stage: Stage, fields: tuple[FieldShown, ...]) -> list[tuple[str, str]]:
    return [
        (
            stage.screen.word("field", field.name),
            field.value if isinstance(field.value, str) else "; ".join(field.value),
        )
        for field in fields
    ]


def released(asked: list[Asked]) -> list[str]:
    """Return every text that an officer released."""
    return [
        text
        for one in asked
        for field in one.shown.answer
        for text in ((field.value,) if isinstance(field.value, str) else field.value)
    ]
