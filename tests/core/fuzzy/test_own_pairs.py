"""The asker's own list, matched against itself."""

from dataclasses import replace

from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.own_pairs import chance
from comity.core.records import Family, Identifier, Record
from core.fuzzy.pairs import HELD, asked, body, frequencies, person

RFC = Identifier(Family.RFC, "CEJ010203AB1", "MX")


def reached(*records: Record) -> tuple[int, dict[Band, int]]:
    found = chance([asked(record) for record in records], frequencies(), HELD)
    return found.pairs, dict(found.reached)


def test_pairs_that_look_alike_are_counted() -> None:
    pairs, found = reached(body("Mega Ferrelectrica"), body("MEGA FERRELECTRIKA"), body("Otra"))
    assert (pairs, found) == (3, {Band.PROBABLY: 1})


def test_records_of_one_subject_are_no_error() -> None:
    ours = replace(body("Mega Ferrelectrica"), identifiers=(RFC,))
    assert reached(ours, ours) == (1, {})
    born = person("KRILOV, Boris", born="1976-04-19")
    assert reached(born, born) == (1, {})
    assert reached(born, person("KRILOV, Boris"))[1] == {Band.PROBABLY: 1}


def test_what_many_share_counts_for_none() -> None:
    assert reached(*[body("Mega Ferrelectrica")] * 9) == (36, {})


def test_a_list_of_none_or_one_has_no_pairs() -> None:
    assert reached() == (0, {})
    assert reached(body("Alfa")) == (0, {})
