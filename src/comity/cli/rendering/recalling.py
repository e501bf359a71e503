"""Recalls on the screen."""

from comity.cli.ids import short
from comity.cli.output import Screen, when
from comity.operations.recalling import Recalls, RecallShown


def recall(screen: Screen, one: RecallShown) -> None:
    """Show a recall, its entries, and how far those are to whom it was passed on."""
    screen.facts(
        [
            ("recall", one.id),
            ("peer", one.peer),
            ("role", screen.word("recall-role", one.role)),
            ("state", screen.word("recall", one.state)),
            ("due", when(one.due)),
            ("reason", one.reason),
            ("declined-because", one.declined_because),
            ("uses", tuple(f"{use.purpose}: {screen.word('whom', use.whom)}" for use in one.uses)),
        ]
    )
    screen.table(
        ["number", "said", "result"],
        [
            [
                entry.sequence,
                screen.word("said", entry.what),
                screen.word("answer", "destroyed") if entry.destroyed else "",
            ]
            for entry in one.entries
        ],
    )
    if one.holders:
        screen.table(
            ["passed-on", "state", "recall"],
            [
                [each.territory, screen.word("recall", each.state), short(each.recall)]
                for each in one.holders
            ],
        )
    if one.role == "holder" and one.state in ("waiting", "overdue"):
        screen.hint("hint.recall", recall=short(one.id))


def recalls(screen: Screen, found: Recalls) -> None:
    """List recalls."""
    screen.table(
        ["recall", "peer", "role", "state", "entries-named", "due"],
        [
            [
                short(one.id),
                one.peer,
                screen.word("recall-role", one.role),
                screen.word("recall", one.state),
                len(one.entries),
                when(one.due),
            ]
            for one in found.recalls
        ],
        empty="say.no-recalls",
    )
