"""What was learned is destroyed when the terms say so, and the record stays whole."""

from typing import Any

from comity.cli.output import as_json
from comity.operations import finding, inbox, records
from comity.operations.requests import RequestShown
from comity.protocol.destroying import ENDED
from comity.store import journal, record
from comity.store.rows.matching import Hit, Question
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.store.rows.requests import RequestRow
from comity.worker import work
from nodes import MX, Pair, run
from stages import TERMS, match, ready

KEEPS: dict[str, Any] = {
    **TERMS,
    "match": {**TERMS["match"], "retention": "P2D"},
    "request": {**TERMS["request"], "approval": "automatic", "retention": "P5D"},
}


def answered(p: Pair, draft: dict[str, Any] = KEEPS) -> RequestShown:
    """Match, ask about a hit, and get the answer."""
    ready(p, draft)
    handle = match(p).hits[0].handle
    run(inbox.ask, p.us, handle=handle, case_reference="CASE-1", fields=("names",))
    p.pump()
    (row,) = run(inbox.request_list, p.us).requests
    assert row.state == "answered"
    assert row.answer
    return row


def answers(p: Pair) -> list[Message]:
    with p.us.store.read() as tx:
        return list(many(tx, Message, direction=record.IN, what="comity-answer-1", kind="request"))


def notes(p: Pair) -> list[dict[str, str | int]]:
    with p.us.store.read() as tx:
        return [detail for entry, detail in journal.entries(tx) if entry.action == ENDED]


def test_hits_and_what_they_came_from_go(loaded: Pair) -> None:
    answered(loaded)
    hits = run(finding.hits, loaded.us)
    assert hits.retention_ended == 0
    assert {one.kept_until - loaded.us.local.now() for one in hits.hits} == {2 * 86_400}
    loaded.clock.forward(days=1, hours=23, minutes=59, seconds=59)
    work(loaded.us)
    assert run(finding.hits, loaded.us).hits == hits.hits
    with loaded.us.store.read() as tx:
        found, asked = len(many(tx, Hit)), len(many(tx, Question))
    loaded.clock.forward(seconds=1)
    work(loaded.us)
    after = run(finding.hits, loaded.us)
    assert (after.hits, after.retention_ended) == ((), found)
    with loaded.us.store.read() as tx:
        assert (many(tx, Hit), many(tx, Question)) == ([], [])
    (note,) = notes(loaded)
    assert (note["hits"], note["questions"], note["peer"]) == (found, asked, MX.id)
    # The answer is under another grant, and may be kept for longer.
    assert run(inbox.request_list, loaded.us).requests[0].answer
    # It is said once.
    work(loaded.us)
    assert len(notes(loaded)) == 1


def test_an_answer_goes_from_the_request_and_from_the_record(loaded: Pair) -> None:
    shown = answered(loaded)
    name = shown.answer[0].value[0]
    assert name
    assert [bool(message.body) for message in answers(loaded)] == [True]
    assert (shown.kept_until - loaded.us.local.now(), shown.retention_ended) == (5 * 86_400, False)
    loaded.clock.forward(days=5)
    work(loaded.us)
    (after,) = run(inbox.request_list, loaded.us).requests
    assert (after.state, after.answer, after.retention_ended) == ("answered", (), True)
    assert after.kept_until == 0
    assert name not in as_json(after)
    assert [message.body for message in answers(loaded)] == [b""]
    assert {"request": shown.id, "peer": MX.id} in notes(loaded)
    # What was asked is kept, and so is the record: both sides still have the same.
    assert after.case_reference == "CASE-1"
    run(records.verify, loaded.us, peer=MX.id)
    # The holder keeps what is its own.
    with loaded.mx.store.read() as tx:
        assert many(tx, RequestRow)[0].answer


def test_without_a_retention_nothing_goes(loaded: Pair) -> None:
    answered(loaded, {**TERMS, "request": {**TERMS["request"], "approval": "automatic"}})
    loaded.clock.forward(days=20_000)
    work(loaded.us)
    assert run(finding.hits, loaded.us).hits
    assert run(inbox.request_list, loaded.us).requests[0].answer
    assert run(inbox.request_list, loaded.us).requests[0].kept_until == 0


def test_a_retention_past_the_calendar_keeps_what_there_is(loaded: Pair) -> None:
    draft = {**TERMS, "match": {**TERMS["match"], "retention": "P9999Y"}}
    ready(loaded, draft)
    match(loaded)
    work(loaded.us)
    assert {one.kept_until for one in run(finding.hits, loaded.us).hits} == {0}


def test_the_label_stands_with_what_was_learned(loaded: Pair) -> None:
    shown = answered(loaded, {**KEEPS, "match": {**KEEPS["match"], "handling": "TLP:RED"}})
    assert (shown.handling, shown.onward) == ("TLP:AMBER", False)
    labels = {(one.handling, one.onward) for one in run(finding.hits, loaded.us).hits}
    assert labels == {("TLP:RED", False)}
