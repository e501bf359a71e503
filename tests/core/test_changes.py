"""Two epochs compared: nothing is lost or doubled, and what happened there is what is said."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from comity.core.changes import Changes, Found, Pair, compare

RECORDS = st.sampled_from(["a", "b"])
TOKENS = st.frozensets(st.sampled_from("klmn"), min_size=1)
STATUSES = st.lists(st.sampled_from(["listed", "cleared"]), max_size=2).map(tuple)


def found(record: str, tokens: str, *statuses: str, handle: str = "") -> Found:
    return Found(record, handle or f"{record}{tokens}", frozenset(tokens), statuses)


def renamed(made: Sequence[Found], prefix: str) -> list[Found]:
    """Give each the handle of another epoch."""
    return [replace(each, handle=f"{prefix}{n}") for n, each in enumerate(made)]


EPOCH = st.lists(st.builds(Found, RECORDS, st.just(""), TOKENS, STATUSES), max_size=8)
BEFORE = EPOCH.map(lambda made: renamed(made, "before"))
NOW = EPOCH.map(lambda made: renamed(made, "now"))


def kinds(changes: Changes) -> tuple[Counter[tuple[object, ...]], ...]:
    """Return what is said, without handles."""

    def each(one: Found) -> tuple[object, ...]:
        return one.record, one.tokens, one.statuses

    def both(pair: Pair) -> tuple[object, ...]:
        return each(pair.before) + each(pair.now)

    return (
        Counter(map(each, changes.new)),
        Counter(map(each, changes.gone)),
        *(Counter(map(both, one)) for one in (changes.status, changes.tokens, changes.same)),
    )


@given(BEFORE, NOW)
def test_nothing_is_lost_or_doubled(before: list[Found], now: list[Found]) -> None:
    changes = compare(before, now)
    pairs = (*changes.status, *changes.tokens, *changes.same)
    assert Counter((*changes.gone, *(pair.before for pair in pairs))) == Counter(before)
    assert Counter((*changes.new, *(pair.now for pair in pairs))) == Counter(now)


@given(BEFORE, NOW)
def test_pairs_are_of_one_record_and_have_tokens_in_common(
    before: list[Found], now: list[Found]
) -> None:
    changes = compare(before, now)
    for pair in (*changes.status, *changes.tokens, *changes.same):
        assert pair.before.record == pair.now.record
        assert pair.before.tokens & pair.now.tokens
    for pair in changes.status:
        assert pair.before.statuses != pair.now.statuses
    for pair in changes.same:
        assert replace(pair.before, handle="") == replace(pair.now, handle="")
    # Nothing is said to be gone that some new one could be.
    for gone in changes.gone:
        assert not any(
            new.record == gone.record and new.tokens & gone.tokens for new in changes.new
        )


@given(BEFORE)
def test_the_same_found_again_is_no_change(before: list[Found]) -> None:
    changes = compare(before, renamed(before[::-1], "now"))
    assert (changes.new, changes.status, changes.tokens, changes.gone) == ((), (), (), ())
    assert len(changes.same) == len(before)


@given(BEFORE, NOW, st.randoms(use_true_random=False))
def test_the_order_says_nothing(before: list[Found], now: list[Found], chance: object) -> None:
    shuffle = chance.shuffle  # type: ignore[attr-defined]
    other_before, other_now = before[:], now[:]
    shuffle(other_before)
    shuffle(other_now)
    assert compare(other_before, other_now) == compare(before, now)
    # Nor do handles, but for which of several equal ones is named.
    assert kinds(compare(renamed(other_before, "x"), renamed(other_now, "y"))) == kinds(
        compare(before, now)
    )


@given(EPOCH, st.data())
def test_what_the_holder_did_is_what_is_said(epoch: list[Found], data: st.DataObject) -> None:
    """Each record of the holder has a token of its own, so that all of them can be told apart."""
    made = [replace(each, tokens=each.tokens | {f"own{n}"}) for n, each in enumerate(epoch)]
    some = st.sampled_from(range(len(made))) if made else st.nothing()
    withdrawn = data.draw(st.sets(some), "withdrawn")
    changed = data.draw(st.sets(some), "changed") - withdrawn
    added = data.draw(st.sets(some), "added") - withdrawn - changed
    before = renamed([each for n, each in enumerate(made) if n not in added], "before")
    now = renamed(
        [
            replace(each, statuses=("other",)) if n in changed else each
            for n, each in enumerate(made)
            if n not in withdrawn
        ],
        "now",
    )
    # Nothing but its own token says who is who.
    before, now = (
        [replace(each, tokens=frozenset(t for t in each.tokens if len(t) > 1)) for each in one]
        for one in (before, now)
    )
    changes = compare(before, now)
    assert names(changes.gone) == {f"own{n}" for n in withdrawn}
    assert names(changes.new) == {f"own{n}" for n in added}
    assert names([pair.now for pair in changes.status]) == {f"own{n}" for n in changed}
    assert changes.tokens == ()


def names(some: Sequence[Found]) -> set[str]:
    return {token for each in some for token in each.tokens}


def test_equal_tokens_come_before_more_of_them() -> None:
    """A status that changed is not taken for another record that has more in common."""
    before = [found("a", "l", "listed")]
    now = [found("a", "l", "cleared", handle="1"), found("a", "kl", "listed", handle="2")]
    changes = compare(before, now)
    assert changes.status == (Pair(before[0], now[0]),)
    assert changes.new == (now[1],)
    assert (changes.gone, changes.tokens) == ((), ())


def test_most_in_common_goes_first() -> None:
    before = [found("a", "kl", "listed"), found("a", "m", "listed")]
    now = [found("a", "klm", "listed", handle="1")]
    changes = compare(before, now)
    assert changes.tokens == (Pair(before[0], now[0]),)
    assert changes.gone == (before[1],)


def test_of_two_that_fit_equally_the_status_decides() -> None:
    before = [found("a", "k", "listed"), found("a", "k", "cleared", handle="0")]
    now = [found("a", "kl", "listed", handle="1")]
    changes = compare(before, now)
    assert changes.tokens == (Pair(before[0], now[0]),)
    assert changes.gone == (before[1],)


def test_records_of_ours_are_never_mixed() -> None:
    before, now = [found("a", "k", "listed")], [found("b", "k", "listed")]
    changes = compare(before, now)
    assert (changes.gone, changes.new) == (tuple(before), tuple(now))
