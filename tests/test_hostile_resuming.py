"""Peers that use the moment: a node that was restored asks them what it has said."""

from collections.abc import Callable
from typing import Any

import pytest

from comity.api import Request, Response
from comity.core import contact
from comity.core.canonical import b64url, canonical, parse
from comity.core.contact import Parties
from comity.errors import Code
from comity.limits import REPLY_BYTES
from comity.protocol.reading import ENTRIES
from comity.protocol.resuming import RESUME
from comity.store import record, standing
from comity.store.standing import Why
from nodes import MX, US, Pair
from restored import back_up, restore, thaw
from stages import check

RFC = "CNU130416UJ3"
Change = Callable[[dict[str, Any]], object]


class Liar:
    """A peer that changes what it says in one contact message, and signs that."""

    def __init__(self, p: Pair, path: str, change: Change) -> None:
        self._p = p
        self._path = path
        self._change = change

    def handle(self, request: Request) -> Response:
        """Let the real one answer, and change its answer."""
        honest = self._p.us.exchange.handle(request)
        if not request.target.endswith(self._path):
            return honest
        body = parse(honest.body, REPLY_BYTES)
        self._change(body)
        return contact.seal_response(
            Parties(US.id, MX.id),
            self._p.us.local.new_id(),
            self._p.us.local.now(),
            honest.status,
            honest.content_type,
            canonical(body),
            request.token,
            self._p.us.local.signers.message,
        )


def outcome(p: Pair, path: str, change: Change) -> tuple[str, dict[str, str | int]]:
    """Restore the holder, let its peer lie, and return what came of that."""
    backup = back_up(p, "mx")
    check(p, rfc=RFC)
    node = restore(p, "mx", backup)
    p.to_us.target = Liar(p, path, change)
    [found] = thaw(node).peers
    with node.store.read() as tx:
        assert standing.of_peers(tx) == {US.id: Why.RESTORED}
        assert record.ends(tx, US.id).ours.incarnation == 1
    # An honest answer later helps all the same.
    p.to_us.target = p.us.exchange
    assert [each.outcome for each in thaw(node).peers] == ["resumed"]
    return found.code, found.params


def cut(body: dict[str, Any]) -> None:
    body["entries"] = body["entries"][1:]


def swap(body: dict[str, Any]) -> None:
    body["entries"].reverse()


def other_body(body: dict[str, Any]) -> None:
    body["entries"][0] |= {"body": b64url(b"{}"), "size": 2}


def other_leaf(body: dict[str, Any]) -> None:
    body["entries"][0]["leaf"] = b64url(bytes(32))


def other_token(body: dict[str, Any]) -> None:
    token = body["entries"][0]["token"]
    body["entries"][0]["token"] = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")


def nothing(body: dict[str, Any]) -> None:
    body["entries"] = []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut, "place"),
        (swap, "place"),
        (nothing, "place"),
        (other_leaf, "place"),
        (other_body, "body"),
        (other_token, "signature"),
    ],
    ids=["withheld", "reordered", "nothing", "leaf", "body", "token"],
)
def test_entries_that_are_not_the_record(tagged: Pair, change: Change, reason: str) -> None:
    code, params = outcome(tagged, ENTRIES, change)
    assert (code, params["reason"]) == (Code.ENTRY_INVALID, reason)


def test_a_number_that_nobody_gave(tagged: Pair) -> None:
    code, params = outcome(tagged, RESUME, lambda body: body.update(next=2**50))
    assert (code, params["entry"]) == (Code.ENTRY_INVALID, 2**50 - 1)


def test_notes_that_are_not_signed(tagged: Pair) -> None:
    def swap_notes(body: dict[str, Any]) -> None:
        body["sent"], body["received"] = body["received"], body["sent"]

    code, _ = outcome(tagged, RESUME, swap_notes)
    assert code == Code.NOTE_INVALID


def test_another_root_than_that_of_the_entries(tagged: Pair) -> None:
    p = tagged

    def older(body: dict[str, Any]) -> None:
        lines = body["received"].split("\n")
        lines[2] = lines[2][::-1]
        body["received"] = "\n".join(lines)

    code, _ = outcome(p, RESUME, older)
    assert code == Code.NOTE_INVALID
