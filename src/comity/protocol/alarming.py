"""How an alarm is raised: kept with its evidence, in the private log, and in the log."""

import structlog
from sqlalchemy import Connection

from comity.core.alarm import Kind
from comity.protocol.base import Local
from comity.store import alarms, journal

_log = structlog.get_logger()


def alarm(
    local: Local, tx: Connection, peer: str, kind: Kind, number: int, **evidence: str
) -> None:
    """Raise an alarm about a peer, unless the same one was raised before.

    `number` is the size or the entry that it is about. From now on nothing of that peer goes by
    itself, until an officer has settled it.
    """
    id = local.new_urn()
    if not alarms.add_new(tx, id, peer, kind, number, local.now(), evidence):
        return
    journal.note(tx, local.now(), "", "alarm", peer=peer, kind=kind, number=number, alarm=id)
    _log.warning("alarm", peer=peer, kind=str(kind), number=number, alarm=id)
