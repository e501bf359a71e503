"""Matching in the clear: what a pair of nodes would find."""

from bench.quality.clear import match
from bench.quality.febrl import true_pairs

from comity.core.fuzzy.bands import Band
from comity.core.records import Family, Kind, Record
from comity.limits import RECORDS_PER_FUZZY_TOKEN

FAMILIES = (Family.SKELETON, Family.FULL_NAME)


def people(prefix: str, *names: str) -> list[Record]:
    return [Record(f"{prefix}-{at}-org", Kind.PERSON, (name,)) for at, name in enumerate(names)]


def test_two_lists() -> None:
    found = match(people("a", "KRILOV, Fordor"), people("b", "Otro", "Fordor Krylov"), FAMILIES)
    assert set(found.scores) == {("a-0-org", "b-1-org")}
    assert found.scores["a-0-org", "b-1-org"].band is Band.PROBABLY
    assert (found.tokens_asked, found.tokens_held) == (2, 2)


def test_what_many_share_is_left_out() -> None:
    many = people("b", *["Fordor Krylov"] * (RECORDS_PER_FUZZY_TOKEN + 1))
    assert not match(people("a", "KRILOV, Fordor"), many, FAMILIES).scores
    assert match(people("a", "KRILOV, Fordor"), many[1:], FAMILIES).scores


def test_one_list_has_each_pair_once() -> None:
    ours = people("a", "KRILOV, Fordor", "Fordor Krylov", "Otro Distinto")
    found = match(ours, ours, FAMILIES)
    assert set(found.scores) == {("a-0-org", "a-1-org")}
    assert [ids for _, ids in found.assigned()] == [("a-0-org", "a-1-org")]


def test_true_pairs_are_named_by_their_number() -> None:
    ours = [Record(name, Kind.PERSON, ("A",)) for name in ("rec-1-org", "rec-2-org")]
    theirs = [Record(name, Kind.PERSON, ("A",)) for name in ("rec-1-dup-0", "rec-3-dup-0")]
    assert true_pairs(ours, theirs) == {("rec-1-org", "rec-1-dup-0")}
    both = [*ours, *theirs]
    assert true_pairs(both, both) == {("rec-1-org", "rec-1-dup-0")}
