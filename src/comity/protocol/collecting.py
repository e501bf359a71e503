"""The mailbox, collected: a peer brings replies and gets what waits for it, and for nobody else."""

from functools import partial

from sqlalchemy import Connection

from comity.core.mailbox import Collect, Collected, Letter
from comity.errors import Code, ComityError
from comity.protocol.base import CONTACT, Act, Effect, Inbound, Outcome, Route
from comity.protocol.mailboxes import POLLS
from comity.protocol.refusals import plain
from comity.protocol.sending import State
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import change

MAILBOX = f"{CONTACT}/mailbox"


def _collect(inbound: Inbound, tx: Connection, message: Collect) -> Act:
    """Take replies and give what waits. Whose mailbox it is, the token has said."""
    peer = inbound.peer
    if peer.identity.reach != POLLS:
        raise ComityError(Code.MESSAGE_UNKNOWN)
    mailbox = inbound.local.mailboxes.of(peer.id)
    # While it did not come, what could not be brought was put off; now it can.
    effects: tuple[Effect, ...] = () if mailbox.present else (partial(_now, peer.id),)
    wait = message.wait if mailbox.present else 0

    def act() -> Outcome:
        for reply in message.replies:
            mailbox.bring(reply.to, reply.response())
        found = mailbox.collect(frozenset(message.under_way), wait)
        body = Collected(letters=tuple(map(Letter.of, found))).encode()
        return Outcome(200, body, effects)

    return act


def _now(peer: str, tx: Connection) -> None:
    change(tx, Outgoing, {"peer": peer, "state": State.WAITING}, not_before=0)


CONTACTS = (Route("comity-mailbox-1", "POST", MAILBOX, Collect.read, _collect, plain),)
"""Contact messages: they carry entries of the record, and are none."""
