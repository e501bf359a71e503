"""What replies to our own requests change here, by message type."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.core.machines import NegotiationState
from comity.core.messages import RequestState
from comity.errors import ComityError
from comity.protocol import negotiating, recall, transferring
from comity.protocol.base import BYTES, Reply, ReplyHandler
from comity.protocol.refusals import code_of
from comity.store import files
from comity.store.rows.agreements import Negotiation
from comity.store.rows.moving import change, one
from comity.store.rows.requests import RequestRow


def _keep_part(reply: Reply, tx: Connection) -> None:
    """Keep a part of a tag set; the subject is digest and number, both computed here."""
    digest, _, number = reply.subject.partition(".")
    if reply.accepted and reply.content_type == BYTES:
        files.write_part(reply.local.folder, unb64url(digest, 32), int(number), reply.body)


def _request_taken(reply: Reply, tx: Connection) -> None:
    """Note that a request waits at the peer, and until when; or that it was refused."""
    values: dict[str, object] = {"state": "refused"}
    if not reply.accepted:
        values["reason"] = code_of(reply.body)
    else:
        try:
            values = {"state": "held", "due": RequestState.read(reply.body).due}
        except ComityError as error:
            values = {"state": "refused", "reason": str(error.code)}
    # Where the answer came before this, there is nothing left to note.
    change(tx, RequestRow, {"id": reply.subject, "state": "asked"}, **values)


def _negotiation(reply: Reply, tx: Connection) -> None:
    """Move a negotiation; where the message never came there, an officer has to look."""
    if not reply.expired:
        negotiating.on_reply(reply, tx)
        return
    row = one(tx, Negotiation, pid=reply.subject)
    if row is not None and row.pending.partition(":")[0] == reply.kind:
        began = row.their_pid != ""
        state = row.state if began else NegotiationState.TERMINATED
        values = {"state": state, "pending": "", "waits": began, "updated": reply.now}
        change(tx, Negotiation, {"pid": row.pid}, reason=UNDELIVERED, **values)


def _request(reply: Reply, tx: Connection) -> None:
    """Note what became of a request for details."""
    if not reply.expired:
        _request_taken(reply, tx)
        return
    values = {"state": "refused", "reason": UNDELIVERED}
    change(tx, RequestRow, {"id": reply.subject, "state": "asked"}, **values)


UNDELIVERED: Final = "undelivered"
"""The reason where a message of ours could not be delivered while it was news."""
_NEGOTIATION = (
    "ContractRequestMessage",
    "ContractOfferMessage",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
)
_TRANSFER = (
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferSuspensionMessage",
    "TransferCompletionMessage",
    "TransferTerminationMessage",
)
REPLIES: Final[Mapping[str, ReplyHandler]] = {
    **dict.fromkeys(_NEGOTIATION, _negotiation),
    **dict.fromkeys(_TRANSFER, transferring.on_reply),
    "comity-set-part-1": _keep_part,
    "comity-request-1": _request,
    "comity-recall-1": recall.on_reply,
}
"""Replies that are not here are read by the operation that asked."""
