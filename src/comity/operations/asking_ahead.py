"""Private matching by courier: all goes at once, and what came of it is looked up later.

Over a connection the parts of a tag set are there before the first question. A courier that brings
the manifest takes both back: the requests for all parts and all questions, which need nothing but
the manifest. Run again once the replies are here, the operation goes on where it was.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from comity.core.canonical import unb64url
from comity.core.messages import Question as QuestionMessage
from comity.core.padding import is_of_a_record
from comity.core.records import Family
from comity.errors import Code, ComityError
from comity.node import Node
from comity.operations import asking, fetching
from comity.operations.asking import Settled, Sources
from comity.operations.fetching import Session
from comity.operations.peering import ahead, is_remembered, taken
from comity.operations.sealing import inputs_of
from comity.protocol.outbox import outgoing
from comity.protocol.sending import State
from comity.store import files, record
from comity.store.rows.matching import Question
from comity.store.rows.moving import many
from comity.store.rows.record import Message


def fetch_set(node: Node, session: Session) -> bool:
    """Ask for all parts of the tag set that are not here; tells whether the set is.

    Raises PEER_REFUSED with the peer's code, TAG_SET_INVALID.
    """
    reference = session.manifest.tag_set
    digest = unb64url(reference.digest, 32)
    if not files.set_path(node.folder, digest).exists():
        waits = False
        for number in files.missing_parts(node.folder, digest, reference.bytes):
            # A reply that did not bring it is as good as none; joining the parts shows that.
            waits = ahead(node, fetching.part_draft(session, number)) is None or waits
        if waits:
            return False
        files.join_parts(node.folder, digest, reference.bytes)
    fetching.set_is_here(node, session)
    return True


def ask(
    node: Node,
    session: Session,
    sources: Sources,
    run: str,
    check: Callable[[Session, Sources], None],
) -> list[Settled]:
    """Ask what was not asked yet, and return what came of everything once all of it is here.

    `check` refuses what can never be granted, before it is asked. Raises COURIER_WAITS (peer) while
    something is on its way, PEER_REFUSED with the peer's code, and what `asking.settle` raises.
    """
    with node.store.read() as tx:
        asked = [
            row
            for row in many(tx, Question, manifest=session.digest, answered=False, order="at")
            if _is_under_way(tx, session, row) and _is_from(node, tx, row, sources)
        ]
        came = [_reply(tx, session, row) for row in asked]
    # After that, since a question that is refused may say that the set is another one by now.
    here = fetch_set(node, session)
    done = [Settled(Family(row.family), tuple(inputs_of(node, row)), ()) for row in asked]
    left = sources.without(done)
    check(session, left)
    put = [
        asking.put_question(node, session, left, family, inputs, run)
        for family, inputs in asking.batches(node, session, left)
    ]
    if put or not here or None in came:
        raise ComityError(Code.COURIER_WAITS, peer=session.peer.id)
    return [asking.settle(node, session, sources, row) for row in asked]


def _is_from(node: Node, tx: Connection, row: Question, sources: Sources) -> bool:
    sent = record.entry(tx, row.peer, record.OUT, row.id)
    if sent is None or not sent.body:
        return False
    if sources.dataset:
        return QuestionMessage.read(sent.body).root == sources.root
    # What somebody typed has a root of its own each time; it is the same where its tokens are.
    family = Family(row.family)
    inputs = set(filter(is_of_a_record, inputs_of(node, row)))
    return inputs == set(sources.records.get(family, {}))


def _is_under_way(tx: Connection, session: Session, row: Question) -> bool:
    """Tell whether something is still to come of a question, or to be said of it."""
    reply = record.reply(tx, row.peer, record.IN, row.id)
    if reply is not None:
        return not reply.refused or is_remembered(tx, session.peer, row.id)
    waiting = outgoing(tx, row.peer, row.id)
    return waiting is not None and waiting.state != State.LATE


def _reply(tx: Connection, session: Session, row: Question) -> Message | None:
    """Return the reply to a question, None while there is none. Raises PEER_REFUSED."""
    reply = record.reply(tx, row.peer, record.IN, row.id)
    return taken(session.peer, reply) if reply else None
