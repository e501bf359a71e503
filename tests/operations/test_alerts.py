"""Saved lists over two epochs: exactly what changed is shown, and nothing of it is lost."""

from itertools import combinations
from typing import Any

import pytest

from comity.api import Request
from comity.errors import Code
from comity.limits import WATCHED_SETS
from comity.operations import (
    Caller,
    alerts,
    asking_again,
    finding,
    holdings,
    posture,
    saved_sets,
)
from comity.operations.alerts import ChangesShown
from comity.operations.hits import HitShown
from comity.store.rows.moving import many
from comity.store.rows.saved_sets import WatchedSet, WatchLook, WatchRound
from couriering import link, there_and_back, waits
from nodes import MX, OFFICER, US, Pair, run
from refusals import refuses
from stages import (
    FAMILIES,
    MX_LIST,
    MX_ROWS,
    TERMS,
    US_LIST,
    US_ROWS,
    load,
    match,
    matching_terms,
    ready,
    tag,
)

FOUND = {"u1", "u2", "u3", "u4", "u5", "u6", "u7", "u9"}
CHANGED = (
    # Another status, one that is out of the list, one that is added; m5 is withheld besides.
    'm1,"Consorcio Nujoma, S.C.",,organisation,CNU130416UJ3,,,,,,,,desvirtuado,2024-05-01,,',
    *(row for row in MX_ROWS[1:] if not row.startswith("m3,")),
    "m11,Otra Empresa,,organisation,PMA910805AB1,,,,,,,,presunto,2024-06-01,,",
)


def save(p: Pair, **more: Any) -> str:
    return run(saved_sets.save, p.us, peer=MX.id, dataset=MX_LIST, **more).id


def ask(p: Pair, **more: Any) -> asking_again.WatchRan:
    return run(asking_again.run, p.us, **more)


def changes(p: Pair, officer: Caller = OFFICER, **more: Any) -> ChangesShown:
    (found,) = run(alerts.changes, p.us, officer, **more).watches
    return found


def look(p: Pair, shown: ChangesShown, officer: Caller = OFFICER) -> None:
    seen = alerts.Look(watch=shown.watch, round=shown.round)
    run(alerts.looked, p.us, officer, looks=(seen,))


def records(hits: tuple[HitShown, ...]) -> list[str]:
    return sorted(hit.record for hit in hits)


def used(p: Pair) -> int:
    return run(posture.posture, p.mx, peer=US.id).agreements[0].tokens_used


def two_epochs(p: Pair) -> str:
    """Save, ask, look; then the holder changes its list, tags anew, and is asked again."""
    watch = save(p)
    ask(p)
    look(p, changes(p))
    load(p.mx, MX_LIST, *CHANGED, replace=True)
    run(holdings.withhold, p.mx, dataset=MX_LIST, record="m5")
    tag(p)
    ask(p)
    return watch


def test_the_first_epoch_is_new_as_a_whole(tagged: Pair) -> None:
    watch = save(tagged)
    assert changes(tagged).round == 0
    ran = ask(tagged)
    (made,) = ran.rounds
    assert (made.watch, made.epoch, made.asked, made.found, made.error) == (watch, 1, True, 8, "")
    assert made.tokens == used(tagged)
    (shown,) = ran.watches
    assert (shown.since, shown.epoch, shown.round) == (0, 1, 1)
    assert set(records(shown.new)) == FOUND
    assert (shown.changed, shown.gone, shown.unlisted, shown.otherwise) == ((), (), (), ())


def test_what_changed_in_the_next_epoch_and_nothing_else(tagged: Pair) -> None:
    two_epochs(tagged)
    shown = changes(tagged)
    assert (shown.since, shown.epoch, shown.round, shown.error) == (1, 2, 2, "")
    (new,) = shown.new
    assert (new.record, new.families) == ("u7", ("rfc",))
    (changed,) = shown.changed
    assert (changed.before.record, changed.now.record) == ("u1", "u1")
    assert [each.value for each in changed.before.statuses] == ["definitivo"]
    assert [each.value for each in changed.now.statuses] == ["desvirtuado"]
    assert changed.before.handle != changed.now.handle
    # One is out of the list, one is withheld: the asker cannot tell which.
    assert records(shown.gone) == ["u3", "u5"]
    assert (shown.unlisted, shown.otherwise, shown.same, shown.destroyed) == ((), (), 5, 0)


def test_seen_is_what_was_said_to_be_shown(tagged: Pair) -> None:
    watch, other = two_epochs(tagged), Caller("officer-2")
    first = changes(tagged)
    assert changes(tagged) == first
    look(tagged, first)
    after = changes(tagged)
    assert (after.since, after.new, after.changed, after.gone) == (2, (), (), ())
    assert after.same == 7
    # Another officer has seen nothing yet.
    assert len(changes(tagged, other).new) == 7
    # Shown again it is the same, and a look at what was before takes nothing back.
    assert changes(tagged, watch=watch, epoch=1).gone == first.gone
    look(tagged, changes(tagged, other).model_copy(update={"round": 1}))
    assert changes(tagged).since == 2
    with refuses(Code.EPOCH_UNKNOWN, epoch=3):
        changes(tagged, watch=watch, epoch=3)


def test_a_hit_that_is_gone_is_marked(tagged: Pair) -> None:
    two_epochs(tagged)
    hits = run(finding.hits, tagged.us).hits
    gone = [hit for hit in hits if hit.gone]
    assert sorted(hit.record for hit in gone) == ["u3", "u5"]
    assert {hit.manifest for hit in gone} == {tagged_first(tagged)}


def tagged_first(p: Pair) -> str:
    with p.us.store.read() as tx:
        return many(tx, WatchRound, order="n")[0].manifest


def test_our_own_list_changes(tagged: Pair) -> None:
    save(tagged)
    ask(tagged)
    look(tagged, changes(tagged))
    rows = [row for row in US_ROWS if not row.startswith("u2,")]
    new = "u11,One More,,organisation,ACC071123LL9,,,,,,,,listed,2024-01-01,,"
    load(tagged.us, US_LIST, *rows, new, replace=True)
    run(holdings.withhold, tagged.us, dataset=US_LIST, record="u4")
    # What we asked about stays what it was until there is another epoch.
    assert ask(tagged).rounds[0].asked is False
    tag(tagged)
    assert ask(tagged).rounds[0].asked is True
    shown = changes(tagged)
    assert records(shown.new) == ["u11"]
    assert records(shown.unlisted) == ["u2", "u4"]
    assert (shown.gone, shown.changed, shown.same) == ((), (), 6)
    # The peer has taken nothing back, so nothing is marked.
    assert not [hit for hit in run(finding.hits, tagged.us).hits if hit.gone]


def test_an_epoch_is_asked_once(tagged: Pair) -> None:
    watch = save(tagged)
    ask(tagged)
    before = used(tagged)
    (again,) = ask(tagged, watch=watch).rounds
    assert (again.asked, again.epoch, again.found) == (False, 1, 8)
    assert used(tagged) == before


def test_what_a_match_has_asked_is_not_asked_again(matched: Pair) -> None:
    before = used(matched)
    save(matched)
    (made,) = ask(matched).rounds
    assert (made.asked, made.found, made.tokens) == (True, 8, before)
    assert used(matched) == before
    # Another list has another root.
    save(matched, holdings=load(matched.us, "more", *US_ROWS[:1]).dataset)
    assert [each.found for each in ask(matched).rounds] == [8, 1]
    assert used(matched) > before


def test_a_round_that_was_broken_off_is_gone_on_with(tagged: Pair) -> None:
    class Died(BaseException):
        pass

    passed = 0

    def die(request: Request) -> Request:
        nonlocal passed
        if request.target.endswith("/questions"):
            passed += 1
            if passed == 3:
                raise Died
        return request

    save(tagged)
    tagged.to_mx.on_request = die
    with pytest.raises(Died):
        ask(tagged)
    assert changes(tagged).round == 0
    tagged.to_mx.mend()
    tagged.restart("us")
    (made,) = ask(tagged).rounds
    assert (made.found, made.tokens) == (8, used(tagged))
    assert set(records(changes(tagged).new)) == FOUND
    # As many as a match asks in one go.
    tag(tagged)
    assert sum(match(tagged).asked.values()) == made.tokens


def test_a_quota_that_does_not_suffice_is_said(loaded: Pair) -> None:
    ready(loaded, matching_terms(tokensInAll=250))
    watch = save(loaded)
    ask(loaded)
    look(loaded, changes(loaded))
    tag(loaded)
    ran = ask(loaded)
    assert [each.error for each in ran.rounds] == ["quota-exceeded"]
    with refuses(Code.PEER_REFUSED):
        ask(loaded, watch=watch)
    shown = changes(loaded)
    # A part of it was asked. That is no epoch, and says nothing of what is gone.
    assert (shown.epoch, shown.error, shown.gone) == (1, "quota-exceeded", ())
    with loaded.us.store.read() as tx:
        (row,) = many(tx, WatchedSet)
    assert row.failures == 2


def test_what_is_destroyed_is_compared_with_no_more(loaded: Pair) -> None:
    ready(loaded, matching_terms(retention="P10D"))
    save(loaded)
    ask(loaded)
    look(loaded, changes(loaded))
    loaded.clock.forward(days=11)
    loaded.pump()
    tag(loaded)
    ask(loaded)
    shown = changes(loaded)
    assert (set(records(shown.new)), shown.gone) == (FOUND, ())
    assert shown.destroyed == 8


def test_some_families_only(tagged: Pair) -> None:
    save(tagged, families=("rfc", "imo"))
    match(tagged)
    ran = ask(tagged)
    assert records(ran.watches[0].new) == ["u1", "u5", "u9"]


def test_what_cannot_be_saved(loaded: Pair) -> None:
    with refuses(Code.AGREEMENT_UNKNOWN):
        save(loaded)
    ready(loaded, {**matching_terms(families=["rfc"]), "purposes": ["sanctions", "tax"]})
    with refuses(Code.FAMILY_NOT_AGREED, family="imo"):
        save(loaded, purpose="tax", families=("imo",))
    for purpose in ("", "sport"):
        with refuses(Code.PURPOSE_NOT_AGREED):
            save(loaded, purpose=purpose)
    with refuses(Code.LEGAL_BASIS_NOT_AGREED):
        save(loaded, purpose="tax", legal_basis="none")
    with refuses(Code.DATASET_UNKNOWN, dataset="other"):
        save(loaded, purpose="tax", holdings="other")
    with refuses(Code.PEER_UNKNOWN, peer="nobody"):
        run(saved_sets.save, loaded.us, peer="nobody", dataset=MX_LIST)
    assert run(saved_sets.list_, loaded.us).watches == ()


def test_the_same_again_is_the_one_that_is_there(tagged: Pair) -> None:
    assert save(tagged) == save(tagged, holdings=US_LIST)
    assert save(tagged, families=("rfc", "imo")) == save(tagged, families=("imo", "rfc", "rfc"))
    assert len(run(saved_sets.list_, tagged.us).watches) == 2


def test_so_many_and_no_more(tagged: Pair) -> None:
    """WATCHED_SETS are the most."""
    some = [each for n in range(len(FAMILIES)) for each in combinations(FAMILIES, n)]
    for families in some[:WATCHED_SETS]:
        save(tagged, families=families)
    with refuses(Code.WATCHES_FULL, limit=WATCHED_SETS):
        save(tagged, families=some[WATCHED_SETS])
    assert save(tagged) == run(saved_sets.list_, tagged.us).watches[0].id


def test_removed_it_is_asked_no_more_and_its_hits_stay(tagged: Pair) -> None:
    watch = two_epochs(tagged)
    before = len(run(finding.hits, tagged.us).hits)
    assert run(saved_sets.drop, tagged.us, watch=watch).found == 7
    assert ask(tagged).rounds == ()
    after = run(finding.hits, tagged.us).hits
    assert (len(after), [hit for hit in after if hit.gone]) == (before, [])
    with tagged.us.store.read() as tx:
        assert not [*many(tx, WatchedSet), *many(tx, WatchRound), *many(tx, WatchLook)]
    with refuses(Code.WATCH_UNKNOWN):
        run(saved_sets.drop, tagged.us, watch=watch)
    with refuses(Code.WATCH_UNKNOWN):
        run(asking_again.run, tagged.us, watch=watch)
    with refuses(Code.WATCH_UNKNOWN):
        run(alerts.changes, tagged.us, watch=watch)


def test_a_new_agreement_takes_the_place_of_the_one_before(tagged: Pair) -> None:
    """Its epochs begin with 1 again, and are compared with those before all the same."""
    save(tagged)
    ask(tagged)
    look(tagged, changes(tagged))
    tagged.clock.forward(seconds=60)
    ready(tagged, TERMS)
    (made,) = ask(tagged).rounds
    assert (made.epoch, made.asked) == (1, True)
    shown = changes(tagged)
    assert (shown.round, shown.same, shown.new, shown.gone) == (2, 8, (), ())


def test_by_courier_it_goes_on_where_it_was(tagged: Pair) -> None:
    watch = save(tagged)
    link(tagged)
    for _ in range(2):
        waits(asking_again.run, tagged.us, watch=watch)
        there_and_back(tagged, tagged.us)
    (made,) = ask(tagged, watch=watch).rounds
    assert (made.asked, made.found, made.tokens) == (True, 8, used(tagged))
    assert set(records(changes(tagged).new)) == FOUND
