"""What a pair scores, and the lines that say why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.naming import MISSING_DATED
from comity.core.fuzzy.reasons import Reason
from comity.core.fuzzy.scoring import CONFLICTS, DIFFERENT_DATE, IDENTIFIERS, Agreement, score
from comity.core.records import Family, Identifier, Kind, Place, Record
from core.fuzzy.pairs import EVERY, HELD, asked, body, compare, frequencies, line, person

RFC = Identifier(Family.RFC, "CEJ010203AB1", "MX")
OTHER_RFC = Identifier(Family.RFC, "CEJ010203AB2", "MX")


def with_(record: Record, *identifiers: Identifier) -> Record:
    return replace(record, identifiers=identifiers)


def test_a_name_alone_is_never_the_same() -> None:
    found = compare(
        body("Mega Comercial Ferrelectrica, S.A."), body("MEGA COMERCIAL FERRELECTRICA SA")
    )
    assert found.total > 20
    assert found.band is Band.PROBABLY
    assert line(found, Reason.NAME_EQUAL)
    assert line(found, Reason.NAME_SOUNDS_EQUAL)


def test_a_name_and_an_identifier_are_the_same() -> None:
    found = compare(
        with_(body("Consorcio Nujoma, S.C."), RFC),
        with_(body("CONSORCIO NUJOMA, SOCIEDAD CIVIL"), RFC),
    )
    assert found.band is Band.SAME
    assert line(found, Reason.IDENTIFIER) is not None


def test_an_identifier_is_enough_under_another_name() -> None:
    found = compare(with_(body("Alfa"), RFC), with_(body("Beta"), RFC))
    assert (found.total, found.band) == (IDENTIFIERS[Family.RFC], Band.SAME)


def test_a_name_and_a_birth_date_are_the_same() -> None:
    ours, theirs = person("Krilov, Boris"), person("KRYLOV, Boris")
    born = replace(ours, birth_dates=("1976-04-19",)), replace(theirs, birth_dates=("1976-04-19",))
    assert compare(ours, theirs).band is Band.PROBABLY
    assert compare(*born).band is Band.SAME


def test_given_name_and_patronymic_are_nothing_by_themselves() -> None:
    found = compare(person("SOKOLOV, Igor Ivanovich"), person("KRYLOV, Igor Ivanovich"))
    assert found.band is Band.NONE
    assert found.total < 0
    assert line(found, Reason.SURNAME_MISSING) is not None


def test_nor_are_rare_ones_without_the_surname() -> None:
    ours, theirs = person("SOKOLOV, Vsevlad Mstislavovich"), person("KRYLOV, Vsevlad Mstislavovich")
    lone = compare(ours, theirs)
    assert lone.band is Band.NONE
    born = compare(
        replace(ours, birth_dates=("1976-04-19",)), replace(theirs, birth_dates=("1976-04-19",))
    )
    # However much it weighs: brothers and cousins have as much in common, but for the date.
    assert born.band is Band.PROBABLY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SERVICIOS ADMINISTRATIVOS FORDTWOO, S.A.", "SERVICIOS ADMINISTRATIVOS DANTWOO, S.A."),
        ("COMERCIALIZADORA JANU", "COMERCIALIZADORA JALSIN"),
        ("CORPORATIVO AGERCA, S.C.", "CORPORATIVO ARZACA, S.C."),
        ("International Trading Company Alfa", "International Trading Company Beta"),
    ],
)
def test_organisations_of_common_words_are_nothing(one: str, other: str) -> None:
    assert compare(body(one), body(other)).band is Band.NONE


def test_what_is_missing_here_and_there_is_said() -> None:
    longer, shorter = person("KRILOV, Fordor Zulem"), person("KRILOV, Fordor")
    missing = line(compare(longer, shorter), Reason.PART_MISSING)
    assert missing is not None
    assert missing.value == "zulem"
    assert line(compare(longer, shorter), Reason.PART_ADDED) is None
    added = compare(shorter, longer)
    assert line(added, Reason.PART_ADDED) is not None
    assert line(added, Reason.PART_MISSING) is None
    patronymic = compare(person("KRILOV, Fordor Petrovich"), shorter)
    assert line(patronymic, Reason.PATRONYMIC_MISSING) is not None
    assert line(compare(person("KRILOV CRUZ, Fordor"), shorter), Reason.SURNAME_MISSING) is None


def test_a_slip_in_a_part_costs_less_than_another_part() -> None:
    ours = person("KRILOV, Fordor Zulembran")
    slip = compare(ours, person("KRILOV, Fordor Zulemdran"))
    other = compare(ours, person("KRILOV, Fordor Gotrap"))
    similar = line(slip, Reason.PART_SIMILAR)
    assert similar is not None
    assert similar.value == "zulembran"
    assert line(other, Reason.PART_SIMILAR) is None
    assert slip.total > other.total
    families = [family for family in EVERY if family is not Family.SKELETON_ENDS]
    assert (
        line(compare(ours, person("KRILOV, Fordor Zulemdran"), families), Reason.PART_SIMILAR)
        is None
    )


def test_the_distinctive_words_must_agree() -> None:
    ours, theirs = body("Nujoma Fordtwoo Trading"), body("Fordtwoo Trading Shvabrin")
    found = compare(ours, theirs)
    assert line(found, Reason.CORE_DIFFERS) is not None
    families = [family for family in EVERY if family is not Family.CORE]
    assert line(compare(ours, theirs, families), Reason.CORE_DIFFERS) is None
    assert line(compare(ours, body("Nujoma Fordtwoo")), Reason.CORE_DIFFERS) is None
    generic = compare(body("Trading Bank Group"), body("Trading Bank Holding"))
    assert line(generic, Reason.CORE_DIFFERS) is None


def test_identifiers_that_differ_speak_against_it() -> None:
    ours, theirs = body("Consorcio Nujoma"), body("CONSORCIO NUJOMA")
    plain = compare(with_(ours, RFC), theirs)
    differs = compare(with_(ours, RFC), with_(theirs, OTHER_RFC))
    assert differs.total == pytest.approx(plain.total + CONFLICTS[Family.RFC])
    found = line(differs, Reason.IDENTIFIER_DIFFERS)
    assert found is not None
    assert found.family is Family.RFC


def test_only_what_was_asked_can_differ() -> None:
    ours, theirs = with_(body("Consorcio Nujoma"), RFC), with_(body("Consorcio Nujoma"), OTHER_RFC)
    families = [family for family in EVERY if family is not Family.RFC]
    assert line(compare(ours, theirs, families), Reason.IDENTIFIER_DIFFERS) is None


def test_birth_dates_that_differ_speak_against_it() -> None:
    ours = person("Krilov, Boris", born="1976-04-19")
    found = compare(ours, person("Krilov, Boris", born="1980-01-02"))
    assert found.total == pytest.approx(
        compare(ours, person("Krilov, Boris")).total + DIFFERENT_DATE
    )
    year = compare(ours, person("Krilov, Boris", born="1976"))
    assert line(year, Reason.BIRTH_YEAR) is not None
    assert line(year, Reason.BIRTH_DATE_DIFFERS) is None
    names = [Family.SKELETON, Family.FULL_NAME]
    assert (
        line(compare(ours, person("Krilov, Boris", born="1980"), names), Reason.BIRTH_DATE_DIFFERS)
        is None
    )


def test_a_part_costs_no_more_than_so_much_beside_a_birth_date() -> None:
    ours, theirs = person("KRILOV, Vsevlad Gotrap"), person("SOKOLOV, Vsevlad Gotrap")
    lone = line(compare(ours, theirs), Reason.SURNAME_MISSING)
    born = [replace(each, birth_dates=("1976-04-19",)) for each in (ours, theirs)]
    dated = line(compare(born[0], born[1]), Reason.SURNAME_MISSING)
    assert lone is not None
    assert dated is not None
    assert (lone.weight < MISSING_DATED, dated.weight) == (True, MISSING_DATED)


def test_what_differs_beside_an_identifier_may_be_an_error() -> None:
    """A date and an address have no token of their own: they agree only beside something else."""
    place, other = Place("7", "Elm Road", "Perm", "2146"), Place("9", "Oak Lane", "Tver", "3155")
    ours = replace(person("KRILOV, Boris", born="1976-04-19"), places=(place,))
    theirs = replace(person("SOKOLOV, Igor", born="1980-01-02"), places=(other,))
    found = compare(with_(ours, RFC), with_(theirs, RFC))
    costs = (Reason.BIRTH_DATE_DIFFERS, -1.0), (Reason.ADDRESS_DIFFERS, -1.0)
    for reason, weight in costs:
        said = line(found, reason)
        assert said is not None
        assert said.weight == weight
    assert found.total == IDENTIFIERS[Family.RFC] - 2


def test_rfc_and_curp_of_one_person_meet_in_their_root() -> None:
    ours = with_(person("A B"), Identifier(Family.RFC, "XEXX010101AB1", "MX"))
    theirs = with_(person("C D"), Identifier(Family.CURP, "XEXX010101HNEXXXA4", "MX"))
    found = compare(ours, theirs)
    assert [each.reason for each in found.lines] == [Reason.ROOT]


def test_an_address_that_agrees_makes_up_for_a_name() -> None:
    place = Place("7", "Smith Street", "Perm", "2146")
    ours = replace(person("Krilov, Boris", born="1976-04-19"), places=(place,))
    theirs = replace(person("Karlsen, Bodo", born="1976-04-19"), places=(place,))
    found = compare(ours, theirs)
    assert found.band is Band.SAME
    assert {Reason.STREET, Reason.LOCALITY, Reason.POSTCODE, Reason.NAME_DIFFERS} <= {
        each.reason for each in found.lines
    }
    elsewhere = replace(theirs, places=(Place("9", "Elm Road", "Omsk", "1000"),))
    assert line(compare(ours, elsewhere), Reason.ADDRESS_DIFFERS) is not None


def test_the_best_of_our_names_counts_once() -> None:
    ours = person("Krilov, Boris", "KRYLOV, Boris Fordor", "Boris")
    theirs = person("Krilov, Boris", "Boris Krylov Fordor")
    single = compare(person("KRYLOV, Boris Fordor"), theirs)
    assert compare(ours, theirs).total == single.total


def test_tokens_that_were_not_asked_are_passed_over() -> None:
    ours, theirs = asked(person("Krilov, Boris")), asked(body("Alfa"))
    found = score(ours, Agreement(frozenset(theirs.tokens), theirs.presence), frequencies(), HELD)
    assert (found.total, found.band, found.lines) == (0, Band.NONE, ())


RECORDS = st.builds(
    Record,
    st.just("1"),
    st.sampled_from(Kind),
    st.lists(
        st.lists(
            st.sampled_from(["Krilov,", "Boris", "Ivanovich", "Grupo", "Alfa", "Ali", "SA"]),
            min_size=1,
            max_size=4,
        ).map(" ".join),
        min_size=1,
        max_size=3,
    ).map(tuple),
    st.lists(st.sampled_from([RFC, OTHER_RFC]), max_size=1).map(tuple),
    birth_dates=st.lists(st.sampled_from(["1976", "1976-04-19", "1980-01-02"]), max_size=2).map(
        tuple
    ),
    places=st.lists(
        st.builds(Place, st.just("7"), st.sampled_from(["", "Elm Road"]), st.just("Perm")),
        max_size=1,
    ).map(tuple),
)


@given(RECORDS, RECORDS)
def test_the_lines_add_up_to_the_total(ours: Record, theirs: Record) -> None:
    found = compare(ours, theirs)
    assert found.total == pytest.approx(sum(each.weight for each in found.lines))
    if not any(each.weight > 0 for each in found.lines):
        assert found.band is Band.NONE


@given(RECORDS)
def test_a_record_agrees_with_itself_and_nothing_speaks_against_it(record: Record) -> None:
    against = {Reason.IDENTIFIER_DIFFERS, Reason.BIRTH_DATE_DIFFERS, Reason.ADDRESS_DIFFERS}
    found = compare(record, record)
    assert not {each.reason for each in found.lines} & against
