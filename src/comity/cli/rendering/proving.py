"""Evidence, export and witnesses on the screen."""

from rich.text import Text

from comity.cli.output import Screen, when
from comity.operations.exporting import Exported
from comity.operations.proving import EntryProved, Proved
from comity.operations.witnessing import LogWitnessed, Witnesses, WitnessShown
from comity_verify import Found, telling


def proved(screen: Screen, found: Proved) -> None:
    """Say what is in the file, entry by entry."""
    screen.table(
        ["direction", "number", "said", "released", "withheld"],
        [
            [
                screen.word("direction", one.direction),
                one.sequence,
                screen.word("said", one.what),
                _released(screen, one),
                screen.words("field", one.withheld),
            ]
            for one in found.entries
        ],
    )
    screen.say("say.proved", path=found.path, count=len(found.entries))
    screen.hint("hint.proved")


def exported(screen: Screen, found: Exported) -> None:
    """Say where the logs are."""
    for one in found.logs:
        screen.say("say.exported", path=one.path, sender=one.sender, size=one.size)


def witness(screen: Screen, found: WitnessShown) -> None:
    """Show a witness that was just named."""
    screen.facts([("witness", found.name), ("url", found.url), ("key", found.key)])
    screen.hint("hint.witness")


def removed(screen: Screen, found: WitnessShown) -> None:
    """Say that a witness is gone."""
    screen.say("say.witness-removed", witness=found.name)


def witnesses(screen: Screen, found: Witnesses) -> None:
    """Show all witnesses, and what their operators need."""
    screen.table(
        ["witness", "url", "key"],
        [[one.name, one.url, one.key] for one in found.witnesses],
        empty="say.no-witness",
    )
    for log in found.logs:
        screen.facts([("log", log.origin), ("key", log.key)])


def witnessed(screen: Screen, found: LogWitnessed) -> None:
    """Say who saw the log, and when."""
    for one in found.seen:
        screen.say("say.witnessed", witness=one.witness, size=one.size, time=when(one.time))


def evidence(screen: Screen, found: Found) -> None:
    """Say what evidence proves and what it does not, in the words of the verifier."""
    if screen.json:
        screen.written(telling.value(found))
        return
    for line in telling.lines(found, screen.language):
        screen.out.print(Text(line), soft_wrap=not screen.out.is_terminal)


def _released(screen: Screen, one: EntryProved) -> str:
    if one.released == "fields":
        return screen.text("released.fields", fields=screen.words("field", one.fields))
    return screen.word("released", one.released)
