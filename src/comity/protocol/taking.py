"""Entries of the record, taken back from the peer that holds them, too.

Nothing is believed for who sends it: each entry is checked by the signature of who wrote it (many
are our own), by its place, and in the end by the root that the peer cosigned.
"""

from collections.abc import Sequence
from dataclasses import replace as changed
from typing import Final, NamedTuple

from sqlalchemy import Connection, or_, select

from comity.core import jws, token
from comity.core.canonical import b64url, unb64url
from comity.core.identity import Pinned
from comity.core.reading import Entry
from comity.core.token import RequestClaims, ResponseClaims
from comity.errors import Code, ComityError
from comity.protocol.base import Local, prefix
from comity.protocol.routes import find_route
from comity.store import journal, peers, record
from comity.store.rows.delivery import Outgoing
from comity.store.rows.moving import add, change, many, one, remove, streamed
from comity.store.rows.node import Resumption, Unsettled
from comity.store.rows.record import Message
from comity.store.schema.record import messages


def missing(tx: Connection, peer: str, direction: str, stop: int) -> list[tuple[int, int]]:
    """Return the numbers below `stop` that are not whole here, as (first, one past the last)."""
    # Of a restored node the contents are gone, too: nothing but the leaf was in the backup.
    here = or_(messages.c.token != b"", messages.c.destroyed != 0)
    query = (
        select(messages.c.seq)
        .where(messages.c.peer == peer, messages.c.direction == direction, here)
        .where(messages.c.seq < stop)
        .order_by(messages.c.seq)
    )
    found, place = [], 0
    for (seq,) in tx.execute(query):
        if seq > place:
            found.append((place, seq))
        place = seq + 1
    return [*found, (place, stop)] if place < stop else found


def read(tx: Connection, local: Local, peer: Pinned, direction: str, held: Entry) -> Message:
    """Return an entry as it was kept here. Raises ENTRY_INVALID (peer, entry, reason).

    Of a reply it is not known yet what it answers: `link` finds that.
    """
    if not held.token:
        return _destroyed(local, peer, direction, held)
    ours = direction == record.OUT
    parties = (local.identity.id, peer.id) if ours else (peer.id, local.identity.id)
    claims = _claims(tx, held, parties)
    if claims is None:
        raise _invalid(peer, held, "signature")
    if claims.seq != held.seq or b64url(record.leaf_of(held.token)) != held.leaf:
        raise _invalid(peer, held, "place")
    body = unb64url(held.body)
    if body and (token.digest(body), len(body)) != (claims.dig, held.size):
        raise _invalid(peer, held, "body")
    method, target, what, status = "", "", "unknown", 0
    if isinstance(claims, RequestClaims):
        method, target = claims.htm, claims.htu
        under = prefix(peer.identity if ours else local.identity)
        what = _what(method, target, under)
    else:
        status = claims.sta
    return Message(
        peer=peer.id,
        direction=direction,
        seq=claims.seq,
        jti=claims.jti,
        kind="request" if isinstance(claims, RequestClaims) else "response",
        token=held.token,
        method=method,
        target=target,
        status=status,
        content_type=claims.cty,
        body=body,
        size=held.size,
        reply_to="",
        what=what,
        refused="",
        leaf=record.leaf_of(held.token),
        at=claims.iat,
    )


def _destroyed(local: Local, peer: Pinned, direction: str, held: Entry) -> Message:
    """Return an entry whose contents the peer has destroyed: its leaf stays."""
    leaf = unb64url(held.leaf, 32)
    return Message(
        peer=peer.id,
        direction=direction,
        seq=held.seq,
        # The id went with the token. What stands for it names no message.
        jti=b64url(leaf[:16]),
        kind=held.kind or "request",
        token="",
        method=held.method,
        target=held.target,
        status=held.status,
        content_type=held.content_type,
        body=b"",
        size=held.size,
        reply_to=held.reply_to,
        what=held.what or "unknown",
        refused="",
        leaf=leaf,
        at=local.now(),
        destroyed=local.now(),
    )


def keep(tx: Connection, entries: Sequence[Message], now: int, *, replace: bool = False) -> int:
    """Write entries of one log that are not here yet; returns how many.

    With `replace`, another one at the same place goes: it never came to where this one is from.
    Raises ENTRY_INVALID where an id stands in two places.
    """
    fresh, filled = [], 0
    for entry in entries:
        where = {"peer": entry.peer, "direction": entry.direction}
        known = one(tx, Message, seq=entry.seq, **where)
        if known is not None and known.leaf == entry.leaf and not (known.token or known.destroyed):
            _fill(tx, known, entry)
            filled += 1
            continue
        if known is not None and replace and known.leaf != entry.leaf:
            _let_go(tx, known, now)
        elif known is not None:
            continue
        if one(tx, Message, jti=entry.jti, **where):
            raise ComityError(
                Code.ENTRY_INVALID, peer=entry.peer, entry=entry.seq, reason="repeated"
            )
        fresh.append(entry)
    if fresh:
        record.write_all(tx, fresh)
    return len(fresh) + filled


def _fill(tx: Connection, known: Message, entry: Message) -> None:
    """Put contents back into an entry whose leaf was in the backup."""
    where = {"peer": known.peer, "direction": known.direction, "seq": known.seq}
    remove(tx, Message, **where)
    body = b"" if known.refused and known.direction == record.IN else entry.body
    whole = changed(known, token=entry.token, body=body, destroyed=entry.destroyed)
    add(tx, whole)


def _let_go(tx: Connection, entry: Message, now: int) -> None:
    """Take an entry of ours out of the log, and list it: what it was to do has to be done anew."""
    sent = one(tx, Outgoing, peer=entry.peer, jti=entry.jti)
    remove(tx, Outgoing, peer=entry.peer, jti=entry.jti)
    remove(tx, Message, peer=entry.peer, direction=entry.direction, seq=entry.seq)
    subject = sent.subject if sent and sent.subject else entry.jti
    said = entry.what, entry.direction, subject, REPLACED, now
    add(tx, Unsettled(entry.peer, entry.jti, *said, officer=""))
    detail: dict[str, str | int] = {"peer": entry.peer, "entry": entry.seq}
    journal.note(tx, now, "", "entry.replaced", token=entry.token, **detail)
    row = one(tx, Resumption, peer=entry.peer)
    if row is not None and entry.direction == record.OUT and entry.seq < row.sent:
        change(tx, Resumption, {"peer": entry.peer}, sent=entry.seq)


def link(tx: Connection, peer: str) -> int:
    """Find what each reply answers that was taken back; returns how many were found.

    A request that was refused keeps its digest only, as it did when it came.
    """
    linked = 0
    for direction, other in ((record.OUT, record.IN), (record.IN, record.OUT)):
        loose = many(tx, Message, peer=peer, direction=direction, kind="response", reply_to="")
        if not loose:
            continue
        asked = _asked(tx, peer, other)
        for reply in loose:
            request = asked.get(token.answered(reply.token)) if reply.token else None
            if request is None:
                continue
            refused = "" if 200 <= reply.status < 300 else "refused"
            values = {"method": request.method, "target": request.target, "what": request.what}
            where = {"peer": peer, "direction": direction, "seq": reply.seq}
            change(tx, Message, where, reply_to=request.jti, refused=refused, **values)
            if refused and other == record.IN:
                place: dict[str, object] = {"peer": peer, "direction": other, "seq": request.seq}
                change(tx, Message, place, refused=refused, body=b"")
            linked += 1
    return linked


REPLACED: Final = "replaced"
"""It was signed by an old copy of this node, and the peer has another message in its place."""


class _Asked(NamedTuple):
    """What a reply is linked with; not the body, which may be large."""

    seq: int
    jti: str
    method: str
    target: str
    what: str


def _asked(tx: Connection, peer: str, direction: str) -> dict[str, _Asked]:
    """Return the requests of one log, by the digest of the token."""
    found = streamed(tx, Message, order="seq", peer=peer, direction=direction, kind="request")
    return {
        token.digest(row.token.encode()): _Asked(row.seq, row.jti, row.method, row.target, row.what)
        for row in found
        if row.token
    }


def _claims(
    tx: Connection, held: Entry, parties: tuple[str, str]
) -> RequestClaims | ResponseClaims | None:
    """Return what a token says that its writer signed, with a key of then or of now."""
    typ = token.REQUEST if held.kind == "request" else token.RESPONSE
    for row in peers.history(tx, parties[0]):
        key = peers.message_key(row)
        if jws.names(typ, held.token, key):
            try:
                return token.open_entry(held.token, held.kind, *parties, key)
            except ComityError:
                continue
    return None


def _what(method: str, target: str, under: str) -> str:
    try:
        return find_route(method, target, under)[0].what
    except ComityError:
        return "unknown"


def _invalid(peer: Pinned, held: Entry, reason: str) -> ComityError:
    return ComityError(Code.ENTRY_INVALID, peer=peer.id, entry=held.seq, reason=reason)
