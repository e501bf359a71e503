"""Wrap keys are replaced, and what an old copy of the database holds dies with the old key.

Each step is durable before the next, and each can be done again, so a crash anywhere loses nothing:

    succeed   the new key's file, then the row that makes it the one in force
    rewrap    what still lives goes under the new key, a few rows in each transaction
    destroy   once nothing is under the old key, its file; then the row that says so
"""

from comity.limits import WRAP_KEY_SECONDS
from comity.store import wrapping
from comity.store.engine import Store
from comity.store.rows.moving import change, many
from comity.store.rows.node import WrapKey
from comity.store.wrapping import State


def rotate(store: Store, now: int) -> int:
    """Make a new wrap key, put everything under it, destroy the old; returns the new number.

    Raises KEY_FILE_OPEN, DISK_FULL, STORE_FAILED; what is left then is gone on with by `tend`.
    """
    number = _succeed(store, now)
    while _go_on(store, now):
        pass
    return number


def tend(store: Store, now: int) -> None:
    """Begin a rotation that is due, or go a step on with one that is under way."""
    with store.read() as tx:
        key = wrapping.current(tx)
        retiring = bool(many(tx, WrapKey, state=State.RETIRING, limit=1))
    if key is not None and not key.made:
        with store.write() as tx:
            change(tx, WrapKey, {"n": key.n}, made=now)
    elif key is not None and not retiring and now - key.made >= WRAP_KEY_SECONDS:
        _succeed(store, now)
        retiring = True
    if retiring:
        _go_on(store, now)


def _succeed(store: Store, now: int) -> int:
    with store.write() as tx:
        number = wrapping.succeed(tx, now)
    store.vault.current = number
    return number


def _go_on(store: Store, now: int) -> bool:
    """Go a step on; returns whether another one is needed."""
    with store.read() as tx:
        retiring = many(tx, WrapKey, state=State.RETIRING, order="n", limit=1)
    if not retiring:
        return False
    number = retiring[0].n
    here = store.vault.path(number).exists()
    with store.write() as tx:
        if here and wrapping.rewrap(tx, number):
            return True
        used = wrapping.is_used(tx, number)
        if used:
            # Neither this nor anybody else can open it any more.
            change(tx, WrapKey, {"n": number}, state=State.LOST)
    if not used:
        # All that was re-wrapped is durable by now, and nothing new goes under this key.
        store.vault.destroy(number)
        with store.write() as tx:
            change(tx, WrapKey, {"n": number}, state=State.DESTROYED, destroyed=now)
    return True
