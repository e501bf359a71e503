"""Mailboxes: one for each peer that accepts no connection, and nobody else's business."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from comity.api import Request, Response
from comity.core.identity import Identity, Pinned
from comity.core.mailbox import Collect, Collected, Letter, Reply
from comity.core.token import digest
from comity.edge.peer_listener import MAILBOX_PATH
from comity.errors import Code
from comity.limits import (
    MAILBOX_ABSENT_SECONDS,
    MAILBOX_BYTES,
    MAILBOX_GIVEN_BYTES,
    MAILBOX_MESSAGES,
    MAILBOX_WAIT_SECONDS,
)
from comity.protocol import filing
from comity.protocol.catalog import PULL, PUSH
from comity.protocol.collecting import MAILBOX
from comity.protocol.mailboxes import Mailbox, Mailboxes
from nodes import MX, Pair
from refusals import refuses
from stages import contact

REQUEST = Request("POST", "/x", "a.b.c", "application/json", b"{}")
REPLY = Response(200, "d.e.f", "application/json", b"{}")


class Waits:
    """Somebody who sends a request and waits for the reply."""

    def __init__(self, mailbox: Mailbox, request: Request = REQUEST) -> None:
        self.came: list[Response] = []
        self.thread = threading.Thread(target=lambda: self.came.append(mailbox.handle(request)))
        self.thread.start()

    def end(self) -> Response:
        """Return what came."""
        self.thread.join(10)
        return self.came[0]


@contextmanager
def waiting(mailbox: Mailbox, *requests: Request) -> Iterator[list[Waits]]:
    mailbox.collect((), 0)
    made = [Waits(mailbox, each) for each in requests]
    while len(mailbox._waiting) < len(requests):
        pass
    yield made
    for key in list(mailbox._waiting):
        mailbox.bring(key, REPLY)
    for each in made:
        each.thread.join(10)


def test_what_waits_is_collected_and_its_reply_brought() -> None:
    mailbox = Mailbox("p")
    with waiting(mailbox, REQUEST) as (one,):
        assert mailbox.collect((), 0) == [REQUEST]
        key = digest(REQUEST.token.encode())
        # What is worked on is not given again; after a restart of the collector, it is.
        assert mailbox.collect((key,), 0) == []
        assert mailbox.collect((), 0) == [REQUEST]
        assert mailbox.bring(key, REPLY)
        assert one.end() == REPLY
        # It came twice, or too late: nobody waits any more.
        assert not mailbox.bring(key, REPLY)
        assert mailbox.collect((), 0) == []


def test_all_who_send_the_same_request_get_its_reply() -> None:
    mailbox = Mailbox("p")
    mailbox.collect((), 0)
    made = [Waits(mailbox) for _ in range(3)]
    key = digest(REQUEST.token.encode())
    while key not in mailbox._waiting or mailbox._waiting[key].senders < len(made):
        pass
    # It is one request, and whoever lets go of it leaves it to the others.
    assert mailbox.collect((), 0) == [REQUEST]
    assert mailbox.bring(key, REPLY)
    assert [each.end() for each in made] == [REPLY] * 3
    assert mailbox._waiting == {}


def test_who_gives_up_takes_the_request_from_nobody_else() -> None:
    mailbox = Mailbox("p")
    mailbox.collect((), 0)
    key = digest(REQUEST.token.encode())
    with waiting(mailbox, REQUEST) as (one,):
        mailbox._patience = 0.05
        with refuses(Code.PEER_UNREACHABLE, peer="p", reason="timeout"):
            mailbox.handle(REQUEST)
        assert mailbox.bring(key, REPLY)
        assert one.end() == REPLY


def test_a_reply_to_something_else_reaches_nobody() -> None:
    mailbox = Mailbox("p")
    with waiting(mailbox, REQUEST) as (one,):
        assert not mailbox.bring(digest(b"other"), REPLY)
        assert one.came == []


def test_a_collector_that_waits_is_woken() -> None:
    mailbox = Mailbox("p")
    mailbox.collect((), 0)
    found: list[list[Request]] = []
    thread = threading.Thread(target=lambda: found.append(mailbox.collect((), 10)))
    thread.start()
    with waiting(mailbox, REQUEST):
        thread.join(10)
        assert found in ([[REQUEST]], [[]])


def test_only_one_collector_waits() -> None:
    mailbox = Mailbox("p")
    found: list[list[Request]] = []
    thread = threading.Thread(target=lambda: found.append(mailbox.collect((), 60)))
    thread.start()
    while mailbox._collector < 1:
        pass
    mailbox.collect((), 0)
    thread.join(10)
    assert found == [[]]


def test_nobody_waits_for_a_peer_that_does_not_come() -> None:
    now = [0.0]
    mailbox = Mailbox("p", clock=lambda: now[0])
    with refuses(Code.PEER_UNREACHABLE, peer="p", reason="absent"):
        mailbox.handle(REQUEST)
    mailbox.collect((), 0)
    now[0] += MAILBOX_ABSENT_SECONDS
    with refuses(Code.PEER_UNREACHABLE, peer="p", reason="absent"):
        mailbox.handle(REQUEST)


def test_a_reply_that_is_never_brought_is_not_waited_for() -> None:
    mailbox = Mailbox("p", patience=0.05)
    mailbox.collect((), 0)
    with refuses(Code.PEER_UNREACHABLE, peer="p", reason="timeout"):
        mailbox.handle(REQUEST)
    assert mailbox._waiting == {}


def test_so_much_is_given_at_once() -> None:
    mailbox = Mailbox("p")
    large = [replace(REQUEST, token=f"t{n}", body=bytes(MAILBOX_GIVEN_BYTES)) for n in range(2)]
    with waiting(mailbox, *large):
        assert len(mailbox.collect((), 0)) == 1
    many = [replace(REQUEST, token=f"t{n}") for n in range(MAILBOX_MESSAGES + 1)]
    with waiting(mailbox, *many):
        assert len(mailbox.collect((), 0)) == MAILBOX_MESSAGES
    letters = tuple(Letter.of(each) for each in many[:MAILBOX_MESSAGES])
    assert len(Collected(letters=letters).encode()) < MAILBOX_BYTES
    assert len(Letter.of(large[0]).encode()) < MAILBOX_BYTES


def test_mailboxes_are_apart() -> None:
    mailboxes = Mailboxes()
    assert mailboxes.of("a") is mailboxes.of("a")
    with waiting(mailboxes.of("a"), REQUEST):
        assert mailboxes.of("b").collect((), 0) == []
        assert not mailboxes.of("b").bring(digest(REQUEST.token.encode()), REPLY)


def test_a_peer_that_listens_has_none(pinned: Pair) -> None:
    asked = Collect(replies=(Reply.of(digest(b"x"), REPLY),))
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=404, reason="message-unknown"):
        contact(pinned.us, MX.id, MAILBOX, asked)


def test_what_is_no_question_is_refused(pinned: Pair) -> None:
    for wait in (-1, MAILBOX_WAIT_SECONDS + 1):
        body = b'{"type":"comity-mailbox-1","wait":%d}' % wait
        with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="schema-invalid"):
            contact(pinned.us, MX.id, MAILBOX, body)


def test_the_listener_knows_the_path() -> None:
    assert MAILBOX_PATH == MAILBOX


def reaching(identity: Identity, reach: str) -> Identity:
    return identity.model_copy(update={"reach": reach})


@pytest.mark.parametrize(
    ("format", "provider", "consumer", "goes"),
    [
        (PULL, "listens", "polls", True),
        (PULL, "polls", "listens", False),
        (PUSH, "polls", "listens", True),
        (PUSH, "listens", "polls", False),
        (PULL, "polls", "polls", False),
        (PUSH, "polls", "polls", False),
        ("Comity-Match", "polls", "polls", True),
    ],
)
def test_a_file_goes_to_whoever_listens(
    pinned: Pair, format: str, provider: str, consumer: str, goes: bool
) -> None:
    mx, us = pinned.mx.local.identity, pinned.us.local.identity
    args = format, reaching(mx, provider), reaching(us, consumer)
    if goes:
        filing.check_way(*args)
        return
    with refuses(Code.FILE_NO_WAY, format=format):
        filing.check_way(*args)


def test_a_pinned_document_says_which_client(pinned: Pair, tmp_path: Path) -> None:
    identity = reaching(pinned.us.local.identity, "polls")
    made = pinned.mx.clients.of(Pinned(identity, "document"))
    assert made is pinned.mx.local.mailboxes.of(identity.id)
