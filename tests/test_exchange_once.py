"""The walk: what happens once, however often or however much at once a message comes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from comity.api import Request, Response
from comity.core import jws
from comity.core.canonical import parse
from comity.errors import Code
from comity.exchange import UNIFORM, Exchange
from comity.node import Node
from comity.operations import agreeing, agreements, offering, posture, tagging
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import BYTES, DATA, DSP, fill_path
from comity.store import record
from comity.store.engine import Store
from comity.store.rows.agreements import Negotiation
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Usage
from comity.store.rows.moving import change, many, one
from comity.store.rows.record import Message
from comity.store.vault import Vault
from comity.worker import work
from nodes import MX, US, Pair, Wire, run
from refusals import refuses
from stages import (
    MX_LIST,
    TERMS,
    code,
    first_request,
    matching_terms,
    question,
    ready,
    say,
    seal,
    transfer,
)
from threads import at_once


def entries(p: Pair, direction: str = record.IN) -> list[Message]:
    with p.mx.store.read() as tx:
        return record.entries(tx, US.id, direction)


def test_a_redelivery_gets_the_stored_bytes_and_no_second_effect(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST)
    loaded.pump()
    before = len(entries(loaded)), len(entries(loaded, record.OUT))
    loaded.clock.forward(hours=1)
    for request, response in loaded.to_mx.seen:
        assert loaded.mx.exchange.handle(request) == response
    with loaded.mx.store.read() as tx:
        assert len(many(tx, Negotiation)) == 1
    assert (len(entries(loaded)), len(entries(loaded, record.OUT))) == before


def part(p: Pair) -> tuple[Request, Response]:
    """Return the request for a part of the tag set, and its reply."""
    target = f"{DATA}/transfers/{transfer(p.mx).pid}/set/0"
    assert say(p.us, MX.id, target, method="GET").status == 200
    return p.to_mx.seen[-1]


def again(p: Pair) -> None:
    run(tagging.tag, p.mx, peer=US.id, dataset=MX_LIST)


def suspend(p: Pair) -> None:
    agreement = run(agreements.agreement_list, p.mx).agreements[0].id
    run(agreements.suspend, p.mx, agreement=agreement)


def days_pass(p: Pair) -> None:
    p.clock.forward(days=5)


@pytest.mark.parametrize("change", [lambda p: None, again, suspend, days_pass])
def test_a_bulk_part_is_given_again_whatever_changed(
    tagged: Pair, change: Callable[[Pair], None]
) -> None:
    request, response = part(tagged)
    assert response.content_type == BYTES
    assert len(response.body) > 50_000
    assert [entry.body for entry in entries(tagged, record.OUT)][-1] == b""
    change(tagged)
    assert tagged.mx.exchange.handle(request) == response


def test_a_bulk_part_whose_file_is_gone_is_not_made_up(tagged: Pair) -> None:
    request, _ = part(tagged)
    for path in (tagged.mx.folder / "sets").iterdir():
        path.unlink()
    assert tagged.mx.exchange.handle(request) == UNIFORM


@pytest.mark.parametrize("number", ["1", "999999", "1000000", "-1", "x", "\u0661", ""])
def test_no_part_past_the_last(tagged: Pair, number: str) -> None:
    target = fill_path(f"{DATA}/transfers/{{}}/set/{{}}", transfer(tagged.mx).pid, number)
    assert code(say(tagged.us, MX.id, target, method="GET")) == Code.TAG_SET_INVALID


def test_the_same_message_from_many_threads_has_one_effect(loaded: Pair) -> None:
    request = seal(loaded, seq=0, target=f"{DSP}/negotiations/request", body=first(loaded))
    replies = at_once(12, lambda _: loaded.mx.exchange.handle(request))
    assert replies == [replies[0]] * 12
    assert replies[0].status == 201
    with loaded.mx.store.read() as tx:
        assert len(many(tx, Negotiation)) == 1
    assert len(entries(loaded)) == 1


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 5), min_size=12, max_size=24))
def test_redeliveries_under_way_together_have_one_effect_each(
    loaded: Pair, order: list[int]
) -> None:
    """Reads and messages that move state, each any number of times, all at once."""
    begin = len(entries(loaded))
    none = f"{DSP}/catalog/datasets/none"
    made: list[Callable[[int], Request]] = [
        lambda n: seal(loaded, seq=n),
        lambda n: seal(loaded, seq=n, body=b"{"),
        lambda n: seal(loaded, seq=n, method="GET", target=none, body=b""),
    ]
    sealed = [made[n % 3](begin + n) for n in range(6)]
    calls = [*range(6), *order]
    replies = at_once(len(calls), lambda n: loaded.mx.exchange.handle(sealed[calls[n]]))
    said = dict(zip(calls, replies, strict=True))
    assert [said[call] for call in calls] == replies
    assert len({reply.token for reply in replies}) == 6
    assert [entry.jti for entry in entries(loaded)][begin:] == [
        str(parse(jws.payload(each.token), 10_000)["jti"]) for each in sealed
    ]
    with loaded.mx.store.read() as tx:
        assert record.head(tx, US.id, record.IN)[0] == begin + 6
        assert record.head(tx, US.id, record.OUT)[0] == begin + 6


def test_reads_of_one_peer_are_under_way_together(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    ready = Barrier(3)

    class Meeting(Store):
        """A store in which three have to read at the same time."""

        @contextmanager
        def read(self) -> Iterator[Connection]:
            with super().read() as tx:
                ready.wait(20)
                yield tx

    url, vault = loaded.mx.config.database_url(loaded.mx.folder), loaded.mx.store.vault
    store = Meeting(url, vault)
    believed = TokenAuthenticator(loaded.mx.local, loaded.mx.store)
    exchange = Exchange(loaded.mx.local, store, believed, loaded.mx.wake.set, loaded.mx.contacts)
    target = fill_path(f"{DATA}/transfers/{{}}/set/0", "urn:uuid:none")
    sealed = [seal(loaded, seq=n, method="GET", target=target, body=b"") for n in range(3)]
    replies = at_once(3, lambda n: exchange.handle(sealed[n]))
    assert {reply.status for reply in replies} == {404}
    store.close()


def first(p: Pair) -> bytes:
    run(offering.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
    return first_request(p).to_json()


def test_many_messages_at_once_are_all_taken(pinned: Pair) -> None:
    replies = at_once(12, lambda n: pinned.mx.exchange.handle(seal(pinned, seq=n)))
    assert {reply.status for reply in replies} == {200}
    assert run(posture.posture, pinned.mx, peer=US.id).messages_missing == 0
    with pinned.mx.store.read() as tx:
        assert record.head(tx, US.id, record.IN)[0] == 12
        assert record.head(tx, US.id, record.OUT)[0] == 12


def test_of_two_questions_racing_for_the_last_quota_one_passes(loaded: Pair) -> None:
    ready(loaded, matching_terms(tokensInAll=5))
    body = question(loaded, 3).encode()
    target = f"{DATA}/transfers/{transfer(loaded.mx).pid}/questions"
    requests = [seal(loaded, seq=1_000 + n, target=target, body=body) for n in range(6)]
    replies = at_once(6, lambda n: loaded.mx.exchange.handle(requests[n]))
    assert sorted(reply.status for reply in replies) == [200, 429, 429, 429, 429, 429]
    with loaded.mx.store.read() as tx:
        assert [row.elements for row in many(tx, Usage)] == [3]


class Interrupted(Store):
    """A store in which something happens between decide and commit, so many times."""

    def __init__(self, url: str, vault: Vault, times: int, happens: Callable[[], object]) -> None:
        super().__init__(url, vault)
        self._left, self._happens = times, happens

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection, and let the other thing happen when it is given back."""
        with super().read() as tx:
            yield tx
        if self._left > 0:
            self._left -= 1
            self._happens()


def interrupted(p: Pair, side: str, times: int, happens: Callable[[], object]) -> None:
    """Let something happen in a node each time between its steps 4 and 7."""
    node: Node = getattr(p, side)
    url = node.config.database_url(node.folder)
    store = Interrupted(url, node.store.vault, times, happens)
    believed = TokenAuthenticator(node.local, node.store)
    wire: Wire = getattr(p, f"to_{side}")
    wire.target = Exchange(node.local, store, believed, node.wake.set, node.contacts)


def test_state_that_moved_between_decide_and_commit_is_decided_again(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    begun = run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST)
    work(loaded.us)

    def decline() -> None:
        run(agreeing.decline, loaded.us, negotiation=begun.id, reason="no longer needed")

    # The agreement is on its way when the officer here withdraws.
    interrupted(loaded, "us", 1, decline)
    work(loaded.mx)
    refused = loaded.to_us.seen[-1][1]
    assert parse(refused.body, 1_000)["code"] == Code.STATE_NOT_ALLOWED
    loaded.pump()
    for node in (loaded.mx, loaded.us):
        assert run(agreeing.negotiation_list, node).negotiations[0].state == "TERMINATED"
    assert run(agreements.agreement_list, loaded.us).agreements == ()
    assert [one.state for one in run(agreements.agreement_list, loaded.mx).agreements] == [
        "withdrawn"
    ]


def test_state_that_never_stands_still_is_an_error_of_ours_and_loses_nothing(loaded: Pair) -> None:
    run(offering.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
    begun = run(agreeing.negotiate, loaded.us, peer=MX.id, dataset=MX_LIST)
    work(loaded.us)

    def flip() -> None:
        with loaded.us.store.write() as tx:
            row = one(tx, Negotiation, pid=begun.id)
            assert row is not None
            other = "" if row.pending else "ContractRequestMessage"
            change(tx, Negotiation, {"pid": begun.id}, pending=other)

    interrupted(loaded, "us", 3, flip)
    work(loaded.mx)
    with loaded.mx.store.read() as tx:
        (waiting,) = many(tx, Outgoing, state="waiting")
    assert waiting.error == Code.INTERNAL
    flip()
    loaded.clock.forward(seconds=5)
    loaded.pump()
    assert run(agreeing.show, loaded.us, negotiation=begun.id).state == "FINALIZED"


def test_a_message_on_a_full_disk_is_done_once_there_is_room(loaded: Pair) -> None:
    request = seal(loaded, seq=0, target=f"{DSP}/negotiations/request", body=first(loaded))
    with loaded.mx.store.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill(limit: int) -> None:
        for _ in range(5):  # every connection of the pool
            with loaded.mx.store.write() as tx:
                tx.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    fill(int(pages))
    with refuses(Code.DISK_FULL):
        loaded.mx.exchange.handle(request)
    fill(2**30)
    response = loaded.mx.exchange.handle(request)
    assert response.status == 201
    assert loaded.mx.exchange.handle(request) == response
    assert len(entries(loaded)) == 1
