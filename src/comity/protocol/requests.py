"""Requests for details, received; and the answers to ours (DESIGN D7).

A request is decided by an officer, unless the terms say that it is answered at once. An answer
carries only fields that the terms name, as salted digests and the fields released.
"""

from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from comity.core import disclosure, token
from comity.core.canonical import b64url
from comity.core.decision import Outcome as Verdict
from comity.core.decision import RequestQuestion
from comity.core.identity import Pinned
from comity.core.machines import Role
from comity.core.messages import Answer, AnswerTaken, DetailRequest, RequestState
from comity.core.terms import Action, RequestTerms
from comity.errors import Code, ComityError
from comity.limits import ANSWER_TERM_SECONDS, OPEN_REQUESTS_PER_PEER
from comity.protocol import answering
from comity.protocol.agreed import decide, reserve, started, terms_of
from comity.protocol.base import DATA, Act, Inbound, Outcome, Route
from comity.protocol.catalog import REQUEST
from comity.protocol.refusals import plain
from comity.store import alarms
from comity.store.rows.agreements import Agreement
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Handle, ManifestRow
from comity.store.rows.moving import add, change, one
from comity.store.rows.requests import RequestRow
from comity.store.schema.requests import requests

_STANDING: Final = select(
    requests.c.state, requests.c.final, requests.c.manifest, requests.c.handle
).where(requests.c.role == Role.PROVIDER)
"""What was asked of us, without what it says."""


def _reserve(inbound: Inbound, tx: Connection, message: DetailRequest) -> None:
    """Count a request when it comes, whatever an officer makes of it later."""
    try:
        _, agreement = started(inbound, tx, REQUEST)
    except ComityError:
        return  # Step 4 refuses it with the reason.
    reserve(inbound, tx, agreement, Action.REQUEST)


def _request(inbound: Inbound, tx: Connection, message: DetailRequest) -> Act:
    local, peer = inbound.local, inbound.peer
    _, agreement = started(inbound, tx, REQUEST)
    verdict = decide(local, tx, agreement, question_of(message, peer), inbound.jti)
    verdict.check()
    held = _record(inbound, tx, message, agreement)
    _check_new(inbound, tx, message, held)
    grant = terms_of(agreement).request
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="request")
    due = _due(inbound, grant)
    alarmed = alarms.is_open(tx, peer.id)
    row = RequestRow(
        id=message.id,
        peer=peer.id,
        role=Role.PROVIDER,
        agreement=agreement.id,
        handle=message.handle,
        manifest=message.manifest,
        request=message.encode().decode(),
        state="held",
        answer=answering.draft(local, held, message.fields),
        approval="",
        approvals=max(verdict.approvals, 1) if alarmed else verdict.approvals,
        reason="",
        final=False,
        due=due,
        at=inbound.now,
    )
    automatic = verdict.outcome is Verdict.ALLOW and not alarmed
    state = RequestState(id=message.id, state="held", due=due)

    def begin(tx: Connection) -> None:
        add(tx, answering.with_approval(row, agreement))
        if automatic:
            answering.answer(local, tx, peer, row, agreement)

    return partial(Outcome, 201, state.encode(), (begin,))


def question_of(message: DetailRequest, peer: Pinned) -> RequestQuestion:
    """Return what a request asks of the terms."""
    return RequestQuestion(
        purpose=message.purpose,
        legal_basis=message.legal_basis,
        territory=peer.identity.territory,
        fields=message.fields,
    )


def _record(inbound: Inbound, tx: Connection, message: DetailRequest, agreement: Agreement) -> Held:
    """Return the record behind a handle. Whatever is not to be had is simply unknown."""
    manifest = one(tx, ManifestRow, digest=message.manifest, peer=inbound.peer.id)
    handle = one(tx, Handle, manifest=message.manifest, handle=message.handle)
    if manifest is None or manifest.role != Role.PROVIDER or handle is None:
        raise ComityError(Code.HANDLE_UNKNOWN)
    held = one(tx, Held, dataset=handle.dataset, id=handle.record)
    if held is None or held.withheld or held.dataset != agreement.dataset:
        raise ComityError(Code.HANDLE_UNKNOWN)
    return held


def _check_new(inbound: Inbound, tx: Connection, message: DetailRequest, held: Held) -> None:
    """Refuse an id that was used, a question that stands declined, and too many at once."""
    if one(tx, RequestRow, id=message.id):
        raise ComityError(Code.REQUEST_DECIDED)
    theirs = tx.execute(_STANDING.where(requests.c.peer == inbound.peer.id)).all()
    if sum(state == "held" for state, *_ in theirs) >= OPEN_REQUESTS_PER_PEER:
        raise ComityError(Code.QUOTA_EXCEEDED, limit=OPEN_REQUESTS_PER_PEER)
    for _, final, manifest, name in theirs:
        handle = one(tx, Handle, manifest=manifest, handle=name) if final else None
        if handle and (handle.dataset, handle.record) == (held.dataset, held.id):
            raise ComityError(Code.REQUEST_DECLINED)


def _due(inbound: Inbound, grant: RequestTerms) -> int:
    due = grant.answer_within.after(inbound.local.clock.now()).timestamp()
    return min(int(due), inbound.now + ANSWER_TERM_SECONDS)


def _answer(inbound: Inbound, tx: Connection, message: Answer) -> Act:
    """Take the answer to a request of ours."""
    started_or_not = one(tx, RequestRow, id=message.request, peer=inbound.peer.id)
    if started_or_not is None or started_or_not.role != Role.CONSUMER:
        raise ComityError(Code.REQUEST_UNKNOWN)
    row = started_or_not
    agreement = one(tx, Agreement, id=row.agreement)
    asked = DetailRequest.read(row.request.encode())
    if row.state in {"answered", "declined", "expired"}:
        raise ComityError(Code.REQUEST_DECIDED)
    if (
        agreement is None
        or (message.agreement, message.agreement_digest) != (agreement.id, agreement.digest)
        or message.request_digest != b64url(asked.digest())
        or message.case_reference != asked.case_reference
    ):
        raise ComityError(Code.ANSWER_INVALID, reason="request")
    if inbound.params != (token.digest(message.core()),):
        # What the target names is what can be shown later without the disclosures.
        raise ComityError(Code.ANSWER_INVALID, reason="target")
    if {item.name for item in disclosure.verify(message.digests, message.disclosures)} - set(
        asked.fields
    ):
        raise ComityError(Code.ANSWER_INVALID, reason="fields")
    where: dict[str, object] = {"id": row.id}

    def keep(tx: Connection) -> None:
        change(
            tx,
            RequestRow,
            where,
            state=message.outcome,
            answer=message.encode().decode(),
            reason=message.reason,
            at=inbound.now,
        )

    return partial(Outcome, 200, AnswerTaken(request=row.id).encode(), (keep,))


ROUTES = (
    Route(
        "comity-request-1",
        "POST",
        f"{DATA}/transfers/{{}}/requests",
        DetailRequest.read,
        _request,
        plain,
        reserve=_reserve,
    ),
    Route("comity-answer-1", "POST", f"{DATA}/answers/{{}}", Answer.read, _answer, plain),
)
