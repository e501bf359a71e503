"""Mailboxes: what waits here for peers that accept no connection, and come to collect it.

A mailbox stands in place of the client of such a peer: whoever sends it a request waits until the
reply is brought. Nothing is kept here. What is not answered stays in the outbox and is put in
again, and the peer, which knows the id, gives the same reply; so restarts, duplicates and lost
replies end as they do over HTTP.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from threading import Condition, Lock
from typing import Final

from comity.api import Request, Response
from comity.core.token import digest
from comity.errors import Code, ComityError
from comity.limits import (
    HTTP_TIMEOUT_SECONDS,
    MAILBOX_ABSENT_SECONDS,
    MAILBOX_GIVEN_BYTES,
    MAILBOX_MESSAGES,
)


@dataclass(slots=True)
class _Waiting:
    request: Request
    response: Response | None = None
    senders: int = 0
    """Several may send the same request at once: an officer's call, and what the outbox brings."""


class Mailbox:
    """What waits for one peer; implements `comity.api.Endpoint`."""

    def __init__(
        self,
        peer: str,
        patience: float = HTTP_TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._peer = peer
        self._patience = patience
        self._clock = clock
        self._changed = Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._collector = 0
        self._seen = float("-inf")
        self._closed = False

    def close(self) -> None:
        """Let go whoever waits: the node stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def present(self) -> bool:
        """Whether the peer comes to collect."""
        with self._changed:
            return self._clock() - self._seen < MAILBOX_ABSENT_SECONDS

    def handle(self, request: Request) -> Response:
        """Put a request in, and wait until its reply is brought.

        Raises PEER_UNREACHABLE (peer, reason: absent or timeout).
        """
        if not self.present:
            raise ComityError(Code.PEER_UNREACHABLE, peer=self._peer, reason="absent")
        key = digest(request.token.encode())
        until = self._clock() + self._patience
        with self._changed:
            mine = self._waiting.setdefault(key, _Waiting(request))
            mine.senders += 1
            self._changed.notify_all()
            try:
                while mine.response is None:
                    left = until - self._clock()
                    if left <= 0 or self._closed:
                        raise ComityError(Code.PEER_UNREACHABLE, peer=self._peer, reason="timeout")
                    self._changed.wait(left)
                return mine.response
            finally:
                mine.senders -= 1
                if not mine.senders:
                    del self._waiting[key]

    def bring(self, to: str, response: Response) -> bool:
        """Give the reply to all who wait for it; False where nobody does."""
        with self._changed:
            found = self._waiting.get(to)
            if found is None or found.response is not None:
                return False
            found.response = response
            self._changed.notify_all()
            return True

    def collect(self, besides: Collection[str], seconds: float) -> list[Request]:
        """Return what waits, as much as fits; wait for something for so many seconds at most.

        Only one collector waits: another one takes its place.
        """
        until = self._clock() + seconds
        with self._changed:
            self._collector += 1
            mine = self._collector
            self._changed.notify_all()
            while True:
                self._seen = self._clock()
                found = self._found(besides)
                left = until - self._clock()
                if found or left <= 0 or mine != self._collector or self._closed:
                    return found
                self._changed.wait(left)

    def _found(self, besides: Collection[str]) -> list[Request]:
        found: list[Request] = []
        room = MAILBOX_GIVEN_BYTES
        for key, each in self._waiting.items():
            if key in besides or each.response is not None:
                continue
            room -= len(each.request.body)
            if (found and room < 0) or len(found) == MAILBOX_MESSAGES:
                break
            found.append(each.request)
        return found


@dataclass(slots=True)
class Mailboxes:
    """The mailboxes of a node, by peer."""

    make: Callable[[str], Mailbox] = Mailbox
    _guard: Lock = field(default_factory=Lock)
    _of: dict[str, Mailbox] = field(default_factory=dict)

    def of(self, peer: str) -> Mailbox:
        """Return the mailbox of a peer."""
        with self._guard:
            if peer not in self._of:
                self._of[peer] = self.make(peer)
            return self._of[peer]

    def close(self) -> None:
        """Let go all who wait."""
        with self._guard:
            everyone = list(self._of.values())
        for each in everyone:
            each.close()


POLLS: Final = "polls"
"""What an identity document says of a participant that accepts no connection."""
