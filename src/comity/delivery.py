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

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Connection

from comity.api import Endpoint, Request, Response, Several
from comity.core.identity import Pinned
from comity.errors import Code, ComityError
from comity.protocol import incarnations
from comity.protocol.authentication import REVOKED, Authenticator
from comity.protocol.base import OLD, Local, Reply, ReplyHandler
from comity.protocol.outbox import Taken, mark, outgoing, reply_entry, reply_to
from comity.protocol.routes import BRIEF
from comity.protocol.sending import Draft, State, put
from comity.protocol.together import Asked, Together
from comity.protocol.turns import Turns
from comity.protocol.watching import Watch, equivocation
from comity.store import peers, record
from comity.store.engine import Store
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import many
from comity.store.rows.record import Message
from comity.store.standing import Why

_BACKOFF_CAP: Final = 300
Came: TypeAlias = tuple[Asked[Draft, Message], Request, Outgoing, Response | ComityError]
"""Who asked, what, its place in the outbox, and what came of it."""
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
        watch: Watch | None = None,
    ) -> None:
        self._local = local
        self._store = store
        self._authenticator = authenticator
        self._endpoint = endpoint
        self._replies = replies
        self._watch = watch or Watch(local)
        self._turns = Turns()
        self._together: dict[str, Together[Draft, Message]] = {}
        """By the document of the peer that is asked."""
        self.reached: set[str] = set()
        """Peers whose replies this process has taken."""
        self.greet: Callable[[Pinned], None] | None = None
        """Called once for each peer, before anything is sent to it; raises where nothing may be."""
        self._greeted: set[str] = set()
        self._asking: set[str] = set()
        """Ids of what callers in this process bring to a peer right now."""

    def run(self, peer: str) -> None:
        """Deliver what waits for a peer, in sequence; leave what cannot go now for later."""
        with self._turns.alone((peer, "")):
            if self._frozen(peer):
                return
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

    def bring(self, peer: str) -> None:
        """Deliver what waits for a peer, whether it is due or not. Raises what `ask` raises."""
        with self._turns.alone((peer, "")):
            self._take_back(peer)
        self._first(peer, record.SEQ_END)

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
        request then waits in the outbox. Raises KEY_REVOKED before it is posted.
        """
        if peer.revoked:
            raise ComityError(Code.KEY_REVOKED, peer=peer.id)
        self.hail(peer)
        draft = Draft(peer, kind, method, target, body, subject)
        if kind in BRIEF and _takes_several(type(self._endpoint(peer))):
            return self._together.setdefault(peer.document, Together(self._bring)).do(draft)
        with self._store.write() as tx:
            [(request, row)], first = self._post(tx, [draft])
        try:
            if first:
                self._first(peer.id, row.seq)
            return self._send(row, peer, request)
        except ComityError as error:
            self._put_off(row, error)
            raise
        finally:
            self._asking.discard(row.jti)

    def take(self, peer: Pinned, jti: str, response: Response) -> bool:
        """Take a reply that came by another way than a call; False where it was known already.

        `jti` is the id of the request that it answers. Raises PEER_ANSWER_INVALID where that is
        none of ours or the reply is not the peer's to it.
        """
        with self._turns.alone((peer.id, jti)):
            with self._store.read() as tx:
                row = outgoing(tx, peer.id, jti)
                sent = record.entry(tx, peer.id, record.OUT, jti)
            if row is None or sent is None:
                raise ComityError(Code.PEER_ANSWER_INVALID, reason="missing")
            request = Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)
            taken = self._opened(row, peer, request, response)
            if row.state == State.DONE:
                return False
            self._take([taken])
            return True

    def _post(
        self, tx: Connection, drafts: Sequence[Draft]
    ) -> tuple[list[tuple[Request, Outgoing]], bool]:
        """Post what is asked of one peer, and tell whether something waits before it."""
        posted = put(tx, self._local, drafts, State.ASKED)
        before = many(tx, Outgoing, peer=drafts[0].peer.id, state=State.WAITING, limit=1)
        self._asking.update(row.jti for _, row in posted)
        return posted, bool(before)

    def _bring(self, asked: Sequence[Asked[Draft, Message]]) -> None:
        """Do for several callers what `ask` does for one; all ask the same peer."""
        peer = asked[0].item.peer
        endpoint = self._endpoint(peer)
        assert isinstance(endpoint, Several)  # noqa: S101 - `ask` has looked
        with self._store.write() as tx:
            posted, first = self._post(tx, [each.item for each in asked])
        try:
            if first:
                self._first(peer.id, posted[-1][1].seq)
            for came in endpoint.handle_all([request for request, _ in posted]):
                self._take_all(peer, [(asked[n], *posted[n], reply) for n, reply in came])
        except ComityError as error:
            for each, (_, row) in zip(asked, posted, strict=True):
                if not each.is_settled:
                    self._put_off(row, error)
                    each.fail(error)
        finally:
            self._asking.difference_update(row.jti for _, row in posted)

    def _take_all(self, peer: Pinned, came: Sequence[Came]) -> None:
        """Take what came at the same time, in one transaction."""
        taken = []
        for each, request, row, reply in came:
            try:
                if isinstance(reply, ComityError):
                    raise reply
                taken.append((each, self._opened(row, peer, request, reply)))
            except ComityError as error:
                self._put_off(row, error)
                each.fail(error)
        try:
            if len(taken) == 1:
                self._take_one(taken[0][1])
            else:
                self._take([one for _, one in taken])
        except ComityError:
            if len(came) == 1:
                raise
            # One of them failed all: each is taken alone.
            for alone in came:
                self._take_all(peer, [alone])
            return
        for each, one in taken:
            each.settle(one.message)

    def reply(self, peer: str, jti: str) -> Message:
        """Deliver a message that waits, after all that waits before it, and return the reply.

        Raises what `ask` raises.
        """
        with self._turns.alone((peer, jti)):
            with self._store.read() as tx:
                incarnations.check_frozen(record.ends(tx, peer), peer)
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
                if not mark(tx, row, State.ASKED):
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
        if peer.revoked:
            # Nothing goes to who may have the keys now.
            raise ComityError(Code.KEY_REVOKED, peer=peer.id)
        request = Request(sent.method, sent.target, sent.token, sent.content_type, sent.body)
        self._send(row, peer, request)

    def hail(self, peer: Pinned, *, strict: bool = False) -> None:
        """Find out, once, whether something may be said to a peer.

        Raises NODE_FROZEN; where it is `strict`, PEER_UNREACHABLE, too.
        """
        if self.greet is None or peer.id in self._greeted:
            return
        try:
            self.greet(peer)
        except ComityError as error:
            if error.code is Code.NODE_FROZEN or (strict and error.code is Code.PEER_UNREACHABLE):
                raise
            if error.code is Code.PEER_UNREACHABLE:
                return
            # A peer of another make does not know the question, and has no answer to it.
        self._greeted.add(peer.id)

    def _send(self, row: Outgoing, peer: Pinned, request: Request) -> Message:
        self.hail(peer, strict=True)
        response = self._endpoint(peer).handle(request)
        taken = self._opened(row, peer, request, response)
        self._take_one(taken)
        return taken.message

    def _take_one(self, taken: Taken) -> None:
        try:
            self._take([taken])
        except ComityError as error:
            if error.code in (Code.MESSAGE_ID_REUSED, Code.SEQUENCE_REUSED):
                with self._store.write() as tx:
                    said = taken.message.token, taken.claims
                    equivocation(self._local, tx, taken.row.peer, *said)
            raise

    def _opened(self, row: Outgoing, peer: Pinned, request: Request, response: Response) -> Taken:
        """Verify a reply. One by a revoked key fills its place in the record, and is none."""
        if (response.token, response.status, response.body) == ("", OLD.status, OLD.body):
            # Nobody signed it, but the pinned listener said it: this node is an old copy.
            self._stop(peer.id, Why.SUPERSEDED)
        signer, claims = self._authenticator.response(response, request, peer)
        now = self._local.now()
        message = reply_entry(row, request, response, claims, now, void=signer.revoked)
        said = None if signer.revoked else response
        return Taken(row, message, reply_to(self._local, row, peer, said, now), claims)

    def _take(self, taken: Sequence[Taken]) -> None:
        """Log replies and move what waited for them."""
        try:
            self._log(taken)
        except ComityError as error:
            if error.code is Code.NODE_BEHIND:
                self._stop(str(error.params["peer"]), Why.BEHIND, taken[0].message.token)
            raise

    def _log(self, taken: Sequence[Taken]) -> None:
        with self._store.write() as tx:
            # Somebody else may have been quicker.
            first = [each for each in taken if mark(tx, each.row, State.DONE)]
            for each in first:
                ends = record.ends(tx, each.row.peer)
                incarnations.check_frozen(ends, each.row.peer)
                incarnations.check(ends, each.claims)
                incarnations.learn(tx, ends, each.claims)
            record.append_all(tx, [each.message for each in first])
            if first:
                said = {each.message.token: each.claims for each in first}
                self._watch.took(tx, first[0].row.peer, said)
            for each in first:
                self._apply(each.reply, tx)
        for each in taken:
            self.reached.add(each.row.peer)
            status = each.message.status
            _log.info("delivered", peer=each.row.peer, jti=each.row.jti, status=status)

    def _stop(self, peer: str, why: Why, evidence: str = "") -> None:
        """Freeze this node for a peer. Raises NODE_FROZEN."""
        with self._store.write() as tx:
            incarnations.stop(tx, peer, self._local.now(), why, evidence)
        raise ComityError(Code.NODE_FROZEN, peer=peer, reason=str(why))

    def _frozen(self, peer: str) -> bool:
        """Tell whether nothing goes to a peer now."""
        with self._store.read() as tx:
            return bool(record.ends(tx, peer).frozen)

    def _apply(self, reply: Reply, tx: Connection) -> None:
        if handler := self._replies.get(reply.kind):
            handler(reply, tx)

    def _expire(self, row: Outgoing) -> None:
        """Tell what waited for the reply that none will come, and deliver it late."""
        with self._store.write() as tx:
            if mark(tx, row, State.LATE, not_before=0, error=str(Code.MESSAGE_EXPIRED)):
                peer = peers.pinned(tx, row.peer)
                self._apply(reply_to(self._local, row, peer, None, self._local.now()), tx)
        _log.info("expired", peer=row.peer, jti=row.jti)

    def _put_off(self, row: Outgoing, error: ComityError) -> None:
        if error.params.get("reason") == REVOKED and row.state != State.LATE:
            # There is a reply, and it is void: it has its place in the record once that is missed.
            self._expire(row)
            return
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
            mark(tx, row, state, **values)


@cache
def _takes_several(endpoint: type[Endpoint]) -> bool:
    return issubclass(endpoint, Several)
