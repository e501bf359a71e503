"""The record shared with one peer: two single-writer logs, one for each sender (DESIGN D8).

Ours is written in sequence, in the transaction that makes the message. The peer's is mirrored as
its messages come; the tree covers the part without gaps, so that messages which cross on the way
never look like a missing one.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, bindparam, func, or_, select, update

from comity.core.canonical import b64url
from comity.core.leaf import leaf
from comity.core.merkle import Frontier, leaf_hash
from comity.core.token import Seen
from comity.errors import Code, ComityError
from comity.store.rows import Head, Message, add, change, many, one
from comity.store.schema import heads, messages

OUT, IN = "out", "in"
_AT_ONCE: Final = 16
"""Bodies in memory at once: questions have half a megabyte."""


def begin(tx: Connection, peer: str) -> None:
    """Start both logs with a peer that is being pinned."""
    add(tx, *(Head(peer, direction, 0, 0, b"") for direction in (OUT, IN)))


def head(tx: Connection, peer: str, direction: str) -> tuple[int, bytes]:
    """Return size and root of a log, without what lies behind a gap."""
    found = one(tx, Head, peer=peer, direction=direction)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return found.size, _frontier(found).root()


def seen(tx: Connection, peer: str) -> Seen:
    """Return what a token says of the peer's log as it is held here."""
    size, root = head(tx, peer, IN)
    return Seen(size=size, root=b64url(root))


_TAKE: Final = (
    update(heads)
    .where(heads.c.peer == bindparam("of"), heads.c.direction == OUT)
    .values(next=heads.c.next + 1)
    .returning(heads.c.next)
)


def take_seq(tx: Connection, peer: str) -> int:
    """Take the next sequence number of our log; the transaction must append it or fail."""
    taken = tx.execute(_TAKE, {"of": peer}).scalar_one_or_none()
    if taken is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return int(taken) - 1


def append(tx: Connection, message: Message) -> None:
    """Write an entry. Ours must come in sequence, the peer's may leave a gap for a while.

    Raises MESSAGE_ID_REUSED or SEQUENCE_REUSED where the sender gave a number twice.
    """
    if message.direction == IN:
        _refuse_reuse(tx, message)
    add(tx, message)
    found = one(tx, Head, peer=message.peer, direction=message.direction)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=message.peer)
    frontier = _frontier(found)
    if message.seq == frontier.size:
        # What came early waits behind the gap that this entry closes.
        waits = found.next > message.seq + 1
        leaves = _following(tx, message) if waits else [message.leaf]
        frontier = frontier.extend(leaf_hash(committed) for committed in leaves)
    change(
        tx,
        Head,
        {"peer": message.peer, "direction": message.direction},
        next=max(found.next, message.seq + 1),
        size=frontier.size,
        frontier=frontier.pack(),
    )


def entry(tx: Connection, peer: str, direction: str, jti: str) -> Message | None:
    """Return the message of that id."""
    return one(tx, Message, peer=peer, direction=direction, jti=jti)


def reply(tx: Connection, peer: str, direction: str, jti: str) -> Message | None:
    """Return the response to the request of that id."""
    return one(tx, Message, peer=peer, direction=direction, reply_to=jti)


def entries(tx: Connection, peer: str, direction: str) -> list[Message]:
    """Return all messages of one direction, in sequence."""
    return list(many(tx, Message, peer=peer, direction=direction, order="seq"))


def bodies(tx: Connection, peer: str, direction: str) -> Iterator[tuple[int, str, bytes]]:
    """Give number, token and body of each message whose body is kept, a few at a time."""
    query = (
        select(messages.c.seq, messages.c.token, messages.c.body)
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.body != b"")
        .order_by(messages.c.seq)
    )
    for seq, token, body in tx.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield int(seq), token, bytes(body)


def leaves(tx: Connection, peer: str, direction: str, size: int) -> list[bytes]:
    """Return the leaves of a log below a size, as far as they are here without a gap.

    They are made of the tokens again. Raises RECORD_DIFFERS (entry) where one has changed since.
    """
    query = (
        select(messages.c.seq, messages.c.token, messages.c.leaf)
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.seq < size)
        .order_by(messages.c.seq)
    )
    found = []
    for position, (seq, token, committed) in enumerate(tx.execute(query)):
        if position != seq:
            break
        if leaf_of(token) != committed:
            raise ComityError(Code.RECORD_DIFFERS, entry=position)
        found.append(bytes(committed))
    return found


def missing(tx: Connection, peer: str) -> int:
    """Return how many of the peer's messages are known to exist and are not here yet."""
    found = one(tx, Head, peer=peer, direction=IN)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    here = tx.execute(
        select(func.count()).where(messages.c.peer == peer, messages.c.direction == IN)
    ).scalar_one()
    return found.next - int(here)


def leaf_of(token: str) -> bytes:
    """Return the leaf data that commits to a message's token."""
    return leaf(token.encode())


def _frontier(found: Head) -> Frontier:
    return Frontier.unpack(found.size, found.frontier)


def _following(tx: Connection, message: Message) -> list[bytes]:
    """Return the leaves from an entry on, up to the next gap."""
    query = (
        select(messages.c.seq, messages.c.leaf)
        .where(messages.c.peer == message.peer, messages.c.direction == message.direction)
        .where(messages.c.seq >= message.seq)
        .order_by(messages.c.seq)
    )
    found = [(int(seq), bytes(committed)) for seq, committed in tx.execute(query)]
    return [leaf for place, (seq, leaf) in enumerate(found, message.seq) if place == seq]


_SAME_NUMBER: Final = (
    select(messages.c.jti)
    .where(messages.c.peer == bindparam("peer"), messages.c.direction == IN)
    .where(or_(messages.c.jti == bindparam("jti"), messages.c.seq == bindparam("seq")))
)


def _refuse_reuse(tx: Connection, message: Message) -> None:
    """Look whether the sender gave an id or a number before."""
    given = {"peer": message.peer, "jti": message.jti, "seq": message.seq}
    for (jti,) in tx.execute(_SAME_NUMBER, given):
        reused = Code.MESSAGE_ID_REUSED if jti == message.jti else Code.SEQUENCE_REUSED
        raise ComityError(reused, peer=message.peer)
