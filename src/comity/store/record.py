"""The record shared with one peer: two single-writer logs, one for each sender (DESIGN D8).

Ours is written in sequence, in the transaction that makes the message. The peer's is mirrored as
its messages come; the tree covers the part without gaps, so that messages which cross on the way
never look like a missing one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select, union_all

from comity.core.canonical import b64url
from comity.core.leaf import leaf
from comity.core.merkle import Frontier, leaf_hash
from comity.core.messages import CARRYING
from comity.core.token import Seen
from comity.errors import Code, ComityError
from comity.limits import TOGETHER
from comity.store import tiles, vault
from comity.store.rows.contents import place_of
from comity.store.rows.moving import add, change, many, one, remove, streamed
from comity.store.rows.record import Head, Message, Tile
from comity.store.schema.record import heads, messages
from comity.store.statements import Statement
from comity.store.vault import TAG_BYTES, Sealed

OUT, IN = "out", "in"
SEQ_END: Final = 2**53
"""Past every number of a log."""
AT_ONCE: Final = 1
"""The time to look at an entry that nobody has looked at yet."""


def begin(tx: Connection, peer: str) -> None:
    """Start both logs with a peer that is being pinned."""
    add(tx, *(Head(peer, direction, 0, 0, b"") for direction in (OUT, IN)))


def head(tx: Connection, peer: str, direction: str) -> tuple[int, bytes]:
    """Return size and root of a log, without what lies behind a gap."""
    found = one(tx, Head, peer=peer, direction=direction)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return found.size, _frontier(found).root()


class Ends(NamedTuple):
    """Where both logs with a peer end."""

    ours: Head
    theirs: Head

    @property
    def frozen(self) -> str:
        """Why nothing is said to the peer, nor taken of it; empty where all is as usual."""
        return self.ours.frozen

    def seen(self) -> Seen:
        """Return what a token says of the peer's log as it is held here."""
        return Seen(size=self.theirs.size, root=b64url(_frontier(self.theirs).root()))


_ENDS: Final = Statement(select(heads).where(heads.c.peer == bindparam("peer")))


def ends(tx: Connection, peer: str) -> Ends:
    """Return where both logs end. Raises PEER_UNKNOWN."""
    found = {row[1]: Head(*row) for row in _ENDS.rows(tx, {"peer": peer})}
    if len(found) != 2:
        raise ComityError(Code.PEER_UNKNOWN, peer=peer)
    return Ends(found[OUT], found[IN])


def seen(tx: Connection, peer: str) -> Seen:
    """Return what a token says of the peer's log as it is held here."""
    return ends(tx, peer).seen()


def take_seq(tx: Connection, peer: str) -> int:
    """Return the next sequence number of our log; it is taken once that entry is appended."""
    return ends(tx, peer).ours.next


def append(tx: Connection, message: Message, at: Head | None = None) -> None:
    """Write an entry. Ours must come in sequence, the peer's may leave a gap for a while.

    `at` is where the log ends, if that was read in this transaction. Raises MESSAGE_ID_REUSED or
    SEQUENCE_REUSED where the sender gave a number twice.
    """
    known = message.peer, message.jti, message.seq, message.token
    if message.direction == IN and not check_new(tx, *known):
        fill(tx, message)
        return
    write(tx, message, at)


def fill(tx: Connection, message: Message) -> None:
    """Put a message that came into the place of its entry, if that was fetched before it came."""
    where = {"peer": message.peer, "direction": IN, "seq": message.seq}
    if remove(tx, Message, refused=str(Code.MESSAGE_FETCHED), destroyed=0, **where):
        add(tx, _watched(message))


def append_all(tx: Connection, entries: Sequence[Message]) -> None:
    """Write entries of peers, of several logs and in any order. Raises what `append` raises."""
    logs: dict[str, list[Message]] = {}
    for message in sorted(entries, key=lambda message: message.seq):
        logs.setdefault(message.peer, []).append(message)
    for peer, those in logs.items():
        fresh = new(tx, peer, [(message.jti, message.seq) for message in those])
        if all(fresh):
            write_all(tx, those)
        else:
            for message in those:
                append(tx, message)


def write(tx: Connection, message: Message, at: Head | None = None) -> None:
    """Write an entry whose id and number are known to be new."""
    write_all(tx, [message], at)


def write_all(tx: Connection, entries: Sequence[Message], at: Head | None = None) -> None:
    """Write entries of one log, in the order of their numbers, as `write` does."""
    first, last = entries[0], entries[-1]
    add(tx, *map(_watched, entries))
    found = at or one(tx, Head, peer=first.peer, direction=first.direction)
    if found is None:
        raise ComityError(Code.PEER_UNKNOWN, peer=first.peer)
    frontier = _frontier(found)
    if first.seq <= frontier.size <= last.seq:
        # What came early waits behind the gap that one of these closes.
        whole = last.seq - first.seq + 1 == len(entries) and first.seq == found.next
        leaves = [entry.leaf for entry in entries] if whole else _following(tx, first, found.size)
        frontier = frontier.extend(leaf_hash(committed) for committed in leaves)
        tiles.complete(tx, first.peer, first.direction, found.size, frontier.size)
    change(
        tx,
        Head,
        {"peer": first.peer, "direction": first.direction},
        next=max(found.next, last.seq + 1),
        size=frontier.size,
        frontier=frontier.pack(),
    )


def _watched(message: Message) -> Message:
    """Return an entry that is looked at, if it has what cannot be kept for ever."""
    if message.what not in CARRYING or message.refused:
        return message
    return replace(message, look=AT_ONCE)


def entry(tx: Connection, peer: str, direction: str, jti: str) -> Message | None:
    """Return the message of that id."""
    return one(tx, Message, peer=peer, direction=direction, jti=jti)


def reply(tx: Connection, peer: str, direction: str, jti: str) -> Message | None:
    """Return the response to the request of that id."""
    return one(tx, Message, peer=peer, direction=direction, reply_to=jti)


def entries(tx: Connection, peer: str, direction: str) -> list[Message]:
    """Return all messages of one direction, in sequence."""
    return list(many(tx, Message, peer=peer, direction=direction, order="seq"))


def has(tx: Connection, peer: str, direction: str, seq: int) -> bool:
    """Tell whether the entry of a number is here."""
    return one(tx, Message, peer=peer, direction=direction, seq=seq) is not None


def recount(tx: Connection, peer: str, direction: str) -> None:
    """Make the tree of a log anew, where an entry in it was replaced."""
    last = select(func.max(messages.c.seq)).where(
        messages.c.peer == peer, messages.c.direction == direction
    )
    highest = tx.execute(last).scalar_one_or_none()
    size = 0 if highest is None else int(highest) + 1
    where: dict[str, object] = {"peer": peer, "direction": direction}
    remove(tx, Tile, **where)
    frontier = Frontier().extend(leaf_hash(each) for each in leaves(tx, peer, direction, size))
    tiles.complete(tx, peer, direction, 0, frontier.size)
    change(tx, Head, where, next=size, size=frontier.size, frontier=frontier.pack())


class Listed(NamedTuple):
    """An entry without its contents."""

    direction: str
    seq: int
    jti: str
    kind: str
    what: str
    status: int
    refused: str
    at: int
    destroyed: int
    bytes: int
    """As it crossed the border: token and body; the body alone where the token is destroyed."""


def listed(
    tx: Connection, peer: str, direction: str, start: int = 0, stop: int = SEQ_END
) -> list[Listed]:
    """Return the entries of one direction between two numbers, in sequence; opens nothing."""
    query = (
        select(*(messages.c[name] for name in Listed._fields[:-1]))
        .add_columns(messages.c.size, func.length(messages.c.token))
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.seq >= start, messages.c.seq < stop)
        .order_by(messages.c.seq)
    )
    return [
        Listed._make([*row[:-2], row[-2] + max(row[-1] - TAG_BYTES, 0)])
        for row in tx.execute(query)
    ]


def each(tx: Connection, peer: str, direction: str) -> Iterator[Message]:
    """Give all messages of one direction in sequence, a few in memory at a time."""
    yield from streamed(tx, Message, order="seq", peer=peer, direction=direction)


def bodies(tx: Connection, peer: str, direction: str) -> Iterator[Message]:
    """Give each message whose body is kept, a few at a time."""
    yield from streamed(
        tx, Message, messages.c.body != b"", order="seq", peer=peer, direction=direction
    )


def leaves(tx: Connection, peer: str, direction: str, size: int) -> list[bytes]:
    """Return the leaves of a log below a size, as far as they are here without a gap.

    They are made of the tokens again, as far as these are not destroyed. Raises RECORD_DIFFERS
    (entry) where one has changed since.
    """
    keeper = vault.of(tx)
    names = ("seq", "leaf", "token", "key", "wrap", "destroyed")
    query = (
        select(*(messages.c[name] for name in names))
        .where(messages.c.peer == peer, messages.c.direction == direction)
        .where(messages.c.seq < size)
        .order_by(messages.c.seq)
    )
    found = []
    for position, (seq, committed, token, key, wrap, destroyed) in enumerate(tx.execute(query)):
        if position != seq:
            break
        if not destroyed:
            place = place_of(Message, (peer, direction, seq, committed))
            try:
                [said] = keeper.open(place, Sealed([token], key, wrap))
            except ComityError as error:
                if error.code is not Code.STORE_FAILED:
                    raise
                raise ComityError(Code.RECORD_DIFFERS, entry=position) from None
            if leaf(said) != committed:
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


def _following(tx: Connection, message: Message, start: int) -> list[bytes]:
    """Return the leaves of a message's log from a number on, up to the next gap."""
    query = (
        select(messages.c.seq, messages.c.leaf)
        .where(messages.c.peer == message.peer, messages.c.direction == message.direction)
        .where(messages.c.seq >= start)
        .order_by(messages.c.seq)
    )
    found = [(int(seq), bytes(committed)) for seq, committed in tx.execute(query)]
    return [leaf for place, (seq, leaf) in enumerate(found, start) if place == seq]


_SAME_NUMBER: Final = Statement(
    select(messages.c.jti, messages.c.leaf)
    .where(messages.c.peer == bindparam("peer"), messages.c.direction == IN)
    .where(or_(messages.c.jti == bindparam("jti"), messages.c.seq == bindparam("seq")))
)


def check_new(tx: Connection, peer: str, jti: str, seq: int, token: str = "") -> bool:
    """Tell whether a message of the peer is new: False where that very token is here already.

    That is told by the leaf, which stays when the token is destroyed.

    Raises MESSAGE_ID_REUSED or SEQUENCE_REUSED where the peer gave an id or a number before.
    """
    found = _SAME_NUMBER.rows(tx, {"peer": peer, "jti": jti, "seq": seq})
    if not found:
        return True
    committed = leaf_of(token)
    if any(known == jti and said == committed for known, said in found):
        return False
    reused = Code.MESSAGE_ID_REUSED if jti in {known for known, _ in found} else None
    raise ComityError(reused or Code.SEQUENCE_REUSED, peer=peer)


_GIVEN: Final = select(messages.c.jti, messages.c.seq).where(
    messages.c.peer == bindparam("peer"), messages.c.direction == IN
)
# Not one query with an OR: SQLite would read the whole log for it.
_SAME_NUMBERS: Final = Statement(
    union_all(
        _GIVEN.where(messages.c.jti.in_([bindparam(f"jti{n}") for n in range(TOGETHER)])),
        _GIVEN.where(messages.c.seq.in_([bindparam(f"seq{n}") for n in range(TOGETHER)])),
    )
)


def new(tx: Connection, peer: str, given: Sequence[tuple[str, int]]) -> list[bool]:
    """Tell of each id and number of the peer's whether both are new, here and among them."""
    found: list[bool] = []
    ids: set[str] = set()
    numbers: set[int] = set()
    for start in range(0, len(given), TOGETHER):
        part = given[start : start + TOGETHER]
        values: dict[str, object] = {"peer": peer}
        for n in range(TOGETHER):
            # A statement that is compiled once has so many places; what is left over says it again.
            values[f"jti{n}"], values[f"seq{n}"] = part[min(n, len(part) - 1)]
        known = _SAME_NUMBERS.rows(tx, values)
        ids.update(jti for jti, _ in known)
        numbers.update(seq for _, seq in known)
        for jti, seq in part:
            found.append(jti not in ids and seq not in numbers)
            ids.add(jti)
            numbers.add(seq)
    return found


def lacks(tx: Connection, peer: str, seq: int) -> bool:
    """Tell whether a number of the peer's is missed: later ones are here, and it is not."""
    if seq >= ends(tx, peer).theirs.next:
        return False
    return one(tx, Message, peer=peer, direction=IN, seq=seq) is None
