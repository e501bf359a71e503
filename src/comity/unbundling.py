"""A bundle that came is taken in as if each of its messages had come over a connection.

    read    open a part, check whose it is and that it is whole; nothing has happened yet
    take    each message in its order through the exchange (a request) or to what waits for it (a
            reply); then compare the peer's log, and note how much of ours has arrived there

The tokens are the same, and the same code checks them, with the same effects, once. A crash
anywhere costs nothing but taking the file again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection

from comity.api import Request
from comity.core import bundle, courier, jws, note, token
from comity.core.alarm import Kind
from comity.core.bundle import Head, Line, ReplyLine, RequestLine
from comity.core.checkpoint import Checkpoint
from comity.core.identity import Pinned
from comity.core.messages import Holds, RecordState
from comity.core.token import RequestClaims
from comity.delivery import Delivery
from comity.edge import courier_file
from comity.edge.courier_file import Part
from comity.errors import Code, ComityError
from comity.exchange import BUSY, Exchange
from comity.protocol.base import Local, Moved
from comity.protocol.cosigning import Judged, judge
from comity.protocol.refusals import code_of
from comity.store import links, peers, record
from comity.store.engine import Store

_NOT_TAKEN: Final = frozenset({Code.NOT_AUTHENTIC, Code.PEER_ANSWER_INVALID, Code.PEER_REFUSED})
_log = structlog.get_logger()


@dataclass(slots=True)
class Taken:
    """What came of a bundle."""

    number: int
    order: str
    """next, older or again: how it stands to the highest number that was taken before."""
    new: int = 0
    known: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Requests of the peer that we refuse, by code; the refusal is a reply like any other."""
    refused_there: Counter[str] = field(default_factory=Counter)
    """Requests of ours that the peer refused, by code."""
    not_taken: Counter[str] = field(default_factory=Counter)
    """Messages of which nothing came, by code."""
    put_off: int = 0
    """Messages that were not looked at, since so many were refused within the hour."""
    record: str = "equal"
    """equal, incomplete or differs: the peer's log as it says, and as it is held here."""
    missing: int = 0
    arrived: int = 0
    """How much of our log the peer has."""


class Unbundler:
    """Takes bundles in, for one node."""

    def __init__(self, local: Local, store: Store, exchange: Exchange, delivery: Delivery) -> None:
        self._local = local
        self._store = store
        self._exchange = exchange
        self._delivery = delivery

    def read(self, path: Path) -> tuple[Pinned, Part]:
        """Open a part and check whose it is. Nothing has happened after that.

        Raises FILE_MISSING, COURIER_NO_FILE, COURIER_FOR_ANOTHER, COURIER_TRUNCATED,
        COURIER_CHANGED, COURIER_EXPIRED (at), PEER_UNKNOWN, COURIER_KEY_UNKNOWN (peer).
        """
        part = courier_file.read(path, self._local.in_force.own.decryption_keys)
        with self._store.read() as tx:
            peer = peers.pinned(tx, part.claims.iss)
            key = peers.key_of(tx, peer, courier.TYP, part.token)
        if not jws.names(courier.TYP, part.token, key):
            raise ComityError(Code.COURIER_KEY_UNKNOWN, peer=peer.id)
        courier.check(part.token, self._local.identity.id, key, self._local.now())
        return peer, part

    def take(self, peer: Pinned, parts: Sequence[Part]) -> Taken:
        """Take in a bundle that is here with all its parts, in their order.

        Raises BUNDLE_INVALID (line), COURIER_NOT_AGREED (peer), COURIER_CHANGED, and what the
        store raises. What came before that was taken.
        """
        number = parts[0].claims.num
        with self._store.read() as tx:
            before, longest = links.of(tx, peer.id).taken, links.lifetime(tx, peer.id)
        taken = Taken(number, _order(number, before))
        late = False
        head, lines = self._opened(parts)
        for line in lines:
            claims = _claims(line)
            if claims is not None and claims.exp - claims.iat > longest:
                raise ComityError(Code.COURIER_NOT_AGREED, peer=peer.id)
            if claims is not None and claims.exp < self._local.now():
                # The record takes it where it misses it; that shows once the others are there.
                late = True
            else:
                self._take(peer, line, taken)
        if late:
            for line in self._opened(parts)[1]:
                claims = _claims(line)
                if claims is not None and claims.exp < self._local.now():
                    self._take(peer, line, taken)
        self._settle(peer, head, parts[0], taken)
        _log.info("unpacked", peer=peer.id, number=number, new=taken.new, known=taken.known)
        return taken

    def _opened(self, parts: Sequence[Part]) -> tuple[Head, Iterator[Line]]:
        return bundle.read(chain.from_iterable(map(courier_file.piece, parts)))

    def _take(self, peer: Pinned, line: Line, taken: Taken) -> None:
        """Take one message, and count what came of it."""
        try:
            if isinstance(line, RequestLine):
                self._request(peer, line.request(), taken)
            else:
                self._reply(peer, line, taken)
        except ComityError as error:
            if error.code not in _NOT_TAKEN:
                raise
            taken.not_taken[error.code] += 1

    def _request(self, peer: Pinned, request: Request, taken: Taken) -> None:
        """Take a request through the walk; its reply waits in our log.

        Raises NOT_AUTHENTIC where nothing came of it.
        """
        claims = token.claimed(request.token)
        if claims.iss != peer.id:
            raise ComityError(Code.NOT_AUTHENTIC)
        with self._store.read() as tx:
            known = record.reply(tx, peer.id, record.OUT, claims.jti) is not None
        reply = self._exchange.handle(request)
        if reply.status == BUSY.status:
            taken.put_off += 1
        elif not reply.token and not known:
            raise ComityError(Code.NOT_AUTHENTIC)
        elif known:
            taken.known += 1
        else:
            taken.new += 1
            if reply.status >= 300:
                taken.refused[code_of(reply.body)] += 1

    def _reply(self, peer: Pinned, line: ReplyLine, taken: Taken) -> None:
        """Give a reply to what waits for it. Raises PEER_ANSWER_INVALID."""
        if not self._delivery.take(peer, line.to, line.response()):
            taken.known += 1
            return
        taken.new += 1
        if line.status >= 300:
            taken.refused_there[code_of(line.response().body)] += 1

    def _settle(self, peer: Pinned, head: Head, part: Part, taken: Taken) -> None:
        """Compare both logs as in any contact, and note how much of ours has arrived.

        The latest word counts, also where it is less than before: a peer may have lost something.
        """
        while True:
            with self._store.read() as tx:
                judged = self._judge(tx, peer, head, part)
            try:
                with self._store.write() as tx:
                    self._keep(tx, peer, head, judged, taken)
            except Moved:
                continue
            return

    def _judge(self, tx: Connection, peer: Pinned, head: Head, part: Part) -> Judged | None:
        """Judge what a bundle says of both logs; None where that is nothing that can be judged."""
        try:
            claimed = Checkpoint.parse(note.parse(head.checkpoint.encode()).text)
            said = RecordState(
                checkpoint=head.checkpoint,
                since=0,
                consistency=(),
                written=claimed.size,
                at=part.claims.iat,
                holds=Holds(size=head.seen.size, root=head.seen.root),
                cosigned=head.cosigned,
            )
            evidence = f"{part.token}\n{head.encode().decode()}"
            return judge(self._local, tx, peer, said, evidence)
        except ComityError:
            return None

    def _keep(
        self, tx: Connection, peer: Pinned, head: Head, judged: Judged | None, taken: Taken
    ) -> None:
        link = links.of(tx, peer.id)
        values: dict[str, object] = {"taken": max(link.taken, taken.number)}
        taken.record = "differs" if judged is None or judged.found else "equal"
        if judged is not None:
            for effect in judged.effects:
                effect(tx)
            misstated = any(each.kind is Kind.MISSTATED for each in judged.found)
            size = head.seen.size
            if not misstated and (taken.order != "older" or size > link.arrived):
                values["arrived"] = size
            if judged.missing and taken.record == "equal":
                taken.record = "incomplete"
        links.save(tx, peer.id, **values)
        taken.missing = record.missing(tx, peer.id)
        taken.arrived = links.of(tx, peer.id).arrived


def _order(number: int, taken: int) -> str:
    if number == taken:
        return "again"
    return "next" if number > taken else "older"


def _claims(line: Line) -> RequestClaims | None:
    """Return what the token of a request says, unverified; None for what is none."""
    if not isinstance(line, RequestLine):
        return None
    try:
        return token.claimed(line.token)
    except ComityError:
        return None
