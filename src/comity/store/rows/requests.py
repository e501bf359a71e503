"""Requests for details, and who approved what."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Table

from comity.store.rows.row import Row
from comity.store.schema.requests import approvals, requests


@dataclass(frozen=True, slots=True)
class RequestRow(Row):
    """A request for details, asked by us or of us."""

    table: ClassVar[Table] = requests
    contents: ClassVar[tuple[str, ...]] = ("request", "answer", "reason")
    bound: ClassVar[tuple[str, ...]] = ("id",)
    id: str
    peer: str
    role: str
    agreement: str
    handle: str
    manifest: str
    request: str
    state: str
    answer: str
    approval: str
    approvals: int
    reason: str
    final: bool
    due: int
    at: int
    key: bytes = b""
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class Approval(Row):
    """An officer's approval of one exact answer."""

    table: ClassVar[Table] = approvals
    request: str
    officer: str
    approval: str
    at: int
