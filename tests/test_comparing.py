"""Comparing the record: what only one side has, what differs, and where a fork began."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import comparing
from comity.core.alarm import Kind
from comity.core.differences import differences
from comity.core.reading import Roots
from comity.limits import RECORD_COMPARED, RECORD_ENTRIES
from comity.operations import watching
from comity.store import record
from hostile.cheating import log, rewrite, say, sealed, send
from nodes import MX, US, Pair, run


def compare(p: Pair) -> watching.RecordCompared:
    return run(watching.compare, p.mx, peer=US.id)


def test_equal_records_are_equal(pinned: Pair) -> None:
    assert compare(pinned).equal
    say(pinned, 3)
    both = compare(pinned)
    assert both.equal
    assert (both.sent.here, both.sent.there, both.received.there) == (3, 3, 3)


def test_what_only_one_side_has(pinned: Pair) -> None:
    say(pinned, 2)
    send(pinned)
    both = compare(pinned)
    assert not both.equal
    assert (both.received.begins, both.received.only_there) == (None, (2,))
    assert both.sent.only_there == ()


def test_an_entry_that_is_gone_is_named(pinned: Pair) -> None:
    say(pinned, 8)
    rows = log(pinned)
    rewrite(pinned, [*rows[:5], *(replace(row, seq=row.seq - 1) for row in rows[6:])])
    found = compare(pinned).received
    assert (found.begins, found.only_here, found.only_there, found.moved) == (5, (5,), (), ())
    (entry,) = found.entries
    assert (entry.sequence, entry.id) == (5, rows[5].jti)


def test_an_entry_that_is_another_is_named(pinned: Pair) -> None:
    say(pinned, 300)
    rows = log(pinned)
    rewrite(pinned, [*rows[:257], sealed(pinned, rows[257], 257, issued=5), *rows[258:]])
    found = compare(pinned).received
    assert (found.begins, found.changed) == (257, (257,))
    assert (found.only_here, found.only_there) == ((257,), (257,))
    asked = [one for one, _ in pinned.to_us.contacts if one.target.endswith("/roots")]
    assert len(asked) < 10


def test_the_other_direction(pinned: Pair) -> None:
    """The peer's copy of our log is the one that differs."""
    say(pinned, 4)
    rows = log(pinned)
    rewrite(pinned, [*rows[:2], replace(rows[3], seq=2), replace(rows[2], seq=3)])
    found = run(watching.compare, pinned.us, peer=MX.id).sent
    assert (found.sender, found.begins) == (US.id, 2)
    assert [(place.here, place.there) for place in found.moved] == [(2, 3)]


def test_so_many_entries_are_listed(pinned: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is 10,000: ten questions for leaves."""
    assert RECORD_COMPARED == 10 * RECORD_ENTRIES
    say(pinned, 20)
    rows = log(pinned)
    rewrite(pinned, [sealed(pinned, row, row.seq, issued=5) for row in rows])
    monkeypatch.setattr(comparing, "RECORD_COMPARED", 7)
    assert compare(pinned).received.changed == tuple(range(7))


def test_a_million_entries_take_four_questions(pinned: Pair) -> None:
    """Only the last of them are there: what lies before is the same tile again and again."""
    size, other = 1_000_000, 987_654
    sizes: list[tuple[int, ...]] = []

    class Both(comparing.Comparison):
        def _roots(self, direction: str, asked: tuple[int, ...]) -> tuple[Roots, Roots]:
            sizes.append(asked)
            here = tuple(str(at) for at in asked)
            there = tuple(str(at) if at <= other else "x" for at in asked)
            made = Roots(log=US.id, size=size, next=size, roots=())
            copies = (made.model_copy(update={"roots": roots}) for roots in (here, there))
            return next(copies), next(copies)

        def _leaves_here(self, direction: str, start: int, stop: int) -> list[bytes]:
            assert (start, stop) == (other, size)
            return [b"a", b"b"]

        def _leaves_there(self, direction: str, start: int, stop: int) -> list[bytes]:
            return [b"c", b"b"]

    compared = Both.__new__(Both).run(record.IN, lambda *_: None)
    assert compared.found is not None
    assert compared.found.changed == (other,)
    assert len(sizes) <= 2 + 4


@given(st.lists(st.integers(0, 60), unique=True, max_size=40), st.data())
def test_what_differs_is_all_that_differs(numbers: list[int], data: st.DataObject) -> None:
    here = [bytes([number]) for number in numbers]
    gone = data.draw(st.sets(st.sampled_from(here))) if here else set()
    there = [leaf for leaf in here if leaf not in gone]
    new = data.draw(st.lists(st.integers(100, 120), unique=True, max_size=5))
    for number in new:
        there.insert(data.draw(st.integers(0, len(there))), bytes([number]))
    found = differences(7, here, there)
    assert {here[number - 7] for number in found.only_here} == gone
    assert {there[number - 7] for number in found.only_there} == {bytes([n]) for n in new}
    assert found.moved == ()
    assert here[: found.begins - 7] == there[: found.begins - 7]


def test_what_was_done_is_named() -> None:
    here = [bytes([number]) for number in range(6)]
    assert differences(0, here, [*here[:2], *here[3:]]).kind() == (Kind.DELETED, 2)
    assert differences(0, here, [here[1], here[0], *here[2:]]).kind()[0] == Kind.REORDERED
    assert differences(0, here, [b"x", *here[1:]]).kind() == (Kind.FORKED, 0)
