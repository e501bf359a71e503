"""The walk: from a request of a peer to the reply, in eight numbered steps.

    1 edge     the listener caps the size and takes the exact bytes
    2 open     verify the message token, find the route, parse strictly
    3 admit    transaction 1: log the message or find its stored reply; reserve quota
    4 decide   state machine and terms: allow, hold for an officer, or refuse with a reason
    5 act      pure work, with no transaction open
    6 seal     sign the reply
    7 commit   transaction 2: state, sealed reply, outbox; durable before the next step
    8 edge     the listener sends

A crash after 3 leaves an admitted message without a reply: the peer's redelivery goes on at 4.
A crash after 7 leaves a stored reply: the redelivery gets it byte for byte.

Messages of one peer that may move state are taken one after another. Those that only read may be
under way together; one id never is twice (docs/decisions/0016-together).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection

from comity.api import Request, Response
from comity.contacts import Contacts
from comity.core.alarm import Kind
from comity.core.canonical import canonical
from comity.core.token import RequestClaims
from comity.errors import Code, ComityError
from comity.limits import REFUSED_PER_HOUR, UNREADABLE_PER_HOUR
from comity.protocol import incarnations, refusals
from comity.protocol.alarming import alarm
from comity.protocol.authentication import Authenticator, Known
from comity.protocol.base import (
    BYTES,
    JSON,
    OLD,
    AnyRoute,
    Inbound,
    Local,
    Moved,
    Outcome,
    prefix,
)
from comity.protocol.bulk import read_again
from comity.protocol.opened import Opened, by_peer
from comity.protocol.routes import find_route
from comity.protocol.sealing import admit, admit_all, seal_all
from comity.protocol.turns import Turns
from comity.protocol.watching import Watch, equivocation
from comity.store import journal, record, standing
from comity.store.engine import Store
from comity.store.rows.matching import Usage
from comity.store.rows.moving import change, remove
from comity.store.rows.record import Message

UNIFORM: Final = Response(401, "", JSON, canonical({"code": Code.NOT_AUTHENTIC}))
"""The one answer to whatever is not an authentic, fresh message of a pinned peer."""
BUSY: Final = Response(429, "", JSON, canonical({"code": "slow-down"}))
FROZEN: Final = Response(503, "", JSON, canonical({"code": Code.NODE_FROZEN}))
"""A frozen node signs nothing; the message waits at its sender."""
_EVIDENCE: Final = frozenset({Code.MESSAGE_ID_REUSED, Code.SEQUENCE_REUSED, Code.INCARNATION_OLD})
_RETRIES: Final = 3
_NOT_THE_PEERS: Final = frozenset({Code.STORE_FAILED, Code.DISK_FULL, Code.INTERNAL})
T = TypeVar("T")
_log = structlog.get_logger()


class Exchange:
    """Takes the requests of pinned peers to their replies; implements `comity.api.Endpoint`."""

    def __init__(
        self,
        local: Local,
        store: Store,
        authenticator: Authenticator,
        committed: Callable[[], None],
        contacts: Contacts,
        watch: Watch | None = None,
    ) -> None:
        """`committed` is called after each commit, so that the outbox wakes."""
        self._local = local
        self._store = store
        self._authenticator = authenticator
        self._committed = committed
        self._contacts = contacts
        self._watch = watch or Watch(local)
        self._turns = Turns()
        self._unreadable = refusals.PerHour(UNREADABLE_PER_HOUR)
        self._refused = refusals.PerHour(REFUSED_PER_HOUR)
        self._counting = Lock()
        self.unauthentic = 0
        """How many messages were turned away at step 2. A capped counter, not a log."""

    def handle(self, request: Request) -> Response:
        """Take one request to its reply. Never raises for what a peer may send."""
        if self._contacts.takes(request):
            # What is said about the record is no entry of it (docs/decisions/0029-contact).
            return self._uniform(lambda: self._contacts.handle(request)) or UNIFORM
        opened = self._authentic(request)
        if opened is None:
            return UNIFORM
        with self._turns.alone(opened.turn):
            return self._take(opened)

    def reads(self, request: Request) -> bool:
        """Tell whether a request is answered from the database alone, if it is authentic."""
        try:
            route, _, _ = find_route(request.method, request.target, prefix(self._local.identity))
        except ComityError:
            return False
        return route.is_brief

    def handle_all(self, requests: Sequence[Request]) -> list[Response | None]:
        """Do what `handle` does for up to TOGETHER requests that only read, in one transaction.

        None for what is not as usual: it is to be handled by itself.
        """
        known: Known = {}
        opened = [self._authentic(request, known) for request in requests]
        replies = self._read([each for each in opened if each and each.is_plain])
        return [replies.get(each.request.token) if each else UNIFORM for each in opened]

    def _read(self, opened: Sequence[Opened]) -> dict[str, Response]:
        """Steps 3 to 7: nothing is worked on in between and nothing moves."""
        replies: dict[str, Response] = {}
        with self._store.write() as tx:
            for those in by_peer(opened):
                if self._refused.full(those[0].inbound.peer.id, those[0].inbound.now):
                    continue
                decided = [(each, self._outcome(each, tx)) for each in self._admit_all(tx, those)]
                if decided:
                    made = zip(decided, self._commit_all(tx, decided), strict=True)
                    for (each, _), reply in made:
                        replies[each.request.token] = self._linked(each, reply)
        return replies

    def _authentic(self, request: Request, known: Known | None = None) -> Opened | None:
        """Return a message that is authentic, and count what is not."""
        return self._uniform(lambda: self._open(request, known))

    def _uniform(self, opening: Callable[[], T]) -> T | None:
        try:
            return opening()
        except ComityError as error:
            if error.code not in (Code.NOT_AUTHENTIC, Code.PEER_UNKNOWN):
                raise
            with self._counting:
                self.unauthentic = min(self.unauthentic + 1, 10**9)
            return None

    def _take(self, opened: Opened) -> Response:
        """Steps 3 to 7."""
        if self._floods(opened):
            return BUSY
        try:
            with self._store.write() as tx:
                if (stored := self._admit(tx, opened)) is None and opened.is_brief:
                    # Nothing is worked on and nothing moves, so one transaction is enough.
                    brief = self._commit(tx, opened, self._outcome(opened, tx))
                    return self._linked(opened, brief)
        except ComityError as error:
            return self._turned_away(opened, error)
        if stored is not None:
            return self._linked(opened, self._again(opened, stored))
        outcome = self._outcome(opened)
        for _ in range(_RETRIES):
            try:
                with self._store.write() as tx:
                    reply = self._commit(tx, opened, outcome)
            except Moved:
                outcome = self._outcome(opened)
                continue
            except ComityError as error:
                if error.code in _NOT_THE_PEERS:
                    raise
                # What follows from the message cannot be: nothing of it stays, and it is refused.
                outcome = refusals.outcome(opened.route, opened.message, error)
                continue
            self._committed()
            return self._linked(opened, reply)
        raise ComityError(Code.INTERNAL)

    def _turned_away(self, opened: Opened, error: ComityError) -> Response:
        """Return what is said to an authentic message that does not enter. Nobody signs it.

        Raises what is not for such a reason.
        """
        peer, now = opened.inbound.peer.id, opened.inbound.now
        if error.code is Code.NODE_FROZEN:
            return FROZEN
        if error.code is Code.NODE_BEHIND:
            shown, size = opened.request.token, int(error.params["size"])
            with self._store.write() as tx:
                # Either this is an old copy, or the peer says what is not so: an officer looks.
                alarm(self._local, tx, peer, Kind.MISSTATED, size, message=shown)
                incarnations.stop(tx, peer, now, standing.Why.BEHIND, shown)
            return FROZEN
        if error.code not in _EVIDENCE:
            raise error
        if self._unreadable.count(peer, now):
            self._keep_evidence(opened, error.code)
        return OLD if error.code is Code.INCARNATION_OLD else UNIFORM

    def _open(self, request: Request, known: Known | None = None) -> Opened:
        """Step 2. Raises NOT_AUTHENTIC; a refusal of an authentic message is kept for step 4."""
        peer, claims = self._authenticator.request(request, known)
        inbound = Inbound(self._local, peer, claims.jti, self._local.now(), ())
        if late := claims.exp < inbound.now or peer.revoked:
            self._check_missed(peer.id, request, claims)
        route: AnyRoute | None = None
        params: tuple[str, ...] = ()
        query = ""
        message: Any = None
        refused: ComityError | None = None
        try:
            under = prefix(self._local.identity)
            route, params, query = find_route(request.method, request.target, under)
            message = route.parse(request.body)
            if late:
                raise ComityError(Code.KEY_REVOKED if peer.revoked else Code.MESSAGE_EXPIRED)
        except ComityError as error:
            refused = error
        return Opened(
            request, claims, replace(inbound, params=params, query=query), route, message, refused
        )

    def _check_missed(self, peer: str, request: Request, claims: RequestClaims) -> None:
        """Refuse what is no news any more, unless the record lacks it or has it already.

        It then fills its place by digest, and has no other effect
        (docs/decisions/0017-late-messages, 0034-keys).
        """
        with self._store.read() as tx:
            known = record.entry(tx, peer, record.IN, claims.jti)
            if known is None and not record.lacks(tx, peer, claims.seq):
                raise ComityError(Code.NOT_AUTHENTIC)
            if known is not None and known.leaf != record.leaf_of(request.token):
                raise ComityError(Code.NOT_AUTHENTIC)

    def _floods(self, opened: Opened) -> bool:
        """Tell whether so much of the peer was refused that what is refused no longer enters."""
        peer, now = opened.inbound.peer.id, opened.inbound.now
        if opened.refused:
            return not self._unreadable.count(peer, now)
        if not self._refused.full(peer, now):
            return False
        # What would be taken still is; so it is decided once before it is admitted.
        with self._store.read() as tx:
            known = record.entry(tx, peer, record.IN, opened.claims.jti)
        return known is None and bool(self._outcome(opened).refused)

    def _admit(self, tx: Connection, opened: Opened) -> Response | None:
        """Step 3. Returns the stored reply of a redelivery, else None."""
        if (sent := admit(tx, self._watch, opened)) is not None:
            return UNIFORM if sent.destroyed else _as_response(sent)
        if opened.route and opened.route.reserve and not opened.refused:
            opened.route.reserve(opened.inbound, tx, opened.message)
        return None

    def _admit_all(self, tx: Connection, opened: Sequence[Opened]) -> list[Opened]:
        """Step 3 for several that reserve nothing. Returns those that are new."""
        return admit_all(tx, self._watch, opened)

    def _outcome(self, opened: Opened, tx: Connection | None = None) -> Outcome:
        """Steps 4 and 5; an error of either becomes a signed refusal."""
        try:
            if opened.refused or opened.route is None:
                raise opened.refused or ComityError(Code.MESSAGE_UNKNOWN)
            if tx is not None:
                return opened.route.decide(opened.inbound, tx, opened.message)()
            with self._store.read() as own:
                act = opened.route.decide(opened.inbound, own, opened.message)
            return act()
        except ComityError as error:
            return refusals.outcome(opened.route, opened.message, error)

    def _again(self, opened: Opened, stored: Response) -> Response:
        """Return a stored reply. Bulk bodies are not kept twice: they are read again.

        Whatever has changed since, nothing else can be said: the stored token commits to the body.
        """
        if stored.content_type != BYTES:
            return stored
        try:
            with self._store.read() as tx:
                body = read_again(tx, self._local, opened.inbound.peer, opened.request, stored)
        except ComityError:
            return UNIFORM
        return replace(stored, body=body)

    def _linked(self, opened: Opened, reply: Response) -> Response:
        """Say in a header, too, where the pages before and after this one are."""
        if reply.status != 200 or opened.route is None or opened.route.links is None:
            return reply
        return replace(reply, link=opened.route.links(self._local, reply.body))

    def _commit(self, tx: Connection, opened: Opened, outcome: Outcome) -> Response:
        """Steps 6 and 7."""
        [reply] = self._commit_all(tx, [(opened, outcome)])
        return reply

    def _commit_all(
        self, tx: Connection, decided: Sequence[tuple[Opened, Outcome]]
    ) -> list[Response]:
        """Steps 6 and 7 for several messages of one peer."""
        for opened, outcome in decided:
            if outcome.refused:
                peer = opened.inbound.peer.id
                _undo(tx, peer, opened.claims.jti, outcome.refused)
                self._refused.count(peer, opened.inbound.now)
            for effect in outcome.effects:
                effect(tx)
        replies = seal_all(tx, self._local, decided)
        for (opened, _), reply in zip(decided, replies, strict=True):
            peer, jti = opened.inbound.peer.id, opened.claims.jti
            _log.info("handled", peer=peer, jti=jti, status=reply.status)
        return replies

    def _keep_evidence(self, opened: Opened, code: Code) -> None:
        """Keep a token that gives an id or a number twice, or is of an old state: a proof of it."""
        peer, now = opened.inbound.peer.id, opened.inbound.now
        with self._store.write() as tx:
            if code is not Code.INCARNATION_OLD:
                equivocation(self._local, tx, peer, opened.request.token, opened.claims)
                return
            journal.note(
                tx, now, "", "incarnation.refused", peer=peer, code=code, token=opened.request.token
            )


def _undo(tx: Connection, peer: str, jti: str, code: str) -> None:
    """Give back what a refused message reserved, and keep only its digest."""
    where = {"peer": peer, "direction": record.IN, "jti": jti}
    change(tx, Message, where, refused=code, body=b"")
    remove(tx, Usage, peer=peer, jti=jti)


def _as_response(sent: Message) -> Response:
    return Response(sent.status, sent.token, sent.content_type, sent.body)
