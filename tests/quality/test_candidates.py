"""Candidates for tools that see the clear text."""

from bench.quality.candidates import candidates

from comity.core.records import Family, Identifier, Kind, Record


def person(name: str, *dates: str) -> Record:
    return Record(name, Kind.PERSON, (name,), birth_dates=dates)


def test_whatever_is_shared_makes_a_candidate() -> None:
    ours = [person("KRYLOV, Fordor", "1970-01-31")]
    theirs = [
        person("Krilof, Anna"),
        person("Kryloshenko, Boris"),
        person("Otro, Distinto", "1970-01-31"),
        person("Nada, Comun", "1970-01-30"),
    ]
    assert candidates(ours, theirs) == [(0, 0), (0, 1), (0, 2)]


def test_only_records_of_one_kind() -> None:
    ship = Record("s", Kind.VESSEL, ("KRYLOV",), (Identifier(Family.IMO, "9074729"),))
    assert candidates([person("KRYLOV, Fordor")], [ship]) == []
    assert candidates([ship], [ship, ship]) == [(0, 0), (0, 1)]


def test_the_rarest_come_first() -> None:
    theirs = [person(f"Comun, Otro{at}") for at in range(5)] + [person("Raro, Comun")]
    assert candidates([person("Comun, Raro")], theirs, each=1) == [(0, 5)]


def test_one_list_has_each_pair_once_and_no_record_with_itself() -> None:
    ours = [person("KRYLOV, Fordor"), person("Krylov, Fordor"), person("Otro, Distinto")]
    assert candidates(ours, ours) == [(0, 1)]
