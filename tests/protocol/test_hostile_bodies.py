"""Bodies that are no message, at a real node: refused, no error of ours, and nothing moves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from comity.api import Request, Response
from comity.core import token
from comity.core.canonical import b64url, parse
from comity.core.dsp.message import CONTEXT
from comity.core.token import Envelope
from comity.limits import BODY_BYTES, DAY, JSON_DEPTH, UNREADABLE_PER_HOUR
from comity.node import Node
from comity.operations import agreeing
from comity.protocol.base import DSP, JSON, fill_path
from comity.store import record
from comity.store.rows.agreements import Agreement, Negotiation, Offer, Transfer
from comity.store.rows.delivery import Outgoing
from comity.store.rows.matching import Handle, Hit, ManifestRow, Question, Usage
from comity.store.rows.moving import many, one
from comity.store.rows.peers import Peer
from comity.store.rows.requests import Approval, RequestRow
from comity.store.rows.row import Row
from core.dsp.examples import WRITTEN, accepted, model_of
from core.dsp.mutations import mutations
from nodes import MX, US, Pair, run
from stages import MX_LIST

SEQUENCE = count(1_000)
"""Numbers for messages that the sender's own log knows nothing of: each is given once."""
PROCESSES: tuple[type[Row], ...] = (
    *(Negotiation, Agreement, Transfer, Offer, RequestRow, Usage, Approval),
    *(Outgoing, ManifestRow, Handle, Question, Hit, Peer),
)
OFFER, AGREEMENT = (
    next(value[name] for value in WRITTEN if name in value) for name in ("offer", "agreement")
)


@dataclass(frozen=True)
class Said:
    """A message that a side may send, but for what is wrong with it."""

    by: str
    path: str
    type: str
    more: dict[str, Any]
    first: bool = False
    """Whether it begins a process, and so names none of ours."""


def _callback(**more: Any) -> dict[str, Any]:
    return {"callbackAddress": US.address + DSP, **more}


SAID = {
    "a first request": Said(
        "us", "negotiations/request", "ContractRequestMessage", _callback(offer=OFFER), True
    ),
    "a counter-request": Said(
        "us", "negotiations/{}/request", "ContractRequestMessage", {"offer": OFFER}
    ),
    "a verification": Said(
        "us",
        "negotiations/{}/agreement/verification",
        "ContractAgreementVerificationMessage",
        {"signature": "a.b.c"},
    ),
    "an acceptance": Said(
        "us",
        "negotiations/{}/events",
        "ContractNegotiationEventMessage",
        {"eventType": "ACCEPTED"},
    ),
    "a decline": Said(
        "us",
        "negotiations/{}/termination",
        "ContractNegotiationTerminationMessage",
        {"code": "no", "reason": ["text"]},
    ),
    "a first offer": Said(
        "mx",
        "negotiations/offers",
        "ContractOfferMessage",
        {"callbackAddress": MX.address + DSP, "offer": OFFER},
        True,
    ),
    "an offer": Said("mx", "negotiations/{}/offers", "ContractOfferMessage", {"offer": OFFER}),
    "an agreement": Said(
        "mx",
        "negotiations/{}/agreement",
        "ContractAgreementMessage",
        {"agreement": AGREEMENT, "signature": "a.b.c"},
    ),
    "the last word": Said(
        "mx",
        "negotiations/{}/events",
        "ContractNegotiationEventMessage",
        {"eventType": "FINALIZED"},
    ),
    "a transfer request": Said(
        "us",
        "transfers/request",
        "TransferRequestMessage",
        _callback(agreementId="urn:uuid:1", format="Comity-Match"),
        True,
    ),
    "a start": Said(
        "mx",
        "transfers/{}/start",
        "TransferStartMessage",
        next({"dataAddress": v["dataAddress"]} for v in WRITTEN if "dataAddress" in v),
    ),
    "a suspension": Said(
        "us", "transfers/{}/suspension", "TransferSuspensionMessage", {"code": "1", "reason": ["x"]}
    ),
    "a completion": Said("us", "transfers/{}/completion", "TransferCompletionMessage", {}),
    "a termination": Said(
        "us",
        "transfers/{}/termination",
        "TransferTerminationMessage",
        {"code": "1", "reason": ["x"]},
    ),
}


@dataclass
class Sender:
    """A pinned peer with code of its own, which sends any bytes as a message."""

    node: Node
    to: Node
    seq: Iterator[int]

    def send(self, target: str, body: bytes, method: str = "POST") -> Response:
        """Send a body to the other node, signed."""
        seq = next(self.seq)
        with self.node.store.read() as tx:
            seen = record.seen(tx, self.to.id)
        jti = b64url(seq.to_bytes(16, "big"))
        now = self.node.local.now()
        envelope = Envelope(self.node.id, self.to.id, jti, seq, bytes(16), now, DAY, seen)
        signer = self.node.local.signers.message
        request: Request = token.seal_request(envelope, method, target, JSON, body, signer)
        return self.to.exchange.handle(request)


@pytest.fixture
def busy(tagged: Pair) -> Pair:
    """An agreement, transfers that are started, and a negotiation that waits at the provider."""
    terms = {"match": {"tokensInAll": 9}}
    run(agreeing.negotiate, tagged.us, peer=MX.id, dataset=MX_LIST, terms=terms)
    tagged.pump()
    return tagged


def sender(p: Pair, by: str) -> Sender:
    here, there = (p.us, p.mx) if by == "us" else (p.mx, p.us)
    return Sender(here, there, SEQUENCE)


def target_and_pids(to: Node, said: Said) -> tuple[str, dict[str, str]]:
    """Return where a message goes, and the ids of the process that it is about."""
    if said.first:
        ours = "consumerPid" if said.by == "us" else "providerPid"
        return f"{DSP}/{said.path}", {ours: "urn:uuid:1"}
    with to.store.read() as tx:
        if said.path.startswith("negotiations"):
            found: Any = one(tx, Negotiation, state="REQUESTED")
        else:
            found = many(tx, Transfer, state="STARTED")[0]
    ids = (found.pid, found.their_pid)
    provider, consumer = ids if found.role == "provider" else ids[::-1]
    return (
        f"{DSP}/{fill_path(said.path, found.pid)}",
        {"providerPid": provider, "consumerPid": consumer},
    )


def everything(node: Node) -> list[Any]:
    """Return all rows of a node but for what it keeps of messages."""
    with node.store.read() as tx:
        return [row for table in PROCESSES for row in many(tx, table)]


def check_refused(p: Pair, said: Said, bodies: Iterator[bytes]) -> int:
    """Send bodies, and check that each is refused and that none of them moved anything."""
    from_ = sender(p, said.by)
    target, _ = target_and_pids(from_.to, said)
    before, sent = everything(from_.to), 0
    for body in bodies:
        if sent % UNREADABLE_PER_HOUR == 0:
            p.clock.forward(hours=2)
        response = from_.send(target, body)
        sent += 1
        assert 400 <= response.status < 500, (response, body[:500])
        assert response.token
        assert str(parse(response.body, BODY_BYTES)["@type"]).endswith("Error")
    assert everything(from_.to) == before
    return sent


@pytest.mark.parametrize("name", SAID)
def test_every_message_with_something_wrong_in_it(busy: Pair, name: str) -> None:
    said = SAID[name]
    _, pids = target_and_pids(sender(busy, said.by).to, said)
    whole = {"@context": [CONTEXT], "@type": said.type, **pids, **said.more}
    cls = model_of(whole)
    assert accepted(cls, whole) is not None
    wrong = [changed for changed in mutations(whole) if accepted(cls, changed) is None]
    assert check_refused(busy, said, (json.dumps(changed).encode() for changed in wrong)) > 40


def not_json(whole: dict[str, Any]) -> dict[str, bytes]:
    """Return a message in forms that no reader may take for it."""
    text = json.dumps(whole)
    name = "consumerPid" if "consumerPid" in whole else "providerPid"
    pid = json.dumps(whole[name])
    escaped = name.replace("P", "\\u0050")
    deep = "[" * (JSON_DEPTH + 1) + "]" * (JSON_DEPTH + 1)
    return {
        "nothing": b"",
        "half of it": text[: len(text) // 2].encode(),
        "twice": (text + text).encode(),
        "a key twice": text.replace(f'"{name}"', f'"{name}": {pid}, "{name}"').encode(),
        "a key twice, once escaped": text.replace(
            f'"{name}"', f'"{escaped}": {pid}, "{name}"'
        ).encode(),
        "a key twice in an extra property": f'{text[:-1]}, "x": {{"a": 1, "a": 2}}}}'.encode(),
        "in a list": f"[{text}]".encode(),
        "a text": json.dumps(text).encode(),
        "nesting without end": b"[" * 100_000,
        "an extra property that is too deep": f'{text[:-1]}, "x": {deep}}}'.encode(),
        "a huge number": f'{text[:-1]}, "x": 1{"0" * 5_000}}}'.encode(),
        "a number without end": f'{text[:-1]}, "x": 1e999}}'.encode(),
        "no number": f'{text[:-1]}, "x": NaN}}'.encode(),
        "half a character": f'{text[:-1]}, "x": "\\ud800"}}'.encode(),
        "not UTF-8": text.encode()[:-1] + b', "x": "\xff"}',
        "UTF-16": text.encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "a comment": text.encode() + b" // it",
        "more than fits": f'{text[:-1]}, "x": "{"x" * BODY_BYTES}"}}'.encode(),
    }


def test_every_message_as_no_json(busy: Pair) -> None:
    for said in SAID.values():
        _, pids = target_and_pids(sender(busy, said.by).to, said)
        whole = {"@context": [CONTEXT], "@type": said.type, **pids, **said.more}
        check_refused(busy, said, iter(not_json(whole).values()))


def test_every_message_where_another_is_due(busy: Pair) -> None:
    """A message at the address of another one is no message there, whole as it is."""
    for said in SAID.values():
        others = {each.type: each for each in SAID.values() if each.type != said.type}
        _, pids = target_and_pids(sender(busy, said.by).to, said)
        bodies = (
            json.dumps({"@context": [CONTEXT], "@type": each.type, **pids, **each.more}).encode()
            for each in others.values()
        )
        check_refused(busy, said, bodies)


CONTEXTS: tuple[object, ...] = (
    "https://w3id.org/dspace/2024/1/context.json",
    ["https://w3id.org/dspace/2024/1/context.json"],
    [],
    [{}],
    {"@vocab": CONTEXT},
    None,
    [[CONTEXT]],
    CONTEXT + "/",
)


def test_another_context(busy: Pair) -> None:
    said = SAID["a decline"]
    _, pids = target_and_pids(busy.mx, said)
    bodies = (
        json.dumps({"@context": context, "@type": said.type, **pids, **said.more}).encode()
        for context in CONTEXTS
    )
    assert check_refused(busy, said, bodies) == len(CONTEXTS)
