"""What is said about the record, and not in it."""

from dataclasses import replace

from comity.api import Request, Response
from comity.core import contact
from comity.core.contact import Parties
from comity.core.keys import Ed25519Signer
from comity.errors import Code
from comity.exchange import UNIFORM
from comity.limits import CONTACTS_PER_HOUR
from comity.protocol.base import CONTACT, JSON
from comity.protocol.recording import RECORD
from comity.store import record
from nodes import MX, US, Pair
from refusals import refuses
from stages import contact as say


def sizes(p: Pair) -> list[int]:
    with p.mx.store.read() as mx, p.us.store.read() as us:
        return [
            record.head(tx, peer, direction)[0]
            for tx, peer in ((mx, US.id), (us, MX.id))
            for direction in (record.OUT, record.IN)
        ]


def sealed(p: Pair, target: str = RECORD, body: bytes = b"{}", **changes: str) -> Request:
    made = contact.seal_request(
        Parties(US.id, changes.get("audience", MX.id)),
        p.us.local.new_id(),
        p.us.local.now(),
        target,
        JSON,
        body,
        p.us.local.signers.message,
    )
    return replace(made, token=changes.get("token", made.token))


def test_it_leaves_no_entry(pinned: Pair) -> None:
    before = sizes(pinned)
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=400, reason="schema-invalid"):
        say(pinned.us, MX.id, RECORD, b"{}")
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=404, reason="message-unknown"):
        say(pinned.us, MX.id, f"{CONTACT}/else", b"{}")
    assert sizes(pinned) == before


def test_strangers_and_others_learn_nothing(pinned: Pair) -> None:
    stranger = contact.seal_request(
        Parties("did:web:ca.example", MX.id), "A" * 22, pinned.us.local.now(), RECORD, JSON, b"{}",
        Ed25519Signer(bytes(32)),
    )  # fmt: skip
    flawed = [stranger, sealed(pinned, audience=US.id), sealed(pinned, token=""), sealed(pinned)]
    flawed[-1] = replace(flawed[-1], body=b"{ }")
    for request in flawed:
        assert pinned.mx.exchange.handle(request) == UNIFORM
    assert pinned.mx.exchange.unauthentic == len(flawed)


def test_a_peer_that_never_stops_asking_is_told_to(pinned: Pair) -> None:
    asked = pinned.mx.contacts._asked
    for _ in range(CONTACTS_PER_HOUR):
        asked.count(US.id, pinned.us.local.now())
    with refuses(Code.PEER_REFUSED, peer=MX.id, status=429):
        say(pinned.us, MX.id, RECORD, b"{}")


def test_a_reply_that_is_not_the_peers_is_refused(pinned: Pair) -> None:
    wire, honest = pinned.to_mx, pinned.mx.exchange

    class Liar:
        def handle(self, request: Request) -> Response:
            return replace(honest.handle(request), body=b"{}")

    wire.target = Liar()
    with refuses(Code.PEER_ANSWER_INVALID, reason="token"):
        say(pinned.us, MX.id, RECORD, b"{}")
