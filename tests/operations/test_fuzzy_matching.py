"""Fuzzy matching between two nodes: what is found, why, and what of it the holder's set shows."""

from collections import Counter
from typing import Any

import pytest

from comity.core.canonical import unb64url
from comity.core.derivation import Evidence, Presence
from comity.core.fuzzy.bands import Band
from comity.core.fuzzy.families import BY_NAME
from comity.core.label import Label
from comity.core.messages import Question as QuestionMessage
from comity.core.padding import padded_count
from comity.core.records import Family, Kind
from comity.errors import Code
from comity.limits import FUZZY_TOKENS_EXPECTED, RECORDS_PER_FUZZY_TOKEN
from comity.operations import deriving, finding, posture, setup
from comity.operations.hits import HitShown
from comity.operations.tag_sets import survey
from comity.protocol.retention import end_retention
from comity.store import record
from comity.store.rows.matching import Assessment, Hit, Question
from comity.store.rows.moving import change, many, remove
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import check, load, match, matching_terms, ready

FUZZY = [family.value for family in BY_NAME]
EVERY = ["curp", "name", "passport", "rfc", *FUZZY]
THEIRS = (
    "f1,Щербаков Алексей Юрьевич,,person,,,,,,,,,listado,2022-01-01,1970-05-06,",
    'f2,"Transportes Belmaro Peninsular, S.A. de C.V.",,organisation,TBP910805AB1,,,,,,,,'
    "definitivo,2022-01-01,,",
    "f3,Comercial Zanquilo del Norte,,organisation,CZN910805AB1,,,,,,,,definitivo,2022-01-01,,",
    "f4,Peñaloza Vidaurri Marta,,person,,,A7654321,IR,,,,,listado,2022-01-01,1981-02-03,",
)
OURS = (
    'w1,"SHCHERBAKOV, Aleksei",,person,,,,,,,,,listed,2022-06-01,1970-05-06,',
    "w2,TRANSPORTES BELMARO PENINSULAR SOCIEDAD ANONIMA DE CAPITAL VARIABLE,,organisation"
    ",,,,,,,,,listed,2022-06-01,,",
    "w3,COMERCIAL ZANKILLO DIL NORTE,,organisation,PMA910805AB1,,,,,,,,listed,2022-06-01,,",
    "w4,Marta Penalosa,,person,,,X1111111,CO,,,,,listed,2022-06-01,1990-01-01,",
    "w5,Nobody Like Them,,person,,,,,,,,,listed,2022-06-01,1955-01-01,",
)


def prepared(p: Pair, families: list[str] = EVERY, **match: Any) -> None:
    load(p.mx, "mx-list", *THEIRS, replace=True)
    load(p.us, "us-list", *OURS, replace=True)
    ready(p, matching_terms(families=families, **match))


def by_record(result: Any) -> dict[str, HitShown]:
    assert len({hit.record for hit in result.hits}) == len(result.hits)
    return {hit.record: hit for hit in result.hits}


def test_other_spellings_are_found_with_their_reasons(loaded: Pair) -> None:
    prepared(loaded)
    result = match(loaded)
    found = by_record(result)
    assert {"w1", "w2"} <= set(found)
    assert found["w1"].band in (Band.SAME, Band.PROBABLY)
    assert found["w1"].evidence is Evidence.CORROBORATED
    assert "part-birth-date" in found["w1"].families
    assert found["w2"].band is not None
    assert found["w2"].evidence is Evidence.NAME_ONLY
    assert "full-name" in found["w2"].families
    assert "name" not in found["w2"].families
    assert "w5" not in found
    for hit in found.values():
        assert hit.score == pytest.approx(sum(line.weight for line in hit.lines), abs=0.01)
    # What the officer sees of it later is the same.
    assert run(finding.hits, loaded.us).hits == result.hits
    assert {each.band for each in result.expected} == {hit.band for hit in result.hits}
    assert all(0 <= each.wrong <= 1 for each in result.expected)


def test_an_identifier_that_differs_speaks_against_it(loaded: Pair) -> None:
    prepared(loaded)
    every = by_record(match(loaded, least=Band.NONE))
    assert every["w3"].conflicts == ("rfc",)
    shown = [hit for hit in match(loaded).hits if hit.record == "w3"]
    assert all(hit.band is not Band.SAME for hit in shown)


def test_what_does_not_reach_a_band_is_counted_and_not_shown(loaded: Pair) -> None:
    prepared(loaded)
    every = match(loaded, least=Band.NONE)
    some = match(loaded, least=Band.SAME)
    assert len(every.hits) == len(some.hits) + some.below
    assert {hit.band for hit in some.hits} <= {Band.SAME}
    assert every.below == 0
    assert run(finding.hits, loaded.us, least=Band.NONE).hits == every.hits


def test_only_some_families_are_asked(loaded: Pair) -> None:
    prepared(loaded)
    result = match(loaded, families=(Family.FULL_NAME,))
    assert set(result.asked) == {"full-name"}
    assert set(by_record(result)) == {"w2"}
    with refuses(Code.FAMILY_NOT_AGREED, family="imo"):
        match(loaded, families=(Family.IMO,))


def test_questions_are_padded_and_all_of_it_counts(loaded: Pair) -> None:
    prepared(loaded, quota := [*FUZZY, "name"])
    result = match(loaded)
    assert set(result.asked) == set(quota)
    assert all(count == padded_count(count) for count in result.asked.values())
    with loaded.us.store.read() as tx:
        sizes = {
            row.family: len(unb64url(QuestionMessage.read(sent.body).elements)) // 32
            for row in many(tx, Question)
            if (sent := record.entry(tx, MX.id, record.OUT, row.id)) is not None
        }
    assert sizes == result.asked
    used = run(posture.posture, loaded.mx, peer=US.id).agreements[0].tokens_used
    assert used == sum(sizes.values())


def test_how_many_names_a_subject_has_does_not_show(loaded: Pair) -> None:
    prepared(loaded)
    match(loaded)
    one = check(loaded, name="Marta Ruiz", kind=Kind.PERSON).asked
    other = check(loaded, name="Marta Ana Lucia Ruiz Vidaurri", kind=Kind.PERSON).asked
    assert one == other == {family: padded_count(1) for family in one}


def test_a_token_that_many_records_share_is_not_in_the_set(loaded: Pair) -> None:
    def rows(count: int) -> list[str]:
        return [
            f"c{n},Comun Apellido Nombre,,person,,,,,,,,,listado,2022-01-01,," for n in range(count)
        ]

    load(loaded.us, "us-list", *rows(1), replace=True)
    load(loaded.mx, "mx-list", *rows(RECORDS_PER_FUZZY_TOKEN), replace=True)
    ready(loaded, matching_terms(families=["skeleton"]))
    assert len(match(loaded, least=Band.NONE).hits) == RECORDS_PER_FUZZY_TOKEN
    load(loaded.mx, "mx-list", *rows(RECORDS_PER_FUZZY_TOKEN + 1), replace=True)
    ready(loaded, matching_terms(families=["skeleton", "name"]))
    found = match(loaded, least=Band.NONE)
    # Of the exact family all of them are there.
    assert {hit.families for hit in found.hits} == {("name",)}
    assert len(found.hits) == RECORDS_PER_FUZZY_TOKEN + 1


def test_a_label_says_nothing_of_what_is_not_agreed(loaded: Pair) -> None:
    prepared(loaded, ["skeleton"])
    match(loaded, least=Band.NONE)
    assert _presence(loaded) == {Presence(0)}


def test_a_label_says_what_could_conflict(loaded: Pair) -> None:
    prepared(loaded, ["skeleton", "passport", "part-birth-date"])
    match(loaded, least=Band.NONE)
    both = Presence.PASSPORT | Presence.BIRTH_DATE
    assert _presence(loaded) <= {Presence(0), Presence.BIRTH_DATE, both}


def test_one_subject_with_all_that_is_known(loaded: Pair) -> None:
    prepared(loaded)
    (hit,) = check(
        loaded, name="Alexey Shcherbakoff", kind=Kind.PERSON, birth_date="1970-05-06"
    ).hits
    assert (hit.record, hit.holdings) == ("", "")
    assert hit.evidence is Evidence.CORROBORATED
    other = check(loaded, name="Shcherbakov Aleksei", kind=Kind.PERSON, birth_date="1999-01-01")
    # Each typed subject stands for itself: the date of the first is no reason of the second.
    assert all(line.reason != "birth-date" for each in other.hits for line in each.lines)
    assert any(line.reason == "birth-date" for line in hit.lines)
    with refuses(Code.ARGUMENT_INVALID, where="birth-date"):
        check(loaded, name="Any Body", kind=Kind.PERSON, birth_date="6 May 1970")


def test_one_to_one(loaded: Pair) -> None:
    load(
        loaded.mx,
        "mx-list",
        "a1,Belmaro Vidaurri Marta,,person,,,,,,,,,listado,2022-01-01,1970-05-06,",
        "a2,Belmaro Vidaurri Marta,,person,,,,,,,,,listado,2022-01-01,,",
        replace=True,
    )
    load(
        loaded.us,
        "us-list",
        "b1,Marta Belmaro Vidaurri,,person,,,,,,,,,listed,2022-06-01,1970-05-06,",
        replace=True,
    )
    ready(loaded, matching_terms(families=FUZZY))
    assert len(match(loaded).hits) == 2
    (best,) = match(loaded, one_to_one=True).hits
    assert best.evidence is Evidence.CORROBORATED
    assert run(finding.hits, loaded.us, one_to_one=True).hits == (best,)


def test_scores_are_sealed_and_go_with_their_hits(loaded: Pair) -> None:
    prepared(loaded, retention="P1D")
    result = match(loaded)
    with loaded.us.store.read() as tx:
        kept = many(tx, Assessment)
        hits = many(tx, Hit)
    assert len(kept) == len({(hit.handle, hit.record) for hit in hits})
    stored = loaded.us.folder.joinpath("comity.db").read_bytes()
    for hit in result.hits:
        assert all(len(line.value) < 4 or line.value.encode() for line in hit.lines)
    assert b'"band":' not in stored
    loaded.clock.forward(days=2)
    with loaded.us.store.write() as tx:
        end_retention(loaded.us.local, tx)
    with loaded.us.store.read() as tx:
        assert (many(tx, Assessment), many(tx, Hit)) == ([], [])


def test_a_run_that_died_before_it_scored_is_scored_by_the_next(loaded: Pair) -> None:
    prepared(loaded)
    first = match(loaded)
    with loaded.us.store.write() as tx:
        remove(tx, Assessment)
        change(tx, Question, {}, answered=False)
    unscored = run(finding.hits, loaded.us).hits
    assert {hit.band for hit in unscored} == {None}
    assert len(unscored) >= len(first.hits)
    again = match(loaded)
    assert again.hits == first.hits
    # What was asked was looked up again, and not asked again.
    assert again.asked == first.asked
    used = run(posture.posture, loaded.mx, peer=US.id).agreements[0].tokens_used
    assert used == sum(first.asked.values())


def test_explaining_tokens(loaded: Pair) -> None:
    prepared(loaded)
    shown = run(deriving.explain, loaded.us, record="w1")
    assert shown.by_family == dict(Counter(token.family.value for token in shown.tokens))
    assert shown.presence == ("birth-date",)
    values = {(token.family, token.value) for token in shown.tokens}
    assert (Family.PART_BIRTH_DATE, "srbkv 1970-05-06") in values
    only = run(deriving.explain, loaded.us, record="w1", families=(Family.SKELETON,))
    assert {token.family for token in only.tokens} == {Family.SKELETON}
    with refuses(Code.RECORD_UNKNOWN):
        run(deriving.explain, loaded.us, record="nobody")
    assert run(setup.show, loaded.us).id == US.id


def test_a_disk_must_have_room_for_fuzzy_tokens(loaded: Pair) -> None:
    prepared(loaded)
    with loaded.mx.store.read() as tx:
        one = survey(tx, "mx-list", [Family.NAME], lambda *_: None)
        more = survey(tx, "mx-list", [Family.NAME, Family.SKELETON], lambda *_: None)
    assert one.tokens == len(THEIRS)
    assert more.tokens == len(THEIRS) * (1 + FUZZY_TOKENS_EXPECTED)


def _presence(p: Pair) -> set[Presence]:
    with p.us.store.read() as tx:
        return {Label.decode(hit.label).presence for hit in many(tx, Hit)}
