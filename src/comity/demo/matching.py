"""Step 5: the holder tags, the asker asks, and both see what came of it."""

from dataclasses import dataclass
from typing import Final

from comity.core.derivation import Evidence
from comity.core.records import Family, Record
from comity.demo.lists import Compared
from comity.demo.stage import Stage
from comity.operations import matching, posture, tagging
from comity.operations.finding import HitShown
from comity.operations.matching import Matched

_ROWS: Final = 12
"""Hits that the screen shows; the account as data has all."""


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
        matched = us.run(matching.match, progress, peer=mx.id, dataset=stage.lists.mx.dataset)
    asked = sum(matched.asked.values())
    screen.say("asked", name=us.name, tokens=asked, families=len(matched.asked))
    named = mx.run(tagging.handles, handles=[hit.handle for hit in matched.hits]).handles
    records = {each.handle: each.record for each in named}
    # Best evidence first: what agrees in most families.
    pairs = tuple(
        Pair(hit, records[hit.handle])
        for hit in sorted(matched.hits, key=lambda hit: (-len(hit.families), hit.record))
    )
    _show(stage, compared, pairs)
    _check(stage, compared, matched, pairs)
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
            handles = [hit.handle for hit in found.hits]
            there = us.run(tagging.handles, handles=handles).handles
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
            screen.words("family", pair.hit.families),
            "\n".join(f"{each.value}\n{each.as_of or ''}" for each in pair.hit.statuses),
            _evidence(stage, pair.hit),
        )
        for pair in pairs
    ]
    labels = ["!our-record", "our-name", "agrees-in", "!holders-status", "evidence"]
    screen.table(labels, rows[:_ROWS])
    if len(rows) > _ROWS:
        screen.say("more-hits", count=len(rows) - _ROWS)


def _evidence(stage: Stage, hit: HitShown) -> str:
    """Return the grade of a hit, and what to bear in mind about it."""
    screen = stage.screen
    found = [screen.word("evidence", hit.evidence.value)]
    if hit.statuses_conflict:
        found.append(screen.text("remark.statuses"))
    if hit.conflicts:
        families = screen.words("family", hit.conflicts)
        found.append(screen.text("remark.differ", families=families))
    return "; ".join(found)


def _check(stage: Stage, compared: Compared, matched: Matched, pairs: tuple[Pair, ...]) -> None:
    claims = stage.claims
    found = [
        (pair.hit.record, pair.mx_record, family) for pair in pairs for family in pair.hit.families
    ]
    claims.check(
        "found-known" if compared.known else "found",
        len(found) == len(set(found)) and set(found) == compared.expected,
        pairs=len({each[:2] for each in compared.expected}),
        hits=len(compared.expected),
        found=len(found),
    )
    if stage.lists.look_alikes:
        alike = {each[:2] for each in found} & stage.lists.look_alikes
        claims.check("look-alikes", not alike, count=len(stage.lists.look_alikes))
    claims.check("statuses", all(_as_held(compared, pair) for pair in pairs))
    claims.check(
        "grades",
        all(("name-only" in warnings(p.hit)) == (p.hit.families == ("name",)) for p in pairs),
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
