"""Step 5: the holder tags, the asker asks, and both see what came of it."""

from dataclasses import dataclass
from typing import Final

from comity import texts
from comity.core.derivation import FAMILIES, Evidence
from comity.core.fuzzy.bands import Band
from comity.core.records import Family, Record
from comity.demo.lists import Compared
from comity.demo.screen import Screen
from comity.demo.stage import Stage
from comity.operations import handles, matching, posture, tagging
from comity.operations.assessing import LineShown
from comity.operations.hits import HitShown
from comity.operations.matching import Matched

_ROWS: Final = 12
"""Hits that the screen shows; the account as data has all."""
_EXACT: Final = {family.value for family in FAMILIES}


@dataclass(frozen=True, slots=True)
class Pair:
    """A hit, and which record of the holder it is: only the play, on both sides, knows."""

    hit: HitShown
    mx_record: str


def match(stage: Stage, compared: Compared) -> tuple[Matched, tuple[Pair, ...]]:
    """Ask the Mexican side about the whole list of the other."""
    mx, us, screen = stage.mx, stage.us, stage.screen
    with screen.bar("tag", name=mx.name) as progress:
        tagged = mx.run(tagging.tag, progress, peer=us.id, dataset=stage.lists.mx.dataset)
    screen.say(
        "tagged",
        name=mx.name,
        records=tagged.records,
        entries=tagged.entries,
        padded=tagged.padded,
        bytes=tagged.bytes,
    )
    with screen.bar("match", name=us.name) as progress:
        matched = us.run(
            matching.match, progress, peer=mx.id, dataset=stage.lists.mx.dataset, least=Band.NONE
        )
    asked = sum(matched.asked.values())
    screen.say("asked", name=us.name, tokens=asked, families=len(matched.asked))
    named = mx.run(handles.show, handles=[hit.handle for hit in matched.hits]).handles
    records = {each.handle: each.record for each in named}
    every = tuple(
        Pair(hit, records[hit.handle])
        for hit in sorted(matched.hits, key=lambda hit: (-hit.score, hit.record))
    )
    pairs = tuple(pair for pair in every if pair.hit.reaches(Band.POSSIBLY))
    _show(stage, compared, pairs)
    _explain(stage, compared, pairs)
    _check(stage, compared, matched, every, pairs)
    return matched, pairs


def check_one(stage: Stage, compared: Compared, pairs: tuple[Pair, ...]) -> None:
    """Ask the United States side about a subject that both have, then about a withheld one."""
    mx, us = stage.mx, stage.us
    dataset = stage.lists.us.dataset
    us.run(tagging.tag, peer=mx.id, dataset=dataset)
    for pair in pairs:
        record = compared.mx[pair.mx_record]
        facts = _facts(record, pair.hit)
        if facts:
            found = mx.run(matching.check, peer=us.id, dataset=dataset, kind=record.kind, **facts)
            told = [hit.handle for hit in found.hits]
            there = us.run(handles.show, handles=told).handles
            stage.claims.check(
                "checked",
                pair.hit.record in {each.record for each in there},
                name=mx.name,
                record=record.id,
                tokens=sum(found.asked.values()),
            )
            break
    apart = compared.apart
    nothing = mx.run(
        matching.check, peer=us.id, dataset=dataset, kind=apart.kind, name=apart.names[0]
    )
    stage.claims.check("withheld-unknown", nothing.hits == (), record=apart.id)


def warnings(hit: HitShown) -> tuple[str, ...]:
    """Return what an officer must bear in mind about a hit, as words that programs use."""
    found = ["name-only"] if hit.evidence is Evidence.NAME_ONLY else []
    if hit.statuses_conflict:
        found.append("statuses-conflict")
    return (*found, *(f"conflict-{family}" for family in hit.conflicts))


def _facts(record: Record, hit: HitShown) -> dict[str, str]:
    """Return what somebody would type to ask about a record: what is known to agree."""
    facts = {}
    for item in record.identifiers:
        if item.family is Family.RFC and Family.RFC.value in hit.families:
            facts["rfc"] = item.value
    if Family.NAME.value in hit.families:
        facts["name"] = record.names[0]
    return facts


def _show(stage: Stage, compared: Compared, pairs: tuple[Pair, ...]) -> None:
    screen = stage.screen
    rows = [
        (
            pair.hit.record,
            compared.us[pair.hit.record].names[0],
            _agreed(stage, pair.hit),
            "\n".join(f"{each.value}\n{each.as_of or ''}" for each in pair.hit.statuses),
            _evidence(stage, pair.hit),
        )
        for pair in pairs
    ]
    labels = ["!our-record", "our-name", "agrees-in", "!holders-status", "evidence"]
    screen.table(labels, rows[:_ROWS])
    if len(rows) > _ROWS:
        screen.say("more-hits", count=len(rows) - _ROWS)


def _agreed(stage: Stage, hit: HitShown) -> str:
    """Return exact families by name, and how many others agree."""
    exact = stage.screen.words("family", [each for each in hit.families if each in _EXACT])
    more = len(set(hit.families) - _EXACT)
    return ", ".join(
        filter(None, (exact, stage.screen.text("say.fuzzy", count=more) if more else ""))
    )


def _evidence(stage: Stage, hit: HitShown) -> str:
    """Return the band and the grade of a hit, and what to bear in mind about it."""
    screen = stage.screen
    found = [screen.word("band", hit.band or Band.NONE), screen.word("evidence", hit.evidence)]
    if hit.statuses_conflict:
        found.append(screen.text("remark.statuses"))
    if hit.conflicts:
        families = screen.words("family", hit.conflicts)
        found.append(screen.text("remark.differ", families=families))
    return "; ".join(found)


def _explain(stage: Stage, compared: Compared, pairs: tuple[Pair, ...]) -> None:
    """Show why the best pair is one that no exact family would have found."""
    fuzzy = [pair for pair in pairs if _EXACT.isdisjoint(pair.hit.families)]
    if not fuzzy:
        return
    screen, best = stage.screen, fuzzy[0]
    name = compared.us[best.hit.record].names[0]
    band = screen.word("band", best.hit.band or Band.NONE)
    screen.say("explained", record=best.hit.record, name=name, band=band)
    screen.table(
        ["#weight", "reason"],
        [(f"{line.weight:+.1f}", _why(screen, line)) for line in best.hit.lines],
    )


def _why(screen: Screen, line: LineShown) -> str:
    family = screen.word("family", line.family) if line.family else ""
    return texts.text(screen.language, f"why.{line.reason}", value=line.value, family=family)


def _check(
    stage: Stage,
    compared: Compared,
    matched: Matched,
    every: tuple[Pair, ...],
    pairs: tuple[Pair, ...],
) -> None:
    claims = stage.claims
    shared = [
        (pair.hit.record, pair.mx_record, family) for pair in every for family in pair.hit.families
    ]
    claims.check(
        "found-clear",
        len(shared) == len(set(shared)) and set(shared) == compared.every,
        pairs=len(every),
        hits=len(shared),
        shown=len(pairs),
    )
    found = [each for each in shared if each[2] in _EXACT]
    claims.check(
        "found-known" if compared.known else "found",
        set(found) == compared.expected,
        pairs=len({each[:2] for each in compared.expected}),
        hits=len(compared.expected),
        found=len(found),
    )
    if stage.lists.near:
        near = {(pair.hit.record, pair.mx_record) for pair in pairs} & stage.lists.near
        claims.check("near", near == stage.lists.near, count=len(stage.lists.near))
    if stage.lists.look_alikes:
        alike = {each[:2] for each in found} | {
            (pair.hit.record, pair.mx_record) for pair in pairs if pair.hit.band is Band.SAME
        }
        alike &= stage.lists.look_alikes
        claims.check("look-alikes", not alike, count=len(stage.lists.look_alikes))
    claims.check("statuses", all(_as_held(compared, pair) for pair in pairs))
    claims.check(
        "added-up",
        all(abs(sum(line.weight for line in p.hit.lines) - p.hit.score) < 0.01 for p in every),
    )
    claims.check(
        "grades",
        all(
            ("name-only" in warnings(p.hit)) == (p.hit.evidence is Evidence.NAME_ONLY)
            for p in pairs
        ),
        count=sum("name-only" in warnings(pair.hit) for pair in pairs),
    )
    given = stage.mx.run(posture.posture, peer=stage.us.id).agreements
    used = [each.tokens_used for each in given if each.agreement == matched.agreement]
    claims.check(
        "counted",
        used == [sum(matched.asked.values())],
        name=stage.mx.name,
        tokens=sum(used),
    )


def _as_held(compared: Compared, pair: Pair) -> bool:
    held = {(each.value, each.as_of) for each in compared.mx[pair.mx_record].statuses}
    told = {(each.value, each.as_of) for each in pair.hit.statuses}
    return bool(told) and told <= held
