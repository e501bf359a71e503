"""What the record carries under a retention is destroyed on both sides, and both still agree."""

from dataclasses import replace
from typing import Any

import pytest

from comity.core.merkle import Frontier, leaf_hash
from comity.core.messages import Answer
from comity.limits import DAY, LOOKED_AT_ONCE, MESSAGE_LIFETIME_SECONDS
from comity.node import Node
from comity.operations import finding, inbox, records
from comity.protocol.lapsing import lapse
from comity.store import record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Hit, Question
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.store.rows.retention import Destruction
from comity.store.schema.record import messages
from comity.worker import work
from nodes import MX, US, Pair, run
from protocol.test_retention import KEEPS, answered
from stages import TERMS, match, ready
from store.test_record import message as entry

QUESTION, REQUEST, ANSWER = "comity-question-1", "comity-request-1", "comity-answer-1"


def left(node: Node, what: str) -> dict[tuple[str, str], int]:
    """Return how many entries still have contents, by direction and kind."""
    with node.store.read() as tx:
        rows = many(tx, Message, what=what)
    for row in rows:
        assert bool(row.token) == (row.destroyed == 0)
        assert row.token or not row.body
    kinds = {(row.direction, row.kind): 0 for row in rows}
    for row in rows:
        kinds[row.direction, row.kind] += bool(row.token)
    return kinds


def verified(p: Pair) -> None:
    run(records.verify, p.us, peer=MX.id)
    run(records.verify, p.mx, peer=US.id)


def pass_time(p: Pair, **by: float) -> None:
    p.clock.forward(**by)
    work(p.us)
    work(p.mx)
    p.pump()


def test_questions_go_on_both_sides(loaded: Pair) -> None:
    answered(loaded)
    asked = sum(left(loaded.us, QUESTION).values())
    pass_time(loaded, days=1, hours=23)
    assert sum(left(loaded.us, QUESTION).values()) == asked
    pass_time(loaded, hours=1)
    assert left(loaded.us, QUESTION) == {("out", "request"): 0, ("in", "response"): 0}
    # The holder's reply stays for as long as the asker may have to fetch it again.
    assert left(loaded.mx, QUESTION) == {("in", "request"): 0, ("out", "response"): asked // 2}
    with loaded.us.store.read() as tx:
        assert (many(tx, Hit), many(tx, Question)) == ([], [])
    verified(loaded)
    pass_time(loaded, seconds=MESSAGE_LIFETIME_SECONDS - 2 * DAY)
    assert left(loaded.mx, QUESTION) == {("in", "request"): 0, ("out", "response"): 0}
    verified(loaded)
    assert run(finding.hits, loaded.us).retention_ended > 0


def test_an_answer_and_its_request_go_on_both_sides(loaded: Pair) -> None:
    shown = answered(loaded)
    pass_time(loaded, days=5)
    assert left(loaded.us, ANSWER) == {("in", "request"): 0, ("out", "response"): 1}
    assert left(loaded.mx, ANSWER) == {("out", "request"): 0, ("in", "response"): 0}
    (held,) = run(inbox.inbox, loaded.mx).requests
    assert (held.state, held.answer, held.retention_ended) == ("answered", (), True)
    # The request is counted from the end of the time in which it was to be answered: seven days.
    assert held.case_reference == "CASE-1"
    assert left(loaded.mx, REQUEST) == {("in", "request"): 1, ("out", "response"): 1}
    pass_time(loaded, days=7)
    for node in (loaded.us, loaded.mx):
        assert set(left(node, REQUEST).values()) | set(left(node, ANSWER).values()) == {0}
    (held,) = run(inbox.inbox, loaded.mx).requests
    assert (held.id, held.case_reference, held.fields_asked) == (shown.id, "", ())
    # What was asked is the asker's own note, and not of the record.
    assert run(inbox.request_list, loaded.us).requests[0].case_reference == "CASE-1"
    verified(loaded)


def test_the_tree_and_the_numbers_stay(loaded: Pair) -> None:
    answered(loaded)
    before = {}
    for node, other in ((loaded.us, MX.id), (loaded.mx, US.id)):
        with node.store.read() as tx:
            for direction in (record.OUT, record.IN):
                size, root = record.head(tx, other, direction)
                before[node.id, direction] = size, root, record.leaves(tx, other, direction, size)
    pass_time(loaded, days=40)
    for node, other in ((loaded.us, MX.id), (loaded.mx, US.id)):
        with node.store.read() as tx:
            for direction in (record.OUT, record.IN):
                size, root, leaves = before[node.id, direction]
                assert record.leaves(tx, other, direction, size) == leaves
                assert Frontier().extend(map(leaf_hash, leaves)).root() == root
            gone = many(tx, Message, messages.c.destroyed != 0)
            assert {row.what for row in gone} == {QUESTION, REQUEST, ANSWER}
            assert {(row.peer, row.direction, row.seq) for row in gone} == {
                (row.peer, row.direction, row.seq) for row in many(tx, Destruction, side="ours")
            }
    shown = run(records.show, loaded.us, peer=MX.id)
    assert {entry.what for entry in shown.entries if entry.destroyed} == {QUESTION, REQUEST, ANSWER}
    assert all(entry.bytes or entry.destroyed for entry in shown.entries)


def test_what_stands_between_two_sides_stays(loaded: Pair) -> None:
    """Agreements, transfers and manifests are no contents: they say what was allowed."""
    answered(loaded)
    pass_time(loaded, days=40)
    with loaded.mx.store.read() as tx:
        kept = {row.what for row in many(tx, Message, destroyed=0) if row.token}
    assert {"ContractRequestMessage", "TransferRequestMessage", "comity-manifest-1"} <= kept


def test_without_a_retention_all_stays(loaded: Pair) -> None:
    answered(loaded, {**TERMS, "request": {**TERMS["request"], "approval": "automatic"}})
    pass_time(loaded, days=20_000)
    for node in (loaded.us, loaded.mx):
        with node.store.read() as tx:
            assert many(tx, Destruction) == []
            # Nobody looks at them again.
            assert many(tx, Message, messages.c.look != 0) == []


def test_what_waits_is_not_destroyed_before_it_was_delivered(loaded: Pair) -> None:
    draft: dict[str, Any] = {**KEEPS, "request": {**KEEPS["request"], "retention": "PT1H"}}
    ready(loaded, draft)
    handle = match(loaded).hits[0].handle
    loaded.to_us.cut = True
    run(inbox.ask, loaded.us, handle=handle, case_reference="CASE-1", fields=("names",))
    work(loaded.mx)
    loaded.clock.forward(hours=2)
    work(loaded.mx)
    with loaded.mx.store.read() as tx:
        assert [row.state for row in many(tx, Outgoing, kind=ANSWER)] == ["waiting"]
    assert left(loaded.mx, ANSWER) == {("out", "request"): 1}
    loaded.to_us.mend()
    pass_time(loaded, minutes=10)
    (row,) = run(inbox.request_list, loaded.us).requests
    assert row.answer
    pass_time(loaded, hours=1)
    assert left(loaded.mx, ANSWER)["out", "request"] == 0


def test_a_redelivery_of_what_is_destroyed_has_no_answer_and_no_effect(loaded: Pair) -> None:
    answered(loaded)
    request, response = next(
        pair for pair in loaded.to_mx.seen if pair[0].target.endswith("/questions")
    )
    assert loaded.mx.exchange.handle(request) == response
    pass_time(loaded, days=6, hours=23)
    assert loaded.mx.exchange.handle(request) == response
    pass_time(loaded, hours=1)
    with loaded.mx.store.read() as tx:
        before = many(tx, Message, order="at")
    assert loaded.mx.exchange.handle(request).status == 401
    with loaded.mx.store.read() as tx:
        assert many(tx, Message, order="at") == before
    verified(loaded)


@pytest.mark.parametrize("name", ["case", "answer"])
def test_the_files_have_nothing_of_it_left(loaded: Pair, name: str) -> None:
    """Neither while it is kept, nor after it is destroyed; each side's database and its log."""
    answered(loaded)
    with loaded.us.store.read() as tx:
        (came,) = many(tx, Message, what=ANSWER, kind="request")
    said = Answer.read(came.body).disclosures[0].encode()
    needle = {"case": b"CASE-1", "answer": said}[name]
    for days in (0, 40):
        pass_time(loaded, days=days)
        for node in (loaded.us, loaded.mx):
            for path in node.folder.glob("comity.db*"):
                assert needle not in path.read_bytes()
    with loaded.mx.store.read() as tx:
        (row,) = many(tx, RequestRow)
    assert (row.request, row.answer, row.reason) == ("", "", "")


def test_so_many_are_looked_at_and_then_the_others(tagged: Pair) -> None:
    count = LOOKED_AT_ONCE + 1
    with tagged.us.store.write() as tx:
        seq = record.take_seq(tx, MX.id)
        for at in range(seq, seq + count):
            token = f"token {at}"
            row = entry(at, "out", jti=at, peer=MX.id)
            record.write(tx, replace(row, token=token, leaf=record.leaf_of(token), what=ANSWER))
    for left_over in (1, 0):
        with tagged.us.store.write() as tx:
            lapse(tagged.us.local, tx)
            assert len(many(tx, Message, look=record.AT_ONCE)) == left_over
