"""Posture on the screen: everything that a peer can cause to happen here."""

from comity.cli.ids import short
from comity.cli.output import Screen
from comity.cli.rendering.terms import terms
from comity.operations.posture import Posture


def posture(screen: Screen, found: Posture) -> None:
    """Show what a peer can cause here, and what it cannot."""
    screen.facts(
        [
            ("peer", found.peer),
            ("territory", found.territory),
            ("address", found.address),
            ("datasets-offered", found.datasets_offered or screen.word("answer", "none")),
            ("negotiations-waiting", found.negotiations_waiting),
            ("requests-waiting", found.requests_waiting),
            ("transfers-open", found.transfers_open),
            ("refused", found.refused),
            ("messages-missing", found.messages_missing),
            ("incarnation", found.incarnation),
            ("frozen", screen.word("frozen", found.frozen)),
            ("alarms-open", found.alarms_open),
            ("accounts", found.accounts),
            ("code-run", found.code_run),
        ],
        title=found.name,
    )
    if found.alarms_open:
        screen.say("say.alarmed", "bold red", count=found.alarms_open)
    screen.say("say.closed-set", "bold", count=len({one.what for one in found.messages}))
    causes = {one.what: screen.word("cause", one.what) for one in found.messages}
    screen.table(["message", "cause"], list(causes.items()))
    if not found.agreements:
        screen.say("say.no-agreement-in-force", "bold")
    for one in found.agreements:
        screen.say("say.lets", "bold", dataset=one.dataset, agreement=short(one.agreement))
        screen.facts(
            [
                ("state", screen.word("agreement", one.state)),
                ("tokens-used", one.tokens_used),
                ("requests-used", one.requests_used),
                ("transfers-used", one.transfers_used),
            ]
        )
        if one.terms is None:
            screen.say("say.terms-unknown", "yellow")
        else:
            terms(screen, one.terms)
    screen.say("say.nothing-else", "bold")
