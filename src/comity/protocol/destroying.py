"""What had been destroyed before a node was restored is destroyed again."""

from sqlalchemy import Connection

from comity.protocol.base import Local
from comity.protocol.retention import end_retention


def destroy_again(tx: Connection, local: Local, peer: str) -> None:
    """Destroy what a backup has brought back, and what the terms or the record say is gone.

    It runs in the transaction in which a peer is done, before anything of it can be shown.
    """
    end_retention(local, tx)
