"""What a serving node asks again by itself: when, and when not."""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from comity.alerting import Alerts, StoppedError
from comity.core.alarm import Kind
from comity.errors import Code
from comity.limits import DAY, EPOCH_SECONDS, WATCH_SECONDS
from comity.operations import agreements, alerts, asking_again, linking, saved_sets
from comity.protocol.alarming import alarm
from comity.store import standing
from comity.store.links import Kind as LinkKind
from comity.store.rows.moving import many
from comity.store.rows.saved_sets import WatchedSet, WatchRound
from nodes import MX, OFFICER, Pair, run
from refusals import refuses
from stages import MX_LIST, agree, tag


def save(p: Pair, **more: Any) -> str:
    return run(saved_sets.save, p.us, peer=MX.id, dataset=MX_LIST, **more).id


def is_due(p: Pair) -> bool:
    return bool(asking_again.due(p.us))


def rounds(p: Pair) -> list[WatchRound]:
    with p.us.store.read() as tx:
        return list(many(tx, WatchRound, order="n"))


def row(p: Pair) -> WatchedSet:
    with p.us.store.read() as tx:
        return many(tx, WatchedSet)[0]


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_each_epoch_is_asked_once_and_looked_for_each_day(tagged: Pair) -> None:
    save(tagged)
    node = Alerts(tagged.us)
    assert is_due(tagged)
    node.once()
    assert [made.epoch for made in rounds(tagged)] == [1]
    assert row(tagged).due == tagged.us.local.now() + WATCH_SECONDS
    assert not is_due(tagged)
    tagged.clock.forward(seconds=WATCH_SECONDS - 1)
    assert not is_due(tagged)
    tagged.clock.forward(seconds=1)
    before = len(tagged.to_mx.seen)
    node.once()
    # One message, and nothing is asked.
    assert len(tagged.to_mx.seen) == before + 1
    assert len(rounds(tagged)) == 1
    tag(tagged)
    tagged.clock.forward(seconds=WATCH_SECONDS)
    node.once()
    assert [made.epoch for made in rounds(tagged)] == [1, 2]
    # Nobody is told before somebody looks.
    (shown,) = run(alerts.changes, tagged.us).watches
    assert (shown.since, len(shown.new)) == (0, 8)


def test_the_end_of_the_epoch_is_looked_at_too(tagged: Pair) -> None:
    save(tagged)
    Alerts(tagged.us).once()
    tagged.clock.forward(seconds=EPOCH_SECONDS - WATCH_SECONDS / 2)
    Alerts(tagged.us).once()
    assert row(tagged).due == tagged.us.local.now() + WATCH_SECONDS / 2
    tagged.clock.forward(seconds=WATCH_SECONDS / 2)
    Alerts(tagged.us).once()
    assert row(tagged).error == "epoch-ended"


def test_after_a_failure_it_waits_each_time_twice_as_long(tagged: Pair) -> None:
    save(tagged)
    tagged.to_mx.cut = True
    waits = []
    for _ in range(13):
        Alerts(tagged.us).once()
        waits.append(row(tagged).due - tagged.us.local.now())
        assert not is_due(tagged)
        tagged.clock.forward(seconds=waits[-1])
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == DAY
    assert row(tagged).error == "peer-unreachable"
    tagged.to_mx.mend()
    Alerts(tagged.us).once()
    assert (row(tagged).failures, row(tagged).error, len(rounds(tagged))) == (0, "", 1)


def test_nothing_is_asked_while_an_alarm_is_open(tagged: Pair) -> None:
    save(tagged)
    with tagged.us.store.write() as tx:
        alarm(tagged.us.local, tx, MX.id, Kind.FORKED, 1)
    assert not is_due(tagged)


def test_nothing_is_asked_of_a_peer_that_suspended_its_consent(tagged: Pair) -> None:
    save(tagged)
    (agreed,) = run(agreements.agreement_list, tagged.mx).agreements
    run(agreements.suspend, tagged.mx, agreement=agreed.id, reason="under review")
    tagged.pump()
    assert not is_due(tagged)
    run(agreements.resume, tagged.mx, agreement=agreed.id)
    tagged.pump()
    assert is_due(tagged)


def test_no_transfer_is_asked_for(loaded: Pair) -> None:
    agree(loaded)
    tag(loaded)
    save(loaded)
    assert not is_due(loaded)
    # An officer who asks gets one, and from then on the node asks by itself.
    (made,) = run(asking_again.run, loaded.us, wait_seconds=0).rounds
    assert made.error == "wait-ended"
    loaded.pump()
    loaded.clock.forward(seconds=60)
    assert is_due(loaded)


def test_what_a_courier_carries_is_left_to_officers(tagged: Pair) -> None:
    save(tagged)
    run(linking.peer_link, tagged.us, peer=MX.id, kind=LinkKind.COURIER)
    assert not is_due(tagged)


def test_a_frozen_node_asks_nothing(tagged: Pair) -> None:
    save(tagged)
    with tagged.us.store.write() as tx:
        standing.freeze(tx, MX.id, standing.Why.BEHIND)
    assert not is_due(tagged)
    with tagged.us.store.write() as tx:
        standing.freeze_node(tx, standing.Why.RESTORED)
    assert not is_due(tagged)
    # It shows what it has.
    assert run(alerts.changes, tagged.us).watches[0].round == 0
    with refuses(Code.NODE_FROZEN):
        run(asking_again.run, tagged.us)


def test_a_thread_asks_and_a_stop_ends_it(tagged: Pair) -> None:
    save(tagged)
    node = Alerts(tagged.us)
    node.start()
    wait_until(lambda: bool(rounds(tagged)))
    node.stop()


def test_a_stop_in_the_middle_loses_nothing(tagged: Pair) -> None:
    save(tagged)
    node = Alerts(tagged.us)
    node._stopping.set()
    with pytest.raises(StoppedError):
        node.once()
    assert (rounds(tagged), row(tagged).failures) == ([], 0)
    Alerts(tagged.us).once()
    assert len(rounds(tagged)) == 1


def test_a_defect_ends_nothing(tagged: Pair) -> None:
    """Neither the thread, nor the turn of the next set."""
    save(tagged, families=("rfc",))
    save(tagged)
    with tagged.us.store.write() as tx:
        # What no code of ours writes.
        tx.exec_driver_sql("UPDATE watched_sets SET families = 'nonsense' WHERE families = 'rfc'")
    Alerts(tagged.us).once()
    with tagged.us.store.read() as tx:
        errors = {each.families: each.error for each in many(tx, WatchedSet)}
    assert errors == {"nonsense": "internal", "": ""}
    assert len(rounds(tagged)) == 1


def test_two_who_ask_at_once(tagged: Pair) -> None:
    """The second waits for the first, and finds it asked."""
    save(tagged)
    (watch,) = asking_again.due(tagged.us)
    made: list[asking_again.RoundShown] = []

    def ask() -> None:
        made.append(asking_again.ask(tagged.us, OFFICER, watch, lambda *_: None))

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.asked for each in made) == [False, False, True]
