"""A node that accepts no connection: it collects what waits for it at its peers.

One thread for each peer asks, and a few work on what came; so long work holds up no collecting.
While something is worked on, the peer is asked again soon, and else it may hold the question until
something comes. Replies that could not be brought are brought the next time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from typing import Final

import structlog

from comity.api import Request, Response
from comity.core.identity import Pinned
from comity.core.mailbox import Collect, Collected, Reply
from comity.core.token import digest
from comity.edge.logs import place
from comity.errors import ComityError
from comity.limits import DELIVERIES_AT_ONCE, MAILBOX_GIVEN_BYTES, MAILBOX_WAIT_SECONDS
from comity.node import Node
from comity.protocol.collecting import MAILBOX
from comity.protocol.mailboxes import POLLS
from comity.store import peers

_SOON_SECONDS: Final = 0.5
"""How long work under way is waited for before the peer is asked again, for more."""
_BACKOFF_CAP: Final = 60.0
_log = structlog.get_logger()


@dataclass
class Round:
    """What was collected of one peer, and what came of it."""

    handle: Callable[[Request], Response]
    changed: Condition = field(default_factory=Condition)
    under_way: set[str] = field(default_factory=set)
    done: dict[str, Response] = field(default_factory=dict)

    def work(self, request: Request) -> None:
        """Take a request to its reply."""
        key = digest(request.token.encode())
        reply: Response | None = None
        try:
            reply = self.handle(request)
        except Exception as error:
            # A defect of ours: nothing is brought, and the request comes again.
            _log.error("polling", error=type(error).__name__, place=place(error))
        with self.changed:
            self.under_way.discard(key)
            if reply is not None:
                self.done[key] = reply
            self.changed.notify_all()

    def letters(self) -> Collect:
        """Return what to say next: replies, as many as fit."""
        with self.changed:
            replies: list[Reply] = []
            room = MAILBOX_GIVEN_BYTES
            for key, reply in self.done.items():
                room -= len(reply.body)
                if replies and room < 0:
                    break
                replies.append(Reply.of(key, reply))
            busy = bool(self.under_way or self.done)
            return Collect(
                replies=tuple(replies),
                under_way=tuple(sorted({*self.under_way, *self.done})),
                wait=0 if busy else MAILBOX_WAIT_SECONDS,
            )

    def brought(self, said: Collect) -> None:
        """Let go the replies that have arrived."""
        with self.changed:
            for reply in said.replies:
                self.done.pop(reply.to, None)

    def begin(self, request: Request) -> bool:
        """Note that a request is worked on; False where it is already."""
        key = digest(request.token.encode())
        with self.changed:
            if key in self.under_way or key in self.done:
                return False
            self.under_way.add(key)
            return True

    def pause(self) -> None:
        """Wait for work under way to end, for a while."""
        with self.changed:
            if self.under_way and not self.done:
                self.changed.wait(_SOON_SECONDS)


class Poller:
    """Collects from all peers that can be reached, as long as the node serves."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stopping = Event()
        self._workers = ThreadPoolExecutor(DELIVERIES_AT_ONCE, "comity-collected")
        self._threads: dict[str, Thread] = {}
        self._watching = Thread(target=self._watch, name="comity-polling", daemon=True)

    def start(self) -> None:
        """Start collecting."""
        self._watching.start()

    def stop(self) -> None:
        """Stop after what is under way; a question that a peer holds is let go."""
        self._stopping.set()
        self._watching.join()
        self._workers.shutdown(cancel_futures=True)

    def _watch(self) -> None:
        """Begin with each peer as it is pinned."""
        while not self._stopping.is_set():
            with self._node.store.read() as tx:
                everyone = peers.everyone(tx)
            for peer in everyone:
                if peer.identity.reach != POLLS and peer.id not in self._threads:
                    thread = Thread(target=self._run, args=(peer.id,), daemon=True)
                    self._threads[peer.id] = thread
                    thread.start()
            self._stopping.wait(1)

    def _run(self, id: str) -> None:
        made, failed = Round(self._node.exchange.handle), 0
        while not self._stopping.is_set():
            try:
                with self._node.store.read() as tx:
                    peer = peers.pinned(tx, id)
                found = self.once(peer, made)
                failed = 0
            except ComityError as error:
                failed += 1
                _log.info("not-collected", peer=id, code=str(error.code))
                self._stopping.wait(min(2.0 ** min(failed, 6), _BACKOFF_CAP))
                continue
            except Exception as error:
                failed += 1
                _log.error("polling", peer=id, error=type(error).__name__, place=place(error))
                self._stopping.wait(_BACKOFF_CAP)
                continue
            if not found and not made.under_way and not made.done:
                self._stopping.wait(self._node.config.poll_seconds)

    def once(self, peer: Pinned, made: Round) -> int:
        """Ask one peer once; returns how many new requests came. Raises what `ask` does."""
        made.pause()
        said = made.letters()
        reply = Collected.read(self._node.contacts.ask(peer, MAILBOX, said.encode()))
        made.brought(said)
        fresh = [each.request() for each in reply.letters]
        begun = [request for request in fresh if made.begin(request)]
        for request in begun:
            self._workers.submit(made.work, request)
        return len(begun)
