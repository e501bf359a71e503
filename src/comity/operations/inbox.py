"""Requests for details: asked of a peer, and waiting here for officers."""

from typing import Literal

from sqlalchemy import Connection

from comity.api import Progress
from comity.core.identity import Pinned
from comity.core.machines import Role
from comity.core.messages import DetailRequest
from comity.errors import Code, ComityError
from comity.limits import TEXT_CHARS
from comity.node import Node
from comity.operations.peering import finish, is_carried
from comity.operations.registry import Caller, Model, operation
from comity.operations.requests import Requests, RequestShown, listed, shown
from comity.operations.sessions import started_transfer
from comity.operations.setup import Nothing
from comity.protocol import answering
from comity.protocol.addresses import data_path
from comity.protocol.agreed import decide_again, in_force, terms_of
from comity.protocol.catalog import REQUEST
from comity.protocol.requests import question_of
from comity.protocol.sending import post
from comity.store import journal, peers
from comity.store.rows.agreements import Agreement
from comity.store.rows.matching import Handle, Hit, ManifestRow
from comity.store.rows.moving import add, change, many, one
from comity.store.rows.requests import Approval, RequestRow


class Ask(Model):
    """What to ask about a hit. Empty fields: all that the terms name."""

    handle: str
    purpose: str = ""
    legal_basis: str = ""
    case_reference: str
    urgency: Literal["routine", "urgent", "immediate"] = "routine"
    fields: tuple[str, ...] = ()
    wait_seconds: int = 60


class RequestId(Model):
    """A request."""

    request: str


class Approve(Model):
    """The request, and the digest of exactly what was looked at."""

    request: str
    approval: str


class DeclineRequest(Model):
    """Why a request is declined."""

    request: str
    reason: str


@operation("request.ask", Ask, RequestShown, serving=True)
def ask(node: Node, caller: Caller, args: Ask, progress: Progress) -> RequestShown:
    """Ask for details about a hit.

    Raises HANDLE_UNKNOWN, ACTION_NOT_AGREED, ARGUMENT_INVALID, WAIT_ENDED, PEER_REFUSED.
    """
    with node.store.read() as tx:
        hit = next(iter(many(tx, Hit, handle=args.handle, order="at")), None)
        manifest = one(tx, ManifestRow, digest=hit.manifest) if hit else None
        if hit is None or manifest is None:
            raise ComityError(Code.HANDLE_UNKNOWN)
        agreement = in_force(tx, manifest.agreement, hit.peer)
        peer = peers.pinned(tx, hit.peer)
    grant = terms_of(agreement).request
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="request")
    asked = DetailRequest.make(
        id=node.local.new_urn(),
        manifest=hit.manifest,
        handle=hit.handle,
        fields=args.fields or grant.fields,
        purpose=args.purpose or grant.purposes[0],
        legal_basis=args.legal_basis or (grant.legal_bases[0] if grant.legal_bases else ""),
        case_reference=args.case_reference,
        urgency=args.urgency,
    )
    transfer = started_transfer(node, agreement, REQUEST, args.wait_seconds)
    now = node.local.now()
    row = RequestRow(
        id=asked.id,
        peer=peer.id,
        role=Role.CONSUMER,
        agreement=agreement.id,
        handle=hit.handle,
        manifest=hit.manifest,
        request=asked.encode().decode(),
        state="asked",
        answer="",
        approval="",
        approvals=0,
        reason="",
        final=False,
        due=0,
        at=now,
    )
    with node.store.write() as tx:
        add(tx, row)
        target = data_path(peer, transfer.their_pid, "requests")
        jti = post(tx, node.local, peer, "comity-request-1", "POST", target, asked.encode(), row.id)
        journal.note(tx, now, caller.officer, "request.ask", request=row.id, peer=peer.id)
    if is_carried(node, peer):
        # It is asked, and stays so until a courier brings the peer's word.
        return shown(node, row.id)
    finish(node, peer, jti)
    return shown(node, row.id)


@operation("request.list", Nothing, Requests)
def request_list(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Requests:
    """List the requests that we asked, and what came of them."""
    return listed(node, Role.CONSUMER)


@operation("inbox.list", Nothing, Requests)
def inbox(node: Node, caller: Caller, args: Nothing, progress: Progress) -> Requests:
    """List the requests that were asked of us, those that wait first."""
    found = listed(node, Role.PROVIDER).requests
    return Requests(requests=tuple(sorted(found, key=lambda item: item.state != "held")))


@operation("inbox.show", RequestId, RequestShown)
def show(node: Node, caller: Caller, args: RequestId, progress: Progress) -> RequestShown:
    """Show a request, and the exact answer that would leave. Raises REQUEST_UNKNOWN."""
    return shown(node, args.request)


@operation("inbox.approve", Approve, RequestShown)
def approve(node: Node, caller: Caller, args: Approve, progress: Progress) -> RequestShown:
    """Approve one exact answer; it leaves once enough distinct officers have.

    Raises REQUEST_UNKNOWN, REQUEST_DECIDED, APPROVAL_VOID, APPROVAL_REPEATED,
    AGREEMENT_SUSPENDED, AGREEMENT_EXPIRED.
    """
    with node.store.write() as tx:
        row, agreement, peer = _held(tx, args.request)
        in_force(tx, agreement.id, peer.id)
        # What the terms said when it was asked they have to say when it is answered.
        asked = DetailRequest.read(row.request.encode())
        decide_again(node.local, agreement, question_of(asked, peer)).check()
        _check_shareable(tx, row)
        if args.approval != row.approval or row.approval != answering.approval(row, agreement):
            raise ComityError(Code.APPROVAL_VOID, request=row.id)
        if one(tx, Approval, request=row.id, officer=caller.officer):
            raise ComityError(Code.APPROVAL_REPEATED, officer=caller.officer)
        now = node.local.now()
        add(tx, Approval(row.id, caller.officer, row.approval, now))
        journal.note(tx, now, caller.officer, "request.approve", request=row.id)
        if len(many(tx, Approval, request=row.id, approval=row.approval)) >= row.approvals:
            answering.answer(node.local, tx, peer, row, agreement)
    node.wake.set()
    return shown(node, row.id)


@operation("inbox.decline", DeclineRequest, RequestShown)
def decline(node: Node, caller: Caller, args: DeclineRequest, progress: Progress) -> RequestShown:
    """Decline a request; that is final until it is reopened here.

    Raises REQUEST_UNKNOWN, REQUEST_DECIDED, ARGUMENT_INVALID.
    """
    if not args.reason or len(args.reason) > TEXT_CHARS or "\0" in args.reason:
        raise ComityError(Code.ARGUMENT_INVALID, where="reason")
    with node.store.write() as tx:
        row, agreement, peer = _held(tx, args.request)
        answering.decline(node.local, tx, peer, row, agreement, args.reason)
        journal.note(tx, node.local.now(), caller.officer, "request.decline", request=row.id)
    node.wake.set()
    return shown(node, row.id)


@operation("inbox.reopen", RequestId, RequestShown)
def reopen(node: Node, caller: Caller, args: RequestId, progress: Progress) -> RequestShown:
    """Let the peer ask again about a record that was declined. Raises REQUEST_UNKNOWN."""
    with node.store.write() as tx:
        where: dict[str, object] = {"id": args.request, "role": Role.PROVIDER, "final": True}
        if not change(tx, RequestRow, where, final=False):
            raise ComityError(Code.REQUEST_UNKNOWN)
        journal.note(tx, node.local.now(), caller.officer, "request.reopen", request=args.request)
    return shown(node, args.request)


def _held(tx: Connection, request: str) -> tuple[RequestRow, Agreement, Pinned]:
    row = one(tx, RequestRow, id=request, role=Role.PROVIDER)
    agreement = one(tx, Agreement, id=row.agreement) if row else None
    if row is None or agreement is None:
        raise ComityError(Code.REQUEST_UNKNOWN)
    if row.state != "held":
        raise ComityError(Code.REQUEST_DECIDED)
    return row, agreement, peers.pinned(tx, row.peer)


def _check_shareable(tx: Connection, row: RequestRow) -> None:
    """Refuse to answer about a record that has been withheld since it was asked for."""
    handle = one(tx, Handle, manifest=row.manifest, handle=row.handle)
    if handle is None or answering.is_withheld(tx, handle):
        raise ComityError(Code.APPROVAL_VOID, request=row.id)
