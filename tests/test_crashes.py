"""Processes that end in the middle: the next one completes every exchange, once, as it began.

Each node dies at every boundary of its transactions in turn (see `dying`), in each conversation;
processes are really killed in `test_processes`.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from comity.api import Response
from comity.errors import ComityError
from comity.operations import agreeing, agreements, finding, inbox, records
from comity.store import record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Question, Usage
from comity.store.rows.moving import many
from comity.store.rows.requests import RequestRow
from dying import Killed, make_mortal
from nodes import MX, US, Pair, run
from stages import MX_LIST, Stages, match

Act = Callable[[Pair], object]
MOST = 100
"""More boundaries than any conversation below has."""


def at_every_boundary(
    stages: Stages, stage: str, folder: Path, side: str, act: Act, check: Act
) -> int:
    """Let one side die at each boundary, start it again, and check what became of it.

    Returns how many boundaries there were; the last conversation is one in which nobody died.
    """
    for boundary in range(MOST):
        with stages.open(stage, folder / str(boundary)) as p:
            store = make_mortal(p, side, boundary)
            with suppress(Killed, ComityError):
                act(p)
                p.pump()
            if store.alive:
                store.live()
                check(p)
                return boundary
            p.restart(side)
            # The other side tries again by and by.
            p.clock.forward(minutes=10)
            p.pump()
            act(p)
            p.pump()
            check(p)
            check_whole(p)
    raise AssertionError("more boundaries than MOST")


def check_whole(p: Pair) -> None:
    """Check that nothing waits, nothing was said in two ways, and both have the same record."""
    for node, other in ((p.mx, US.id), (p.us, MX.id)):
        with node.store.read() as tx:
            assert many(tx, Outgoing, state="waiting") == []
            assert record.missing(tx, other) == 0
            for row in record.entries(tx, other, record.OUT):
                answered = record.reply(tx, other, record.IN, row.jti) is not None
                assert answered == (row.kind == "request")
    said: dict[str, Response] = {}
    for request, response in (*p.to_mx.seen, *p.to_us.seen):
        assert said.setdefault(request.token, response) == response
    run(records.verify, p.us, peer=MX.id)


def negotiate(p: Pair) -> None:
    """Ask for the offer, unless that was done before the crash."""
    if not run(agreeing.negotiation_list, p.us).negotiations:
        run(agreeing.negotiate, p.us, peer=MX.id, dataset=MX_LIST)


def check_agreed(p: Pair) -> None:
    for node in (p.mx, p.us):
        (row,) = run(agreeing.negotiation_list, node).negotiations
        (agreed,) = run(agreements.agreement_list, node).agreements
        assert (row.state, agreed.state, agreed.signed_by_both) == ("FINALIZED", "active", True)
        assert agreed.id == row.agreement


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_negotiation_completes_once(stages: Stages, tmp_path: Path, side: str) -> None:
    count = at_every_boundary(stages, "offered", tmp_path, side, negotiate, check_agreed)
    assert count >= 8


def check_matched(p: Pair) -> None:
    hits = run(finding.hits, p.us).hits
    assert sorted((hit.record, hit.families) for hit in hits) == [
        ("u1", ("rfc",)),
        ("u9", ("rfc",)),
    ]
    with p.us.store.read() as tx:
        asked = {row.id: (row.elements, row.answered) for row in many(tx, Question)}
    with p.mx.store.read() as tx:
        used = {row.jti: (row.elements, True) for row in many(tx, Usage)}
    # Each question was evaluated and counted once, and looked up.
    assert asked == used


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_match_gives_the_same_result(stages: Stages, tmp_path: Path, side: str) -> None:
    count = at_every_boundary(stages, "one family", tmp_path, side, match, check_matched)
    assert count >= 8


def converse(p: Pair) -> None:
    """Ask about a hit, unless that was done before the crash, and approve what waits."""
    if not run(inbox.request_list, p.us).requests:
        handle = run(finding.hits, p.us).hits[0].handle
        run(inbox.ask, p.us, handle=handle, case_reference="CASE-1")
    p.pump()
    for held in run(inbox.inbox, p.mx).requests:
        if held.state == "held":
            run(inbox.approve, p.mx, request=held.id, approval=held.approval)


def check_answered(p: Pair) -> None:
    (asked,), (held,) = (run(inbox.request_list, p.us).requests, run(inbox.inbox, p.mx).requests)
    assert (asked.id, asked.state, asked.answer) == (held.id, "answered", held.answer)
    with p.us.store.read() as tx:
        assert len(many(tx, RequestRow)) == 1


@pytest.mark.parametrize("side", ["mx", "us"])
def test_a_request_is_answered_once(stages: Stages, tmp_path: Path, side: str) -> None:
    count = at_every_boundary(stages, "matched", tmp_path, side, converse, check_answered)
    assert count >= 8
