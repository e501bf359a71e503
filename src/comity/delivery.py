"""The client's side of the walk: the same steps, backwards.

    post       in the caller's transaction: number, sign, log, put into the outbox; durable
               (`comity.protocol.sending`)
    send       through the peer's endpoint, in sequence, again until there is an answer
    open       verify the reply's token and that it answers this request
    commit     one transaction: log the reply, move the state that waited for it

A crash anywhere leaves the request in the outbox; the same bytes go again, and the peer, which
knows the id, gives the same reply.

What waits in the outbox goes one after another, in the order of its numbers. What somebody asks and
waits for goes once all that waited before it has gone, and then together with other such messages
(docs/decisions/0016-together). What is no news any more goes late, for the record alone
(docs/decisions/0017-late-messages).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import structlog
from sqlalchemy import Connection, bindparam, or_, select, update

from comity.api import Endpoint, Request, Response
from comity.core.identity import Pinned
from comity.core.token import ResponseClaims
from comity.errors import Code, ComityError
from comity.protocol.authentication import Authenticator
from comity.protocol.base import BYTES, Local, Reply, ReplyHandler
from comity.protocol.sending import State, put
from comity.protocol.turns import Turns
from comity.store import peers, record
from comity.store.engine import Store
from comity.store.rows import Message, Outgoing, many, one
from comity.store.schema import outbox
from comity.store.statements import Statement

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
        self._turns = Turns()
        self._asking: set[str] = set()
        """Ids of what callers in this process bring to a peer right now."""

    def run(self, peer: str) -> None:
        """Deliver what waits for a peer, in sequence; leave what cannot go now for later."""
        with self._turns.alone((peer, "")):
            self._take_back(peer)
            while (waiting := self._next(peer, State.WAITING)) is not None:
                if self._local.now() > waiting.expires:
                    self._expire(waiting)
                elif waiting.not_before > self._local.now() or not self._try(waiting):
                    return
            # The mirror shows what it lacks once something newer is there, so this goes last.
            while (late := self._next(peer, State.LATE)) is not None:
                if late.not_before > self._local.now() or not self._try(late):
                    return

    def ask(
        self,
        peer: Pinned,
        kind: str,
        method: str,
        target: str,
        body: bytes = b"",
        subject: str = "",
    ) -> Message:
        """Post a request, bring it to the peer now, and return the reply.

        Raises PEER_UNREACHABLE, PEER_REFUSED or PEER_ANSWER_INVALID where there is none; the
        request then waits in the outbox.
        """
        with self._store.write() as tx:
            request, row = put(
                tx, self._local, peer, kind, method, target, body, subject, State.ASKED
            )
            first = bool(many(tx, Outgoing, peer=peer.id, state=State.WAITING, limit=1))
            self._asking.add(row.jti)
        try:
            if first:
                self._first(peer.id, row.seq)
            return self._send(row, peer, request)
        except ComityError as error:
            self._put_off(row, error)
            raise
        finally:
            self._asking.discard(row.jti)

    def reply(self, peer: str, jti: str) -> Message:
        """Deliver a message that waits, after all that waits before it, and return the reply.

        Raises what `ask` raises.
        """
        with self._turns.alone((peer, jti)):
            with self._store.read() as tx:
                row = outgoing(tx, peer, jti)
            if row is not None and row.state != State.DONE:
                self._reply(row)
        with self._store.read() as tx:
            found = record.reply(tx, peer, record.IN, jti)
        if found is None:
            raise ComityError(Code.PEER_UNREACHABLE, peer=peer, reason="expired")
        return found

    def _reply(self, row: Outgoing) -> None:
        if row.state == State.LATE:
            return
        self._first(row.peer, row.seq)
        if self._local.now() > row.expires:
            self._expire(row)
            return
        self._asking.add(row.jti)
        try:
            # From here on nobody else takes it, as far as nobody has taken it already.
            with self._store.write() as tx:
                if not _mark(tx, row, State.ASKED):
                    return
            self._deliver(row)
        except ComityError as error:
            self._put_off(row, error)
            raise
        finally:
            self._asking.discard(row.jti)

    def _first(self, peer: str, seq: int) -> None:
        """Deliver what waits before a number, whether it is due or not. Raises what `ask` does."""
        with self._turns.alone((peer, "")):
            while (waiting := self._next(peer, State.WAITING)) is not None and waiting.seq < seq:
                if self._local.now() > waiting.expires:
                    self._expire(waiting)
                    continue
                try:
                    self._deliver(waiting)
                except ComityError as error:
                    self._put_off(waiting, error)
                    raise

    def _take_back(self, peer: str) -> None:
        """Let wait what was asked by a process, or a thread, that is no more."""
        with self._store.read() as tx:
            asked = many(tx, Outgoing, peer=peer, state=State.ASKED, order="seq")
        for row in asked:
            if row.jti not in self._asking:
                self._settle(row, State.WAITING)

    def _next(self, peer: str, state: State) -> Outgoing | None:
        with self._store.read() as tx:
            waiting = many(tx, Outgoing, peer=peer, state=state, order="seq", limit=1)
        return waiting[0] if waiting else None

    def _try(self, row: Outgoing) -> bool:
        try:
            self._deliver(row)
        except ComityError as error:
            self._put_off(row, error)
            return False
        return True

    def _deliver(self, row: Outgoing) -> None:
        """Send what is in the record under that id."""
        with self._store.read() as tx:
            peer = peers.pinned(tx, row.peer)
            sent = record.entry(tx, row.peer, record.OUT, row.jti)
        if sent is None:
            raise ComityError(Code.INTERNAL)
        request = Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)
        self._send(row, peer, request)

    def _send(self, row: Outgoing, peer: Pinned, request: Request) -> Message:
        response = self._endpoint(peer).handle(request)
        claims = self._authenticator.response(response, request, peer)
        now = self._local.now()
        message = _entry(row, request, response, claims, now)
        with self._store.write() as tx:
            if _mark(tx, row, State.DONE):
                record.append(tx, message)
                self._apply(_reply_to(self._local, row, peer, response, now), tx)
        _log.info("delivered", peer=peer.id, jti=row.jti, status=response.status)
        return message

    def _apply(self, reply: Reply, tx: Connection) -> None:
        if handler := self._replies.get(reply.kind):
            handler(reply, tx)

    def _expire(self, row: Outgoing) -> None:
        """Tell what waited for the reply that none will come, and deliver it late."""
        with self._store.write() as tx:
            if _mark(tx, row, State.LATE, not_before=0, error=str(Code.MESSAGE_EXPIRED)):
                peer = peers.pinned(tx, row.peer)
                self._apply(_reply_to(self._local, row, peer, None, self._local.now()), tx)
        _log.info("expired", peer=row.peer, jti=row.jti)

    def _put_off(self, row: Outgoing, error: ComityError) -> None:
        spread = int.from_bytes(self._local.entropy(2)) / 65_536
        wait = min(2 ** min(row.attempts, 16), _BACKOFF_CAP) * (0.5 + spread / 2)
        self._settle(
            row,
            State.LATE if row.state == State.LATE else State.WAITING,
            attempts=row.attempts + 1,
            not_before=self._local.now() + round(wait),
            error=str(error.code),
        )
        _log.info("put-off", peer=row.peer, jti=row.jti, code=str(error.code))

    def _settle(self, row: Outgoing, state: State, **values: object) -> None:
        with self._store.write() as tx:
            _mark(tx, row, state, **values)


def _reply_to(
    local: Local, row: Outgoing, peer: Pinned, response: Response | None, now: int
) -> Reply:
    """Return what the handler of a reply gets; no response means that there will be none."""
    said = response or Response(0)
    return Reply(
        local, peer, row.kind, row.subject, row.jti, said.status, said.body, said.content_type, now
    )


def _entry(
    row: Outgoing, request: Request, response: Response, claims: ResponseClaims, now: int
) -> Message:
    return Message(
        peer=row.peer,
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
        reply_to=row.jti,
        what=row.kind,
        refused="" if 200 <= response.status < 300 else "refused",
        leaf=record.leaf_of(response.token),
        at=now,
    )


_MARK: Final = Statement(
    update(outbox)
    .where(outbox.c.peer == bindparam("of"), outbox.c.jti == bindparam("id"))
    .where(outbox.c.state != State.DONE)
    .values(
        state=bindparam("to"),
        attempts=bindparam("tried"),
        not_before=bindparam("after"),
        error=bindparam("why"),
    )
)


def _mark(tx: Connection, row: Outgoing, state: State, **values: object) -> bool:
    """Move a message on its way; False where it is done, as somebody else was quicker."""
    after = replace(row, state=state, **{"error": "", **values})  # type: ignore[arg-type]
    place = {"of": row.peer, "id": row.jti}
    moved = {"to": state, "tried": after.attempts, "after": after.not_before, "why": after.error}
    return _MARK.run(tx, place | moved).rowcount == 1


_WAITED_FOR: Final = Statement(
    select(outbox.c.peer)
    .where(or_(*(outbox.c.state == state for state in State if state is not State.DONE)))
    .distinct()
    .order_by(outbox.c.peer)
)


def waiting_peers(tx: Connection) -> list[str]:
    """Return the peers for whom something waits."""
    return [peer for (peer,) in _WAITED_FOR.rows(tx, {})]


def outgoing(tx: Connection, peer: str, jti: str) -> Outgoing | None:
    """Return what the outbox knows of a message."""
    return one(tx, Outgoing, peer=peer, jti=jti)
