"""A message that is authentic, and what step 2 of the walk made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comity.api import Request, Response
from comity.core.token import Envelope, RequestClaims
from comity.errors import ComityError
from comity.protocol.base import BYTES, AnyRoute, Inbound, Outcome
from comity.store import record
from comity.store.rows.record import Message


@dataclass(frozen=True, slots=True)
class Opened:
    """An authentic message, and why it is refused where it cannot be read."""

    request: Request
    claims: RequestClaims
    inbound: Inbound
    route: AnyRoute | None
    message: Any
    refused: ComityError | None

    @property
    def turn(self) -> tuple[str, str]:
        """What has to be handled alone: one id, or all that may move state for one peer."""
        reads = self.route is not None and self.route.reads
        return self.inbound.peer.id, self.claims.jti if reads else ""

    @property
    def is_brief(self) -> bool:
        """Whether it is answered from the database alone, and moves nothing in it."""
        return self.route is not None and self.route.is_brief

    @property
    def is_plain(self) -> bool:
        """Whether it is brief, and nothing speaks against it so far."""
        return self.is_brief and self.refused is None

    def entry(self) -> Message:
        """Return its entry in the record; of one that cannot be read only the digest stays."""
        refused = str(self.refused.code) if self.refused else ""
        return Message(
            peer=self.inbound.peer.id,
            direction=record.IN,
            seq=self.claims.seq,
            jti=self.claims.jti,
            kind="request",
            token=self.request.token,
            method=self.request.method,
            target=self.request.target,
            status=0,
            content_type=self.request.content_type,
            body=b"" if refused else self.request.body,
            size=len(self.request.body),
            reply_to="",
            what=self.route.what if self.route else "unknown",
            refused=refused,
            leaf=record.leaf_of(self.request.token),
            at=self.inbound.now,
        )

    def reply_entry(self, outcome: Outcome, envelope: Envelope, reply: Response) -> Message:
        """Return the entry of the reply to it. Bulk bodies are kept by digest."""
        return Message(
            peer=self.inbound.peer.id,
            direction=record.OUT,
            seq=envelope.seq,
            jti=envelope.id,
            kind="response",
            token=reply.token,
            method=self.request.method,
            target=self.request.target,
            status=reply.status,
            content_type=reply.content_type,
            body=b"" if reply.content_type == BYTES else reply.body,
            size=len(reply.body),
            reply_to=self.claims.jti,
            what=self.route.what if self.route else "unknown",
            refused=outcome.refused,
            leaf=record.leaf_of(reply.token),
            at=envelope.issued,
        )


def by_peer(opened: Sequence[Opened]) -> list[list[Opened]]:
    """Return messages in groups, one for each peer."""
    groups: dict[str, list[Opened]] = {}
    for each in opened:
        groups.setdefault(each.inbound.peer.id, []).append(each)
    return list(groups.values())
