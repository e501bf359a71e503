"""The walk: who gets in, what is answered, what is kept, and what happens once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection

from comity.api import Request, Response
from comity.core import jws, token
from comity.core.canonical import canonical, parse
from comity.core.token import REQUEST
from comity.errors import Code
from comity.exchange import BUSY, UNIFORM, Exchange
from comity.limits import HOUR, JSON_DEPTH, UNREADABLE_PER_HOUR
from comity.node import Node
from comity.operations import agreeing, posture, records, tagging
from comity.protocol.authentication import TokenAuthenticator
from comity.protocol.base import BYTES, DATA, DSP, fill_path
from comity.store import journal, record
from comity.store.engine import Store
from comity.store.rows import Message, Negotiation, Outgoing, Usage, change, many, one
from comity.worker import work
from nodes import MX, US, Pair, Wire, run
from refusals import refuses
from stages import (
    CATALOG,
    CATALOG_BODY,
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


def entries(p: Pair, direction: str = record.IN) -> list[Message]:
    with p.mx.store.read() as tx:
        return record.entries(tx, US.id, direction)


def lied(p: Pair, sealed: Request, **claims: object) -> Request:
    """Return a request with other claims, signed by its sender."""
    said = {**parse(jws.payload(sealed.token), 10_000), **claims}
    return replace(sealed, token=jws.sign(REQUEST, canonical(said), p.us.local.signers.message))


HOSTILE: dict[str, Callable[[Pair, Request], Request]] = {
    "unsigned": lambda p, sealed: replace(sealed, token=""),
    "token that is none": lambda p, sealed: replace(sealed, token="a.b.c"),
    "altered body": lambda p, sealed: replace(sealed, body=b"{}"),
    "altered target": lambda p, sealed: replace(sealed, target=f"{DSP}/catalog"),
    "altered method": lambda p, sealed: replace(sealed, method="GET"),
    "altered type": lambda p, sealed: replace(sealed, content_type="text/plain"),
    "for somebody else": lambda p, sealed: lied(p, sealed, aud=US.id),
    "from nobody we know": lambda p, sealed: lied(p, sealed, iss="did:web:nobody.example"),
    "from ourselves": lambda p, sealed: lied(p, sealed, iss=MX.id),
    "stale": lambda p, sealed: lied(p, sealed, iat=1, exp=2),
    "from the future": lambda p, sealed: lied(p, sealed, iat=2**40, exp=2**40 + 60),
    "with a claim of its own": lambda p, sealed: lied(p, sealed, admin=True),
    "signed with another key": lambda p, sealed: replace(
        sealed,
        token=jws.sign(REQUEST, jws.payload(sealed.token), p.us.local.signers.checkpoint),
    ),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_whatever_is_not_authentic_gets_one_answer_and_no_entry(pinned: Pair, flaw: str) -> None:
    answer = pinned.mx.exchange.handle(HOSTILE[flaw](pinned, seal(pinned, seq=0)))
    assert answer == UNIFORM == Response(401, "", "application/json", b'{"code":"not-authentic"}')
    assert entries(pinned) == entries(pinned, record.OUT) == []
    assert pinned.mx.exchange.unauthentic == 1
    # The honest message still gets in: nothing was used up.
    assert pinned.mx.exchange.handle(seal(pinned, seq=0)).status == 200


def test_an_authentic_message_gets_a_signed_reply_and_both_are_kept(pinned: Pair) -> None:
    request = seal(pinned, seq=0)
    response = pinned.mx.exchange.handle(request)
    key = pinned.mx.local.signers.message.public
    claims = token.open_response(response, request, MX.id, US.id, key)
    assert (claims.sta, claims.seq, claims.log.size) == (200, 0, 1)
    (asked,), (said,) = entries(pinned), entries(pinned, record.OUT)
    assert (asked.token, asked.body, asked.what) == (
        request.token,
        request.body,
        "CatalogRequestMessage",
    )
    assert (said.token, said.body, said.reply_to) == (response.token, response.body, asked.jti)


UNREADABLE: dict[str, tuple[Code, dict[str, str | bytes]]] = {
    "a path that there is not": (Code.MESSAGE_UNKNOWN, {"target": "/admin"}),
    "a method that there is not": (Code.MESSAGE_UNKNOWN, {"method": "GET"}),
    "a query": (Code.MESSAGE_UNKNOWN, {"target": f"{CATALOG}?x=1"}),
    "another spelling of the path": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/%63atalog/request"}),
    "dots": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/x/../catalog/request"}),
    "an id that is no text": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/negotiations/%ff/request"}),
    "an id with a NUL": (Code.MESSAGE_UNKNOWN, {"target": f"{DSP}/negotiations/%00/request"}),
    "a whole URL": (Code.MESSAGE_UNKNOWN, {"target": f"https://127.0.0.1:18443{CATALOG}"}),
    "no JSON": (Code.JSON_INVALID, {"body": b"{"}),
    "no object": (Code.JSON_INVALID, {"body": b"[]"}),
    "not UTF-8": (Code.JSON_INVALID, {"body": b'{"a":"\xff"}'}),
    "a lone surrogate": (Code.JSON_INVALID, {"body": b'{"a":"\\ud800"}'}),
    "NaN": (Code.JSON_INVALID, {"body": b'{"a":NaN}'}),
    "a key twice": (Code.JSON_DUPLICATE_KEY, {"body": CATALOG_BODY[:-1] + b',"@type":"x"}'}),
    "too deep": (Code.JSON_TOO_DEEP, {"body": b'{"a":' + b"[" * JSON_DEPTH}),
    "another type": (Code.SCHEMA_INVALID, {"body": b"{}"}),
    "no context": (Code.SCHEMA_INVALID, {"body": b'{"@type":"CatalogRequestMessage"}'}),
}


@pytest.mark.parametrize("flaw", UNREADABLE)
def test_what_cannot_be_read_is_refused_signed_and_kept_by_digest(pinned: Pair, flaw: str) -> None:
    expected, changes = UNREADABLE[flaw]
    body = changes.get("body", CATALOG_BODY)
    target, method = changes.get("target", CATALOG), changes.get("method", "POST")
    assert isinstance(body, bytes)
    request = seal(pinned, seq=0, body=body, target=str(target), method=str(method))
    response = pinned.mx.exchange.handle(request)
    assert parse(response.body, 1_000)["code"] == expected
    key = pinned.mx.local.signers.message.public
    token.open_response(response, request, MX.id, US.id, key)
    (entry,) = entries(pinned)
    assert (entry.refused, entry.body, entry.size) == (expected, b"", len(body))
    assert pinned.mx.exchange.handle(request) == response


def test_a_message_refused_later_keeps_only_its_digest(pinned: Pair) -> None:
    reply = say(pinned.us, MX.id, f"{DSP}/catalog/datasets/nothing", method="GET")
    filtered = CATALOG_BODY[:-1] + b',"filter":[{"a":"private words"}]}'
    also = say(pinned.us, MX.id, CATALOG, filtered)
    assert (code(reply), reply.status) == (Code.DATASET_UNKNOWN, 404)
    assert (code(also), also.status) == (Code.FILTER_NOT_SUPPORTED, 400)
    assert [(entry.refused, entry.body) for entry in entries(pinned)] == [
        (Code.DATASET_UNKNOWN, b""),
        (Code.FILTER_NOT_SUPPORTED, b""),
    ]
    assert run(posture.posture, pinned.mx, peer=US.id).refused == 2
    assert run(records.verify, pinned.us, peer=MX.id).sent.size == 2


def test_an_id_given_twice_is_evidence_and_no_message(pinned: Pair) -> None:
    first = pinned.mx.exchange.handle(seal(pinned, seq=1, id=7))
    again = seal(pinned, seq=2, id=7)
    assert first.status == 200
    assert pinned.mx.exchange.handle(again) == UNIFORM
    assert len(entries(pinned)) == 1
    with pinned.mx.store.read() as tx:
        entry, detail = journal.entries(tx)[-1]
    assert (entry.action, detail["code"], detail["token"]) == (
        "equivocation",
        Code.MESSAGE_ID_REUSED,
        again.token,
    )


def test_a_number_given_twice_is_evidence_and_no_message(pinned: Pair) -> None:
    pinned.mx.exchange.handle(seal(pinned, seq=1, id=7))
    assert pinned.mx.exchange.handle(seal(pinned, seq=1, id=8)) == UNIFORM
    with pinned.mx.store.read() as tx:
        assert journal.entries(tx)[-1][1]["code"] == Code.SEQUENCE_REUSED


def test_evidence_fills_no_disk(pinned: Pair) -> None:
    pinned.mx.exchange.handle(seal(pinned, seq=1, id=1))
    for id in range(2, UNREADABLE_PER_HOUR + 5):
        assert pinned.mx.exchange.handle(seal(pinned, seq=1, id=id)) == UNIFORM
    with pinned.mx.store.read() as tx:
        kept = [entry for entry, _ in journal.entries(tx) if entry.action == "equivocation"]
    assert len(kept) == UNREADABLE_PER_HOUR


def test_a_flood_of_what_cannot_be_read_stops_entering_the_record(pinned: Pair) -> None:
    statuses = [
        pinned.mx.exchange.handle(seal(pinned, seq=n, body=b"{")).status
        for n in range(UNREADABLE_PER_HOUR)
    ]
    assert statuses == [400] * UNREADABLE_PER_HOUR
    over = seal(pinned, seq=UNREADABLE_PER_HOUR, body=b"{")
    assert pinned.mx.exchange.handle(over) == BUSY
    assert len(entries(pinned)) == UNREADABLE_PER_HOUR
    # What can be read is taken all the same, and an hour later so is the rest.
    readable = seal(pinned, seq=UNREADABLE_PER_HOUR + 1)
    assert pinned.mx.exchange.handle(readable).status == 200
    pinned.clock.forward(seconds=HOUR)
    assert pinned.mx.exchange.handle(over).status == 400


def test_a_redelivery_gets_the_stored_bytes_and_no_second_effect(loaded: Pair) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
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
    agreement = run(agreeing.agreement_list, p.mx).agreements[0].id
    run(agreeing.suspend, p.mx, agreement=agreement)


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


def at_once(count: int, call: Callable[[int], Response]) -> list[Response]:
    """Call from as many threads as nearly at once as can be."""
    ready, found = Barrier(count), [UNIFORM] * count

    def one(n: int) -> None:
        ready.wait()
        found[n] = call(n)

    threads = [Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_the_same_message_from_many_threads_has_one_effect(loaded: Pair) -> None:
    request = seal(loaded, seq=0, target=f"{DSP}/negotiations/request", body=first(loaded))
    replies = at_once(12, lambda _: loaded.mx.exchange.handle(request))
    assert replies == [replies[0]] * 12
    assert replies[0].status == 201
    with loaded.mx.store.read() as tx:
        assert len(many(tx, Negotiation)) == 1
    assert len(entries(loaded)) == 1


def first(p: Pair) -> bytes:
    run(agreeing.make_offer, p.mx, dataset=MX_LIST, terms=TERMS)
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

    def __init__(self, url: str, times: int, happens: Callable[[], object]) -> None:
        super().__init__(url)
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
    store = Interrupted(node.config.database_url(node.folder), times, happens)
    believed = TokenAuthenticator(node.local, node.store)
    wire: Wire = getattr(p, f"to_{side}")
    wire.target = Exchange(node.local, store, believed, node.wake.set)


def test_state_that_moved_between_decide_and_commit_is_decided_again(loaded: Pair) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
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
    assert run(agreeing.agreement_list, loaded.us).agreements == ()
    assert [one.state for one in run(agreeing.agreement_list, loaded.mx).agreements] == [
        "withdrawn"
    ]


def test_state_that_never_stands_still_is_an_error_of_ours_and_loses_nothing(loaded: Pair) -> None:
    run(agreeing.make_offer, loaded.mx, dataset=MX_LIST, terms=TERMS)
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
