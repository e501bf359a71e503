"""Requests for details as this side sees them: those that we asked, and those asked of us."""

from typing import Final

from sqlalchemy import Connection

from comity.core import disclosure
from comity.core.disclosure import Field
from comity.core.machines import Role
from comity.core.messages import Answer, DetailRequest
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations.registry import Model
from comity.protocol import answering, retention
from comity.protocol.agreed import terms_of
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Handle
from comity.store.rows.moving import many, one
from comity.store.rows.requests import Approval, RequestRow

_CAME: Final = frozenset({"answered", "declined", "expired"})
"""States in which the asker has an answer."""


class FieldShown(Model):
    """One field of an answer."""

    name: str
    value: str | tuple[str, ...]


class RequestShown(Model):
    """A request as this side sees it."""

    id: str
    peer: str
    role: str
    """provider: it was asked of us; consumer: we asked."""
    state: str
    agreement: str
    handle: str
    record: str
    """Ours, where it was asked of us."""
    purpose: str
    legal_basis: str
    case_reference: str
    urgency: str
    fields_asked: tuple[str, ...]
    due: int
    reason: str
    handling: str
    approval: str
    """The digest of request, exact answer and agreement that an approval is bound to."""
    approvals_needed: int
    approved_by: tuple[str, ...]
    answer: tuple[FieldShown, ...]
    """What would leave, or what came."""
    onward: bool
    """Whether the terms let what came be passed on."""
    kept_until: int
    """When this node destroys what came; 0 where the terms do not say, or nothing came."""
    retention_ended: bool
    """Whether what came, or what was sent, is destroyed: the terms let it be kept no longer."""


class Requests(Model):
    """Requests."""

    requests: tuple[RequestShown, ...]


def listed(node: Node, role: Role) -> Requests:
    """Return the requests of one role, the latest first."""
    with node.store.read() as tx:
        found = sorted(many(tx, RequestRow, role=role), key=lambda row: row.at, reverse=True)
        return Requests(requests=tuple(_shown(tx, row) for row in found))


def shown(node: Node, request: str) -> RequestShown:
    """Return a request as it is now. Raises REQUEST_UNKNOWN."""
    with node.store.read() as tx:
        row = one(tx, RequestRow, id=request)
        if row is None:
            raise ComityError(Code.REQUEST_UNKNOWN)
        return _shown(tx, row)


def _shown(tx: Connection, row: RequestRow) -> RequestShown:
    # Of a request that was asked of us, nothing may be left but that there was one.
    asked = DetailRequest.read(row.request.encode()) if row.request else None
    agreement = one(tx, Agreement, id=row.agreement)
    handle = one(tx, Handle, manifest=row.manifest, handle=row.handle)
    grant = terms_of(agreement).request if agreement else None
    came = row.role == Role.CONSUMER and row.state in _CAME
    return RequestShown(
        id=row.id,
        peer=row.peer,
        role=row.role,
        state=row.state,
        agreement=row.agreement,
        handle=row.handle,
        record=handle.record if handle and row.role == Role.PROVIDER else "",
        purpose=asked.purpose if asked else "",
        legal_basis=asked.legal_basis if asked else "",
        case_reference=asked.case_reference if asked else "",
        urgency=asked.urgency if asked else "",
        fields_asked=asked.fields if asked else (),
        due=row.due,
        reason=row.reason,
        handling=answering.handling_of(agreement) if agreement else "",
        approval=row.approval,
        approvals_needed=row.approvals,
        approved_by=tuple(item.officer for item in many(tx, Approval, request=row.id, order="at")),
        answer=tuple(FieldShown(name=item.name, value=item.value) for item in _answer(row)),
        onward=grant is not None and grant.onward,
        kept_until=retention.kept_until(grant, row.at) if came and row.answer else 0,
        retention_ended=row.state in _CAME and not row.answer,
    )


def _answer(row: RequestRow) -> tuple[Field, ...]:
    if not row.answer:
        return ()
    if row.role == Role.PROVIDER:
        return answering.contents(row)
    came = Answer.read(row.answer.encode())
    return disclosure.verify(came.digests, came.disclosures)
