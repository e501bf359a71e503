"""Requests and answers on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen, Value, when
from comity.operations.requests import Requests, RequestShown


def request(screen: Screen, one: RequestShown) -> None:
    """Show a request, and the answer that would leave or that came."""
    screen.facts(
        [
            ("request", one.id),
            ("peer", one.peer),
            ("role", screen.word("role", one.role)),
            ("state", screen.word("request", one.state)),
            ("due", when(one.due)),
            ("urgency", screen.word("urgency", one.urgency)),
            ("case-reference", one.case_reference),
            ("purpose", one.purpose),
            ("legal-basis", one.legal_basis),
            ("fields-asked", screen.words("field", one.fields_asked)),
            ("agreement", one.agreement),
            ("handle", one.handle),
            ("record", one.record),
            ("reason", one.reason),
            ("approved-by", one.approved_by),
        ]
    )
    if one.answer:
        screen.say("say.would-leave" if one.state == "held" else "say.answer", "bold")
        screen.facts(
            [
                ("handling", _handling(screen, one)),
                ("onward", one.onward),
                ("destroyed", when(one.kept_until)),
                *_fields(screen, one),
            ]
        )
    if one.retention_ended:
        screen.say("say.answer-ended")
    if one.state == "held" and one.approval:
        screen.facts([("approval-digest", one.approval)])


def leaving(screen: Screen, one: RequestShown) -> None:
    """Show exactly what an approval would let leave, before it is asked for."""
    asking = screen.aside()
    asking.say("say.leaving", "bold")
    asking.facts(
        [
            ("to", one.peer),
            ("purpose", one.purpose),
            ("legal-basis", one.legal_basis),
            ("case-reference", one.case_reference),
            ("urgency", asking.word("urgency", one.urgency)),
            ("record", one.record),
            ("handling", _handling(asking, one)),
            ("officers-needed", one.approvals_needed),
            ("approved-by", one.approved_by),
        ]
    )
    asking.say("say.fields-leaving", "bold")
    asking.facts(_fields(asking, one))


def decided(screen: Screen, one: RequestShown) -> None:
    """Say what became of a request."""
    if one.state == "held":
        missing = one.approvals_needed - len(one.approved_by)
        screen.say("say.approved-partly", request=short(one.id), missing=missing)
    else:
        state = screen.word("request", one.state)
        screen.say("say.decided", request=short(one.id), peer=one.peer, state=state)


def reopened(screen: Screen, one: RequestShown) -> None:
    """Say that a request may be made again."""
    screen.say("say.reopened", request=short(one.id), peer=one.peer)


def requests(screen: Screen, found: Requests) -> None:
    """List requests that this node asked."""
    screen.table(
        ["request", "peer", "state", "case-reference", "handle", "due", "reason"],
        [
            [
                short(one.id),
                one.peer,
                _state(screen, one),
                one.case_reference,
                one.handle,
                when(one.due),
                one.reason,
            ]
            for one in found.requests
        ],
        empty="say.no-requests",
    )


def inbox(screen: Screen, found: Requests) -> None:
    """List requests that were asked of this node."""
    screen.table(
        ["request", "peer", "state", "urgency", "record", "purpose", "due"],
        [
            [
                short(one.id),
                one.peer,
                screen.word("request", one.state),
                screen.word("urgency", one.urgency),
                one.record,
                one.purpose,
                when(one.due),
            ]
            for one in found.requests
        ],
        empty="say.no-inbox",
    )


def _state(screen: Screen, one: RequestShown) -> str:
    state = screen.word("request", one.state)
    return screen.text("say.ended", state=state) if one.retention_ended else state


def _handling(screen: Screen, one: RequestShown) -> str:
    return f"{one.handling}: {screen.word('handling', one.handling)}" if one.handling else ""


def _fields(screen: Screen, one: RequestShown) -> list[tuple[str, Value]]:
    """Return a line for each value, so that none hides behind another."""
    empty = (screen.word("answer", "nothing"),)
    return [
        (f"field.{field.name}", value)
        for field in one.answer
        for value in ((field.value,) if isinstance(field.value, str) else field.value or empty)
    ]
