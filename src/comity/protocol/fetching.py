"""Missing entries, fetched from the peer that wrote them.

They fill their places in the record by digest and have no other effect, like messages that come too
late (docs/decisions/0017-late-messages). Where such a message still comes, it is taken as usual.
"""

from sqlalchemy import Connection, bindparam, func, select

from comity.core.canonical import b64url, unb64url
from comity.core.identity import Pinned
from comity.core.reading import Entry
from comity.core.token import (
    REQUEST,
    RESPONSE,
    RequestClaims,
    ResponseClaims,
    digest,
    open_entry,
)
from comity.errors import Code, ComityError
from comity.protocol.base import Local, prefix
from comity.protocol.routes import find_route
from comity.protocol.watching import Watch, equivocation
from comity.store import peers, record
from comity.store.rows.record import Message
from comity.store.schema.record import messages
from comity.store.statements import Statement

_NEXT_HERE = Statement(
    select(func.min(messages.c.seq))
    .where(messages.c.peer == bindparam("peer"), messages.c.direction == record.IN)
    .where(messages.c.seq > bindparam("size"))
)


def gap(tx: Connection, peer: str, stop: int) -> range:
    """Return the first run of entries of the peer that are missing below a number."""
    size = record.ends(tx, peer).theirs.size
    here = _NEXT_HERE.rows(tx, {"peer": peer, "size": size})[0][0]
    return range(size, stop if here is None else min(stop, int(here)))


def take(local: Local, tx: Connection, watch: Watch, peer: Pinned, entry: Entry) -> None:
    """Write a fetched entry into its place, unless it has come meanwhile.

    Raises NOT_AUTHENTIC where it is no entry of the peer's log with that number; an alarm is raised
    where it gives an id or a number twice.
    """
    # Whoever gives it is believed; the entry itself may be by a key that was replaced since.
    typ = REQUEST if entry.kind == "request" else RESPONSE
    row = peers.signed_under(tx, peer.id, typ, entry.token)
    key = peers.message_key(row) if row else unb64url(peer.identity.keys.message)
    claims = open_entry(entry.token, entry.kind, peer.id, local.identity.id, key)
    if claims.seq != entry.seq or b64url(record.leaf_of(entry.token)) != entry.leaf:
        raise ComityError(Code.NOT_AUTHENTIC)
    try:
        new = record.check_new(tx, peer.id, claims.jti, claims.seq, entry.token)
    except ComityError:
        equivocation(local, tx, peer.id, entry.token, claims)
        return
    if new:
        record.write(tx, _row(local, tx, peer.id, entry, claims))
        watch.took(tx, peer.id, {entry.token: claims})


def _row(
    local: Local, tx: Connection, peer: str, entry: Entry, claims: RequestClaims | ResponseClaims
) -> Message:
    method, target, what, status = entry.method, entry.target, "unknown", 0
    if isinstance(claims, RequestClaims):
        method, target = claims.htm, claims.htu
        what = _what(local, method, target)
    else:
        status = claims.sta
        asked = record.entry(tx, peer, record.OUT, entry.reply_to)
        if asked is not None and digest(asked.token.encode()) == claims.req:
            method, target, what = asked.method, asked.target, asked.what
    return Message(
        peer=peer,
        direction=record.IN,
        seq=claims.seq,
        jti=claims.jti,
        kind=entry.kind,
        token=entry.token,
        method=method,
        target=target,
        status=status,
        content_type=claims.cty,
        body=b"",
        size=len(entry.body) * 3 // 4,
        # It answers a request of ours only once it has come: then this row makes place for it.
        reply_to="",
        what=what,
        refused=str(Code.MESSAGE_FETCHED),
        leaf=record.leaf_of(entry.token),
        at=local.now(),
    )


def _what(local: Local, method: str, target: str) -> str:
    try:
        return find_route(method, target, prefix(local.identity))[0].what
    except ComityError:
        return "unknown"
