"""The control plane: offers, negotiations, agreements, transfers."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.agreements import agreements, negotiations, offers, transfers


@dataclass(frozen=True, slots=True)
class Offer(Row):
    """A dataset offered under terms."""

    table: ClassVar[Table] = offers
    id: str
    dataset: str
    peer: str
    policy: str
    open: bool
    officer: str
    created: int
    officers: int


@dataclass(frozen=True, slots=True)
class Negotiation(Row):
    """A contract negotiation, as this side sees it."""

    table: ClassVar[Table] = negotiations
    pid: str
    peer: str
    their_pid: str
    role: str
    state: str
    pending: str
    base: str
    dataset: str
    offer: str
    offered_by: str
    agreement: str
    waits: bool
    reason: str
    due: int
    updated: int
    begun_by: str
    officers: int
    final: bool


@dataclass(frozen=True, slots=True)
class Agreement(Row):
    """An agreement and both signatures over it."""

    table: ClassVar[Table] = agreements
    id: str
    peer: str
    role: str
    dataset: str
    agreement: str
    digest: str
    provider_signature: str
    consumer_signature: str
    state: str
    at: int
    peer_suspended: bool
    ends: int
    replaces: str


@dataclass(frozen=True, slots=True)
class Transfer(Row):
    """A transfer process, as this side sees it."""

    table: ClassVar[Table] = transfers
    pid: str
    peer: str
    their_pid: str
    role: str
    state: str
    pending: str
    base: str
    agreement: str
    format: str
    manifest: str
    held: bool
    suspended_by: str
    reason: str
    updated: int
