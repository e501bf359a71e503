"""Private matching, received: the manifest, the parts of the tag set, and questions (DESIGN D5)."""

from functools import partial

from sqlalchemy import Connection

from comity.core import jws, token
from comity.core.canonical import b64url, unb64url
from comity.core.decision import MatchQuestion
from comity.core.machines import Role
from comity.core.manifest import Manifest
from comity.core.messages import Evaluation, ManifestReply, Question
from comity.core.tagset import part_count
from comity.core.terms import Action
from comity.errors import Code, ComityError
from comity.limits import BATCH_ELEMENTS
from comity.protocol.agreed import decide, reserve, started
from comity.protocol.base import BYTES, DATA, Act, Inbound, Outcome, Route, nothing
from comity.protocol.catalog import MATCH
from comity.protocol.refusals import plain
from comity.store import alarms, files
from comity.store.rows.agreements import Agreement, Transfer
from comity.store.rows.matching import ManifestRow
from comity.store.rows.moving import many, one


def _manifest(inbound: Inbound, tx: Connection, _: None) -> Act:
    row, _agreement = _published(inbound, tx)
    return partial(Outcome, 200, ManifestReply(manifest=row.signed).encode())


def _part(inbound: Inbound, tx: Connection, _: None) -> Act:
    row, _agreement = _published(inbound, tx)
    number, reference = _number(inbound), manifest_in(row).tag_set

    def act() -> Outcome:
        data = files.read_part(inbound.local.folder, unb64url(reference.digest, 32), number)
        return Outcome(200, data, content_type=BYTES)

    return act


def _part_again(inbound: Inbound, tx: Connection, digest: str) -> bytes:
    """Find a part that was given before, though epoch or state may have changed since.

    Sets are immutable, so it is still a part of one of them. Raises TAG_SET_INVALID.
    """
    number = _number(inbound)
    transfer = one(tx, Transfer, pid=inbound.params[0], peer=inbound.peer.id)
    agreement = transfer.agreement if transfer else ""
    for row in many(tx, ManifestRow, agreement=agreement, role=Role.PROVIDER):
        reference = manifest_in(row).tag_set
        if number < part_count(reference.bytes):
            data = files.read_part(inbound.local.folder, unb64url(reference.digest, 32), number)
            if token.digest(data) == digest:
                return data
    raise ComityError(Code.TAG_SET_INVALID)


def _number(inbound: Inbound) -> int:
    """Return the number of the part that the path names. Raises TAG_SET_INVALID."""
    text = inbound.params[1]
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ComityError(Code.TAG_SET_INVALID)
    return int(text)


def _reserve(inbound: Inbound, tx: Connection, message: Question) -> None:
    try:
        _, agreement = started(inbound, tx, MATCH)
    except ComityError:
        return  # Step 4 refuses it with the reason.
    reserve(inbound, tx, agreement, Action.MATCH, count_of(message), message.family)


def _question(inbound: Inbound, tx: Connection, message: Question) -> Act:
    local = inbound.local
    row, agreement = _published(inbound, tx)
    if message.manifest != row.digest:
        raise ComityError(Code.MANIFEST_CHANGED)
    if row.ends <= inbound.now:
        raise ComityError(Code.EPOCH_ENDED)
    asked = MatchQuestion(
        purpose=message.purpose,
        legal_basis=message.legal_basis,
        territory=inbound.peer.identity.territory,
        families=(message.family,),
        tokens=count_of(message),
    )
    # Where officers approve matching, they did so by starting the transfer.
    decide(local, tx, agreement, asked, inbound.jti).check()

    def act() -> Outcome:
        key = files.read_keys(local.folder, row.digest).get(message.family)
        if key is None:
            raise ComityError(Code.FAMILY_NOT_AGREED, family=message.family)
        blinded = unb64url(message.elements)
        evaluated, proof = local.kernel.evaluate(key, blinded, local.entropy(64))
        reply = Evaluation(manifest=row.digest, elements=b64url(evaluated), proof=b64url(proof))
        return Outcome(200, reply.encode())

    return act


def _published(inbound: Inbound, tx: Connection) -> tuple[ManifestRow, Agreement]:
    """Return the manifest in force: a new epoch takes the place of the one before it.

    Raises ALARM_OPEN where an alarm about the record is: questions cannot wait for an officer.
    """
    _, agreement = started(inbound, tx, MATCH)
    if alarms.is_open(tx, inbound.peer.id):
        raise ComityError(Code.ALARM_OPEN)
    ready = many(
        tx, ManifestRow, agreement=agreement.id, role=Role.PROVIDER, ready=True, order="epoch"
    )
    if not ready:
        raise ComityError(Code.MANIFEST_UNKNOWN)
    return ready[-1], agreement


def manifest_in(row: ManifestRow) -> Manifest:
    """Return the manifest of a row, whose signature was checked when it was stored."""
    return Manifest.read(jws.payload(row.signed))


def count_of(message: Question) -> int:
    """Return how many elements of 32 bytes a question has. Raises SCHEMA_INVALID."""
    count, rest = divmod(len(message.elements) * 3 // 4, 32)
    if rest or not 1 <= count <= BATCH_ELEMENTS:
        raise ComityError(Code.SCHEMA_INVALID, where="elements")
    return count


def _read(body: bytes) -> Question:
    message = Question.read(body)
    count_of(message)
    return message


_PATH = f"{DATA}/transfers/{{}}"
ROUTES = (
    Route("comity-manifest-1", "GET", f"{_PATH}/manifest", nothing, _manifest, plain, reads=True),
    Route(
        "comity-set-part-1",
        "GET",
        f"{_PATH}/set/{{}}",
        nothing,
        _part,
        plain,
        again=_part_again,
        reads=True,
    ),
    Route(
        "comity-question-1",
        "POST",
        f"{_PATH}/questions",
        _read,
        _question,
        plain,
        reserve=_reserve,
    ),
)
