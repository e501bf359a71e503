"""What one question set found in two epochs, compared: what is new, changed or gone.

Handles are fresh in every epoch, and nothing says which of them stood for the same record of the
holder. What stays is ours: the record that was asked about, and its tokens. So what was found is
paired for each record of ours:

    equal      the same tokens agree, and the holder says the same
    status     the same tokens agree, and the holder says something else
    overlap    of what is left, those of which most tokens agree in both epochs; none, no pair

What has no pair then is new, or gone. The result rests on nothing but what is given: not on its
order and, but for which of several equal ones is named, not on handles.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Found:
    """A record of the holder that has something in common with one of ours, in one epoch."""

    record: str
    """Ours."""
    handle: str
    """Theirs; one record of ours has each at most once."""
    tokens: frozenset[str]
    """Which of our tokens agreed, by names that are the same in every epoch."""
    statuses: tuple[str, ...]
    """What the holder says of its record, as it says it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is taken for the same record of the holder, in two epochs."""

    before: Found
    now: Found


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of what was found: all of it, each once."""

    new: tuple[Found, ...]
    status: tuple[Pair, ...]
    """The holder says something else of it now."""
    tokens: tuple[Pair, ...]
    """It says the same, and other tokens agree."""
    gone: tuple[Found, ...]
    same: tuple[Pair, ...]


_Sorted: TypeAlias = list[Found]


def compare(before: Iterable[Found], now: Iterable[Found]) -> Changes:
    """Compare what was found in an earlier epoch with what was found in a later one."""
    left, right = _by_record(before), _by_record(now)
    pairs: list[Pair] = []
    new: list[Found] = []
    gone: list[Found] = []
    for record in sorted(left.keys() | right.keys()):
        paired, no_more, none_before = _paired(left.get(record, []), right.get(record, []))
        pairs += paired
        gone += no_more
        new += none_before
    same, status, tokens = [], [], []
    for pair in pairs:
        if pair.before.statuses != pair.now.statuses:
            status.append(pair)
        elif pair.before.tokens != pair.now.tokens:
            tokens.append(pair)
        else:
            same.append(pair)
    return Changes(tuple(new), tuple(status), tuple(tokens), tuple(gone), tuple(same))


def _by_record(found: Iterable[Found]) -> dict[str, _Sorted]:
    records: dict[str, _Sorted] = defaultdict(list)
    for each in found:
        records[each.record].append(each)
    for same in records.values():
        same.sort(key=_order)
    return records


def _order(found: Found) -> tuple[list[str], tuple[str, ...], str]:
    return sorted(found.tokens), found.statuses, found.handle


def _paired(before: _Sorted, now: _Sorted) -> tuple[list[Pair], _Sorted, _Sorted]:
    """Pair what was found for one record; returns the pairs, and what is left of both."""
    pairs: list[Pair] = []
    for key in (_all, _tokens):
        more, before, now = _equal(before, now, key)
        pairs += more
    # What is left has its tokens on one side only, so that classes are few where pairs are many.
    old, new = _classes(before), _classes(now)
    for one, other in _overlaps(old.keys(), new.keys()):
        for rule in (_statuses, _nothing):
            more, old[one], new[other] = _equal(old[one], new[other], rule)
            pairs += more
    return pairs, _joined(old), _joined(new)


def _equal(
    before: _Sorted, now: _Sorted, key: Callable[[Found], Hashable]
) -> tuple[list[Pair], _Sorted, _Sorted]:
    """Pair those that have the same key, in their order."""
    waiting: dict[Hashable, _Sorted] = defaultdict(list)
    for each in reversed(now):
        waiting[key(each)].append(each)
    pairs, left = [], []
    for each in before:
        if fitting := waiting.get(key(each)):
            pairs.append(Pair(each, fitting.pop()))
        else:
            left.append(each)
    taken = {pair.now.handle for pair in pairs}
    return pairs, left, [each for each in now if each.handle not in taken]


def _classes(found: Sequence[Found]) -> dict[frozenset[str], _Sorted]:
    classes: dict[frozenset[str], _Sorted] = defaultdict(list)
    for each in found:
        classes[each.tokens].append(each)
    return classes


def _overlaps(
    old: Iterable[frozenset[str]], new: Iterable[frozenset[str]]
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Give pairs of token sets that have something in common, those with most in common first."""
    others = list(new)
    common = (
        (-len(one & other), sorted(one), sorted(other), one, other)
        for one in old
        for other in others
        if one & other
    )
    for *_, one, other in sorted(common, key=lambda each: each[:3]):
        yield one, other


def _joined(classes: dict[frozenset[str], _Sorted]) -> _Sorted:
    return sorted((each for same in classes.values() for each in same), key=_order)


def _all(found: Found) -> Hashable:
    return found.tokens, found.statuses


def _tokens(found: Found) -> Hashable:
    return found.tokens


def _statuses(found: Found) -> Hashable:
    return found.statuses


def _nothing(_: Found) -> Hashable:
    return None
