"""Plays the main job between two seeded nodes, and keeps what crossed the border."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from comity.api import Request, Response
from comity.core.reading import EntriesAsked, RootsAsked
from comity.errors import Code, ComityError
from comity.operations import (
    agreeing,
    agreements,
    holdings,
    inbox,
    ledger,
    matching,
    offering,
    proving,
    recalling,
    records,
    tagging,
    thawing,
)
from comity.operations.peering import call, find_peer
from comity.protocol import reading
from comity.protocol.addresses import dsp_base
from comity.store import standing
from documents import carried, filed, seeded
from nodes import Pair, run

MAPPING: Final = "id=ref;name=name;kind=organisation;rfc=rfc;status=status;as_of=since"
MX_LIST: Final = """\
ref,name,rfc,status,since
MX-1,"Comercializadora Ejemplo, S.A. de C.V.",CEJ010203AB1,presunto,2025-03-01
MX-2,"Naviera Ficticia, S.A. de C.V.",NFI990101XY2,definitivo,2024-11-15
MX-3,"Servicios Imaginarios, S.C.",SIM050607QR3,desvirtuado,2023-02-20
"""
US_LIST: Final = """\
ref,name,rfc,status,since
US-1,COMERCIALIZADORA EJEMPLO SA DE CV,CEJ-010203-AB1,listed,2026-01-10
US-2,NAVIERA FICTICIA SA DE CV,,listed,2026-01-10
US-3,EXAMPLE TRADING LLC,,listed,2026-01-10
"""
TERMS: Final[dict[str, Any]] = {
    "purposes": ["sanctions screening"],
    "legalBases": ["Memorandum of understanding, section 3"],
    "territories": ["US"],
    "expiry": "2027-12-31T00:00:00Z",
    "retention": "P1Y",
    "onward": False,
    "handling": "TLP:AMBER+STRICT",
    "match": {
        "approval": "automatic",
        "families": ["rfc", "name"],
        "tokensPerPeriod": {"count": 1000, "period": "P1D"},
        "tokensInAll": 10_000,
    },
    "request": {
        "approval": "one-officer",
        "fields": ["names", "identifiers", "statuses"],
        "answerWithin": "P7D",
    },
}


@dataclass
class Played:
    """What one play gave."""

    exchanges: dict[str, tuple[Request, Response]] = field(default_factory=dict)
    """By name, the requests of either side and their replies."""
    identity: str = ""
    """The holder's identity document."""
    asker: str = ""
    """The asker's."""
    agreement: str = ""
    """The id of the agreement."""
    tag_set: bytes = b""
    """The holder's file."""
    pulled: str = ""
    pushed: str = ""
    """How a file crosses, as HTTP."""
    bundle: str = ""
    courier: str = ""
    """What a courier carries, and what its sender signs."""
    evidence: bytes = b""
    """What the asker can show of the first answer, without the names in it."""


@cache
def play() -> Played:
    """Play it once; every call gets the same."""
    with tempfile.TemporaryDirectory() as folder, seeded.pair(Path(folder)) as nodes:
        result = Played(identity=nodes.mx.document, asker=nodes.us.document)
        for name, exchange in _play(nodes, result):
            if name in result.exchanges:
                raise ValueError(name)
            result.exchanges[name] = exchange
        result.bundle, result.courier = carried.play(nodes)
        return result


def _play(nodes: Pair, result: Played) -> Iterator[tuple[str, tuple[Request, Response]]]:
    mx, us = nodes.mx, nodes.us
    for node, side, text in ((mx, "mx", MX_LIST), (us, "us", US_LIST)):
        path = nodes.folder / f"{side}.csv"
        path.write_text(text, "utf-8")
        run(holdings.load, node, path=str(path), format="csv", dataset=side, mapping=MAPPING)
    run(offering.make_offer, mx, dataset="mx", terms=TERMS)

    run(offering.catalog, us, peer=mx.id)
    yield "catalog-request", nodes.to_mx.seen[-1]
    with us.store.read() as tx:
        peer = find_peer(tx, mx.id)
    target = f"{dsp_base(peer.identity)}/catalog/datasets/mx"
    call(us, peer, "DatasetRequestMessage", "GET", target)
    yield "dataset-request", nodes.to_mx.seen[-1]

    run(agreeing.negotiate, us, peer=mx.id, dataset="mx", terms={"match": {"tokensInAll": 50_000}})
    yield from _named(nodes, ("negotiations/request", "negotiation-request"))
    one = run(agreeing.negotiation_list, mx).negotiations[0]
    target = f"{dsp_base(peer.identity)}/negotiations/{one.id.replace(':', '%3A')}"
    call(us, peer, "ContractNegotiation", "GET", target)
    yield "negotiation-state", nodes.to_mx.seen[-1]
    run(agreeing.counter, mx, negotiation=one.id, terms={"match": {"tokensInAll": 20_000}})
    yield from _named(nodes, ("/offers", "negotiation-offer"))
    theirs = run(agreeing.negotiation_list, us).negotiations[0]
    run(agreeing.accept, us, negotiation=theirs.id)
    yield from _named(
        nodes,
        ("/events", "negotiation-accepted"),
        ("/agreement", "negotiation-agreement"),
        ("/verification", "negotiation-verification"),
        ("/events", "negotiation-finalized"),
    )
    agreed = run(agreements.agreement_list, us).agreements[0]
    result.agreement = agreed.id

    asked: dict[str, Any] = {"peer": mx.id, "dataset": "mx", "holdings": "us"}
    _waits(us, matching.match, **asked)
    yield from _named(nodes, ("transfers/request", "transfer-request"))
    run(tagging.tag, mx, peer=us.id, dataset="mx")
    yield from _named(nodes, ("/start", "transfer-start"))
    found = run(matching.match, us, wait_seconds=0, **asked)
    yield from _named(
        nodes, ("/manifest", "manifest"), ("/set/0", "set-part"), ("/questions", "question")
    )
    result.tag_set = next((nodes.folder / "mx" / "sets").glob("*.tags")).read_bytes()

    handle = found.hits[0].handle
    _waits(us, inbox.ask, handle=handle, case_reference="US-2026-0042")
    yield from _named(
        nodes, ("transfers/request", "transfer-request-2"), ("/start", "transfer-start-2")
    )
    run(inbox.ask, us, handle=handle, case_reference="US-2026-0042", wait_seconds=0)
    yield from _named(nodes, ("/requests", "detail-request"))
    waiting = run(inbox.inbox, mx).requests[0]
    run(inbox.approve, mx, request=waiting.id, approval=waiting.approval)
    yield from _named(nodes, ("/answers/", "answer"))
    other = found.hits[1].handle
    for outcome in ("declined", "expired"):
        run(inbox.ask, us, handle=other, case_reference="US-2026-0043", wait_seconds=0)
        nodes.pump()
        if outcome == "declined":
            waiting = run(inbox.inbox, mx).requests[0]
            run(inbox.decline, mx, request=waiting.id, reason="Ask through the liaison office.")
            yield from _named(nodes, ("/answers/", "answer-declined"))
            with pytest.raises(ComityError):
                run(inbox.ask, us, handle=other, case_reference="US-2026-0043", wait_seconds=0)
            yield from _named(nodes, ("/requests", "refused"))
            run(inbox.reopen, mx, request=waiting.id)
        else:
            nodes.clock.forward(days=8)
            yield from _named(nodes, ("/answers/", "answer-expired"))

    run(agreements.suspend, mx, agreement=agreed.id, reason="Under review.")
    yield from _named(nodes, ("/suspension", "transfer-suspension"), ("/agreements", "consent"))
    run(agreements.resume, mx, agreement=agreed.id)
    nodes.pump()
    run(agreeing.negotiate, us, peer=mx.id, dataset="mx", terms={"onward": True})
    nodes.pump()
    again = run(agreeing.negotiation_list, mx).negotiations[0]
    _seen(nodes)
    run(agreeing.decline, mx, negotiation=again.id, reason="No onward sharing.")
    yield from _named(nodes, ("/termination", "negotiation-termination"))

    with pytest.raises(ComityError):
        call(us, peer, "unknown", "GET", f"{dsp_base(peer.identity)}/shell")
    yield "unknown-message", nodes.to_mx.seen[-1]
    forged = Request("GET", target, "not.a.token")
    yield "uniform-error", (forged, nodes.to_mx.handle(forged))
    run(records.verify, us, peer=mx.id)
    yield "record", nodes.to_mx.contacts[-1]
    sizes = RootsAsked(log=us.id, sizes=(0, 8, 10_000))
    us.contacts.ask(peer, reading.ROOTS, sizes.encode())
    yield "record-roots", nodes.to_mx.contacts[-1]
    entries = EntriesAsked(log=us.id, start=3, count=1, leaves=False)
    us.contacts.ask(peer, reading.ENTRIES, entries.encode())
    yield "record-entries", nodes.to_mx.contacts[-1]
    run(ledger.exchange, us, peer=mx.id)
    yield "ledger", nodes.to_mx.contacts[-1]
    result.evidence = _proved(us, mx.id)
    yield from _taken_back(nodes)
    yield from filed.play(nodes)
    result.pulled = filed.pulled(mx, us)
    result.pushed = filed.pushed(us, mx)
    before = len(nodes.to_mx.contacts)
    with us.store.write() as tx:
        standing.freeze_node(tx, standing.Why.RESTORED)
    run(thawing.thaw, us)
    yield "resume", nodes.to_mx.contacts[before]


def _proved(us: Any, peer: str) -> bytes:
    """Return evidence of the first answer, made by the one who got it."""
    entries = run(records.show, us, peer=peer).entries
    told = ("comity-answer-1", "request")
    answer = next(one.id for one in entries if (one.what, one.kind) == told)
    path = us.folder / "evidence.json"
    args = {"peer": peer, "entries": (answer,), "withhold": ("names",), "path": str(path)}
    run(proving.prove, us, **args)
    return bytes(path.read_bytes())


def _taken_back(nodes: Pair) -> Iterator[tuple[str, tuple[Request, Response]]]:
    """Let the holder ask for its answer back."""
    _seen(nodes)
    shown = run(records.show, nodes.mx, peer=nodes.us.id)
    answer = next(
        one
        for one in shown.entries
        if (one.direction, one.kind, one.what) == ("out", "request", "comity-answer-1")
    )
    args = {"entries": (answer.sequence,), "reason": "It was about somebody else."}
    asked = run(recalling.request, nodes.mx, peer=nodes.us.id, **args)
    yield from _named(nodes, ("/recalls", "recall"))
    run(recalling.honour, nodes.us, recall=asked.id, used="sanctions screening")
    yield from _named(nodes, ("/attestations", "attestation"), ("/outcomes", "recall-outcome"))


def _waits(node: Any, operation: Any, **args: Any) -> None:
    """Begin what first needs the other side to act."""
    with pytest.raises(ComityError) as raised:
        run(operation, node, wait_seconds=0, **args)
    if raised.value.code is not Code.WAIT_ENDED:
        raise raised.value


def _seen(nodes: Pair) -> None:
    """Forget what crossed so far."""
    nodes.to_mx.seen.clear()
    nodes.to_us.seen.clear()


def _named(nodes: Pair, *names: tuple[str, str]) -> Iterator[tuple[str, tuple[Request, Response]]]:
    """Let both deliver; name the first request to a path that ends so, and then the next.

    A slash at the end stands for one id more.
    """
    nodes.pump()
    crossed = [*nodes.to_mx.seen, *nodes.to_us.seen]
    for ending, name in names:
        found = next(one for one in crossed if _ends(one[0].target, ending))
        crossed.remove(found)
        yield name, found
    _seen(nodes)


def _ends(target: str, ending: str) -> bool:
    return (target.rpartition("/")[0] + "/" if ending.endswith("/") else target).endswith(ending)
