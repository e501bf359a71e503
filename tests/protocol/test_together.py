"""One thread works for all who wait: each gets what is its own, and nobody is forgotten."""

import threading
import time
from collections.abc import Sequence

import pytest

from comity.errors import Code, ComityError
from comity.limits import TOGETHER
from comity.protocol.together import Asked, Together
from refusals import refuses
from threads import at_once


def doubled(asked: Sequence[Asked[int, int]]) -> None:
    for each in asked:
        each.settle(2 * each.item)


def test_who_is_alone_is_served_at_once() -> None:
    assert Together(doubled).do(4) == 8


def test_so_many_at_once_and_then_the_others() -> None:
    sizes: list[int] = []

    def work(asked: Sequence[Asked[int, int]]) -> None:
        sizes.append(len(asked))
        time.sleep(0.05)
        doubled(asked)

    callers = 4 * TOGETHER
    assert at_once(callers, Together(work).do) == [2 * n for n in range(callers)]
    assert max(sizes) == TOGETHER
    assert sum(sizes) == callers


def test_one_that_fails_fails_alone() -> None:
    def work(asked: Sequence[Asked[int, int]]) -> None:
        time.sleep(0.02)
        for each in asked:
            if each.item == 5:
                each.fail(ComityError(Code.PEER_UNREACHABLE, peer="", reason="reset"))
            else:
                each.settle(each.item)

    together = Together(work)

    def call(n: int) -> int | Code:
        try:
            return together.do(n)
        except ComityError as error:
            return error.code

    assert at_once(8, call) == [0, 1, 2, 3, 4, Code.PEER_UNREACHABLE, 6, 7]


def test_whoever_works_may_be_ended_and_the_others_go_on() -> None:
    class Ended(BaseException):
        pass

    begun = threading.Event()
    go = threading.Event()
    ended: list[str] = []

    def work(asked: Sequence[Asked[str, str]]) -> None:
        if "ends" in {each.item for each in asked}:
            begun.set()
            go.wait()
            raise Ended
        for each in asked:
            each.settle(each.item)

    together = Together(work)

    def ends() -> None:
        try:
            together.do("ends")
        except Ended:
            ended.append("ends")

    threads = [threading.Thread(target=ends) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    time.sleep(0.05)
    waits = threading.Thread(target=lambda: ended.append(together.do("waits")))
    waits.start()
    time.sleep(0.05)
    go.set()
    for thread in (*threads, waits):
        thread.join(10)
    assert sorted(ended) == ["ends", "ends", "waits"]


def test_what_nobody_settled_has_failed() -> None:
    with refuses(Code.INTERNAL):
        Together[int, int](lambda _: None).do(1)
    with pytest.raises(ZeroDivisionError):
        Together[int, int](lambda _: 1 // 0).do(1)  # type: ignore[arg-type]
