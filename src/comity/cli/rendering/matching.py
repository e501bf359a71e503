"""Tag sets and hits on the screen."""

from collections.abc import Callable, Sequence

from comity.cli.output import Screen, Value, when
from comity.core.derivation import Evidence
from comity.operations.assessing import LineShown
from comity.operations.deriving import TokensExplained
from comity.operations.finding import Hits
from comity.operations.handles import HandlesShown
from comity.operations.hits import HitShown
from comity.operations.matching import Matched
from comity.operations.tagging import Tagged


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


def matched(*, explain: bool) -> Callable[[Screen, Matched], None]:
    """Show what a run asked and found; where asked for, with the reasons."""

    def render(screen: Screen, found: Matched) -> None:
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
        _hits(screen, found.hits, found.below, explain=explain)
        for one in found.expected:
            word = screen.word("band", one.band)
            screen.say("say.expected", hits=one.hits, band=word, wrong=_percent(one.wrong))
        screen.hint("hint.quota")

    return render


def hits(*, explain: bool) -> Callable[[Screen, Hits], None]:
    """List hits; where asked for, with the reasons."""

    def render(screen: Screen, found: Hits) -> None:
        _hits(screen, found.hits, found.below, explain=explain)
        if found.retention_ended:
            screen.say("say.hits-ended", count=found.retention_ended)

    return render


def tokens(screen: Screen, found: TokensExplained) -> None:
    """Show what would be tagged, family by family, and what each reveals."""
    screen.facts(
        [
            ("dataset", found.dataset),
            ("record", found.record),
            ("kind", screen.word("kind", found.kind)),
            ("tokens", len(found.tokens)),
            ("presence", screen.words("presence", found.presence)),
        ]
    )
    if found.withheld:
        screen.say("say.tokens-withheld", "yellow")
    for family in found.by_family:
        same = [token.value for token in found.tokens if token.family == family]
        screen.out.print()
        screen.say("say.tokens-of", "bold", family=screen.word("family", family), count=len(same))
        for value in same:
            screen.say("say.token", value=value)
        screen.say(f"reveals.{family}", "dim")


def handles(screen: Screen, found: HandlesShown) -> None:
    """Show what handles stand for."""
    screen.table(
        ["handle", "peer", "dataset", "record"],
        [[one.handle, one.peer, one.dataset, one.record] for one in found.handles],
    )


def _hits(screen: Screen, found: Sequence[HitShown], below: int, *, explain: bool) -> None:
    screen.table(
        ["handle", "ours", "band", "score", "evidence", "families", "status-there"],
        [_row(screen, one) for one in found],
        empty="say.no-hits",
    )
    if explain:
        for one in found:
            _reasons(screen, one)
    if below:
        screen.say("say.below", "dim", count=below)
    for key, concerned in (
        ("say.name-only", [one for one in found if one.evidence is Evidence.NAME_ONLY]),
        ("say.statuses-conflict", [one for one in found if one.statuses_conflict]),
        ("say.conflicts", [one for one in found if one.conflicts]),
        ("say.hits-gone", [one for one in found if one.gone]),
    ):
        if concerned:
            screen.say(key, "yellow", count=len(concerned))
    handling(screen, found)
    if found:
        screen.hint("hint.ask")


def handling(screen: Screen, found: Sequence[HitShown]) -> None:
    """Say how hits are to be handled, and whether they may be passed on."""
    for label, onward in sorted({(one.handling, one.onward) for one in found}):
        screen.say("say.handle-as", handling=label, meaning=screen.word("handling", label))
        if not onward:
            screen.say("say.not-onward")


def statuses(screen: Screen, one: HitShown) -> str:
    """Return what the holder says of its record."""
    said = [f"{status.value} {status.as_of or ''}".strip() for status in one.statuses]
    if one.more_statuses:
        said.append(screen.word("answer", "more"))
    return "; ".join(said)


def _row(screen: Screen, one: HitShown) -> list[Value]:
    evidence = screen.word("evidence", one.evidence)
    if one.conflicts:
        disagreeing = screen.words("family", one.conflicts)
        evidence += f" ({screen.text('say.disagrees', families=disagreeing)})"
    return [
        one.handle,
        one.record or screen.word("answer", "typed-in"),
        band(screen, one),
        f"{one.score:.1f}",
        evidence,
        screen.words("family", one.families),
        statuses(screen, one),
    ]


def band(screen: Screen, one: HitShown) -> str:
    """Return the word for the band of a hit; empty where it has none."""
    return screen.word("band", one.band) if one.band else ""


def _reasons(screen: Screen, one: HitShown) -> None:
    """Say why a hit has its score, so that a person can add it up."""
    ours = one.record or screen.word("answer", "typed-in")
    screen.out.print()
    screen.say("say.why", "bold", ours=ours, handle=one.handle, band=band(screen, one))
    for line in one.lines:
        screen.say("say.why-line", weight=f"{line.weight:+6.1f}", reason=why(screen, line))
    screen.say("say.why-total", total=f"{one.score:+6.1f}")


def why(screen: Screen, line: LineShown) -> str:
    """Say one reason."""
    family = screen.word("family", line.family) if line.family else ""
    return screen.text(f"why.{line.reason}", value=line.value, family=family)


def _percent(share: float) -> str:
    return f"{share:.1%}"
