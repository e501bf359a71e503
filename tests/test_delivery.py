"""The client's side of the walk: in sequence, again until there is an answer, and once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Barrier, Thread

import pytest

from comity.api import Request, Response
from comity.core import token
from comity.core.identity import Pinned
from comity.errors import Code
from comity.exchange import UNIFORM
from comity.limits import MESSAGE_LIFETIME_SECONDS
from comity.operations import agreeing, offering, posture, records
from comity.protocol.outbox import outgoing, waiting_peers
from comity.protocol.replies import UNDELIVERED
from comity.protocol.sending import Draft, State, envelope_for, post, put
from comity.store import peers, record
from comity.store.rows.agreements import Negotiation
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.worker import Worker, work
from nodes import MX, US, Pair, run
from refusals import refuses
from stages import CATALOG, CATALOG_BODY, MX_LIST
from threads import at_once


def send(p: Pair, body: bytes = CATALOG_BODY) -> str:
    """Make a message durable, and nothing more."""
    with p.us.store.write() as tx:
        peer = peers.pinned(tx, MX.id)
        return post(tx, p.us.local, peer, "hand-written", "POST", CATALOG, body)


def row(p: Pair, jti: str) -> Outgoing:
    with p.us.store.read() as tx:
        found = outgoing(tx, MX.id, jti)
    assert found is not None
    return found


def received(p: Pair) -> list[Message]:
    with p.us.store.read() as tx:
        return record.entries(tx, MX.id, record.IN)


def test_what_is_posted_waits_and_is_in_the_log(pinned: Pair) -> None:
    jti = send(pinned)
    assert (row(pinned, jti).state, row(pinned, jti).attempts) == ("waiting", 0)
    with pinned.us.store.read() as tx:
        assert waiting_peers(tx) == [MX.id]
        assert record.head(tx, MX.id, record.OUT)[0] == 1
    assert pinned.to_mx.seen == []


def test_messages_go_in_sequence(pinned: Pair) -> None:
    sent = [send(pinned) for _ in range(5)]
    pinned.us.delivery.run(MX.id)
    with pinned.mx.store.read() as tx:
        there = record.entries(tx, US.id, record.IN)
    assert [entry.jti for entry in there] == sent
    assert {row(pinned, jti).state for jti in sent} == {"done"}
    with pinned.us.store.read() as tx:
        assert waiting_peers(tx) == []
    assert [entry.reply_to for entry in received(pinned)] == sent


def test_a_reply_is_had_with_all_that_waits_before_it(pinned: Pair) -> None:
    first, second, third = (send(pinned) for _ in range(3))
    reply = pinned.us.delivery.reply(MX.id, second)
    assert (reply.reply_to, reply.status) == (second, 200)
    assert (row(pinned, first).state, row(pinned, third).state) == ("done", "waiting")
    assert pinned.us.delivery.reply(MX.id, second) == reply


def test_a_peer_that_is_away_is_tried_again_ever_more_rarely(pinned: Pair) -> None:
    pinned.to_mx.cut = True
    jti, waits = send(pinned), []
    for attempt in range(1, 14):
        work(pinned.us)
        found = row(pinned, jti)
        assert (found.attempts, found.error) == (attempt, Code.PEER_UNREACHABLE)
        waits.append(found.not_before - pinned.us.local.now())
        work(pinned.us)  # too early: nothing is tried
        assert row(pinned, jti).attempts == attempt
        pinned.clock.forward(seconds=waits[-1])
    for number, wait in enumerate(waits):
        longest = min(2**number, 300)
        assert longest // 2 <= wait <= longest
    pinned.to_mx.mend()
    work(pinned.us)
    assert row(pinned, jti).state == "done"
    assert len(received(pinned)) == 1


def test_who_waits_for_an_answer_is_told_why_there_is_none(pinned: Pair) -> None:
    pinned.to_mx.cut = True
    jti = send(pinned)
    for _ in range(2):  # and it does not have to wait until the next attempt is due
        with refuses(Code.PEER_UNREACHABLE):
            pinned.us.delivery.reply(MX.id, jti)
    assert row(pinned, jti).attempts == 2
    pinned.to_mx.mend()
    assert pinned.us.delivery.reply(MX.id, jti).status == 200


def test_nothing_overtakes_what_cannot_go(pinned: Pair) -> None:
    pinned.to_mx.on_request = lambda request: replace(request, body=b"{}")
    send(pinned)
    second = send(pinned)
    work(pinned.us)
    assert (row(pinned, second).state, row(pinned, second).attempts) == ("waiting", 0)
    pinned.to_mx.mend()
    pinned.clock.forward(minutes=1)
    work(pinned.us)
    run(records.verify, pinned.us, peer=MX.id)


def test_what_is_too_old_to_be_news_goes_late_and_has_no_effect(pinned: Pair) -> None:
    pinned.to_mx.cut = True
    jti = send(pinned)
    pinned.clock.forward(seconds=MESSAGE_LIFETIME_SECONDS)
    work(pinned.us)
    assert row(pinned, jti).state == "waiting"  # at its last second it would still be taken
    pinned.clock.forward(seconds=1)
    work(pinned.us)
    assert row(pinned, jti).state == "late"
    with refuses(Code.PEER_UNREACHABLE, peer=MX.id, reason="expired"):
        pinned.us.delivery.reply(MX.id, jti)
    pinned.to_mx.mend()
    pinned.clock.forward(minutes=10)
    work(pinned.us)
    # Nothing newer is there, so nothing is missed over there, and a late message is no message.
    assert (row(pinned, jti).state, row(pinned, jti).error) == ("late", Code.PEER_REFUSED)
    later = send(pinned)
    pinned.clock.forward(minutes=10)
    work(pinned.us)
    assert (row(pinned, jti).state, row(pinned, later).state) == ("done", "done")
    with pinned.mx.store.read() as tx:
        late = record.entry(tx, US.id, record.IN, jti)
    assert late is not None
    assert (late.refused, late.body) == (Code.MESSAGE_EXPIRED, b"")
    assert run(posture.posture, pinned.mx, peer=US.id).messages_missing == 0
    run(records.verify, pinned.us, peer=MX.id)


def test_a_late_message_that_had_arrived_gets_the_reply_it_had(pinned: Pair) -> None:
    pinned.to_mx.lose_replies()
    jti = send(pinned)
    work(pinned.us)
    pinned.clock.forward(seconds=MESSAGE_LIFETIME_SECONDS + 1)
    pinned.to_mx.mend()
    work(pinned.us)
    assert row(pinned, jti).state == "done"
    assert [entry.status for entry in received(pinned)] == [200]


def test_a_negotiation_that_nobody_heard_of_is_over(offered: Pair) -> None:
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    offered.to_mx.cut = True
    offered.clock.forward(seconds=MESSAGE_LIFETIME_SECONDS + 1)
    work(offered.us)
    shown = run(agreeing.show, offered.us, negotiation=begun.id)
    assert (shown.state, shown.reason) == ("TERMINATED", UNDELIVERED)
    offered.to_mx.mend()
    # Any newer message shows over there that one is missing.
    run(offering.catalog, offered.us, peer=MX.id)
    offered.clock.forward(minutes=10)
    offered.pump()
    run(records.verify, offered.us, peer=MX.id)
    assert run(agreeing.negotiation_list, offered.mx).negotiations == ()


def test_an_agreement_that_could_not_be_told_waits_for_an_officer(offered: Pair) -> None:
    begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
    work(offered.us)
    offered.to_us.cut = True
    work(offered.mx)
    offered.clock.forward(seconds=MESSAGE_LIFETIME_SECONDS + 1)
    work(offered.mx)
    (held,) = run(agreeing.negotiation_list, offered.mx).negotiations
    with offered.mx.store.read() as tx:
        (kept,) = many(tx, Negotiation)
    assert (held.id, kept.pending, kept.waits, kept.reason) == (kept.pid, "", True, UNDELIVERED)
    assert begun.id != held.id


def test_calls_are_under_way_together(pinned: Pair) -> None:
    peer = pinned_peer(pinned)
    ready = Barrier(4)
    wire, target = pinned.to_mx, pinned.mx.exchange

    class Waiting:
        """Answers once four are there."""

        def handle(self, request: Request) -> Response:
            ready.wait(20)
            return target.handle(request)

    wire.target = Waiting()
    ask = pinned.us.delivery.ask
    replies = at_once(4, lambda _: ask(peer, "asked", "POST", CATALOG, CATALOG_BODY))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.reply_to for reply in replies}) == 4
    assert len(received(pinned)) == 4
    wire.target = target
    run(records.verify, pinned.us, peer=MX.id)


def test_a_call_goes_after_what_waited_before_it(pinned: Pair) -> None:
    before = send(pinned)
    reply = pinned.us.delivery.ask(pinned_peer(pinned), "asked", "POST", CATALOG, CATALOG_BODY)
    assert [entry.reply_to for entry in received(pinned)] == [before, reply.reply_to]


def test_a_call_that_fails_waits_in_the_outbox(pinned: Pair) -> None:
    pinned.to_mx.cut = True
    with refuses(Code.PEER_UNREACHABLE):
        pinned.us.delivery.ask(pinned_peer(pinned), "asked", "POST", CATALOG, CATALOG_BODY)
    with pinned.us.store.read() as tx:
        (waiting,) = many(tx, Outgoing, peer=MX.id)
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    pinned.to_mx.mend()
    pinned.clock.forward(minutes=1)
    work(pinned.us)
    assert row(pinned, waiting.jti).state == "done"


def test_what_a_lost_process_was_asking_is_asked_by_the_next(pinned: Pair) -> None:
    peer = pinned_peer(pinned)
    with pinned.us.store.write() as tx:
        draft = Draft(peer, "asked", "POST", CATALOG, CATALOG_BODY, "")
        [(_, asked)] = put(tx, pinned.us.local, [draft], State.ASKED)
    with pinned.us.store.read() as tx:
        assert waiting_peers(tx) == [MX.id]
    work(pinned.us)
    assert row(pinned, asked.jti).state == "done"


def pinned_peer(p: Pair) -> Pinned:
    with p.us.store.read() as tx:
        return peers.pinned(tx, MX.id)


def unsigned(response: Response) -> Response:
    return replace(response, token="")


def other_body(response: Response) -> Response:
    return replace(response, body=response.body + b" ")


def other_status(response: Response) -> Response:
    return replace(response, status=201)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (unsigned, Code.PEER_REFUSED),
        (lambda _: UNIFORM, Code.PEER_REFUSED),
        (lambda _: Response(500), Code.PEER_REFUSED),
        (other_body, Code.PEER_ANSWER_INVALID),
        (other_status, Code.PEER_ANSWER_INVALID),
    ],
)
def test_a_reply_that_is_not_the_peers_is_not_taken(
    pinned: Pair, change: Callable[[Response], Response], code: Code
) -> None:
    jti = send(pinned)
    pinned.to_mx.on_response = change
    with refuses(code):
        pinned.us.delivery.reply(MX.id, jti)
    assert received(pinned) == []
    assert (row(pinned, jti).state, row(pinned, jti).error) == ("waiting", code)
    pinned.to_mx.mend()
    assert pinned.us.delivery.reply(MX.id, jti).status == 200
    # Two attempts, one message, one reply.
    (first, said), (second, said_again) = pinned.to_mx.seen
    assert (first, said) == (second, said_again)


def test_the_reply_to_another_request_is_none_to_this(pinned: Pair) -> None:
    first = send(pinned)
    pinned.us.delivery.reply(MX.id, first)
    pinned.to_mx.on_response = lambda _: pinned.to_mx.seen[0][1]
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        pinned.us.delivery.reply(MX.id, send(pinned))


@dataclass
class Repeating:
    """A peer that gives each of its replies the same number."""

    p: Pair

    def handle(self, request: Request) -> Response:
        """Reply, signed as one should."""
        local = self.p.mx.local
        with self.p.mx.store.write() as tx:
            envelope = replace(envelope_for(tx, local, US.id), seq=0)
        signer = local.signers.message
        return token.seal_response(envelope, 200, "", b"", request.token, signer)


def test_a_peer_that_gives_a_number_twice(pinned: Pair) -> None:
    pinned.to_mx.target = Repeating(pinned)
    assert pinned.us.delivery.reply(MX.id, send(pinned)).seq == 0
    with refuses(Code.SEQUENCE_REUSED, peer=MX.id):
        pinned.us.delivery.reply(MX.id, send(pinned))
    assert len(received(pinned)) == 1


def test_a_refusal_is_a_reply_like_any_other(pinned: Pair) -> None:
    reply = pinned.us.delivery.reply(MX.id, send(pinned, b"{"))
    assert (reply.status, reply.refused, len(reply.body)) == (400, "refused", reply.size)


def test_threads_that_deliver_at_once_deliver_once(pinned: Pair) -> None:
    sent = [send(pinned) for _ in range(10)]
    ready = Barrier(6)

    def deliver() -> None:
        ready.wait()
        pinned.us.delivery.run(MX.id)

    threads = [Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pinned.to_mx.seen) == len(received(pinned)) == len(sent)


def test_serving_nodes_do_it_all_by_themselves(offered: Pair) -> None:
    workers = [Worker(offered.mx), Worker(offered.us)]
    for worker in workers:
        worker.start()
    try:
        begun = run(agreeing.negotiate, offered.us, peer=MX.id, dataset=MX_LIST)
        ends = time.monotonic() + 20
        while run(agreeing.show, offered.us, negotiation=begun.id).state != "FINALIZED":
            assert time.monotonic() < ends
            time.sleep(0.01)
    finally:
        for worker in workers:
            worker.stop()
    with offered.us.store.read() as tx:
        assert many(tx, Outgoing, state="waiting") == []
