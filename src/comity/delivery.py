"""The client's side of the walk: the same steps, backwards.

    post       in the caller's transaction: number, sign, log, put into the outbox; durable
               (`comity.protocol.sending`)
    send       through the peer's endpoint, in sequence, again until there is an answer
    open       verify the reply's token and that it answers this request
    commit     one transaction: log the reply, move the state that waited for it

A crash anywhere leaves the request in the outbox; the same bytes go again, and the peer, which
knows the id, gives the same reply.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Final

import structlog
from sqlalchemy import Connection

from comity.api import Endpoint, Request, Response
from comity.core.identity import Pinned
from comity.core.token import ResponseClaims
from comity.errors import Code, ComityError
from comity.protocol.authentication import Authenticator
from comity.protocol.base import BYTES, Local, Reply, ReplyHandler
from comity.store import peers, record
from comity.store.engine import Store
from comity.store.rows import Message, Outgoing, change, many, one

_BACKOFF_CAP: Final = 300
_log = structlog.get_logger()


class Delivery:
    """Brings what waits in the outbox to its peers, and their replies home."""

    def __init__(
        self,
        local: Local,
        store: Store,
        authenticator: Authenticator,
        endpoint: Callable[[Pinned], Endpoint],
        replies: Mapping[str, ReplyHandler],
    ) -> None:
        self._local = local
        self._store = store
        self._authenticator = authenticator
        self._endpoint = endpoint
        self._replies = replies
        self._locks: dict[str, RLock] = defaultdict(RLock)

    def run(self, peer: str, until: str = "") -> None:
        """Deliver what waits for a peer, in sequence.

        With `until`, stop after that message and raise why it could not be delivered; without,
        leave what cannot go now for later.
        """
        with self._locks[peer]:
            while (waiting := self._next(peer)) is not None:
                now = self._local.now()
                if now > waiting.expires:
                    self._settle(waiting, state="expired")
                    continue
                if waiting.not_before > now and not until:
                    return
                try:
                    self._deliver(waiting)
                except ComityError as error:
                    self._put_off(waiting, error)
                    if until:
                        raise
                    return
                if waiting.jti == until:
                    return

    def reply(self, peer: str, jti: str) -> Message:
        """Deliver up to one message and return the reply to it, bulk bodies included."""
        self.run(peer, until=jti)
        with self._store.read() as tx:
            found = record.reply(tx, peer, record.IN, jti)
        if found is None:
            raise ComityError(Code.PEER_UNREACHABLE, peer=peer, reason="expired")
        return found

    def _next(self, peer: str) -> Outgoing | None:
        with self._store.read() as tx:
            waiting = many(tx, Outgoing, peer=peer, state="waiting", order="seq", limit=1)
        return waiting[0] if waiting else None

    def _deliver(self, waiting: Outgoing) -> None:
        with self._store.read() as tx:
            peer = peers.pinned(tx, waiting.peer)
            sent = record.entry(tx, waiting.peer, record.OUT, waiting.jti)
        if sent is None:
            raise ComityError(Code.INTERNAL)
        request = Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)
        response = self._endpoint(peer).handle(request)
        claims = self._authenticator.response(response, request, peer)
        self._take(waiting, peer, request, response, claims)

    def _take(
        self,
        waiting: Outgoing,
        peer: Pinned,
        request: Request,
        response: Response,
        claims: ResponseClaims,
    ) -> None:
        now = self._local.now()
        reply = Reply(
            self._local,
            peer,
            waiting.kind,
            waiting.subject,
            waiting.jti,
            response.status,
            response.body,
            response.content_type,
            now,
        )
        with self._store.write() as tx:
            message = Message(
                peer=peer.id,
                direction=record.IN,
                seq=claims.seq,
                jti=claims.jti,
                kind="response",
                token=response.token,
                method=request.method,
                target=request.target,
                status=response.status,
                content_type=response.content_type,
                body=b"" if response.content_type == BYTES else response.body,
                size=len(response.body),
                reply_to=waiting.jti,
                what=waiting.kind,
                refused="" if reply.accepted else "refused",
                leaf=record.leaf_of(response.token),
                at=now,
            )
            record.append(tx, message)
            _mark(tx, waiting, state="done", error="")
            if handler := self._replies.get(waiting.kind):
                handler(reply, tx)
        _log.info("delivered", peer=peer.id, jti=waiting.jti, status=response.status)

    def _put_off(self, waiting: Outgoing, error: ComityError) -> None:
        spread = int.from_bytes(self._local.entropy(2)) / 65_536
        wait = min(2**waiting.attempts, _BACKOFF_CAP) * (0.5 + spread / 2)
        self._settle(
            waiting,
            attempts=waiting.attempts + 1,
            not_before=self._local.now() + round(wait),
            error=str(error.code),
        )
        _log.info("put-off", peer=waiting.peer, jti=waiting.jti, code=str(error.code))

    def _settle(self, waiting: Outgoing, **values: object) -> None:
        with self._store.write() as tx:
            _mark(tx, waiting, **values)


def _mark(tx: Connection, waiting: Outgoing, **values: object) -> None:
    change(tx, Outgoing, {"peer": waiting.peer, "jti": waiting.jti}, **values)


def waiting_peers(tx: Connection) -> list[str]:
    """Return the peers for whom something waits."""
    return sorted({row.peer for row in many(tx, Outgoing, state="waiting")})


def outgoing(tx: Connection, peer: str, jti: str) -> Outgoing | None:
    """Return what the outbox knows of a message."""
    return one(tx, Outgoing, peer=peer, jti=jti)
