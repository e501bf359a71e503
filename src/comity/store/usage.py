"""What peers have used of their quotas, across agreements with the same peer (DESIGN D5)."""

from sqlalchemy import Connection, func, select

from comity.store.schema.matching import usage


def used(tx: Connection, peer: str, dataset: str, action: str, since: int, besides: str) -> int:
    """Return what a peer has used since a time, not counting one message.

    Elements are tokens where the action is to match, and else messages.
    """
    total = tx.execute(
        select(func.coalesce(func.sum(usage.c.elements), 0)).where(
            usage.c.peer == peer,
            usage.c.dataset == dataset,
            usage.c.action == action,
            usage.c.at >= since,
            usage.c.jti != besides,
        )
    )
    return int(total.scalar_one())
