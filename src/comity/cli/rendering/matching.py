"""Tag sets and hits on the screen."""

from collections.abc import Sequence

from comity.cli.output import Screen, Value, when
from comity.core.derivation import Evidence
from comity.operations.finding import Hits, HitShown
from comity.operations.matching import Matched
from comity.operations.tagging import HandlesShown, Tagged


def tagged(screen: Screen, made: Tagged) -> None:
    """Show a tag set."""
    screen.say("say.tagged", "bold", dataset=made.dataset)
    screen.facts(
        [
            ("agreement", made.agreement),
            ("epoch", made.epoch),
            ("ends", when(made.ends)),
            ("families", screen.words("family", made.families)),
            ("new-keys", made.new_keys),
            ("records", made.records),
            ("tagged-anew", made.tagged_anew),
            ("taken-over", made.taken_over),
            ("left-out", made.left_out),
            ("tokens", made.entries),
            ("padded", made.padded),
            ("dropped", made.dropped),
            ("bytes", made.bytes),
            ("manifest", made.manifest),
            ("transfers-started", made.transfers_started),
        ]
    )


def matched(screen: Screen, found: Matched) -> None:
    """Show what a run asked and found."""
    asked = (f"{screen.word('family', name)}: {n:,}" for name, n in sorted(found.asked.items()))
    screen.facts(
        [
            ("peer", found.peer),
            ("dataset", found.dataset),
            ("epoch", found.epoch),
            ("asked", ", ".join(asked)),
            ("hits", f"{len(found.hits):,}"),
        ]
    )
    _hits(screen, found.hits)
    screen.hint("hint.quota")


def hits(screen: Screen, found: Hits) -> None:
    """List hits."""
    _hits(screen, found.hits)
    if found.retention_ended:
        screen.say("say.hits-ended", count=found.retention_ended)


def handles(screen: Screen, found: HandlesShown) -> None:
    """Show what handles stand for."""
    screen.table(
        ["handle", "peer", "dataset", "record"],
        [[one.handle, one.peer, one.dataset, one.record] for one in found.handles],
    )


def _hits(screen: Screen, found: Sequence[HitShown]) -> None:
    screen.table(
        ["handle", "ours", "families", "evidence", "status-there"],
        [_row(screen, one) for one in found],
        empty="say.no-hits",
    )
    for key, concerned in (
        ("say.name-only", [one for one in found if one.evidence is Evidence.NAME_ONLY]),
        ("say.statuses-conflict", [one for one in found if one.statuses_conflict]),
        ("say.conflicts", [one for one in found if one.conflicts]),
    ):
        if concerned:
            screen.say(key, "yellow", count=len(concerned))
    for handling, onward in sorted({(one.handling, one.onward) for one in found}):
        meaning = screen.word("handling", handling)
        screen.say("say.handle-as", handling=handling, meaning=meaning)
        if not onward:
            screen.say("say.not-onward")
    if found:
        screen.hint("hint.ask")


def _row(screen: Screen, one: HitShown) -> list[Value]:
    statuses = [f"{status.value} {status.as_of or ''}".strip() for status in one.statuses]
    if one.more_statuses:
        statuses.append(screen.word("answer", "more"))
    evidence = screen.word("evidence", one.evidence)
    if one.conflicts:
        disagreeing = screen.words("family", one.conflicts)
        evidence += f" ({screen.text('say.disagrees', families=disagreeing)})"
    return [
        one.handle,
        one.record or screen.word("answer", "typed-in"),
        screen.words("family", one.families),
        evidence,
        "; ".join(statuses),
    ]
