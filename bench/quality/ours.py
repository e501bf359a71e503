"""Comity, in the clear: equal tokens in place of equal tags, and the scores of the node itself."""

from bench.quality.clear import match as match_clear
from bench.quality.task import Answer, Item, Scored, Task
from comity.core.derivation import DERIVATION
from comity.core.fuzzy.bands import Band, floor
from comity.core.records import Family, Identifier, Kind, Place, Record

_BELOW = 1e-6


def match(task: Task) -> Answer:
    """Match with the families of the task."""
    ours, theirs = records(task)
    families = [Family(name) for name in task.families]
    found = match_clear(ours, theirs, families)
    least = floor(len(theirs))
    return Answer(
        pairs=[
            # What a rule makes no hit, whatever its total, stands below every hit.
            Scored(*ids, min(each.total, least - _BELOW), each.band)
            if each.band is Band.NONE
            else Scored(*ids, each.total, each.band)
            for ids, each in found.scores.items()
        ],
        own=least,
        library=DERIVATION,
        tokens=(found.tokens_asked, found.tokens_held),
    )


def records(task: Task) -> tuple[list[Record], list[Record]]:
    """Return both lists as records; one list where the task has one."""
    ours = [_record(item) for item in task.ours]
    return ours, ours if task.alone else [_record(item) for item in task.theirs]


def item(record: Record) -> Item:
    """Return a record in plain values."""
    return Item(
        id=record.id,
        kind=record.kind,
        names=[*record.names],
        birth_dates=[*record.birth_dates],
        identifiers=[(each.family, each.value, each.country) for each in record.identifiers],
        places=[(each.number, each.street, each.locality, each.postcode) for each in record.places],
    )


def _record(item: Item) -> Record:
    return Record(
        id=item.id,
        kind=Kind(item.kind),
        names=tuple(item.names),
        identifiers=tuple(Identifier(Family(f), value, c) for f, value, c in item.identifiers),
        birth_dates=tuple(item.birth_dates),
        places=tuple(Place(*place) for place in item.places),
    )
