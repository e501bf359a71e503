"""Plays a file from one seeded node to the other, with HTTP as any program would speak it."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from comity.api import Request, Response
from comity.edge.file_listener import FileListener
from comity.edge.files import DIGEST_HEADER, repr_digest
from comity.gate import FileGate
from comity.node import Node
from comity.operations import agreeing, agreements, filing, offering, transfers
from comity.protocol import filing as protocol
from comity.protocol.catalog import PULL, PUSH
from nodes import Pair, run

CONTENT: Final = b"A report that both sides agreed to share.\n" * 40
TERMS: Final[dict[str, Any]] = {
    "purposes": ["sanctions screening"],
    "territories": ["US"],
    "expiry": "2027-12-31T00:00:00Z",
    "handling": "TLP:AMBER",
    "receive": {"approval": "automatic"},
}
Exchange = tuple[Request, Response]


def play(nodes: Pair) -> Iterator[tuple[str, Exchange]]:
    """Give the messages of a file that is pulled, and of one that is pushed."""
    mx, us = nodes.mx, nodes.us
    mx.pusher.stop()  # the push is played by hand
    path = nodes.folder / "report.txt"
    path.write_bytes(CONTENT)
    run(filing.keep, mx, dataset="report", path=str(path), media_type="text/plain")
    run(offering.make_offer, mx, dataset="report", terms=TERMS)
    run(agreeing.negotiate, us, peer=mx.id, dataset="report")
    nodes.pump()
    agreement = run(agreements.agreement_list, us).agreements[-1].id
    for name, format in (("file", PULL), ("push", PUSH)):
        _forget(nodes)
        run(transfers.request, us, peer=mx.id, agreement=agreement, format=format)
        nodes.pump()
        yield f"{name}-request", _last(nodes.to_mx.seen, "transfers/request")
        yield f"{name}-start", _last(nodes.to_us.seen, "/start")


def _forget(nodes: Pair) -> None:
    nodes.to_mx.seen.clear()
    nodes.to_us.seen.clear()


def _last(seen: list[Exchange], ending: str) -> Exchange:
    return next(one for one in seen if one[0].target.endswith(ending))


def pulled(node: Node, peer: Node) -> str:
    """Show how a file is pulled from a node by its peer: a part of it, as if it had broken off."""
    address = _address(peer, PULL)
    token = protocol.property_of(address, protocol.AUTHORIZATION)
    path = (address.endpoint or "").removeprefix(node.config.address)
    tag = f'"{sha256(CONTENT).hexdigest()}"'
    headers = {"Authorization": f"Bearer {token}", "Range": "bytes=1000-", "If-Range": tag}
    return _exchange(node, "GET", path, headers, b"")


def pushed(node: Node, giver: Node) -> str:
    """Show how a file is pushed to a node by the giver."""
    address = _address(giver, PUSH)
    token = protocol.property_of(address, protocol.AUTHORIZATION)
    path = (address.endpoint or "").removeprefix(node.config.address)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Length": str(len(CONTENT)),
        "Content-Type": "text/plain",
        DIGEST_HEADER: repr_digest(sha256(CONTENT).digest()),
    }
    return _exchange(node, "POST", path, headers, CONTENT)


def _address(node: Node, format: str) -> Any:
    found = [one for one in run(transfers.transfer_list, node).transfers if one.format == format]
    with node.store.read() as tx:
        return protocol.kept_address(node.local, tx, found[-1].id)


def _exchange(node: Node, method: str, path: str, headers: dict[str, str], body: bytes) -> str:
    """Send one request to the listener itself; return both sides as HTTP, long values cut."""
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": body}]

    async def receive() -> Any:
        while not waiting:
            await asyncio.sleep(3600)
        return waiting.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    listener = FileListener(FileGate(node.local, node.store, lambda: None))
    asyncio.run(listener(scope, receive, send))
    listener.close()
    came = b"".join(message.get("body", b"") for message in sent[1:])
    asked = [f"{method} {path} HTTP/1.1", *_lines(headers)]
    said = [f"HTTP/1.1 {sent[0]['status']}"]
    said += _lines({name.decode().title(): text.decode() for name, text in sent[0]["headers"]})
    asked += ["", f"({len(body):,} bytes)"] if body else []
    said += ["", f"({len(came):,} bytes)" if method == "GET" else came.decode()]
    return "\n".join(["```http", *asked, "```", "", "```http", *said, "```"])


def _lines(headers: dict[str, str]) -> list[str]:
    return [
        f"{name}: {text if len(text) <= 90 else text[:48] + '…'}" for name, text in headers.items()
    ]
