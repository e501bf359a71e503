"""Answers: what one may contain, what an approval is bound to, and how it leaves."""

from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection

from comity.core import disclosure, token
from comity.core.canonical import b64url, digest
from comity.core.disclosure import Concealed, Field
from comity.core.holdings import decode
from comity.core.identity import Pinned
from comity.core.messages import Answer, DetailRequest
from comity.core.records import Record
from comity.errors import Code, ComityError
from comity.protocol.addresses import dsp_base
from comity.protocol.agreed import terms_of
from comity.protocol.base import DATA, DSP, Local, fill_path
from comity.protocol.sending import post
from comity.store.rows.agreements import Agreement
from comity.store.rows.holdings import Held
from comity.store.rows.matching import Handle
from comity.store.rows.moving import change, one
from comity.store.rows.requests import RequestRow

FIELDS: Final = (
    "addresses",
    "birth-dates",
    "identifiers",
    "kind",
    "names",
    "notes",
    "programs",
    "statuses",
)
"""The fields that an answer can have; the terms name which of them it may release."""
_CONCEALED: Final = TypeAdapter(Concealed)


def draft(local: Local, held: Held, fields: tuple[str, ...]) -> str:
    """Conceal all that could be released of a record, for an officer to look at.

    The salts are drawn now, so that what is approved is what leaves.
    """
    record = decode(held.body, withheld=held.withheld)
    concealed = disclosure.conceal([_field(record, name) for name in fields], local.entropy)
    return _CONCEALED.dump_json(concealed).decode()


def nothing(local: Local) -> str:
    """Return the draft of an answer that has no fields."""
    return _CONCEALED.dump_json(disclosure.conceal([], local.entropy)).decode()


def contents(row: RequestRow) -> tuple[Field, ...]:
    """Return the fields of a draft, as the officer sees them."""
    concealed = _CONCEALED.validate_json(row.answer)
    return disclosure.verify(concealed.digests, concealed.disclosures)


def approval(row: RequestRow, agreement: Agreement) -> str:
    """Return what an approval is bound to: the request, the exact answer, the agreement.

    Any change of one of them gives another digest, and voids approvals of the old one.
    """
    asked = DetailRequest.read(row.request.encode())
    bound = {
        "request": b64url(asked.digest()),
        "answer": row.answer,
        "agreement": agreement.digest,
    }
    return b64url(digest(bound))


def with_approval(row: RequestRow, agreement: Agreement) -> RequestRow:
    """Return a row with the digest that its approvals are bound to."""
    return replace(row, approval=approval(row, agreement))


def answer(
    local: Local, tx: Connection, peer: Pinned, row: RequestRow, agreement: Agreement
) -> None:
    """Send the answer that was approved. The caller has checked the approvals."""
    concealed = _CONCEALED.validate_json(row.answer)
    names = {item.name for item in contents(row)}
    released = disclosure.reveal(concealed, names)
    _send(
        local,
        tx,
        peer,
        row,
        agreement,
        _message(row, agreement, "answered", "").model_copy(
            update={"digests": released.digests, "disclosures": released.disclosures}
        ),
    )
    _decided(tx, row, "answered", "", final=False)


def decline(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: RequestRow,
    agreement: Agreement,
    reason: str,
    *,
    expired: bool = False,
) -> None:
    """Send a signed decline: considered, or by expiry, and the two are told apart."""
    outcome = "expired" if expired else "declined"
    _send(local, tx, peer, row, agreement, _message(row, agreement, outcome, reason))
    _decided(tx, row, outcome, reason, final=not expired)


def answer_path(message: Answer) -> str:
    """Return the path that an answer is sent to: it names the answer without its disclosures."""
    return fill_path(f"{DATA}/answers/{{}}", token.digest(message.core()))


def is_withheld(tx: Connection, handle: Handle) -> bool:
    """Whether the record behind a handle may not be answered about, or is gone."""
    held = one(tx, Held, dataset=handle.dataset, id=handle.record)
    return held is None or held.withheld


def handling_of(agreement: Agreement) -> str:
    """Return the TLP label under which answers leave. Raises ACTION_NOT_AGREED."""
    grant = terms_of(agreement).request
    if grant is None:
        raise ComityError(Code.ACTION_NOT_AGREED, action="request")
    return grant.handling.value


def _message(row: RequestRow, agreement: Agreement, outcome: str, reason: str) -> Answer:
    asked = DetailRequest.read(row.request.encode())
    return Answer.model_validate(
        {
            "request": row.id,
            "request_digest": b64url(asked.digest()),
            "agreement": agreement.id,
            "agreement_digest": agreement.digest,
            "case_reference": asked.case_reference,
            "outcome": outcome,
            "reason": reason,
            "handling": handling_of(agreement),
        }
    )


def _send(
    local: Local,
    tx: Connection,
    peer: Pinned,
    row: RequestRow,
    agreement: Agreement,
    message: Answer,
) -> None:
    target = dsp_base(peer.identity).removesuffix(DSP) + answer_path(message)
    post(tx, local, peer, "comity-answer-1", "POST", target, message.encode(), row.id)


def _decided(tx: Connection, row: RequestRow, state: str, reason: str, *, final: bool) -> None:
    where: dict[str, object] = {"id": row.id, "state": "held"}
    if change(tx, RequestRow, where, state=state, reason=reason, final=final) != 1:
        raise ComityError(Code.REQUEST_DECIDED)


def _field(record: Record, name: str) -> Field:
    if name == "names":
        return Field(name, record.names)
    if name == "kind":
        return Field(name, record.kind.value)
    if name == "identifiers":
        return Field(name, tuple(_identifier(record)))
    if name == "statuses":
        dated = (f"{item.value} {item.as_of or ''}".strip() for item in record.statuses)
        return Field(name, tuple(dated))
    if name == "addresses":
        return Field(name, record.addresses)
    if name == "birth-dates":
        return Field(name, record.birth_dates)
    if name == "programs":
        return Field(name, record.programs)
    if name == "notes":
        return Field(name, record.notes)
    raise ComityError(Code.FIELD_NOT_AGREED, field=name)


def _identifier(record: Record) -> list[str]:
    return [
        f"{item.family.value} {item.value} {item.country}".strip() for item in record.identifiers
    ]
