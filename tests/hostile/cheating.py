"""A peer that cheats with its own log: with its own keys, in its own database, consistently.

The asker in the United States cheats; the holder in Mexico is the one who must find it.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from comity.api import Request, Response
from comity.core import contact, jws, token
from comity.core.canonical import parse, unb64url
from comity.core.contact import Parties
from comity.core.merkle import Frontier, leaf_hash
from comity.core.messages import Wire as OurMessage
from comity.core.token import Envelope, Seen
from comity.limits import DAY
from comity.node import Node
from comity.protocol.base import DSP, Local
from comity.protocol.sending import State, post
from comity.store import alarms, peers, record, tiles
from comity.store.rows.delivery import Outgoing
from comity.store.rows.evidence import Alarm
from comity.store.rows.moving import add, change, many, remove
from comity.store.rows.record import Head, Message, Tile
from nodes import MX, US, Pair

NOTHING = f"{DSP}/catalog/datasets/nothing"


def found(node: Node) -> list[Alarm]:
    """Return the alarms at a node."""
    with node.store.read() as tx:
        return alarms.raised(tx)


def kinds(node: Node) -> list[str]:
    return [each.kind for each in found(node)]


def meet(p: Pair) -> None:
    """Let the honest side make contact, as its worker does."""
    p.clock.forward(minutes=2)
    p.mx.meetings.run(US.id)


def send(p: Pair, local: Local | None = None) -> str:
    """Let the cheater put a request into its log and its outbox; returns its id."""
    with p.us.store.write() as tx:
        peer = peers.pinned(tx, MX.id)
        return post(tx, local or p.us.local, peer, "hand-written", "GET", NOTHING)


def deliver(p: Pair) -> None:
    p.us.delivery.run(MX.id)


def say(p: Pair, count: int = 1) -> None:
    """Let the cheater say something, as an honest peer would."""
    for _ in range(count):
        send(p)
    deliver(p)


def sealed(p: Pair, row: Message, seq: int, **other: int) -> Message:
    """Return an entry with another number, or time, signed anew with the cheater's key."""
    claims = parse(jws.payload(row.token), 10_000)
    seen = Seen.model_validate(claims["log"])
    envelope = Envelope(
        issuer=US.id,
        audience=MX.id,
        id=row.jti,
        seq=seq,
        salt=unb64url(str(claims["slt"])),
        issued=other.get("issued", int(str(claims["iat"]))),
        lifetime=7 * DAY,
        seen=seen,
    )
    signer = p.us.local.signers.message
    if row.kind == "request":
        made = token.seal_request(
            envelope, row.method, row.target, row.content_type, row.body, signer
        ).token
    else:
        with p.us.store.read() as tx:
            asked = record.entry(tx, MX.id, record.IN, row.reply_to)
        assert asked is not None
        made = token.seal_response(
            envelope, row.status, row.content_type, row.body, asked.token, signer
        ).token
    return replace(row, seq=seq, token=made, leaf=record.leaf_of(made))


def log(p: Pair) -> list[Message]:
    """Return the cheater's log."""
    with p.us.store.read() as tx:
        return record.entries(tx, MX.id, record.OUT)


def rewrite(p: Pair, rows: list[Message]) -> None:
    """Let the cheater's log be another one, with a tree that fits it."""
    with p.us.store.write() as tx:
        where = {"peer": MX.id, "direction": record.OUT}
        remove(tx, Message, **where)
        remove(tx, Tile, **where)
        add(tx, *rows)
        _rebuild(tx, rows)


def _rebuild(tx: Connection, rows: list[Message]) -> None:
    where: dict[str, object] = {"peer": MX.id, "direction": record.OUT}
    frontier = Frontier().extend(leaf_hash(row.leaf) for row in rows)
    values = {"size": len(rows), "next": len(rows), "frontier": frontier.pack()}
    change(tx, Head, where, **values)
    tiles.complete(tx, MX.id, record.OUT, 0, len(rows))
    for row in many(tx, Outgoing, peer=MX.id, state=State.DONE):
        change(tx, Outgoing, {"peer": MX.id, "jti": row.jti}, seq=0)


class Earlier:
    """A clock that is behind."""

    def __init__(self, p: Pair, **by: float) -> None:
        self._p = p
        self._by = timedelta(**by)

    def now(self) -> datetime:
        """Return the time that it shows."""
        return self._p.clock.now() - self._by


class Liar:
    """Answers contact messages as the cheater's node does, but for what it changes."""

    def __init__(
        self, p: Pair, ending: str, change: Callable[[bytes], OurMessage | bytes], status: int = 200
    ) -> None:
        self._p = p
        self._ending = ending
        self._change = change
        self._status = status

    def handle(self, request: Request) -> Response:
        """Take a request to its reply, and sign it."""
        honest = self._p.us.exchange.handle(request)
        if not request.target.endswith(self._ending):
            return honest
        made = self._change(honest.body)
        body = made if isinstance(made, bytes) else made.encode()
        local = self._p.us.local
        return contact.seal_response(
            Parties(US.id, MX.id),
            local.new_id(),
            local.now(),
            self._status,
            honest.content_type,
            body,
            request.token,
            local.signers.message,
        )


def lie(
    p: Pair, ending: str, change: Callable[[bytes], OurMessage | bytes], status: int = 200
) -> None:
    """Let the cheater change what it answers to contact messages to a path."""
    p.to_us.target = Liar(p, ending, change, status)


def saved(p: Pair, folder: Path) -> None:
    """Copy the cheater's database as it is now."""
    shutil.copytree(p.us.folder, folder, dirs_exist_ok=True)


def rolled_back(p: Pair, folder: Path) -> None:
    """Let the cheater go on from a copy of its database."""
    p.us.close()
    for old in p.us.folder.glob("*.db*"):
        old.unlink()
    for old in folder.glob("*.db*"):
        shutil.copy(old, p.us.folder / old.name)
    p.restart("us")
